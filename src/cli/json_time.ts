import type { Time } from "../core/account.ts";

/** A moment in JSON: RFC 3339, UTC. */
export function timeJson(time: Time | undefined): string | null {
  return time === undefined || !Number.isFinite(time) ? null : new Date(time).toISOString();
}
