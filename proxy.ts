import { type NextRequest, NextResponse } from 'next/server';
import { refusal } from './server/doors.ts';
import { getEnv } from './server/env.ts';

/** Stands before every request, files of the build included. */
export function proxy(request: NextRequest) {
  const reason = refusal(request, getEnv().allowedHosts);
  return reason ? new NextResponse(`${reason}\n`, { status: 403 }) : NextResponse.next();
}
