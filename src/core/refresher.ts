import { MINUTE, type Time } from "./account.ts";
import { AppError } from "./error.ts";
import { dropEndedIds } from "./id_end.ts";
import type { Login } from "./login.ts";
import { confirm, prove, send } from "./refresh.ts";
import type { Roster } from "./roster.ts";
import { type Asker, nextStep, type Step } from "./schedule.ts";
import { awaitTurn, isElsewhere, takeTurn, whileElsewhere } from "./turn.ts";
import { SignInReminder } from "./sign_in_reminder.ts";
import { validate } from "./validate.ts";

/** So many logins are worked on at once; one that hangs holds back no more than its own lane. */
const LANES = 8;
/** More steps than any login can have due at one moment: a guard against turning in circles. */
const MOST_STEPS = 6;

/** What is there to wait for where nothing is due: a round over thousands of logins waits for none of them. */
const AT_REST = Promise.resolve();

/** Does what is due for logins: one thing at a time per login, whoever asks. */
export class Refresher {
  readonly #roster: Roster;
  readonly #running = new Map<Login, Promise<void>>();
  readonly #wakes = new Map<Login, AbortController>();
  /** Whose timer has ended and who waits for a lane. */
  readonly #woken: Login[] = [];
  #lanesOfWoken = 0;
  readonly #reminder: SignInReminder;
  #closed = false;
  /** A database that does not answer makes each login wait: one is enough for a round. */
  #storeIsAway = false;

  constructor(roster: Roster) {
    this.#roster = roster;
    this.#reminder = new SignInReminder(roster.deps.log);
  }

  /**
   * Does what is due for this login now and resolves when it is done; joins what is already under way. Never rejects:
   * what went wrong is in the login's health and in the log.
   */
  one(login: Login, asker: Asker): Promise<void> {
    // First of all: a jump that the clock tells of begins work for every login.
    const now = this.#roster.deps.clock.now();
    const running = this.#running.get(login);
    if (running !== undefined) return this.#joined(running, login, asker);
    if (this.#closed || this.#roster.deps.vault.locked !== undefined) return Promise.resolve();
    const step = nextStep(this.#roster.situation(login), now, asker);
    if (step.kind === "rest") {
      this.#planWake(login, step.until, now);
      if (asker === "job") login.rest = restOf(login, step.until, now);
      return asker === "question" && isElsewhere(this.#roster, login)
        ? whileElsewhere(this.#roster, login)
        : AT_REST;
    }
    const work = begun(() => this.#work(login, asker)).finally(() => {
      this.#running.delete(login);
      this.#remind(login);
    });
    this.#running.set(login, work);
    return work;
  }

  /** A job that finds another process at work leaves it to that one; a question waits for what it brings. */
  #joined(running: Promise<void>, login: Login, asker: Asker): Promise<void> {
    if (asker !== "question" || this.#roster.deps.shared === undefined) return running;
    return running.then(() => this.one(login, asker));
  }

  /** Does `work` for the login as soon as nothing else is under way for it, and nothing else meanwhile. Throws as `work` does. */
  async alone(login: Login, work: () => Promise<void>): Promise<void> {
    for (let other = this.#running.get(login); other !== undefined; other = this.#running.get(login)) {
      await other;
    }
    if (this.#closed) throw new AppError("unavailable", "Cannot go on: the server stops");
    const done = begun(() => this.#leased(login, work));
    const running = done.catch(() => undefined).finally(() => this.#running.delete(login));
    this.#running.set(login, running);
    await running;
    await done;
  }

  /** Does what is due for every login and forgets ids that are over. One that fails or hangs does not hold back the others. */
  async due(): Promise<void> {
    this.#storeIsAway = false;
    await dropEndedIds(this.#roster);
    const logins = this.#roster.all();
    const queue = logins.values();
    const now = this.#roster.deps.clock.now();
    const lane = async (): Promise<void> => {
      for (const login of queue) {
        if (this.#storeIsAway) return;
        if (restsOn(login, now)) continue;
        const work = this.one(login, "job");
        if (work !== AT_REST) await work;
        this.#remind(login);
      }
    };
    this.#reminder.keepOnly((login) => this.#roster.get(login.account.key) === login);
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  /** Starts nothing more and waits for what is under way, at most until `signal` is aborted. */
  async close(signal: AbortSignal): Promise<void> {
    this.#closed = true;
    for (const wake of this.#wakes.values()) wake.abort();
    this.#wakes.clear();
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([Promise.allSettled(this.#running.values()), aborted]);
    const unsaved = this.#roster.all().filter((login) => login.saveAt !== undefined);
    await Promise.all(unsaved.map((login) =>
      this.#leased(login, () => this.#save(login)).catch((error) => {
        this.#report(login, error);
      })
    ));
  }

  /** Does `work` while no other process may work on the login. Throws `AppError` `busy` if one does. */
  async #leased(login: Login, work: () => Promise<void>): Promise<void> {
    await using lease = await takeTurn(this.#roster, login);
    if (lease === undefined) {
      throw new AppError("busy", "Cannot do this now: another instance is at work on this login", {
        hint: "Try again in a minute",
      });
    }
    await work();
  }

  async #work(login: Login, asker: Asker): Promise<void> {
    try {
      await using lease = await awaitTurn(this.#roster, login, asker);
      if (lease === undefined) return;
      for (let steps = 0; steps < MOST_STEPS && !this.#closed && lease.held; steps++) {
        const now = this.#roster.deps.clock.now();
        // A person may shorten a wait once, not turn it off.
        const step = nextStep(this.#roster.situation(login), now, steps === 0 ? asker : "job");
        if (step.kind === "rest" || this.#roster.get(login.account.key) !== login) {
          return this.#planWake(login, step.kind === "rest" ? step.until : undefined, now);
        }
        await this.#take(login, step, now);
      }
      this.#planWake(login, this.#roster.deps.clock.now() + MINUTE, this.#roster.deps.clock.now());
    } catch (error) {
      this.#report(login, error);
    }
  }

  async #take(login: Login, step: Exclude<Step, { kind: "rest" }>, now: Time): Promise<void> {
    const roster = this.#roster;
    switch (step.kind) {
      case "save":
        return await this.#save(login);
      case "send":
        return await send(roster, login, now);
      case "prove":
        return await prove(roster, login, now);
      case "confirm":
        return await confirm(roster, login, now);
      case "validate":
        await validate(roster, login, now);
        return;
      case "blocked": {
        roster.deps.log.warn("login cannot be refreshed", {
          account: login.account.alias,
          reason: step.reason,
        });
        const health = {
          state: "retrying",
          since: now,
          reason: step.reason,
          attempts: 0,
          nextTry: now,
        } as const;
        await roster.update(login, (row) => ({ ...row, health }));
      }
    }
  }

  /** An account that was removed meanwhile needs nobody. */
  #remind(login: Login): void {
    const { account } = login;
    if (this.#roster.get(account.key) === login) this.#reminder.look(login, this.#roster.deps.clock.now());
  }

  async #save(login: Login): Promise<void> {
    const saved = await this.#roster.update(login, (row) => row);
    if (saved === "saved") {
      this.#roster.deps.log.info("written to disk after all", { account: login.account.alias });
    }
  }

  /** The job looks at every login each minute; what is due sooner gets a timer of its own. */
  #planWake(login: Login, until: Time | undefined, now: Time): void {
    this.#wakes.get(login)?.abort();
    this.#wakes.delete(login);
    if (this.#closed || until === undefined || until - now >= MINUTE) return;
    const wake = new AbortController();
    this.#wakes.set(login, wake);
    this.#roster.deps.clock.sleep(Math.max(0, until - now), wake.signal).then(() => {
      if (wake.signal.aborted) return;
      this.#wakes.delete(login);
      return this.#wake(login);
    });
  }

  /** A thousand timers that end together are no thousand requests at once: they go by lanes, as the job does. */
  async #wake(login: Login): Promise<void> {
    this.#woken.push(login);
    if (this.#lanesOfWoken >= LANES) return;
    this.#lanesOfWoken++;
    for (let next = this.#woken.shift(); next !== undefined; next = this.#woken.shift()) {
      await this.one(next, "job");
    }
    this.#lanesOfWoken--;
  }

  #report(login: Login, error: unknown): void {
    const account = login.account.alias;
    if (error instanceof AppError && error.code === "store_away") {
      this.#storeIsAway = true;
      // Said once for all by whoever follows the store.
      return this.#roster.deps.log.debug("login waits for the database", { account });
    }
    if (error instanceof AppError) {
      return this.#roster.deps.log.error("login cannot be kept", { account, error: error.message });
    }
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    this.#roster.deps.log.error("bug while keeping a login", { account, error: text });
  }
}

/** Only of a login that is well: there nothing but a question, a change or the end of the rest makes anything due. */
function restOf({ account }: Login, until: Time | undefined, now: Time): Login["rest"] {
  if (account.health.state !== "connected") return undefined;
  return { from: now, until: until ?? Number.POSITIVE_INFINITY };
}

/** Whether a round has nothing to look at. What is due within a minute gets a timer of its own, so that is looked at. */
function restsOn({ rest, askedAt }: Login, now: Time): boolean {
  return rest !== undefined && rest.from <= now && now < rest.until - MINUTE && (askedAt ?? 0) <= rest.from;
}

/** Begins `work` once the caller has noted that it is under way: its own look at the clock may set off other work. */
function begun(work: () => Promise<void>): Promise<void> {
  return Promise.resolve().then(work);
}
