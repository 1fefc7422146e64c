import type { Migration } from "../../sqlite/migrations/mod.ts";
import logins from "./0001_logins.sql" with { type: "text" };
import retiredKeys from "./0002_retired_keys.sql" with { type: "text" };

/**
 * All steps, in order, numbered from 1 without a gap. A step that was released is never changed. The numbers are this
 * store's own, and say nothing of SQLite's.
 */
export const MIGRATIONS: readonly Migration[] = [
  { schema: 1, usableFrom: 1, sql: logins },
  { schema: 2, usableFrom: 1, sql: retiredKeys },
];
