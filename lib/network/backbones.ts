import { z } from 'zod';
import { mobilenetV2, type Network } from './mobilenet-v2.ts';

interface BackboneFacts {
  network: Network;
  /** Display name. */
  title: string;
  /** The value of `base_model` in results logs, whose format is the original script's. */
  baseModel: string;
  licence: string;
  /** Source of the weights: Keras' downloads in the data folder, one per image size; or a file of this project. */
  weights: { from: 'keras' } | { from: 'project'; file: string };
}

const rows = {
  imagenet: {
    network: mobilenetV2(1),
    title: 'MobileNetV2 1.0 with ImageNet weights',
    baseModel: 'MobileNetV2',
    licence: 'ImageNet weights of MobileNetV2: Apache 2.0 (Keras)',
    weights: { from: 'keras' },
  },
  sketch: {
    network: mobilenetV2(0.35),
    title: 'MobileNetV2 0.35 trained on drawn images',
    baseModel: 'MobileNetV2 0.35, drawn pictures',
    licence: 'weights trained on drawn images: MIT (transfer-lab)',
    // Created by `npm run pretrain:backbone`.
    weights: { from: 'project', file: 'server/model/network/sketch-backbone.h5' },
  },
} as const satisfies Record<string, BackboneFacts>;
export type Backbone = keyof typeof rows;

/** The pretrained networks that a run can start from. */
export const backbones: Record<Backbone, BackboneFacts> = rows;

const names = Object.keys(backbones) as Backbone[];
export const backboneSchema = z.enum(names, { error: `must be ${names.join(' or ')}` });

/** The network that a run trains. */
export const networkOf = ({ backbone }: { backbone: Backbone }): Network => backbones[backbone].network;
