/**
 * The letters of the pictures, seven cells high, drawn so that they can be read here: digits, capitals, the `h` and
 * `m` of a time, and `% : - + _`. Most are four cells wide, which lets seven letters stand on a button in thick strokes.
 */

interface Band {
  /** The letters that stand side by side in the rows. */
  readonly of: string;
  readonly rows: readonly string[];
}

const BANDS: readonly Band[] = [
  {
    of: "ABCDEFGHI",
    rows: [
      ".##. ###. .### ###. #### #### .### #..# ###",
      "#..# #..# #... #..# #... #... #... #..# .#.",
      "#..# #..# #... #..# #... #... #... #..# .#.",
      "#### ###. #... #..# ###. ###. #.## #### .#.",
      "#..# #..# #... #..# #... #... #..# #..# .#.",
      "#..# #..# #... #..# #... #... #..# #..# .#.",
      "#..# ###. .### ###. #### #... .### #..# ###",
    ],
  },
  {
    of: "JKLMNOPQR",
    rows: [
      "..## #..# #... #...# #..# .##. ###. .##. ###.",
      "...# #..# #... ##.## ##.# #..# #..# #..# #..#",
      "...# #.#. #... #.#.# ##.# #..# #..# #..# #..#",
      "...# ##.. #... #.#.# #.## #..# ###. #..# ###.",
      "...# #.#. #... #...# #.## #..# #... #..# #.#.",
      "#..# #..# #... #...# #..# #..# #... #.#. #..#",
      ".##. #..# #### #...# #..# .##. #... .#.# #..#",
    ],
  },
  {
    of: "STUVWXYZ",
    rows: [
      ".### ##### #..# #...# #...# #...# #...# ####",
      "#... ..#.. #..# #...# #...# #...# #...# ...#",
      "#... ..#.. #..# #...# #...# .#.#. .#.#. ..#.",
      ".##. ..#.. #..# #...# #.#.# ..#.. ..#.. ..#.",
      "...# ..#.. #..# .#.#. #.#.# .#.#. ..#.. .#..",
      "...# ..#.. #..# .#.#. ##.## #...# ..#.. #...",
      "###. ..#.. .##. ..#.. #...# #...# ..#.. ####",
    ],
  },
  {
    of: "0123456789",
    rows: [
      ".##. .#. .##. ###. #..# #### .##. #### .##. .##.",
      "#..# ##. #..# ...# #..# #... #... ...# #..# #..#",
      "#..# .#. ...# ...# #..# ###. #... ...# #..# #..#",
      "#..# .#. ..#. .##. #### ...# ###. ..#. .##. .###",
      "#..# .#. .#.. ...# ...# ...# #..# ..#. #..# ...#",
      "#..# .#. #... ...# ...# #..# #..# .#.. #..# ...#",
      ".##. ### #### ###. ...# .##. .##. .#.. .##. .##.",
    ],
  },
  {
    of: "hm%:-+_",
    rows: [
      "#... ..... ##..# . ... ... ...",
      "#... ..... ##.#. . ... ... ...",
      "#... ####. ...#. # ... .#. ...",
      "###. #.#.# ..#.. . ### ### ...",
      "#..# #.#.# .#... # ... .#. ...",
      "#..# #.#.# .#.## . ... ... ...",
      "#..# #.#.# #..## . ... ... ###",
    ],
  },
];

/** The rows of a letter, `#` where it is inked. Throws an `Error` for what cannot be written with these letters. */
export function letter(character: string): readonly string[] {
  const band = BANDS.find(({ of }) => of.includes(character));
  if (band === undefined || character.length !== 1) {
    throw new Error(`Cannot draw ${JSON.stringify(character)}: there is no such letter`);
  }
  const at = band.of.indexOf(character);
  return band.rows.map((row) => row.split(" ")[at] ?? "");
}
