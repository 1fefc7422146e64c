/** What was told, as it is kept. */
import type { AccountKey, Time } from "./account.ts";
import type { NoticeEvent } from "./notices.ts";

/** `begun` and `over` are being told; `told`: it lasts, and was told; `idle`: nothing to tell. */
export type Phase = "begun" | "told" | "over" | "idle";

/** One event of one login, or of the server. */
export interface Entry {
  readonly event: NoticeEvent;
  /** Null for what concerns the whole server. */
  readonly account: AccountKey | null;
  since: Time;
  phase: Phase;
  /** When it was told to have begun, within the last day. */
  begins: readonly Time[];
}

const PHASES: readonly unknown[] = ["begun", "told", "over", "idle"] satisfies readonly Phase[];
const EVENTS: readonly unknown[] = [
  "needs_login",
  "twitch_away",
  "disk",
  "no_backup",
  "locked",
] satisfies readonly NoticeEvent[];

/** The entries that can be understood: what cannot is told once more, which does no harm. */
export function entriesIn(bytes: Uint8Array): readonly Entry[] {
  let stored: unknown;
  try {
    stored = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return [];
  }
  const { entries } = (stored ?? {}) as { entries?: unknown };
  return Array.isArray(entries) ? entries.filter(isEntry) : [];
}

function isEntry(value: unknown): value is Entry {
  const { event, account, since, phase, begins } = (value ?? {}) as Record<keyof Entry, unknown>;
  return EVENTS.includes(event) && PHASES.includes(phase) && typeof since === "number" &&
    (account === null || typeof account === "string") &&
    Array.isArray(begins) && begins.every((at) => typeof at === "number");
}
