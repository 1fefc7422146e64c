/** What `doctor` says of one thing: its state, what it means, and what to do. */

/** One line of `doctor`, in English. No secret and no id is in it. */
export interface Check {
  /** `account NAME` and the like for what is there once per account; else the name of the thing. */
  readonly check: string;
  /** `warn` keeps nothing from working. */
  readonly state: "ok" | "warn" | "fail";
  /** What was found, for people. */
  readonly text: string;
  /** What to do; null where there is nothing to do. */
  readonly hint: string | null;
}

/** A check that found nothing to do. */
export function ok(check: string, text: string): Check {
  return { check, state: "ok", text, hint: null };
}

/** A check that found something that somebody may want to do. */
export function warn(check: string, text: string, hint: string): Check {
  return { check, state: "warn", text, hint };
}

/** A check that found something that does not work. */
export function fail(check: string, text: string, hint: string): Check {
  return { check, state: "fail", text, hint };
}

/** What belongs together on a page. */
export type CheckGroup = "logins" | "twitch" | "server" | "storage";

const GROUPS: Readonly<Record<string, CheckGroup>> = {
  accounts: "logins",
  account: "logins",
  questions: "logins",
  validation: "logins",
  dns: "twitch",
  tls: "twitch",
  "twitch sign-in": "twitch",
  "twitch api": "twitch",
  clock: "twitch",
  app: "twitch",
  redirect: "twitch",
  server: "server",
  runtime: "server",
  notices: "server",
};

/** What there is once per account. */
const PER_ACCOUNT = ["account", "questions", "validation"];

/** The kind of a check, and the account that it is about. */
export function subjectOf({ check }: Pick<Check, "check">): {
  readonly kind: string;
  readonly account: string | undefined;
} {
  const [first = "", ...rest] = check.split(" ");
  if (rest.length > 0 && PER_ACCOUNT.includes(first)) return { kind: first, account: rest.join(" ") };
  return { kind: check, account: undefined };
}

/** Where a check belongs. */
export function groupOf(check: Pick<Check, "check">): CheckGroup {
  return GROUPS[subjectOf(check).kind] ?? "storage";
}

const ORDER: Readonly<Record<Check["state"], number>> = { fail: 0, warn: 1, ok: 2 };

/** The groups that have checks, those with failures first, and in each the failures first. */
export function groupChecks(
  checks: readonly Check[],
): readonly { readonly group: CheckGroup; readonly checks: readonly Check[] }[] {
  const groups = (["logins", "twitch", "server", "storage"] as const).map((group) => ({
    group,
    checks: checks.filter((one) => groupOf(one) === group)
      .toSorted((left, right) => ORDER[left.state] - ORDER[right.state]),
  }));
  const worst = (group: readonly Check[]): number => Math.min(...group.map(({ state }) => ORDER[state]));
  return groups.filter((one) => one.checks.length > 0)
    .toSorted((left, right) => worst(left.checks) - worst(right.checks));
}
