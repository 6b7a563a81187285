import { type Backbone, type BackboneWeights, backboneWeights } from './backbone-weights.ts';
import { mobilenetV2, type Network } from './mobilenet-v2.ts';

export type { Backbone } from './backbone-weights.ts';

interface BackboneFacts {
  network: Network;
  /** Display name. */
  title: string;
  /** The value of `base_model` in results logs, whose format is the original script's. */
  baseModel: string;
  licence: string;
  weights: BackboneWeights;
}

/** The pretrained networks that a run can start from. */
export const backbones: Record<Backbone, BackboneFacts> = {
  imagenet: {
    network: mobilenetV2(1),
    title: 'MobileNetV2 1.0 with ImageNet weights',
    baseModel: 'MobileNetV2',
    licence: 'ImageNet weights of MobileNetV2: Apache 2.0 (Keras)',
    weights: backboneWeights.imagenet,
  },
  sketch: {
    network: mobilenetV2(0.35),
    title: 'MobileNetV2 0.35 trained on drawn images',
    baseModel: 'MobileNetV2 0.35, drawn pictures',
    licence: 'weights trained on drawn images: MIT (transfer-lab)',
    weights: backboneWeights.sketch,
  },
};

/** The network that a run trains. */
export const networkOf = ({ backbone }: { backbone: Backbone }): Network => backbones[backbone].network;
