import { HOUR, type Time } from "./account.ts";
import type { Login } from "./login.ts";
import type { Log } from "./ports.ts";

/** Says in the log which logins need a person: once when it happens or is found at start, then hourly. */
export class SignInReminder {
  readonly #log: Log;
  readonly #told = new Map<Login, { readonly since: Time; readonly at: Time }>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Looks at one login; to be called after each step and in each round. */
  look(login: Login, now: Time): void {
    const { alias, health } = login.account;
    if (health.state !== "needs_login") {
      this.#told.delete(login);
      return;
    }
    const told = this.#told.get(login);
    // A clock that was set back must not make it silent.
    if (told?.since === health.since && now >= told.at && now < told.at + HOUR) return;
    this.#told.set(login, { since: health.since, at: now });
    const since = new Date(health.since).toISOString();
    this.#log.warn("sign-in needed", { account: alias, reason: health.reason, since });
  }

  /** Forgets the others, which are gone. */
  keepOnly(isKept: (login: Login) => boolean): void {
    for (const login of this.#told.keys()) if (!isKept(login)) this.#told.delete(login);
  }
}
