import type { Group } from 'h5wasm/node';
import { writeHdf5 } from '@/server/model/files/hdf5.ts';
import { kerasModelConfig, kerasTrainingConfig } from './keras-config.ts';
import { type NamedWeight, tensorsByLayer } from './keras-tensors.ts';
import type { TrainedModel } from './trained-model.ts';

/** The version that the file claims: Keras 3 reads Keras 2's files, but not vice versa. */
const kerasVersion = '2.15.0';

/**
 * Writes the complete model as Keras' legacy HDF5 file (`keras.models.load_model`), which opens in Keras 2 and Keras 3:
 * https://github.com/keras-team/keras/blob/v2.15.0/keras/saving/legacy/hdf5_format.py. Kernels stay unfolded; frozen
 * tensors are bit-identical to the base.
 * @param file path, written atomically
 * @returns size in bytes
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

/** Writes a layer's group: the names of its tensors, and a subgroup with the layer's name that contains them. */
function writeLayer(parent: Group, layer: string, tensors: NamedWeight[]) {
  const group = parent.create_group(layer);
  const fullName = ({ name }: NamedWeight) => `${name}:0`;
  writeNames(group, 'weight_names', tensors.map(fullName));
  if (tensors.length > 0) group.create_group(layer);
  for (const tensor of tensors) {
    group.create_dataset({ name: fullName(tensor), data: tensor.data, shape: tensor.shape });
  }
}

/** Writes a list of names. Keras writes an empty list as an empty array of float64. */
const writeNames = (group: Group, attribute: string, names: string[]) =>
  group.create_attribute(attribute, names.length > 0 ? names : new Float64Array());
