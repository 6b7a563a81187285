import { z } from 'zod';
import { mobilenetV2, type Network } from './mobilenet-v2.ts';

interface BackboneFacts {
  network: Network;
  /** What people call it. */
  title: string;
  /** As the original script's log names it, which knows one. */
  baseModel: string;
  licence: string;
  /** Where its weights are: in the data folder, a download of Keras' for each image size; or a file of this project. */
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
    title: 'MobileNetV2 0.35 trained on drawn pictures',
    baseModel: 'MobileNetV2 0.35, drawn pictures',
    licence: 'weights trained on drawn pictures: MIT (transfer-lab)',
    // Made by `npm run pretrain:backbone`.
    weights: { from: 'project', file: 'server/model/network/sketch-backbone.h5' },
  },
} as const satisfies Record<string, BackboneFacts>;
export type Backbone = keyof typeof rows;

/** The trained networks that a run can start from. */
export const backbones: Record<Backbone, BackboneFacts> = rows;

const names = Object.keys(backbones) as Backbone[];
export const backboneSchema = z.enum(names, { error: `must be ${names.join(' or ')}` });

/** The network that a run trains. */
export const networkOf = ({ backbone }: { backbone: Backbone }): Network => backbones[backbone].network;
