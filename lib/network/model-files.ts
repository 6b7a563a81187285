interface ModelFile {
  contentType: string;
  /** For people. */
  description: string;
}

/** The files of a run that hold its model; server/model/export/model-files.ts has what writes each. */
export const modelFiles = {
  'cifar10.h5': { contentType: 'application/x-hdf5', description: 'The whole network, for Keras 2 and Keras 3' },
  'cifar10.onnx': {
    contentType: 'application/octet-stream',
    description: 'The same for ONNX Runtime: pixels in, probabilities out',
  },
  'tfjs.zip': {
    contentType: 'application/zip',
    description: 'The same for TensorFlow.js, with a page that shows how',
  },
} as const satisfies Record<string, ModelFile>;
export type ModelFileName = keyof typeof modelFiles;

/** One of their properties, by file. */
export const modelFilesBy = <K extends keyof ModelFile>(property: K): Record<ModelFileName, ModelFile[K]> =>
  Object.fromEntries(Object.entries(modelFiles).map(([name, facts]) => [name, facts[property]])) as Record<
    ModelFileName,
    ModelFile[K]
  >;
