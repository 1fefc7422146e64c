/** What a soak has shown, for people. */
import type { Done } from "./disturbances.ts";
import type { Shown } from "./fleet.ts";

type Line = readonly [name: string, cell: (shown: Shown) => string | number];

const LINES: readonly Line[] = [
  ["accounts at the begin", ({ accounts }) => accounts],
  ["refresh requests that arrived", ({ sends }) => sends],
  ["refreshes at Twitch", ({ refreshes }) => refreshes],
  ["spent tokens that arrived again", ({ replays }) => replays],
  ["logins lost", ({ lost }) => lost],
  ["… killed between rotation and commit", ({ exposed }) => exposed.length],
  ["… stood still there for 10 s", ({ paused }) => paused],
  ["… killed after the rotation, ms", ({ exposed }) => exposed.toSorted((a, b) => a - b).join(" ") || "-"],
  ["questions asked", ({ questions }) => questions.asked],
  ["… answered right", ({ questions }) => questions.right],
  ["… with a token that was dead", ({ questions }) => questions.stale],
  ["… for how long at most, ms", ({ questions }) => Math.round(questions.longestStale)],
  ["… no token at the moment (503)", ({ questions }) => questions.none],
  ["… the login has ended (409)", ({ questions }) => questions.ended],
  ["… the instance was killed or stopped", ({ questions }) => questions.unanswered],
  ["… late", ({ questions }) => questions.late],
  ["… longest answer, ms", ({ questions }) => Math.round(questions.longest)],
  ["… wrong", ({ questions }) => questions.wrong.length],
  ["accounts removed", ({ staleness }) => staleness.removed],
  ["… served on, undisturbed, ms", ({ staleness }) => Math.round(staleness.calm)],
  ["… served on once all was well, ms", ({ staleness }) => Math.round(staleness.recovered)],
  ["… served on, disturbed, ms", ({ staleness }) => Math.round(staleness.disturbed)],
];
/** A removed account is served for no longer where nothing is done to anybody, in milliseconds. */
const REMOVED = 1000;
/** So many of one kind are printed. */
const FEW = 15;

export function table(shown: readonly Shown[], done: Done): string {
  const rows = [["", ...shown.map(({ name }) => name)]];
  for (const [name, cell] of LINES) rows.push([name, ...shown.map((one) => String(cell(one)))]);
  const wide = Math.max(...rows.map(([name = ""]) => name.length));
  const lines = rows.map(([name = "", ...cells]) =>
    [name.padEnd(wide), ...cells.map((cell) => cell.padStart(14))].join("  ")
  );
  return [...lines, "", [...done].map(([kind, count]) => `${kind}: ${count}`).join(" · ")].join("\n");
}

/** Whatever must not be. */
export function problemsOf({ name, replays, problems, questions, staleness }: Shown): readonly string[] {
  return [
    ...replays === 0 ? [] : [`${name}: a spent refresh token arrived ${replays} times`],
    ...problems.map((problem) => `${name}: ${problem}`),
    ...questions.wrong.slice(0, FEW),
    ...questions.wrong.length > FEW ? [`${name}: ${questions.wrong.length} wrong answers in all`] : [],
    ...staleness.problems,
    ...staleness.calm <= REMOVED ? [] : [`${name}: a removed account was served for ${staleness.calm} ms`],
  ];
}
