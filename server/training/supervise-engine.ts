import type { Engine } from '@/server/model/engine/engine.ts';
import { CodedError } from '@/server/model/errors.ts';
import type { StepCounter } from './telemetry/step-counter.ts';

interface Supervision {
  /** Paused where something is compiled: that, and the first step of what was compiled, may take long. */
  pulse?: StepCounter;
  /** Receives the reason before the run ends. */
  onFailure: (why: string) => Promise<void>;
}

/**
 * The same engine for a run: a failure in the middle of it (a device that is lost, memory that runs out) ends the run with
 * a message that says what to do.
 */
export function superviseEngine(engine: Engine, { pulse, onFailure }: Supervision): Engine {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const why = error instanceof Error ? error.message.trim() : String(error);
      await onFailure(why);
      throw new CodedError(
        'engine-failed',
        `The engine ${engine.name} failed: ${why}. The last whole epoch is kept. ` +
          'Where memory ran out, take a smaller batch or image size; else start again with another engine, or auto.',
        { cause: error },
      );
    }
  };
  return {
    ...engine,
    compile: (outputs) => {
      pulse?.pauseWatchdog();
      return guarded(async () => {
        const program = await engine.compile(outputs);
        return { ...program, run: (inputs) => guarded(() => program.run(inputs)) };
      });
    },
  };
}
