import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import type { Context } from './context.ts';
import { storageError } from './db/storage-errors.ts';
import { AppError, type AppErrorCode, FieldError } from './errors.ts';

/** Why each wrong field is wrong, by its name in the config; every error carries it, most of them empty. */
export type FieldErrors = Record<string, string[]>;

const t = initTRPC.context<Context>().create({
  errorFormatter: ({ shape, error }) => ({
    ...shape,
    message: error.cause instanceof ZodError ? 'Some values are not possible.' : shape.message,
    data: { ...shape.data, fields: fieldErrors(error.cause) },
  }),
  // Both are off by default. Without them a line that died unnoticed (sleep, Wi-Fi) would look alive for ever.
  sse: { ping: { enabled: true, intervalMs: 5000 }, client: { reconnectAfterInactivityMs: 15_000 } },
});

function fieldErrors(cause: unknown): FieldErrors {
  if (cause instanceof FieldError) return { [cause.field]: [cause.message] };
  // No object while it is filled: a client may call a field `constructor`.
  const fields = new Map<string, string[]>();
  const say = (name: string, message: string) => fields.set(name, [...(fields.get(name) ?? []), message]);
  for (const issue of cause instanceof ZodError ? cause.issues : []) {
    if (issue.path.length > 0) say(String(issue.path[0]), issue.message);
    else if (issue.code === 'unrecognized_keys') for (const key of issue.keys) say(key, 'is not known here');
    else say('', issue.message);
  }
  return Object.fromEntries(fields);
}

const trpcCodes = {
  'not-found': 'NOT_FOUND',
  conflict: 'CONFLICT',
  'bad-request': 'BAD_REQUEST',
  storage: 'SERVICE_UNAVAILABLE',
} as const satisfies Record<AppErrorCode, TRPCError['code']>;

/** The one place where our errors become tRPC's. */
const withMappedErrors = t.middleware(async ({ ctx, next }) => {
  const result = await next();
  if (result.ok) return result;
  const cause = storageError(result.error.cause, ctx.env.databasePath) ?? result.error.cause;
  if (cause instanceof AppError) throw new TRPCError({ code: trpcCodes[cause.code], message: cause.message, cause });
  return result;
});

export const router = t.router;
export const procedure = t.procedure.use(withMappedErrors);
export const createCallerFactory = t.createCallerFactory;
