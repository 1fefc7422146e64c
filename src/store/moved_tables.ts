/** Every table that moves between stores, with its columns: SQLite and PostgreSQL have the same (.github/SCHEMA.md). */

/** What a column holds. */
export type Cell = string | number | Uint8Array | null;
/** A row as it lies in a store. */
export type MovedRow = Readonly<Record<string, Cell>>;
export type TableName = "slots" | "settings" | "apps" | "accounts" | "ids" | "journal";
/** All rows, each table in its own order. */
export type Contents = Readonly<Record<TableName, readonly MovedRow[]>>;

export interface MovedTable {
  readonly name: TableName;
  readonly columns: Readonly<Record<string, "text" | "integer" | "bytes">>;
  /** The column that gives the order; `position` is each store's own and does not move. */
  readonly order: string;
}

/** So that each comes after those that it refers to. */
export const MOVED_TABLES: readonly MovedTable[] = [
  {
    name: "slots",
    columns: { id: "text", kind: "text", wrapped: "bytes", parameters: "text", created_at: "integer" },
    order: "position",
  },
  { name: "settings", columns: { name: "text", value: "bytes" }, order: "name" },
  {
    name: "apps",
    columns: { client_id: "text", rotates: "integer", old_access: "text" },
    order: "client_id",
  },
  {
    name: "accounts",
    columns: {
      key: "text",
      alias: "text",
      twitch_id: "text",
      login: "text",
      label: "text",
      client_id: "text",
      scopes: "text",
      sealed_grant: "bytes",
      generation: "integer",
      issued_at: "integer",
      expires_at: "integer",
      last_refresh: "integer",
      health: "text",
      refusals: "text",
      sends: "text",
      created_at: "integer",
      relay: "integer",
      password_digest: "text",
      revision: "integer",
    },
    order: "position",
  },
  {
    name: "ids",
    columns: {
      digest: "text",
      account: "text",
      sealed: "bytes",
      created_at: "integer",
      ends_at: "integer",
    },
    order: "position",
  },
  {
    name: "journal",
    columns: { account: "text", generation: "integer", digest: "text", at: "integer" },
    order: "account",
  },
];

/** The rows of all tables, each asked for with `rows`. */
export function contentsOf(rows: (table: MovedTable) => readonly MovedRow[]): Contents {
  return Object.fromEntries(MOVED_TABLES.map((table) => [table.name, rows(table)])) as unknown as Contents;
}
