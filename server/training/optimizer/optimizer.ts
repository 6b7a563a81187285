import type { OptimizerName } from '@/lib/config/optimizers.ts';
import { NotFiniteError } from '@/server/training/not-finite-error.ts';
import { AdamMemory } from './adam-memory.ts';

/** Optimizers with the names and formulas of Keras (keras.optimizers), updating plain arrays in one pass. */
export interface Optimizer {
  /**
   * Updates `parameters` in place; each gradient has the size of its parameter.
   *
   * @throws NotFiniteError if a gradient or a new value is not finite: training has diverged.
   */
  step(parameters: Map<string, Float32Array>, gradients: Map<string, Float32Array>, learningRate: number): void;
  /** Everything the next step depends on besides its arguments. Copy or write the arrays before that step changes them. */
  state(): OptimizerState;
  restore(state: OptimizerState): void;
}

export interface OptimizerState {
  /** Completed steps. */
  steps: number;
  /** The optimizer's arrays, one per slot and tensor: `mean/dense/kernel`. */
  slots: Map<string, Float32Array>;
}

interface OptimizerOptions {
  /** Only used by optimizers with weight decay. */
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

function parameterOf(parameters: Map<string, Float32Array>, name: string): Float32Array {
  const values = parameters.get(name);
  if (!values) throw new Error(`got a gradient for ${name}, but no such parameter exists`);
  return values;
}

/**
 * Adam (Kingma & Ba, 2015) with decoupled weight decay (Loshchilov & Hutter, 2019) as in Keras: v −= rate · decay · v on
 * every tensor including biases, then Adam with ε outside the bias correction.
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
      const values = parameterOf(parameters, name);
      const allFinite = this.memory.update(name, values, gradient, { alpha, kept, beta1, beta2, epsilon });
      if (!allFinite) throw new NotFiniteError(name);
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

/** Stochastic gradient descent with Nesterov momentum as in Keras: m = μm − rate·g, v += μm − rate·g. */
class NesterovSgd implements Optimizer {
  private steps = 0;
  private slots = new Map<string, Float32Array>();

  step(parameters: Map<string, Float32Array>, gradients: Map<string, Float32Array>, learningRate: number): void {
    this.steps++;
    for (const [name, gradient] of gradients) {
      const values = parameterOf(parameters, name);
      const velocity = this.velocityOf(name, values.length);
      let sum = 0;
      for (let i = 0; i < values.length; i++) {
        const push = learningRate * gradient[i]!;
        const v = momentum * velocity[i]! - push;
        velocity[i] = v;
        const value = values[i]! + momentum * v - push;
        values[i] = value;
        sum += Math.fround(value); // not finite if the gradient is not
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
