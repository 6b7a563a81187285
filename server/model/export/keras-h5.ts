import type { Group } from 'h5wasm/node';
import { writeHdf5 } from '@/server/model/files/hdf5.ts';
import { kerasModelConfig, kerasTrainingConfig } from './keras-config.ts';
import { type NamedWeight, tensorsByLayer } from './keras-tensors.ts';
import type { TrainedModel } from './trained-model.ts';

/** What the file claims to be written by: Keras 3 reads Keras 2's files, not the other way round. */
const kerasVersion = '2.15.0';

/**
 * Writes the whole model as Keras' legacy HDF5 file (`keras.models.load_model`), one that opens in Keras 2 and in Keras 3:
 * https://github.com/keras-team/keras/blob/v2.15.0/keras/saving/legacy/hdf5_format.py. Kernels stay unfolded, and every
 * tensor that was not trained keeps its bits.
 * @param file its path; appears only when it is whole
 * @returns its size in bytes
 */
export async function exportKerasH5(file: string, model: TrainedModel): Promise<number> {
  const config = kerasModelConfig(model);
  const tensors = tensorsByLayer(model);
  return writeHdf5(file, (root) => {
    root.create_attribute('keras_version', kerasVersion);
    root.create_attribute('backend', 'tensorflow');
    root.create_attribute('model_config', JSON.stringify(config));
    root.create_attribute('training_config', JSON.stringify(kerasTrainingConfig(model)));
    const group = root.create_group('model_weights');
    group.create_attribute('keras_version', kerasVersion);
    group.create_attribute('backend', 'tensorflow');
    writeNames(
      group,
      'layer_names',
      config.config.layers.map((layer) => layer.name),
    );
    for (const { name } of config.config.layers) writeLayer(group, name, tensors.get(name) ?? []);
    writeLayer(group, 'top_level_model_weights', []);
  });
}

/** A layer's group: the names of its tensors, and a group of the layer's name with the tensors in it. */
function writeLayer(parent: Group, layer: string, tensors: NamedWeight[]) {
  const group = parent.create_group(layer);
  const fullName = ({ name }: NamedWeight) => `${name}:0`;
  writeNames(group, 'weight_names', tensors.map(fullName));
  if (tensors.length > 0) group.create_group(layer);
  for (const tensor of tensors) {
    group.create_dataset({ name: fullName(tensor), data: tensor.data, shape: tensor.shape });
  }
}

/** A list of names; Keras writes an empty one as no numbers at all. */
const writeNames = (group: Group, attribute: string, names: string[]) =>
  group.create_attribute(attribute, names.length > 0 ? names : new Float64Array());
