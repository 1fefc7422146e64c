/**
 * The one person whom this server belongs to: who has its password, or while there is none reads the setup code off its
 * terminal. What is kept holds no secret: the password slowly hashed, of each session the digest.
 */
import { browserIn } from "./browser.ts";
import { commonSecret, endCommonSecret } from "./common_secret.ts";
import { AppError, storeRefuses } from "./error.ts";
import { Guesses } from "./guesses.ts";
import { type Kept, OwnerRecord } from "./owner_setting.ts";
import { checkNewPassword, composed, isTooLong } from "./password_rules.ts";
import type { Deps, Passwords } from "./ports.ts";
import type { Secret } from "./secret.ts";
import { idOfValue, isOver, newSession, recordOf, withSession } from "./sessions.ts";
import { formTokenOf, type Opened, SEEN_WRITTEN_EACH, type Session, type SessionRecord } from "./sessions.ts";
import { isSetupCode, newSetupCode } from "./setup_code.ts";

export type { Opened, Session, SessionRecord };

/** Who is at the door. */
export interface Visitor {
  readonly from: string;
  /** The User-Agent header; may be empty. */
  readonly userAgent: string;
}

/** A wish to replace the password. */
export interface PasswordChange {
  readonly old: Secret;
  readonly fresh: Secret;
  /** Where it is wished from. */
  readonly from: string;
  /** The session that stays. */
  readonly session: Session;
}

type OwnerDeps = Pick<Deps, "store" | "vault" | "clock" | "log" | "shared">;
const LONGEST_FROM = 60;

export class Owner {
  readonly #deps: OwnerDeps;
  readonly #passwords: Passwords;
  readonly #guesses: Guesses;
  /** When sessions were last seen, where that is later than what is kept. */
  readonly #seen = new Map<string, number>();
  readonly #record: OwnerRecord;
  #code: Secret | undefined;
  #looking: Promise<void> | undefined;

  private constructor(deps: OwnerDeps, passwords: Passwords) {
    this.#deps = deps;
    this.#passwords = passwords;
    this.#guesses = new Guesses(deps.shared);
    this.#record = new OwnerRecord(deps);
  }

  /** The owner as an earlier process left it. */
  static async load(deps: OwnerDeps, passwords: Passwords): Promise<Owner> {
    const owner = new Owner(deps, passwords);
    await owner.follow();
    return owner;
  }

  /** Reads what another process may have written. Throws `AppError` `store_away`. */
  async follow(): Promise<void> {
    await this.#record.read();
    await this.#settleCode();
  }

  get hasPassword(): boolean {
    return this.#kept.password !== undefined;
  }

  /** Who knows it may set the first password. There is none once that is done, and another one after each start. */
  get setupCode(): Secret | undefined {
    return this.#code;
  }

  /**
   * Looks at a setup code without using it up. Throws `AppError` `wrong_password` if it is another, `exists` if a
   * password is set, `throttled`.
   */
  async checkCode(typed: Secret, from: string): Promise<void> {
    const code = this.#code;
    if (code === undefined) throw alreadySet();
    const right = await this.#guesses.judge(from, this.#deps.clock.now(), () => isSetupCode(typed, code));
    if (right) return;
    this.#deps.log.warn("wrong setup code", { from });
    throw new AppError("wrong_password", "Cannot go on: this is not the setup code of this server", {
      hint: "It is new after each start: take the last one from the terminal or the log, " +
        "or run companion-token-server setup --link",
    });
  }

  /**
   * Sets the first password, which uses the code up, and opens a session. Throws `AppError` as `checkCode` does, `usage`
   * if the password will not do, `disk`.
   */
  async claim(code: Secret, password: Secret, visitor: Visitor): Promise<Opened> {
    await this.checkCode(code, visitor.from);
    checkNewPassword(password);
    const hash = await this.#passwords.hash(composed(password));
    const opened = await this.#newSession(visitor);
    await this.#change((kept) => {
      if (kept.password !== undefined) throw alreadySet();
      return { password: hash, sessions: [recordOf(opened.session)] };
    });
    await this.#endCode();
    this.#deps.log.info("password set", { from: visitor.from });
    return opened;
  }

  /**
   * Opens a session with a fresh value; the one that this browser had `before` ends. Throws `AppError` `wrong_password`,
   * `throttled`, `usage` while there is no password.
   */
  async signIn(password: Secret, visitor: Visitor, before?: Session): Promise<Opened> {
    const hash = await this.#checkPassword(password, visitor.from);
    const opened = await this.#newSession(visitor);
    const now = this.#deps.clock.now();
    try {
      await this.#changeAtOnce(({ password, sessions }) => {
        if (password !== hash) throw notThePassword();
        const others = sessions.filter(({ id }) => id !== before?.id);
        return { password, sessions: withSession(others, recordOf(opened.session), now) };
      });
    } catch (error) {
      // The night of a full card is one on which its owner must get in.
      if (!storeRefuses(error)) throw error;
      this.#deps.log.warn("the disk did not take a session, it ends with this process");
    }
    this.#deps.log.info("somebody signed in", { from: visitor.from, browser: opened.session.agent });
    return opened;
  }

  /** The session of a cookie's value, seen now; undefined if there is none or it has ended. */
  async sessionOf(value: Secret): Promise<Session | undefined> {
    const id = await idOfValue(value);
    if (id === undefined) return undefined;
    const now = this.#deps.clock.now();
    // Another process may have opened it a moment ago.
    if (this.#find(id) === undefined) await this.#lookAgain();
    const record = this.#find(id);
    if (record === undefined || isOver(record, now)) return undefined;
    const formToken = await formTokenOf(value);
    this.#seen.set(id, now);
    const written = this.#kept.sessions.find((kept) => kept.id === id)?.seenAt ?? now;
    if (now - written >= SEEN_WRITTEN_EACH) void this.#changeAtOnce((kept) => kept).catch(() => undefined);
    return { ...record, seenAt: now, formToken };
  }

  /** Whether a session that was found before still lasts. */
  isOpen({ id }: Session): boolean {
    const record = this.#find(id);
    return record !== undefined && !isOver(record, this.#deps.clock.now());
  }

  /** All that last, the one that was seen last first. */
  sessions(): readonly SessionRecord[] {
    const now = this.#deps.clock.now();
    return this.#kept.sessions.map((record) => this.#asSeen(record)).filter((record) => !isOver(record, now))
      .sort((a, b) => b.seenAt - a.seenAt);
  }

  /** Ends it at once. Throws `AppError` `disk` if that holds for this process alone. */
  signOut({ id }: SessionRecord): Promise<void> {
    return this.#changeAtOnce(({ password, sessions }) => ({
      password,
      sessions: sessions.filter((record) => record.id !== id),
    }));
  }

  /** Ends all sessions at once. Throws `AppError` `disk` if that holds for this process alone. */
  async signOutEverywhere(): Promise<void> {
    await this.#changeAtOnce(({ password }) => ({ password, sessions: [] }));
    this.#deps.log.info("all sessions ended");
  }

  /**
   * Replaces the password and ends all other sessions. Throws `AppError` `wrong_password` if the old one is another,
   * `throttled`, `usage` if the new one will not do, `disk`: then all is as before.
   */
  async changePassword({ old, fresh, from, session }: PasswordChange): Promise<void> {
    const before = await this.#checkPassword(old, from);
    checkNewPassword(fresh);
    const hash = await this.#passwords.hash(composed(fresh));
    await this.#change(({ password, sessions }) => {
      if (password !== before) throw notThePassword();
      return { password: hash, sessions: sessions.filter(({ id }) => id === session.id) };
    });
    this.#deps.log.info("password changed, all other sessions ended", { from });
  }

  /** For somebody at the machine itself: no password, no session, a new setup code. Throws `AppError` `disk`. */
  async resetPassword(): Promise<void> {
    await this.#change(() => ({ password: undefined, sessions: [] }));
    await this.#endCode();
    await this.#settleCode();
    this.#deps.log.warn("password removed, all sessions ended");
  }

  /** The hash that the password fits, which may be another one by the time that something comes of it. */
  async #checkPassword(password: Secret, from: string): Promise<string> {
    const hash = this.#kept.password;
    if (hash === undefined) throw notSet();
    const right = await this.#guesses.judge(
      from,
      this.#deps.clock.now(),
      async () => !isTooLong(password) && await this.#passwords.matches(composed(password), hash),
    );
    if (right) return hash;
    this.#deps.log.warn("wrong password", { from });
    throw notThePassword();
  }

  #newSession({ from, userAgent }: Visitor): Promise<Opened> {
    return newSession(from.slice(0, LONGEST_FROM), browserIn(userAgent), this.#deps.clock.now());
  }

  #find(id: string): SessionRecord | undefined {
    const record = this.#kept.sessions.find((kept) => kept.id === id);
    return record && this.#asSeen(record);
  }

  #asSeen(record: SessionRecord): SessionRecord {
    return { ...record, seenAt: this.#seen.get(record.id) ?? record.seenAt };
  }

  async #settleCode(): Promise<void> {
    const { shared, vault } = this.#deps;
    if (this.hasPassword) this.#code = undefined;
    // While the key is missing each process has its own, and keeps it.
    else if (shared === undefined || vault.locked !== undefined) this.#code ??= newSetupCode();
    else this.#code = await commonSecret(this.#deps, "setup code", newSetupCode);
  }

  async #endCode(): Promise<void> {
    this.#code = undefined;
    if (this.#deps.shared !== undefined) await endCommonSecret(this.#deps, "setup code");
  }

  /** Only where others write, and one look for all who ask meanwhile. A store that is away has nothing new to tell. */
  async #lookAgain(): Promise<void> {
    if (this.#deps.shared === undefined) return;
    this.#looking ??= this.follow().catch(() => undefined).finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  #change(next: (kept: Kept) => Kept): Promise<void> {
    return this.#record.change((kept) => next(this.#withSeen(kept))).finally(() => this.#forgetSeen());
  }

  #changeAtOnce(next: (kept: Kept) => Kept): Promise<void> {
    return this.#record.changeAtOnce((kept) => next(this.#withSeen(kept))).finally(() => this.#forgetSeen());
  }

  #withSeen({ password, sessions }: Kept): Kept {
    return { password, sessions: sessions.map((record) => this.#asSeen(record)) };
  }

  #forgetSeen(): void {
    for (const id of this.#seen.keys()) {
      if (!this.#kept.sessions.some((record) => record.id === id)) this.#seen.delete(id);
    }
  }

  get #kept(): Kept {
    return this.#record.kept;
  }
}

function alreadySet(): AppError {
  return new AppError("exists", "Cannot set the first password: one is set already", {
    hint:
      "Sign in with it; if it is lost, run companion-token-server setup --reset-password on the machine itself",
  });
}

function notThePassword(): AppError {
  return new AppError("wrong_password", "Cannot sign in: this is not the password", {
    hint: "Try again; if it is lost, run companion-token-server setup --reset-password on the machine itself",
  });
}

function notSet(): AppError {
  return new AppError("usage", "Cannot sign in: no password is set yet", {
    hint: "Open the link that companion-token-server setup --link prints",
  });
}
