import { AppError } from "../core/error.ts";
import { namesPostgres } from "./postgres/address.ts";
import type { PostgresStore } from "./postgres/store.ts";
import { openSqliteStore } from "./sqlite/open.ts";
import type { SqliteStore } from "./sqlite/store.ts";

export { namesPostgres };

/**
 * Opens the store that `url` (the setting TOKEN_SERVER_STORE) names: `sqlite:` is the database in the data directory,
 * `postgres://…` one that several processes share. `program` is the program's name and version. Throws `AppError`
 * `settings` for any other address, and what `openSqliteStore` and `openPostgresStore` throw.
 */
export async function openStore(
  url: string,
  dataDir: string,
  program: string,
): Promise<SqliteStore | PostgresStore> {
  if (url === "sqlite:") return openSqliteStore(dataDir, program);
  if (namesPostgres(url)) {
    // Whoever keeps the logins in SQLite loads nothing of it.
    const { openPostgresStore } = await import("./postgres/open.ts");
    return await openPostgresStore(url, program);
  }
  // Only the scheme is repeated: the rest of an address may hold a password.
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] ?? "an address without a scheme";
  throw new AppError(
    "settings",
    `Cannot open the store: TOKEN_SERVER_STORE is ${scheme}, which is not known here`,
    {
      hint:
        "Leave TOKEN_SERVER_STORE out, or set it to sqlite: or to postgres://USER:PASSWORD@HOST/DATABASE " +
        "(TOKEN_SERVER_STORE=sqlite:)",
    },
  );
}
