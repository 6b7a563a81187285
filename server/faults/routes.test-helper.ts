import { readdirSync } from 'node:fs';
import path from 'node:path';
import { appRouter } from '@/server/router.ts';
import { inProject } from '@/tools/testing/paths.ts';

const app = inProject('app');

/** Every route there is, as its files say: `/runs/[id]`, `/api/trpc/[trpc]`. A new one is among them by itself. */
export const routes: string[] = readdirSync(app, { recursive: true, encoding: 'utf8' })
  .filter((file) => /^(page\.tsx|route\.ts)$/.test(path.basename(file)))
  .map((file) => `/${path.dirname(file).replaceAll(path.sep, '/')}`.replace(/^\/\.$/, '/'))
  .sort();

export interface Procedure {
  name: string;
  type: 'query' | 'mutation' | 'subscription';
}

/** By their whole names, which tRPC's types do not tell. */
const defined = appRouter._def.procedures as unknown as Record<string, { _def: Pick<Procedure, 'type'> }>;

/** Every procedure there is. */
export const procedures: Procedure[] = Object.entries(defined).map(([name, { _def }]) => ({ name, type: _def.type }));

/** A route with each of its parameters in the place that is kept for it. */
export const fill = (route: string, parameters: Record<string, string>): string =>
  route.replace(/\[(\w+)\]/g, (_, name: string) => {
    if (parameters[name] === undefined) throw new Error(`Say what [${name}] of ${route} is here.`);
    return parameters[name];
  });

export const parametersOf = (route: string): string[] => [...route.matchAll(/\[(\w+)\]/g)].map(([, name]) => name!);
