import { readId } from "../core/ids.ts";
import { AppError } from "../core/error.ts";
import type { CommandParts } from "./command.ts";
import { type HiddenInput, HiddenLines } from "./hidden_line.ts";

/**
 * The id that `--reclaim` names, or for `-` the next line of standard input, which a terminal does not show. Null without
 * the option. Throws `AppError` `usage` for what is no id.
 */
export async function reclaimedId(
  parts: CommandParts,
  option: string | undefined,
  input: HiddenInput = Deno.stdin,
): Promise<string | null> {
  if (option === undefined) return null;
  const id = readId(option === "-" ? await typed(parts, input) : option);
  if (id !== undefined) return id.reveal();
  throw new AppError("usage", "Cannot take over the id: this is none", {
    hint: "An id looks like 01234567-89ab-cdef-0123-456789abcdef; copy it from Companion's settings",
  });
}

async function typed({ terminal, surroundings }: CommandParts, input: HiddenInput): Promise<string> {
  if (!input.isTerminal()) return await terminal.readLine() ?? "";
  const stop = new AbortController();
  using _signals = surroundings.onStop(() => stop.abort());
  terminal.complain("The id that stands in Companion (it is not shown):");
  return await new HiddenLines(input).next(stop.signal) ?? "";
}
