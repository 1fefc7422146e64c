/**
 * A word about a login as a picture for a Stream Deck button. It is laid out in cells, as many as a button of 72x72
 * has pixels, and each becomes a square of 4x4: so it stays crisp when Companion scales it down again.
 */
import { letter, LETTER_HEIGHT } from "./letters.ts";
import { encodePng, type Pixels, type Rgb } from "./png.ts";

/** Green: all is well. Amber: wait, or look closer. Red: a person has to act. */
export type Colour = "green" | "amber" | "red";

/** What a picture says. */
export interface Sign {
  /** From top to bottom; the first is the largest where there is room. */
  readonly lines: readonly string[];
  readonly colour: Colour;
}

interface Look {
  readonly ground: Rgb;
  readonly ink: Rgb;
  /** Above the words, so that colour is not the only sign of trouble; empty while all is well. */
  readonly mark: readonly string[];
}

/** Drawings side by side, and how many cells of the picture each of their own is wide and high. */
interface Line {
  readonly drawings: readonly (readonly string[])[];
  readonly scale: number;
}

/** Width and height of a picture in pixels. */
export const SIDE = 288;
const CELL = 4;
const CELLS = SIDE / CELL;
/** Free cells at each edge: a key's window may hide a few. */
const MARGIN = 4;
const ROOM = CELLS - 2 * MARGIN;
const LINE_GAP = 3;
const MARK_SCALE = 2;
const LARGEST_FIRST = 6;
const LARGEST_OTHER = 3;

const LOOKS: Readonly<Record<Colour, Look>> = {
  green: { ground: [10, 110, 52], ink: [255, 255, 255], mark: [] },
  amber: {
    ground: [255, 178, 26],
    ink: [28, 18, 0],
    mark: [
      "#######",
      ".#...#.",
      ".#...#.",
      ".#####.",
      "..###..",
      "..#.#..",
      ".#.#.#.",
      "#######",
    ],
  },
  red: {
    ground: [176, 18, 32],
    ink: [255, 255, 255],
    mark: [
      ".......#.......",
      "......###......",
      ".....##.##.....",
      "....###.###....",
      "...####.####...",
      "..###########..",
      ".######.######.",
      "###############",
    ],
  },
};

/** What a picture says in place of a line such as `OK 2h13` or `SIGN IN`. */
export function signOf(line: string): Sign {
  return { lines: line.split(" "), colour: colourOf(line) };
}

function colourOf(line: string): Colour {
  if (/^OK( |$)/.test(line)) return "green";
  return line === "SIGN IN" || line === "UNKNOWN ID" ? "red" : "amber";
}

/** Draws a sign. Throws an `Error` for what has no letters, or no room even at its smallest. */
export function draw({ lines, colour }: Sign): Pixels {
  const { ground, ink, mark } = LOOKS[colour];
  const words = lines.map((line, place) => written(line, place === 0 ? LARGEST_FIRST : LARGEST_OTHER));
  const all = fitted(mark.length === 0 ? [] : [{ drawings: [mark], scale: MARK_SCALE }], words);
  const colours = new Uint8Array(SIDE * SIDE);
  let top = Math.floor((CELLS - heightOf(all)) / 2);
  for (const line of all) {
    inkLine(colours, line, top);
    top += lineHeight(line) + LINE_GAP;
  }
  return { width: SIDE, height: SIDE, palette: [ground, ink], colours };
}

/** The largest that the width allows, `largest` at most. */
function written(line: string, largest: number): Line {
  const drawings = [...line].map(letter);
  let scale = largest;
  while (scale > 1 && widthOf({ drawings, scale }) > ROOM) scale--;
  return { drawings, scale };
}

/** The words below the mark, the tallest made smaller, the lower of equals first, until the height allows them. */
function fitted(mark: readonly Line[], words: readonly Line[]): readonly Line[] {
  let all = [...mark, ...words];
  while (heightOf(all) > ROOM) {
    const tallest = Math.max(...words.map(({ scale }) => scale));
    const at = words.findLastIndex(({ scale }) => scale === tallest);
    words = words.map((line, place) => place === at ? { ...line, scale: line.scale - 1 } : line);
    all = [...mark, ...words];
    if (tallest === 1) break;
  }
  if (heightOf(all) > ROOM || all.some((line) => widthOf(line) > ROOM)) {
    throw new Error("Cannot draw the picture: there is no room for so much text");
  }
  return all;
}

function heightOf(lines: readonly Line[]): number {
  const ownHeights = lines.reduce((sum, line) => sum + lineHeight(line), 0);
  return ownHeights + (lines.length - 1) * LINE_GAP;
}

function lineHeight({ drawings, scale }: Line): number {
  return (drawings[0]?.length ?? LETTER_HEIGHT) * scale;
}

function widthOf({ drawings, scale }: Line): number {
  const own = drawings.reduce((sum, rows) => sum + (rows[0]?.length ?? 0), 0);
  return own * scale + (drawings.length - 1) * letterGap(scale);
}

/** Half as wide as a stroke: what lets `UNKNOWN` be written in strokes of two. */
function letterGap(scale: number): number {
  return Math.ceil(scale / 2);
}

function inkLine(colours: Uint8Array, line: Line, top: number): void {
  let left = Math.floor((CELLS - widthOf(line)) / 2);
  for (const rows of line.drawings) {
    inkDrawing(colours, rows, line.scale * CELL, left * CELL, top * CELL);
    left += (rows[0]?.length ?? 0) * line.scale + letterGap(line.scale);
  }
}

/** Inks squares of `side` pixels; `left` and `top` in pixels too. */
function inkDrawing(
  colours: Uint8Array,
  rows: readonly string[],
  side: number,
  left: number,
  top: number,
): void {
  for (let y = 0; y < rows.length * side; y++) {
    const row = rows[Math.floor(y / side)] ?? "";
    for (let x = 0; x < row.length * side; x++) {
      if (row[Math.floor(x / side)] === "#") colours[(top + y) * SIDE + left + x] = 1;
    }
  }
}
