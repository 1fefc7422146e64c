/** The setting that says where the logins are kept. A database's address holds a password, so it is shown nowhere as it is. */
import { AppError } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import { namesPostgres, postgresAddress, shownAddress } from "../store/postgres/address.ts";
import { Problem } from "./setting_values.ts";

/** `sqlite:`, or the address of a PostgreSQL database. */
export function store(text: string): Secret | Problem {
  if (text === "sqlite:") return new Secret(text);
  if (!namesPostgres(text)) {
    return new Problem("names a store that this version does not know: it knows sqlite: and postgres://…");
  }
  try {
    postgresAddress(text);
    return new Secret(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return new Problem(`cannot be used: ${error.message.replace(/^[^:]*: /, "")}`);
  }
}

/** Whether other processes may write to it too. */
export function isShared(store: Secret): boolean {
  return namesPostgres(store.reveal());
}

/** The store without user, password and parameters. */
export function shownStore(store: Secret): string {
  if (!isShared(store)) return store.reveal();
  return shownAddress(postgresAddress(store.reveal()));
}

/** What of it must not be shown: the whole, and the password as it is typed and as it is meant. */
export function secretsIn(store: Secret): readonly Secret[] {
  if (!isShared(store)) return [];
  const typed = /^\w+:\/\/[^/?#:]*:([^/?#]*)@/.exec(store.reveal())?.[1] ?? "";
  return [store, new Secret(typed), postgresAddress(store.reveal()).password];
}
