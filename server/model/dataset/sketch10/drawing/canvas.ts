/** A small canvas for anti-aliased polygons, each painted over the previous ones. */

/** Pixels per side. */
export const canvasSide = 32;
const area = canvasSide * canvasSide;

/** Red, green, blue within 0 … 1; strong light may exceed 1. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Factor applied to a colour at a pixel position, for textures and lighting. */
export type Shade = (x: number, y: number) => number;

/** Scan lines per pixel row at which polygons are sampled; along a row, coverage is exact. */
const linesPerRow = 4;
const lines = canvasSide * linesPerRow;
/** Further crossings of a scan line are ignored; the shapes here are simple. */
const maxCrossings = 32;

export class Canvas {
  /** [3, 32, 32]. */
  readonly planes = new Float32Array(3 * area);
  private readonly crossings = new Float32Array(lines * maxCrossings);
  private readonly crossingCounts = new Uint8Array(lines);
  /** For the current row: how much each column's coverage differs from the previous column's. */
  private readonly steps = new Float32Array(canvasSide + 2);

  /** Fills a polygon by the even–odd rule. @param points alternating x and y, in pixels from the top left corner */
  fill(points: readonly number[], colour: Colour, { shade, opacity = 1 }: { shade?: Shade; opacity?: number } = {}) {
    const [firstLine, lastLine] = this.cross(points);
    for (let row = Math.floor(firstLine / linesPerRow); row * linesPerRow <= lastLine; row++) {
      const [left, right] = this.cover(row);
      let covered = 0;
      for (let column = left; column <= right; column++) {
        covered += this.steps[column]!;
        this.steps[column] = 0;
        if (column === canvasSide || covered < 1e-4) continue;
        const share = Math.min(1, covered) * opacity;
        const light = shade ? shade(column + 0.5, row + 0.5) : 1;
        for (let at = row * canvasSide + column, plane = 0; plane < 3; plane++, at += area) {
          this.planes[at] = this.planes[at]! + share * (colour[plane]! * light - this.planes[at]!);
        }
      }
    }
  }

  /** Records where the polygon's edges cross each scan line. @returns the first and the last crossed line */
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
        if (count === maxCrossings) continue;
        this.crossings[line * maxCrossings + count] = x0 + (line + 0.5 - y0) * slope;
        this.crossingCounts[line] = count + 1;
      }
      if (first <= last) {
        firstLine = Math.min(firstLine, first);
        lastLine = Math.max(lastLine, last);
      }
    }
    return [firstLine, lastLine];
  }

  /** Accumulates the coverage of a row's pixels in `steps`. @returns the first and the last affected column */
  private cover(row: number): [number, number] {
    let left = canvasSide;
    let right = -1;
    for (let line = row * linesPerRow; line < (row + 1) * linesPerRow; line++) {
      const count = this.crossingCounts[line]!;
      if (count === 0) continue;
      this.crossingCounts[line] = 0;
      const start = line * maxCrossings;
      this.sortCrossings(start, count);
      for (let i = start; i + 1 < start + count; i += 2) {
        const from = Math.max(0, this.crossings[i]!);
        const to = Math.min(canvasSide, this.crossings[i + 1]!);
        if (from >= to) continue;
        this.step(from, 1 / linesPerRow);
        this.step(to, -1 / linesPerRow);
        left = Math.min(left, Math.floor(from));
        right = Math.max(right, Math.floor(to) + 1);
      }
    }
    return [left, Math.min(right, canvasSide)];
  }

  /** Increases the coverage from position `x` on by `height`, in the pixel that contains `x` proportionally. */
  private step(x: number, height: number): void {
    const column = Math.floor(x);
    const part = column + 1 - x;
    this.steps[column] = this.steps[column]! + height * part;
    this.steps[column + 1] = this.steps[column + 1]! + height * (1 - part);
  }

  /** Insertion sort, because there are usually only two. */
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
