import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import type { Context } from './context.ts';
import { StorageError, storageError } from './db/storage-errors.ts';
import { AppError, type AppErrorCode, FieldError } from './errors.ts';

/** Error messages by config field. Every error carries this object; it is empty unless fields are invalid. */
export type FieldErrors = Record<string, string[]>;

const t = initTRPC.context<Context>().create({
  errorFormatter: ({ shape, error }) => ({
    ...shape,
    message: error.cause instanceof ZodError ? 'Some values are invalid.' : shape.message,
    data: { ...shape.data, fields: fieldErrors(error.cause) },
  }),
  // Both are off by default. Without them, a connection lost unnoticed (sleep, Wi-Fi) would look open indefinitely.
  sse: { ping: { enabled: true, intervalMs: 5000 }, client: { reconnectAfterInactivityMs: 15_000 } },
});

function fieldErrors(cause: unknown): FieldErrors {
  if (cause instanceof FieldError) return { [cause.field]: [cause.message] };
  // A map, because a client may send a field named `constructor`.
  const fields = new Map<string, string[]>();
  const addError = (name: string, message: string) => fields.set(name, [...(fields.get(name) ?? []), message]);
  for (const issue of cause instanceof ZodError ? cause.issues : []) {
    if (issue.path.length > 0) addError(String(issue.path[0]), issue.message);
    else if (issue.code === 'unrecognized_keys') for (const key of issue.keys) addError(key, 'is not a known field');
    else addError('', issue.message);
  }
  return Object.fromEntries(fields);
}

const trpcCodes = {
  'not-found': 'NOT_FOUND',
  conflict: 'CONFLICT',
  'bad-request': 'BAD_REQUEST',
  storage: 'SERVICE_UNAVAILABLE',
} as const satisfies Record<AppErrorCode, TRPCError['code']>;

/** The only place where application errors are mapped to tRPC errors. */
const withMappedErrors = t.middleware(async ({ ctx, next }) => {
  const result = await next();
  if (result.ok) return result;
  const cause = storageError(result.error.cause, ctx.env.databasePath) ?? result.error.cause;
  if (cause instanceof AppError) throw new TRPCError({ code: trpcCodes[cause.code], message: cause.message, cause });
  return result;
});

/** Fails if the database file is gone: what is shown or changed would be lost. */
const withDatabaseFile = t.middleware(({ ctx, next }) => {
  const problem = ctx.databaseFile.problem();
  if (problem !== null) throw new StorageError(problem);
  return next();
});

export const router = t.router;
export const procedure = t.procedure.use(withMappedErrors).use(withDatabaseFile);
export const createCallerFactory = t.createCallerFactory;
