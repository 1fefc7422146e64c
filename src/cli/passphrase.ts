import { AppError } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import type { CommandParts } from "./command.ts";
import { type HiddenInput, HiddenLines } from "./hidden_line.ts";

/** So many characters keep somebody who has the file from guessing, given what each guess costs. */
const LEAST = 12;

/** What was asked for, and where it comes from. */
export interface Wanted {
  /** `--passphrase-file`; `-` is standard input. */
  readonly file: string | undefined;
  readonly question: string;
  /** Asked on a terminal to have it typed twice; undefined for once. */
  readonly again?: string;
}

/**
 * A passphrase or recovery code: the first line of a file or of standard input, else typed on the terminal without being
 * shown. Throws `AppError` `usage` if there is nobody to ask or it was typed differently the second time.
 */
export async function secretLine(
  parts: CommandParts,
  { file, question, again }: Wanted,
  input: HiddenInput = Deno.stdin,
): Promise<Secret> {
  if (file === "-") return given(await parts.terminal.readLine());
  if (file !== undefined) return given(await firstLineOf(file));
  if (!input.isTerminal()) {
    throw new AppError("usage", "Cannot ask for the passphrase: nobody sits at a terminal", {
      hint: "Give it with --passphrase-file FILE, or --passphrase-file - for standard input",
    });
  }
  const stop = new AbortController();
  using _signals = parts.surroundings.onStop(() => stop.abort());
  const lines = new HiddenLines(input);
  const ask = async (words: string): Promise<Secret> => {
    parts.terminal.complain(words);
    return given(await lines.next(stop.signal));
  };
  const first = await ask(question);
  if (again === undefined || first.reveal() === (await ask(again)).reveal()) return first;
  throw new AppError("usage", "Cannot use the passphrase: it was typed differently the second time", {
    hint: "Begin again",
  });
}

/** Throws `AppError` `usage` if a new passphrase is too short. */
export function checkLength(passphrase: Secret): void {
  const length = [...passphrase.reveal()].length;
  if (length >= LEAST) return;
  throw new AppError("usage", `Cannot use the passphrase: it has ${length} characters and needs ${LEAST}`, {
    hint: "Four or five words that do not belong together are easy to keep and hard to guess",
  });
}

function given(line: string | undefined): Secret {
  if (line !== undefined && line !== "") return new Secret(line);
  throw new AppError("usage", "Cannot use the passphrase: it is empty");
}

async function firstLineOf(path: string): Promise<string> {
  try {
    const [line = ""] = (await Deno.readTextFile(path)).replace(/^\ufeff/, "").split(/\r?\n/);
    return line;
  } catch (cause) {
    throw new AppError("usage", `Cannot read the passphrase file ${path}`, {
      hint: "Name a file that this user can read, with the passphrase in its first line",
      cause,
    });
  }
}
