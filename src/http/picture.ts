/**
 * A word about a login as a picture for a Stream Deck button. It is laid out in cells, as many as a button of 72x72
 * has pixels, and each becomes a square of 4x4: so it stays crisp when Companion scales it down again.
 */
import { letter } from "./letters.ts";
import { encodePng, type Pixels, type Rgb } from "./png.ts";

/** How a login is, or that a press of a button came to nothing. */
export type Kind = "well" | "waiting" | "failed" | "ended";

/** What a picture says. */
export interface Sign {
  /** From top to bottom; the first is the largest where there is room. */
  readonly lines: readonly string[];
  readonly kind: Kind;
}

interface Look {
  readonly ground: Rgb;
  readonly ink: Rgb;
  /** Above the lines, so that colour is not the only sign of trouble; empty while there is none. */
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
const LEGIBLE = 2;
const MOST_PICTURES = 100;

const HOURGLASS: readonly string[] = [
  "#######",
  ".#...#.",
  ".#...#.",
  ".#####.",
  "..###..",
  "..#.#..",
  ".#.#.#.",
  "#######",
];

const WARNING: readonly string[] = [
  ".......#.......",
  "......###......",
  ".....##.##.....",
  "....###.###....",
  "...####.####...",
  "..###########..",
  ".######.######.",
  "###############",
];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [28, 18, 0];
const GREEN: Rgb = [10, 110, 52];
const AMBER: Rgb = [255, 178, 26];
const RED: Rgb = [176, 18, 32];

const LOOKS: Readonly<Record<Kind, Look>> = {
  well: { ground: GREEN, ink: WHITE, mark: [] },
  waiting: { ground: AMBER, ink: BLACK, mark: HOURGLASS },
  failed: { ground: AMBER, ink: BLACK, mark: WARNING },
  ended: { ground: RED, ink: WHITE, mark: WARNING },
};

/** The bytes of PNG files by what they say. Few differ, and a button asks for its own every few seconds. */
export class Pictures {
  readonly #files = new Map<string, Uint8Array<ArrayBuffer>>();

  /** The picture of a line such as `OK 2h13`. Throws an `Error` for what cannot be drawn. */
  async of(line: string): Promise<Uint8Array<ArrayBuffer>> {
    const known = this.#files.get(line);
    if (known !== undefined) return known;
    const file = await encodePng(draw(signOf(line)));
    this.#files.set(line, file);
    const [oldest] = this.#files.keys();
    if (this.#files.size > MOST_PICTURES && oldest !== undefined) this.#files.delete(oldest);
    return file;
  }

  /** How many pictures are kept. */
  get size(): number {
    return this.#files.size;
  }
}

/** What a picture says in place of a line such as `OK 2h13`: one word below the other. */
export function signOf(line: string): Sign {
  return { lines: line.split(" "), kind: kindOf(line) };
}

function kindOf(line: string): Kind {
  if (line === "SIGN IN" || line === "UNKNOWN ID") return "ended";
  if (line === "TWITCH AWAY") return "waiting";
  return /^OK( |$)/.test(line) ? "well" : "failed";
}

/** Draws a sign. Throws an `Error` for what has no letters, and for numbers or lines that have no room. */
export function draw(sign: Sign): Pixels {
  const { ground, ink, mark } = LOOKS[sign.kind];
  const head = mark.length === 0 ? [] : [{ drawings: [mark], scale: MARK_SCALE }];
  const words = sign.lines.map((line, at) => written(line, at === 0 ? LARGEST_FIRST : LARGEST_OTHER));
  const all = [...head, ...fitted(words, ROOM + LINE_GAP - heightOf(head))];
  const colours = new Uint8Array(SIDE * SIDE);
  let top = Math.floor((CELLS - heightOf(all) + LINE_GAP) / 2);
  for (const line of all) {
    inkLine(colours, line, top);
    top += heightOf([line]);
  }
  return { width: SIDE, height: SIDE, palette: [ground, ink], colours };
}

/**
 * As large as the width allows, `largest` at most. A word that would be too small to read is cut; a number never is,
 * since half of it would be another one.
 */
function written(text: string, largest: number): Line {
  const drawings = [...text].map(letter);
  const isWord = !/\d/.test(text);
  for (let scale = largest; scale >= (isWord ? LEGIBLE : 1); scale--) {
    if (widthOf({ drawings, scale }) <= ROOM) return { drawings, scale };
  }
  if (isWord) return written(text.slice(0, -1), largest);
  throw new Error(`Cannot draw ${JSON.stringify(text)}: it is too long`);
}

/** The tallest is made smaller, the lower one of equals first, until the height allows them all. */
function fitted(lines: readonly Line[], room: number): readonly Line[] {
  if (heightOf(lines) <= room) return lines;
  const tallest = Math.max(...lines.map(({ scale }) => scale));
  if (tallest === 1) throw new Error("Cannot draw the picture: these are too many lines");
  const shrinking = lines.findLastIndex(({ scale }) => scale === tallest);
  return fitted(lines.map((line, at) => at === shrinking ? { ...line, scale: tallest - 1 } : line), room);
}

/** With the gap below each line. */
function heightOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { drawings, scale }) => sum + (drawings[0]?.length ?? 0) * scale + LINE_GAP, 0);
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
