import { z } from 'zod';
import { mobilenetV2, type Network } from './mobilenet-v2.ts';

/** The trained networks that a run can start from. */
export const backboneSchema = z.enum(['imagenet', 'sketch'], { error: 'must be imagenet or sketch' });
export type Backbone = z.infer<typeof backboneSchema>;

interface BackboneFacts {
  network: Network;
  /** What people call it. */
  title: string;
  /** As the original script's log names it, which knows one. */
  baseModel: string;
  licence: string;
}

export const backbones: Record<Backbone, BackboneFacts> = {
  imagenet: {
    network: mobilenetV2(1),
    title: 'MobileNetV2 1.0 with ImageNet weights',
    baseModel: 'MobileNetV2',
    licence: 'ImageNet weights of MobileNetV2: Apache 2.0 (Keras)',
  },
  sketch: {
    network: mobilenetV2(0.35),
    title: 'MobileNetV2 0.35 trained on drawn pictures',
    baseModel: 'MobileNetV2 0.35, drawn pictures',
    licence: 'weights trained on drawn pictures: MIT (transfer-lab)',
  },
};

/** The network that a run trains. */
export const networkOf = ({ backbone }: { backbone: Backbone }): Network => backbones[backbone].network;
