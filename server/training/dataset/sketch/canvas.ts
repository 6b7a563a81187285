/** A small picture to paint on: anti-aliased polygons, painted one over the other. */

/** Pixels a side. */
export const canvasSide = 32;
const area = canvasSide * canvasSide;

/** Red, green, blue; 0 … 1, and beyond it where light is strong. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Factor of a colour at a place of the picture, in pixels: a texture, or the light on a body. */
export type Shade = (x: number, y: number) => number;

/** Lines within a row of pixels at which a polygon's inside is looked up; along a row its borders are exact. */
const linesPerRow = 4;
const lines = canvasSide * linesPerRow;
/** More crossings of a line than this are left out: shapes here are simple. */
const mostCrossings = 32;

export class Canvas {
  /** [3, 32, 32]. */
  readonly planes = new Float32Array(3 * area);
  private readonly crossings = new Float32Array(lines * mostCrossings);
  private readonly crossingCounts = new Uint8Array(lines);
  private readonly coverage = new Float32Array(area);

  /** Fills a polygon, even–odd. @param points x and y in turn, in pixels from the top left corner */
  fill(points: readonly number[], colour: Colour, { shade, opacity = 1 }: { shade?: Shade; opacity?: number } = {}) {
    const [firstLine, lastLine] = this.cross(points);
    for (let row = Math.floor(firstLine / linesPerRow); row * linesPerRow <= lastLine; row++) {
      const [left, right] = this.cover(row);
      for (let column = left; column <= right; column++) {
        const at = row * canvasSide + column;
        const covered = Math.min(1, this.coverage[at]!) * opacity;
        this.coverage[at] = 0;
        if (covered === 0) continue;
        const light = shade ? shade(column + 0.5, row + 0.5) : 1;
        for (let plane = 0; plane < 3; plane++) {
          const here = plane * area + at;
          this.planes[here] = this.planes[here]! + covered * (colour[plane]! * light - this.planes[here]!);
        }
      }
    }
  }

  /** Notes where the polygon's edges cross each line. @returns the first and the last line that are crossed */
  private cross(points: readonly number[]): [number, number] {
    let firstLine = lines;
    let lastLine = -1;
    for (let i = 0; i < points.length; i += 2) {
      const next = (i + 2) % points.length;
      const downwards = points[i + 1]! < points[next + 1]!;
      const [top, bottom] = downwards ? [i, next] : [next, i];
      const [x0, y0] = [points[top]!, points[top + 1]! * linesPerRow];
      const [x1, y1] = [points[bottom]!, points[bottom + 1]! * linesPerRow];
      const first = Math.max(0, Math.ceil(y0 - 0.5));
      const last = Math.min(lines - 1, Math.ceil(y1 - 0.5) - 1);
      const slope = (x1 - x0) / (y1 - y0);
      for (let line = first; line <= last; line++) {
        const count = this.crossingCounts[line]!;
        if (count === mostCrossings) continue;
        this.crossings[line * mostCrossings + count] = x0 + (line + 0.5 - y0) * slope;
        this.crossingCounts[line] = count + 1;
      }
      if (first <= last) {
        firstLine = Math.min(firstLine, first);
        lastLine = Math.max(lastLine, last);
      }
    }
    return [firstLine, lastLine];
  }

  /** Adds up what of each pixel of a row lies inside. @returns the first and the last column that were touched */
  private cover(row: number): [number, number] {
    let left = canvasSide;
    let right = -1;
    for (let line = row * linesPerRow; line < (row + 1) * linesPerRow; line++) {
      const count = this.crossingCounts[line]!;
      if (count === 0) continue;
      this.crossingCounts[line] = 0;
      const start = line * mostCrossings;
      this.sortCrossings(start, count);
      for (let i = start; i + 1 < start + count; i += 2) {
        const from = Math.max(0, this.crossings[i]!);
        const to = Math.min(canvasSide, this.crossings[i + 1]!);
        if (from >= to) continue;
        const [first, last] = [Math.floor(from), Math.min(canvasSide - 1, Math.floor(to))];
        for (let column = first; column <= last; column++) {
          const inside = Math.min(to, column + 1) - Math.max(from, column);
          this.coverage[row * canvasSide + column] = this.coverage[row * canvasSide + column]! + inside / linesPerRow;
        }
        left = Math.min(left, first);
        right = Math.max(right, last);
      }
    }
    return [left, right];
  }

  /** Mostly there are two. */
  private sortCrossings(start: number, count: number): void {
    const { crossings } = this;
    for (let i = start + 1; i < start + count; i++) {
      const x = crossings[i]!;
      let j = i - 1;
      for (; j >= start && crossings[j]! > x; j--) crossings[j + 1] = crossings[j]!;
      crossings[j + 1] = x;
    }
  }
}
