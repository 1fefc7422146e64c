import type { HiddenInput } from "../../src/cli/hidden_line.ts";

/** A keyboard that types `pieces`, one a read, and then waits for ever or is at its end. */
export class FakeKeyboard implements HiddenInput {
  /** Whether the terminal shows what is typed, after each change. */
  readonly raw: boolean[] = [];
  readonly #pieces: Uint8Array[];
  readonly #ends: boolean;

  constructor(pieces: readonly (string | Uint8Array)[], ends = true) {
    this.#pieces = pieces.map((piece) => typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
    this.#ends = ends;
  }

  isTerminal(): boolean {
    return true;
  }

  setRaw(on: boolean): void {
    this.raw.push(on);
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const piece = this.#pieces.shift();
    if (piece === undefined) return this.#ends ? Promise.resolve(null) : new Promise(() => {});
    buffer.set(piece);
    return Promise.resolve(piece.length);
  }
}
