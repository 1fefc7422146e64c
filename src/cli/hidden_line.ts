import { AppError } from "../core/error.ts";

/** Standard input as a terminal has it. */
export interface HiddenInput {
  isTerminal(): boolean;
  setRaw(on: boolean): void;
  read(buffer: Uint8Array): Promise<number | null>;
}

const CANCEL = "\x03";
const END = "\x04";
const WIPE = "\x15";
const ERASE: readonly string[] = ["\b", "\x7f"];
/** An arrow or function key: ESC, and what a terminal sends after it. */
const KEY = new RegExp("^\x1b(\\[[0-?]*[ -/]*[@-~]?|O.?|.?)");

/** Lines that are typed without being shown. */
export class HiddenLines {
  readonly #input: HiddenInput;
  readonly #decoder = new TextDecoder();
  /** Typed ahead, or pasted in one piece. */
  #ahead = "";

  constructor(input: HiddenInput) {
    this.#input = input;
  }

  /**
   * The next line; undefined at the end of the input. The terminal shows what is typed again whatever happens, also when
   * `stop` is aborted. Throws `AppError` `refused` then, and at Ctrl+C.
   */
  async next(stop: AbortSignal): Promise<string | undefined> {
    const { promise: stopped, reject } = Promise.withResolvers<never>();
    stopped.catch(() => undefined);
    const cancel = (): void => reject(cancelled());
    if (stop.aborted) cancel();
    stop.addEventListener("abort", cancel);
    this.#input.setRaw(true);
    try {
      return await this.#line(stopped);
    } finally {
      this.#input.setRaw(false);
      stop.removeEventListener("abort", cancel);
    }
  }

  async #line(stopped: Promise<never>): Promise<string | undefined> {
    let typed: readonly string[] = [];
    const buffer = new Uint8Array(1024);
    while (true) {
      while (this.#ahead !== "") {
        const key = KEY.exec(this.#ahead)?.[0] ?? String.fromCodePoint(this.#ahead.codePointAt(0) ?? 0);
        this.#ahead = this.#ahead.slice(key.length);
        if (key === CANCEL) throw cancelled();
        if (key === "\r" || key === "\n") {
          this.#ahead = this.#ahead.replace(/^\n/, "");
          return typed.join("");
        }
        if (key === END && typed.length === 0) return undefined;
        typed = edited(typed, key);
      }
      const read = await Promise.race([this.#input.read(buffer), stopped]);
      if (read === null) return typed.length === 0 ? undefined : typed.join("");
      this.#ahead += this.#decoder.decode(buffer.subarray(0, read), { stream: true });
      buffer.fill(0);
    }
  }
}

function edited(typed: readonly string[], key: string): readonly string[] {
  if (ERASE.includes(key)) return typed.slice(0, -1);
  if (key === WIPE) return [];
  return key < " " || key.startsWith("\x1b") ? typed : [...typed, key];
}

function cancelled(): AppError {
  return new AppError("refused", "Cannot go on: it was cancelled");
}
