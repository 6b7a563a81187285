import { readdirSync } from 'node:fs';
import path from 'node:path';
import { appRouter } from '@/server/router.ts';
import { inProject } from '@/tools/testing/paths.ts';

const app = inProject('app');

/**
 * All routes, derived from the files in app/: `/runs/[id]`, `/api/trpc/[trpc]`. New routes are included automatically.
 */
export const routes: string[] = readdirSync(app, { recursive: true, encoding: 'utf8' })
  .filter((file) => /^(page\.tsx|route\.ts)$/.test(path.basename(file)))
  .map((file) => `/${path.dirname(file).replaceAll(path.sep, '/')}`.replace(/^\/\.$/, '/'))
  .sort();

export interface Procedure {
  name: string;
  type: 'query' | 'mutation' | 'subscription';
}

/** Keyed by full name (`runs.list`), which tRPC's types do not expose. */
const defined = appRouter._def.procedures as unknown as Record<string, { _def: Pick<Procedure, 'type'> }>;

/** All procedures. */
export const procedures: Procedure[] = Object.entries(defined).map(([name, { _def }]) => ({ name, type: _def.type }));

/** A route with its parameters filled in. @throws Error if a parameter is missing */
export const fill = (route: string, parameters: Record<string, string>): string =>
  route.replace(/\[(\w+)\]/g, (_, name: string) => {
    if (parameters[name] === undefined) throw new Error(`Missing a value for [${name}] of ${route}.`);
    return parameters[name];
  });

export const parametersOf = (route: string): string[] => [...route.matchAll(/\[(\w+)\]/g)].map(([, name]) => name!);
