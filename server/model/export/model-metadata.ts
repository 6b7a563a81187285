import { backbones } from '@/lib/network/backbones.ts';
import type { TrainedModel } from './trained-model.ts';

/** Information for programs that use the model, included in the ONNX and TensorFlow.js files. */
export interface ModelMetadata {
  description: string;
  /** In label order, which is the order of the probabilities. */
  classes: readonly string[];
  input: string;
  preprocessing: string;
  output: string;
  image_size: number;
  license: string;
}

export const modelMetadata = ({
  backbone,
  classes,
  imageSize,
}: Pick<TrainedModel, 'backbone' | 'classes' | 'imageSize'>): ModelMetadata => ({
  description: `${backbones[backbone].title}, at ${imageSize} px, with a head for ${classes.length} classes, trained by transfer-lab`,
  classes,
  input: '[N, 32, 32, 3]: RGB, channels last, in [0, 1]',
  preprocessing: `none: resizing to ${imageSize} px and scaling to [-1, 1] are part of the model`,
  output: `[N, ${classes.length}]: probabilities`,
  image_size: imageSize,
  license: backbones[backbone].licence,
});
