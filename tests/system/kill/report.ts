/** What many rounds have shown, as a table for people. */
import type { Outcome } from "./round.ts";
import { type AppType, TYPES } from "./steps.ts";

/** One round, under the name of what was done to it. */
export interface Entry {
  readonly name: string;
  readonly type: AppType;
  readonly outcome: Outcome;
}

/** Survived and lost by step and type of app, then what the losses have in common. */
export function report(entries: readonly Entry[]): string {
  const names = [...new Set(entries.map(({ name }) => name))];
  const rows = names.map((name) => [name, ...TYPES.map((type) => cell(entries, name, type))]);
  const table = [["killed", ...TYPES], ...rows];
  const widths = ["killed", ...TYPES].map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0))
  );
  const lines = table.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  );
  return [...lines, "", ...summary(entries)].join("\n");
}

/** `5 kept`, `5 lost (3 to 9 ms)`, or both. */
function cell(entries: readonly Entry[], name: string, type: AppType): string {
  const outcomes = entries.filter((entry) => entry.name === name && entry.type === type).map((entry) =>
    entry.outcome
  );
  const fates = [...new Set(outcomes.map(({ fate }) => fate))].sort();
  const parts = fates.map((fate) => {
    const these = outcomes.filter((outcome) => outcome.fate === fate);
    const spans = these.flatMap(({ lostAfter }) => lostAfter ?? []);
    const span = spans.length === 0 ? "" : ` (${Math.min(...spans)} to ${Math.max(...spans)} ms)`;
    return `${these.length} ${fate}${span}`;
  });
  return parts.join(", ") || "-";
}

function summary(entries: readonly Entry[]): readonly string[] {
  const outcomes = entries.map(({ outcome }) => outcome);
  const lost = TYPES.map((type) =>
    `${entries.filter((entry) => entry.type === type && entry.outcome.fate === "lost").length} ${type}`
  );
  const replays = outcomes.reduce((sum, { replays }) => sum + replays, 0);
  return [
    `${outcomes.length} kills · logins lost: ${
      lost.join(", ")
    } · spent refresh tokens that arrived again: ${replays}`,
    `from the rotation at Twitch to our commit: ${spread(outcomes.flatMap(({ exposed }) => exposed ?? []))}`,
    `from the rotation at Twitch to the death of a lost one: ${
      spread(outcomes.flatMap(({ lostAfter }) => lostAfter ?? []))
    }`,
  ];
}

function spread(spans: readonly number[]): string {
  if (spans.length === 0) return "none";
  const sorted = spans.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return `median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, longest ${at(1)} ms (${spans.length} measured)`;
}
