/**
 * Sample predictions: the predicted class of some validation images after every epoch. Runs on the same data use the same
 * images. These are the tiles of one image file, `wall.png`, row by row; predictions are part of the events.
 */

/** The maximum number of images; every class has the same number. */
export const maxSampleImages = 200;
/** Tiles per row of the image file. */
export const sampleColumns = 20;
/** The width and height of a tile in pixels. */
export const sampleTileSize = 32;

/** Encodes predicted classes, one byte each, as base64 for an `epoch` event. */
export const encodeSamplePredictions = (predicted: Uint8Array): string => btoa(String.fromCharCode(...predicted));

/** @returns the predicted class of each image */
export const decodeSamplePredictions = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
