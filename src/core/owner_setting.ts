/** What is stored of the owner, in clear: it works while the key is missing, and gives nobody a way in. */
import type { Store } from "./ports.ts";
import type { SessionRecord } from "./sessions.ts";

const NAME = "owner";
/** No hash of a password: whoever compares with it says that it is damaged, and what to do. */
const UNREADABLE = "";

export interface Kept {
  /** As `Passwords` made it; undefined until the first one is set. */
  readonly password: string | undefined;
  readonly sessions: readonly SessionRecord[];
}

/** Reads it. Sessions that cannot be understood end; a password that cannot be is one that none matches. */
export async function loadOwner(store: Store): Promise<Kept> {
  const bytes = await store.setting(NAME);
  if (bytes === undefined) return { password: undefined, sessions: [] };
  const stored = parsed(bytes);
  if (stored === undefined) return { password: UNREADABLE, sessions: [] };
  return {
    password: typeof stored.password === "string" ? stored.password : undefined,
    sessions: (Array.isArray(stored.sessions) ? stored.sessions : []).filter(isRecord),
  };
}

/** Writes it in place of what was there. Throws `AppError` `disk`. */
export async function saveOwner(store: Store, kept: Kept): Promise<void> {
  const empty = kept.password === undefined && kept.sessions.length === 0;
  await store.saveSetting(NAME, empty ? undefined : new TextEncoder().encode(JSON.stringify(kept)));
}

function parsed(bytes: Uint8Array): { password?: unknown; sessions?: unknown } | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is SessionRecord {
  if (typeof value !== "object" || value === null) return false;
  const { id, beganAt, seenAt, from, agent } = value as Record<string, unknown>;
  return [id, from, agent].every((text) => typeof text === "string") &&
    [beganAt, seenAt].every((time) => Number.isFinite(time));
}
