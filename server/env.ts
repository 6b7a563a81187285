import path from 'node:path';
import { z } from 'zod';
import type { SourceSettings } from './data/sources.ts';
import { EnvironmentError } from './errors.ts';
import { isLoopbackName } from './http/access-rules.ts';
import { cacheLimitHint, isCacheLimit, type Paths, readPaths } from './model/files/paths.ts';
import { singleton } from './singleton.ts';

/** The parsed environment with all defaults applied. Paths are absolute. */
export interface Env {
  /** The requested port; null takes the next free one. */
  port: number | null;
  host: string;
  /** The token that clients must present; null admits everyone on this machine. */
  authToken: string | null;
  /** Lower-case host names that requests may carry in addition to the loopback names. */
  allowedHosts: string[];
  paths: Paths;
  /** Download mirrors to use instead of the official sources. */
  sources: SourceSettings;
  databasePath: string;
  /** Whether interrupted runs resume automatically. */
  autoResume: boolean;
  /** Seconds without a heartbeat, or within a single step, after which the trainer is considered hung. */
  trainerTimeout: number;
  /** The bundled trainer. Tests replace it with a scripted child process. */
  trainerEntry: string;
}

const webAddress = (name: string) =>
  z
    .string()
    .refine(
      (url) => /^https?:\/\//.test(url) && URL.canParse(url),
      `${name} must be a URL that starts with https:// or http://.`,
    )
    .optional();

const environmentSchema = z.object({
  PORT: z
    .string()
    .refine((port) => /^\d+$/.test(port) && Number(port) <= 65_535, 'PORT must be a whole number from 0 to 65535.')
    .transform(Number)
    .optional(),
  HOST: z.string().default('127.0.0.1'),
  AUTH_TOKEN: z.string().min(16, 'AUTH_TOKEN must have at least 16 characters.').max(1000).optional(),
  ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    ),
  CIFAR10_URL: webAddress('CIFAR10_URL'),
  CIFAR10_SHA256: z
    .string()
    .toLowerCase()
    .refine((hash) => /^[0-9a-f]{64}$/.test(hash), 'CIFAR10_SHA256 must be a SHA-256 hash of 64 hexadecimal digits.')
    .optional(),
  WEIGHTS_URL: webAddress('WEIGHTS_URL'),
  CACHE_LIMIT: z.string().refine(isCacheLimit, cacheLimitHint).optional(),
  AUTO_RESUME: z.enum(['on', 'off'], 'AUTO_RESUME must be on or off.').default('on'),
  TRAINER_PATIENCE: z
    .string()
    .refine(
      (seconds) => /^\d+$/.test(seconds) && Number(seconds) > 0,
      'TRAINER_PATIENCE must be a whole number of seconds above 0.',
    )
    .transform(Number)
    .default(120),
  DATABASE_PATH: z.string().optional(),
  TRAINER_ENTRY: z.string().optional(),
});

/**
 * Parses an environment. Empty variables count as unset.
 * @param root the project folder, against which relative paths are resolved
 * @throws EnvironmentError naming every invalid variable
 */
export function parseEnv(environment: Record<string, string | undefined>, root: string): Env {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { data, error } = environmentSchema.safeParse(set);
  if (error) throw new EnvironmentError(error.issues.map(({ message }) => message).join(' '));
  const { PORT, HOST, ALLOWED_HOSTS, CIFAR10_URL, CIFAR10_SHA256, WEIGHTS_URL, DATABASE_PATH, TRAINER_ENTRY } = data;
  const { AUTO_RESUME, TRAINER_PATIENCE, AUTH_TOKEN } = data;
  if (!isLoopbackName(HOST) && AUTH_TOKEN === undefined) {
    throw new EnvironmentError(
      `HOST=${HOST} would expose the server to the network without a password. Set AUTH_TOKEN to a secret of at least 16 characters, or keep a loopback address such as 127.0.0.1 and connect from other machines through ssh -L.`,
    );
  }
  const paths = readPaths(set, root);
  return {
    port: PORT ?? null,
    host: HOST,
    authToken: AUTH_TOKEN ?? null,
    allowedHosts: ALLOWED_HOSTS,
    paths,
    sources: {
      cifar10Url: CIFAR10_URL ?? null,
      cifar10Sha256: CIFAR10_SHA256 ?? null,
      weightsUrl: WEIGHTS_URL ?? null,
    },
    databasePath: path.resolve(root, DATABASE_PATH ?? path.join(paths.results, 'transfer-lab.db')),
    autoResume: AUTO_RESUME === 'on',
    trainerTimeout: TRAINER_PATIENCE,
    trainerEntry: path.resolve(root, TRAINER_ENTRY ?? 'dist/trainer/main.mjs'),
  };
}

/** The project folder; every server process is started in it. */
export const projectRoot = (): string => process.cwd();

/** The environment of this process, parsed once. */
export const getEnv = (): Env => singleton('env', () => parseEnv(process.env, projectRoot()));
