import { AppError } from "../core/error.ts";
import { openSqliteStore } from "./sqlite/open.ts";
import type { SqliteStore } from "./sqlite/store.ts";

/**
 * Opens the store that `url` (the setting TOKEN_SERVER_STORE) names: `sqlite:` is the database in the data directory.
 * `program` is the program's name and version. Throws `AppError` `settings` for any other address, and what
 * `openSqliteStore` throws.
 */
export function openStore(url: string, dataDir: string, program: string): SqliteStore {
  if (url === "sqlite:") return openSqliteStore(dataDir, program);
  // Only the scheme is repeated: the rest of an address may hold a password.
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] ?? "an address without a scheme";
  throw new AppError(
    "settings",
    `Cannot open the store: TOKEN_SERVER_STORE is ${scheme}, which is not known here`,
    {
      hint: "Leave TOKEN_SERVER_STORE out, or set it to sqlite: (TOKEN_SERVER_STORE=sqlite:)",
    },
  );
}
