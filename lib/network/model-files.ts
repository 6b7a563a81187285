interface ModelFile {
  contentType: string;
  /** Shown in the list of files. */
  description: string;
}

/** The exported model files of a run. Their exporters are in server/model/export/model-files.ts. */
export const modelFiles = {
  'cifar10.h5': { contentType: 'application/x-hdf5', description: 'Complete model for Keras 2 and Keras 3' },
  'cifar10.onnx': {
    contentType: 'application/octet-stream',
    description: 'Complete model for ONNX Runtime: pixels in, probabilities out',
  },
  'tfjs.zip': {
    contentType: 'application/zip',
    description: 'Complete model for TensorFlow.js, with an example page',
  },
} as const satisfies Record<string, ModelFile>;
export type ModelFileName = keyof typeof modelFiles;

/** One property of every model file, by file name. */
export const modelFilesBy = <K extends keyof ModelFile>(property: K): Record<ModelFileName, ModelFile[K]> =>
  Object.fromEntries(Object.entries(modelFiles).map(([name, facts]) => [name, facts[property]])) as Record<
    ModelFileName,
    ModelFile[K]
  >;
