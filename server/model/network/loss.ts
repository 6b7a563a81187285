import type { Node } from '@/server/model/graph/node.ts';
import { logSoftmax, multiply, reshape, scalar, sum } from '@/server/model/graph/operations.ts';

/** Mean cross-entropy, a scalar. @param targets [n, classes], already smoothed and mixed */
export function crossEntropyLoss(logits: Node, targets: Node): Node {
  const [images = 0] = logits.shape;
  return reshape(multiply(sum(multiply(targets, logSoftmax(logits)), [0, 1]), scalar(-1 / images)), []);
}
