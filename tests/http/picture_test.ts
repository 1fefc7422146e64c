import assert from "node:assert/strict";
import { letter } from "../../src/http/letters.ts";
import { draw, type Kind, Pictures, SIDE, type Sign, signOf } from "../../src/http/picture.ts";
import type { Pixels, Rgb } from "../../src/http/png.ts";
import { readPng } from "../support/png_file.ts";

const TROUBLE: readonly string[] = ["SIGN IN", "TWITCH AWAY", "UNKNOWN ID"];
const KINDS: readonly Kind[] = ["well", "waiting", "failed", "ended"];
const MARGIN = 16;

/** Presses that failed are told by parts of addresses, twelve letters of them at most. */
const PRESSES: readonly string[] = [
  "AD",
  "SAY",
  "MARKERS",
  "PREDICTIONS",
  "ANNOUNCEMENT",
  "STREAM_KEY",
  "WWWWWWWWWWWW",
];

/** Everything that the server says of a login whose tokens live up to five hours, and a few longer ones. */
function lines(): readonly string[] {
  const times: string[] = ["OK NOW", "OK 61h00", "OK 1440h00"];
  for (let minutes = 0; minutes < 300; minutes++) {
    const rest = String(minutes % 60).padStart(2, "0");
    times.push(minutes < 60 ? `OK ${minutes}m` : `OK ${Math.floor(minutes / 60)}h${rest}`);
  }
  return [...times, ...TROUBLE, ...PRESSES.map((press) => `${press} 429`)];
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The smallest box around all ink; right and bottom are outside. */
function inkOf({ colours }: Pixels): Box {
  const box = { left: SIDE, top: SIDE, right: 0, bottom: 0 };
  for (const [at, colour] of colours.entries()) {
    if (colour === 0) continue;
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x + 1);
    box.bottom = Math.max(box.bottom, y + 1);
  }
  return box;
}

/** The heights of what stands one below the other, from the top. */
function heightsOf({ colours }: Pixels): readonly number[] {
  const rows = Array.from({ length: SIDE }, (_, y) => colours.subarray(y * SIDE, (y + 1) * SIDE).includes(1));
  const runs = rows.map((inked) => inked ? "#" : ".").join("").match(/#+/g);
  return (runs ?? []).map((run) => run.length);
}

/** One character for each square of `side` pixels in the box: `#` all ink, `.` none, `?` both. */
function squares({ colours }: Pixels, box: Box, side: number): readonly string[] {
  const rows: string[] = [];
  for (let top = box.top; top < box.bottom; top += side) {
    let row = "";
    for (let left = box.left; left < box.right; left += side) {
      const within = Array.from({ length: side }, (_, y) => [
        ...colours.subarray((top + y) * SIDE + left, (top + y) * SIDE + left + side),
      ]).flat();
      const ink = within.filter((colour) => colour === 1).length;
      row += ink === 0 ? "." : ink === side * side ? "#" : "?";
    }
    rows.push(row);
  }
  return rows;
}

/** WCAG 2, "contrast ratio". */
function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((byte) => {
    const part = byte / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

Deno.test("draw() inks a letter as it is written down", () => {
  const picture = draw({ lines: ["R"], kind: "well" });
  assert.deepEqual(squares(picture, inkOf(picture), 24), [
    "###.",
    "#..#",
    "#..#",
    "###.",
    "#.#.",
    "#..#",
    "#..#",
  ]);
});

Deno.test("draw() writes OK large in the middle, and the time below it", () => {
  const picture = draw(signOf("OK 2h13"));
  const whole = inkOf(picture);
  const word = { ...whole, left: 56, right: 228, bottom: whole.top + 7 * 20 };
  assert.deepEqual(squares(picture, { ...word, right: word.left + 4 * 20 }, 20), letter("O"));
  assert.deepEqual(squares(picture, { ...word, left: word.right - 4 * 20 }, 20), letter("K"));
  const time = { ...whole, top: whole.bottom - 7 * 12 };
  assert.deepEqual(squares(picture, { ...time, right: time.left + 4 * 12 }, 12), letter("2"));
  assert.deepEqual(squares(picture, { ...time, left: time.right - 4 * 12 }, 12), letter("3"));
  assert.ok(time.top > word.bottom);
});

Deno.test("draw() keeps a margin around everything that the server says", () => {
  for (const line of lines()) {
    const { left, top, right, bottom } = inkOf(draw(signOf(line)));
    assert.ok(left >= MARGIN && top >= MARGIN, `${line}: ${left}, ${top}`);
    assert.ok(right <= SIDE - MARGIN && bottom <= SIDE - MARGIN, `${line}: ${right}, ${bottom}`);
    assert.ok(right - left > SIDE / 4 && bottom - top > SIDE / 2, `${line} is small`);
  }
});

Deno.test("draw() loses nothing when a picture is scaled down to a button of 72x72", () => {
  const step = SIDE / 72;
  for (const line of lines()) {
    const { colours } = draw(signOf(line));
    const crisp = colours.every((colour, at) => {
      const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
      return colour === colours[(y - y % step) * SIDE + x - x % step];
    });
    assert.ok(crisp, line);
  }
});

Deno.test("draw() writes every word at least 14 pixels high on a button of 72x72", () => {
  for (const line of lines()) {
    const sign = signOf(line);
    const words = heightsOf(draw(sign)).slice(sign.kind === "well" ? 0 : 1);
    assert.equal(words.length, sign.lines.length, line);
    assert.ok(Math.min(...words) >= 14 * (SIDE / 72), `${line}: ${words}`);
  }
});

Deno.test("draw() cuts a word that would be too small to read, and no number", () => {
  const ended = (lines: readonly string[]) => draw({ lines, kind: "ended" }).colours;
  assert.deepEqual(ended(["PREDICTIONS", "429"]), ended(["PREDICT", "429"]));
  assert.notDeepEqual(ended(["PREDICT", "429"]), ended(["PREDIC", "429"]));
  assert.notDeepEqual(ended(["OK", "123456789"]), ended(["OK", "12345678"]));
});

Deno.test("draw() makes the lower words smaller where the height is short", () => {
  const [, ...heights] = heightsOf(draw({ lines: ["A", "B", "C"], kind: "ended" }));
  assert.deepEqual(heights, [56, 56, 28]);
});

Deno.test("draw() gives different pictures for different lines, whatever their colours", () => {
  const pictures = new Set(lines().map((line) => draw(signOf(line)).colours.join("")));
  assert.equal(pictures.size, lines().length);
});

Deno.test("draw() marks trouble by a shape, not by colour alone", () => {
  const shapes = new Map(KINDS.map((kind) => [kind, draw({ lines: ["ID"], kind }).colours.join("")]));
  assert.notEqual(shapes.get("well"), shapes.get("waiting"));
  assert.notEqual(shapes.get("well"), shapes.get("ended"));
  assert.notEqual(shapes.get("waiting"), shapes.get("ended"));
  assert.notEqual(shapes.get("waiting"), shapes.get("failed"));
});

Deno.test("draw() gives letters a contrast of 4.5 or more in every look", () => {
  assert.equal(Math.round(contrast([0, 0, 0], [255, 255, 255])), 21);
  assert.ok(contrast([255, 178, 26], [255, 255, 255]) < 4.5);
  for (const kind of KINDS) {
    const [ground, ink] = draw({ lines: ["OK"], kind }).palette;
    assert.ok(ground !== undefined && ink !== undefined);
    assert.ok(contrast(ground, ink) >= 4.5, `${kind}: ${contrast(ground, ink)}`);
  }
});

Deno.test("draw() refuses what has no letters and what has no room", () => {
  const signs: readonly (readonly [readonly string[], RegExp])[] = [
    [["OK", "ü"], /Cannot draw "ü": there is no such letter/],
    [["OK", "12345678901234"], /it is too long/],
    [["A", "B", "C", "D", "E", "F", "G", "H"], /too many lines/],
  ];
  for (const [words, message] of signs) {
    const sign: Sign = { lines: words, kind: "failed" };
    assert.throws(() => draw(sign), { name: "Error", message });
  }
});

Deno.test("signOf() makes one line of each word, and knows what is well", () => {
  const kinds = (words: readonly string[]) => words.map((line) => signOf(line).kind);
  assert.deepEqual(signOf("OK 2h13"), { lines: ["OK", "2h13"], kind: "well" });
  assert.deepEqual(kinds(["OK", "OK 45m"]), ["well", "well"]);
  assert.deepEqual(kinds(["SIGN IN", "UNKNOWN ID"]), ["ended", "ended"]);
  assert.deepEqual(kinds(["TWITCH AWAY", "AD 429", "OKAY", "NOT OK"]), [
    "waiting",
    "failed",
    "failed",
    "failed",
  ]);
});

Deno.test("letter() knows digits, capitals and signs, each seven rows of one width", () => {
  const known = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789hm%:-+_"];
  const drawn = known.map(letter);
  for (const [at, rows] of drawn.entries()) {
    assert.equal(rows.length, 7, known[at] ?? "");
    assert.match(rows.join("\n"), /^[.#]+(\n[.#]+)*$/, known[at] ?? "");
    assert.equal(new Set(rows.map((row) => row.length)).size, 1, known[at] ?? "");
  }
  // O and 0 are the same oval; nothing else is.
  assert.equal(new Set(drawn.map(String)).size, known.length - 1);
  for (const unknown of ["", "a", " ", "ä", "AB", "\u{1F989}"]) assert.throws(() => letter(unknown), unknown);
});

Deno.test("Pictures draws a line once, and keeps a bounded number", async () => {
  const pictures = new Pictures();
  const first = await pictures.of("OK 2h13");
  assert.equal(await pictures.of("OK 2h13"), first);
  assert.deepEqual(readPng(first), draw(signOf("OK 2h13")));
  for (const line of lines()) await pictures.of(line);
  assert.equal(pictures.size, 100);
  const again = await pictures.of("OK 2h13");
  assert.deepEqual(again, first);
});

Deno.test("Pictures keeps nothing of a line that cannot be drawn", async () => {
  const pictures = new Pictures();
  await assert.rejects(pictures.of("ok"), /no such letter/);
  assert.equal(pictures.size, 0);
});
