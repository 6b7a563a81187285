import { existsSync } from 'node:fs';
import path from 'node:path';
import { and, asc, desc, eq, inArray } from 'drizzle-orm';
import { eventField, events, probes, runs } from '@/drizzle/schema.ts';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import type { CachedByRun, Speed } from '@/lib/work/estimate.ts';
import type { BaseContext } from '@/server/base-context.ts';
import type { Database } from '@/server/db/database.ts';
import { type Machine, thisMachine } from './machine.ts';

/** The number of newest runs and probes to read; older ones add nothing. */
const newest = 40;

/**
 * The speeds measured on this machine, first those of runs, then those of probes, each newest first; and which cached files
 * of these runs still exist.
 */
export function readSpeeds({ db, env }: Pick<BaseContext, 'db' | 'env'>): {
  speeds: Speed[];
  kept: CachedByRun[];
  cacheLimit: number;
} {
  const here = thisMachine(env.paths.cache);
  const reports = readReports(db).filter(({ started }) => matches(here, started));
  const probed = db
    .select()
    .from(probes)
    .where(and(eq(probes.engine, here.engine), eq(probes.device, here.device), eq(probes.threads, here.threads ?? 0)))
    .orderBy(desc(probes.id))
    .limit(newest)
    .all();
  const exists = (name: string) => existsSync(path.join(env.paths.cache, path.basename(name)));
  const allExist = (names: string[]) => names.length > 0 && names.every(exists);
  return {
    speeds: [...reports.flatMap(({ measured }) => measured?.speeds ?? []), ...probed.flatMap(({ speeds }) => speeds)],
    kept: reports.flatMap(({ config, features, frozen }) =>
      features
        ? {
            dataset: config.dataset,
            backbone: config.backbone,
            nUnfreeze: config.n_unfreeze,
            imageSize: config.image_size,
            trainLimit: config.train_limit,
            plain: allExist(features.plain),
            mirrored: allExist(features.mirrored),
            train: allExist(frozen?.train ?? []),
            evaluated: allExist(frozen?.evaluated ?? []),
          }
        : [],
    ),
    cacheLimit: env.paths.cacheLimit,
  };
}

const matches = ({ engine, device, threads }: Machine, started: RunEventOf<'started'> | undefined): boolean =>
  started?.engine === engine && started.device === device && started.threads === threads;

/** The newest runs, newest first, with their last event of each type that concerns speed. */
function readReports(db: Database) {
  const newestRuns = db
    .select({ id: runs.id, config: runs.config })
    .from(runs)
    .orderBy(desc(runs.number))
    .limit(newest)
    .all();
  const types = ['started', 'measured', 'features-kept', 'frozen-kept'] satisfies RunEvent['type'][];
  const rows = db
    .select({ runId: events.runId, event: events.event })
    .from(events)
    .where(
      and(
        inArray(
          events.runId,
          newestRuns.map(({ id }) => id),
        ),
        inArray(eventField('type'), types),
      ),
    )
    .orderBy(asc(events.id))
    .all();
  return newestRuns.map(({ id, config }) => {
    const own = rows.filter(({ runId }) => runId === id).map(({ event }) => event);
    return {
      config,
      started: own.findLast((event) => event.type === 'started'),
      measured: own.findLast((event) => event.type === 'measured'),
      features: own.findLast((event) => event.type === 'features-kept'),
      frozen: own.findLast((event) => event.type === 'frozen-kept'),
    };
  });
}
