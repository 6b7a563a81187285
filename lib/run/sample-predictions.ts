/**
 * The wall: some validation images, the same in every run on the same data, each with what the network takes it for after
 * every epoch. The images are one picture, a row of tiles after the other; predictions travel in the events.
 */

/** At most this many images, the same number of every class. */
export const wallImages = 200;
/** Tiles in a row of the picture. */
export const wallColumns = 20;
/** Pixels along a tile's side. */
export const wallTile = 32;

/** Predicted classes, one byte each, as they stand in an `epoch` event: base64. */
export const encodeWall = (predicted: Uint8Array): string => btoa(String.fromCharCode(...predicted));

/** @returns the predicted class of each image */
export const decodeWall = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
