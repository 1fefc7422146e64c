import { AppError } from "../core/error.ts";
import { type ShowLine, type ShowState, verdictOf } from "../core/show.ts";
import type { Time } from "../core/account.ts";
import { findingText, remedyText, verdictText } from "../http/pages/show_words.ts";
import { CATALOGUES } from "../http/words/catalogue.ts";
import { type Say, speaker } from "../http/words/say.tsx";
import { type CommandParts, printJson } from "./command.ts";
import { withProgress } from "./progress.ts";
import { withOperations } from "./reach.ts";

/** How `doctor --show` begins a line. */
const WORDS: Readonly<Record<ShowState, string>> = { ok: "good", open: "?", remark: "note", todo: "TO DO" };

/**
 * `doctor --show`: whether all is ready for a show, with logins renewed now where that is free. Throws `AppError`
 * `refused` if something is to be done first.
 */
export async function doctorShow(parts: CommandParts, options: { readonly json?: true }): Promise<void> {
  const { terminal, clock } = parts;
  const lines = await withProgress(
    "Renewing and looking",
    () => withOperations(parts, (operations) => operations.readyForShow({ prove: true })),
  );
  const say = speaker(CATALOGUES[0]);
  const verdict = verdictOf(lines);
  const answer = verdictText(say, verdict);
  const now = clock.now();
  const ready = verdict.state === "ready" || verdict.state === "remarks";
  if (options.json) {
    printJson(terminal, { ready, answer, lines: lines.map((line) => lineJson(say, line, now)) });
  } else {
    terminal.print(answer);
    for (const line of lines) terminal.print(lineOf(say, line, now));
  }
  if (ready) return;
  throw new AppError(
    "refused",
    `Cannot call all ready: ${verdict.count} ${verdict.count === 1 ? "thing is" : "things are"} to do`,
    {
      hint: "What to do stands with each",
    },
  );
}

function lineJson(say: Say, line: ShowLine, now: Time): Readonly<Record<string, string | null>> {
  const { subject, state, account } = line;
  const text = findingText(say, line, now);
  return { account: account ?? null, check: subject, state, text, hint: remedyText(say, line, now) ?? null };
}

function lineOf(say: Say, line: ShowLine, now: Time): string {
  const who = line.account === undefined ? "" : `${line.account}: `;
  const head = `${WORDS[line.state].padEnd(5)} ${who}${findingText(say, line, now)}`;
  const remedy = remedyText(say, line, now);
  return remedy === undefined ? head : `${head}\n        ${remedy}`;
}
