/**
 * The source of each backbone's weights: Keras' downloads in the data folder, one per image size; or a file of this project.
 * Apart from the networks, so that pages which only need to know the data do not load these.
 */
export const backboneWeights = {
  imagenet: { from: 'keras' },
  // Created by `npm run pretrain:backbone`.
  sketch: { from: 'project', file: 'server/model/network/sketch-backbone.h5' },
} as const satisfies Record<string, BackboneWeights>;

export type BackboneWeights = { from: 'keras' } | { from: 'project'; file: string };
export type Backbone = keyof typeof backboneWeights;
