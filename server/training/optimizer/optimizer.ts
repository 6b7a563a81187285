import type { OptimizerName } from '@/lib/config/optimizers.ts';
import { NotFiniteError } from '@/server/training/not-finite-error.ts';
import { AdamMemory } from './adam-memory.ts';

/** The update in one pass over plain arrays, by Keras name, in Keras' forms (keras.optimizers). */
export interface Optimizer {
  /**
   * Changes `parameters` in place by their `gradients`, of the same sizes.
   *
   * @throws NotFiniteError where a gradient or a new value is not finite; then training has diverged.
   */
  step(parameters: Map<string, Float32Array>, gradients: Map<string, Float32Array>, learningRate: number): void;
  /** What the next step depends on besides its arguments. The arrays are those in use: copy or write them at once. */
  state(): OptimizerState;
  /** Resumes from another's state. */
  restore(state: OptimizerState): void;
}

export interface OptimizerState {
  /** Taken so far. */
  steps: number;
  /** An array a tensor, by what it holds and the tensor's name: `mean/dense/kernel`. */
  slots: Map<string, Float32Array>;
}

interface OptimizerOptions {
  /** Where the optimizer decays weights at all. */
  weightDecay: number;
}

const optimizers = {
  adamw: ({ weightDecay }: OptimizerOptions) => new Adam(weightDecay),
  adam: () => new Adam(0),
  sgd: () => new NesterovSgd(),
} satisfies Record<OptimizerName, (options: OptimizerOptions) => Optimizer>;

export const createOptimizer = (name: OptimizerName, options: OptimizerOptions): Optimizer => optimizers[name](options);

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-7;

function need(parameters: Map<string, Float32Array>, name: string): Float32Array {
  const values = parameters.get(name);
  if (!values) throw new Error(`there is a gradient but no parameter called ${name}`);
  return values;
}

/**
 * Adam (Kingma & Ba, 2015) with decoupled weight decay (Loshchilov & Hutter, 2019) as Keras writes it:
 * v −= rate · decay · v on every tensor, biases too, then Adam with ε outside the bias correction.
 */
class Adam implements Optimizer {
  private steps = 0;
  private memory = new AdamMemory();

  constructor(private readonly weightDecay: number) {}

  step(parameters: Map<string, Float32Array>, gradients: Map<string, Float32Array>, learningRate: number): void {
    this.steps++;
    const alpha = (learningRate * Math.sqrt(1 - beta2 ** this.steps)) / (1 - beta1 ** this.steps);
    const kept = 1 - learningRate * this.weightDecay;
    for (const [name, gradient] of gradients) {
      const values = need(parameters, name);
      const sound = this.memory.update(name, values, gradient, { alpha, kept, beta1, beta2, epsilon });
      if (!sound) throw new NotFiniteError(name);
    }
  }

  state = (): OptimizerState => ({ steps: this.steps, slots: this.memory.arrays() });

  restore({ steps, slots }: OptimizerState): void {
    this.steps = steps;
    this.memory = new AdamMemory();
    this.memory.restore(slots);
  }
}

const momentum = 0.9;

/** Stochastic gradient descent with Nesterov momentum, Keras' form: m = μm − rate·g, v += μm − rate·g. */
class NesterovSgd implements Optimizer {
  private steps = 0;
  private slots = new Map<string, Float32Array>();

  step(parameters: Map<string, Float32Array>, gradients: Map<string, Float32Array>, learningRate: number): void {
    this.steps++;
    for (const [name, gradient] of gradients) {
      const values = need(parameters, name);
      const velocity = this.velocityOf(name, values.length);
      let sum = 0;
      for (let i = 0; i < values.length; i++) {
        const push = learningRate * gradient[i]!;
        const v = momentum * velocity[i]! - push;
        velocity[i] = v;
        const value = values[i]! + momentum * v - push;
        values[i] = value;
        sum += Math.fround(value); // not finite where the gradient was not
      }
      if (!Number.isFinite(sum)) throw new NotFiniteError(name);
    }
  }

  state = (): OptimizerState => ({ steps: this.steps, slots: this.slots });

  restore({ steps, slots }: OptimizerState): void {
    this.steps = steps;
    this.slots = slots;
  }

  private velocityOf(name: string, length: number): Float32Array {
    const key = `velocity/${name}`;
    const found = this.slots.get(key) ?? new Float32Array(length);
    this.slots.set(key, found);
    return found;
  }
}
