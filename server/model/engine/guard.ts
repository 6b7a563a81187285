import { TrainerError } from '@/server/model/errors.ts';
import type { Engine } from './engine.ts';

/**
 * The same engine, whose failure in the middle of a run (a device that is lost, memory that runs out) ends the run with
 * what to do about it.
 *
 * @param onFailure told why, before the run ends
 */
export function guardEngine(engine: Engine, onFailure: (why: string) => Promise<void>): Engine {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const why = error instanceof Error ? error.message.trim() : String(error);
      await onFailure(why);
      throw new TrainerError(
        'engine-failed',
        `The engine ${engine.name} failed: ${why}. The last whole epoch is kept. ` +
          'Where memory ran out, take a smaller batch or image size; else start again with another engine, or auto.',
        { cause: error },
      );
    }
  };
  return {
    ...engine,
    compile: (outputs) =>
      guarded(async () => {
        const program = await engine.compile(outputs);
        return { ...program, run: (inputs) => guarded(() => program.run(inputs)) };
      }),
  };
}
