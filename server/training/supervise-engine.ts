import type { Engine } from '@/server/model/engine/engine.ts';
import { CodedError } from '@/server/model/errors.ts';
import type { StepCounter } from './telemetry/step-counter.ts';

interface Supervision {
  /** Pauses the watchdog during compilation and the first step after it, which may be slow. */
  stepCounter?: StepCounter;
  /** Receives the reason before the run ends. */
  onFailure: (reason: string) => Promise<void>;
}

/** Wraps an engine so that a failure during a run (a lost device, exhausted memory) ends it with an actionable message. */
export function superviseEngine(engine: Engine, { stepCounter, onFailure }: Supervision): Engine {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message.trim() : String(error);
      await onFailure(reason);
      throw new CodedError(
        'engine-failed',
        `The engine ${engine.name} failed: ${reason}. The last complete epoch is saved. ` +
          'If memory ran out, reduce batch_size or image_size; otherwise start again with another engine, or auto.',
        { cause: error },
      );
    }
  };
  return {
    ...engine,
    compile: (outputs) => {
      stepCounter?.pauseWatchdog();
      return guarded(async () => {
        const program = await engine.compile(outputs);
        return { ...program, run: (inputs) => guarded(() => program.run(inputs)) };
      });
    },
  };
}
