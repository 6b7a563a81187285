import type { TrainedModel } from './trained-model.ts';

/** What a program that uses the model should know, as it stands in the files that are not Keras'. */
export interface ModelMetadata {
  description: string;
  /** In label order: the probabilities' order. */
  classes: readonly string[];
  input: string;
  preprocessing: string;
  output: string;
  image_size: number;
  license: string;
}

export const modelMetadata = ({ classes, imageSize }: Pick<TrainedModel, 'classes' | 'imageSize'>): ModelMetadata => ({
  description: `MobileNetV2 1.0 at ${imageSize} px with a head for ${classes.length} classes, trained by transfer-lab`,
  classes,
  input: '[N, 32, 32, 3]: RGB, channels last, in [0, 1]',
  preprocessing: `none to be done: resizing to ${imageSize} px and scaling to [-1, 1] are part of the model`,
  output: `[N, ${classes.length}]: probabilities`,
  image_size: imageSize,
  license: 'ImageNet weights of MobileNetV2: Apache 2.0 (Keras)',
});
