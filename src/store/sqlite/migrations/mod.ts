import logins from "./0001_logins.sql" with { type: "text" };
import relay from "./0002_relay.sql" with { type: "text" };
import password from "./0003_password.sql" with { type: "text" };

/** One step of the schema, run in one transaction together with its number. */
export interface Migration {
  /** The schema after it; `user_version` of the file. */
  readonly schema: number;
  /**
   * The lowest schema that a program must know to go on using the database after this step. It stays where it was as
   * long as a step only adds (a table, a column with a default), so that one version back can be run again.
   */
  readonly usableFrom: number;
  readonly sql: string;
}

/** All steps, in order, numbered from 1 without a gap. A step that was released is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { schema: 1, usableFrom: 1, sql: logins },
  { schema: 2, usableFrom: 1, sql: relay },
  { schema: 3, usableFrom: 1, sql: password },
];
