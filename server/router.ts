import { compareRouter } from './routers/compare.ts';
import { dashboardRouter } from './routers/dashboard.ts';
import { dataRouter } from './routers/data.ts';
import { logsRouter } from './routers/logs.ts';
import { runsRouter } from './routers/runs.ts';
import { systemRouter } from './routers/system.ts';
import { createCallerFactory, router } from './trpc.ts';

export const appRouter = router({
  compare: compareRouter,
  dashboard: dashboardRouter,
  data: dataRouter,
  logs: logsRouter,
  runs: runsRouter,
  system: systemRouter,
});
export type AppRouter = typeof appRouter;

export const createCaller = createCallerFactory(appRouter);
