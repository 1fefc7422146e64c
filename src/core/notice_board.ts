/**
 * What was told to whom it concerns, compared with how the logins are: one message when an event begins, one when it is
 * over. Looks at the logins and changes none; nobody waits for it.
 *
 * What was told is kept in a setting, so that a restart repeats nothing. An event counts as told once one address has
 * taken the message: one that was on its way when the process ended is sent again by the next.
 */
import { type AccountKey, DAY, type Duration, MINUTE, type Time } from "./account.ts";
import type { Login } from "./login.ts";
import { entriesIn, type Entry, type Phase } from "./notice_entries.ts";
import {
  backupStanding,
  diskStanding,
  loginStanding,
  type NoticeEvent,
  noticeOf,
  renewalStanding,
  sinceOf,
  type Standing,
} from "./notices.ts";
import type { Notifier } from "./ports.ts";
import type { Roster } from "./roster.ts";

const SETTING = "notices";
/** An event that comes and goes is not told more often, for each login. */
const MOST_A_DAY = 6;

/**
 * So long an event must last, by a clock that does not jump, before it is told; more than one round of the job. When a
 * Pi's clock is set after its start all failures look old for a moment, a disk may be back at the next try, and a backup
 * follows a sign-in only after a moment.
 */
const PATIENCE: Partial<Record<NoticeEvent, Duration>> = {
  twitch_away: 2 * MINUTE,
  disk: 2 * MINUTE,
  no_backup: 10 * MINUTE,
};

/** When the backups were made that lie in the backup directory; undefined while nobody has looked. */
export type BackupTimes = () => readonly Time[] | undefined;

/** How one event of one login stands right now. */
interface Sight {
  readonly event: NoticeEvent;
  readonly login: Login | undefined;
  readonly standing: Standing;
  readonly since: Time;
}

/** What a board goes by beside the logins. */
export interface BoardOptions {
  /** Without a backup directory there are none, and nothing is told of them. */
  readonly backups?: BackupTimes | undefined;
  /** Whether it is this process that tells; unless it is said, it always is. */
  readonly mayTell?: (() => boolean) | undefined;
  /** Whether a database that several processes share does not answer. */
  readonly storeIsAway?: (() => boolean) | undefined;
}

/** Tells what is worth a message. Dispose of it to stop; what is not yet told is told by the next process. */
export class NoticeBoard implements Disposable {
  readonly #roster: Roster;
  readonly #notifier: Notifier;
  readonly #options: BoardOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #sending = new Set<Entry>();
  /** Events that last and are not told yet, by name. */
  readonly #lasting = new Map<string, { ripe: boolean; readonly end: AbortController }>();
  #planned = false;
  #unsaved = false;
  #writing = false;
  #closed = false;

  constructor(roster: Roster, notifier: Notifier, options: BoardOptions = {}) {
    this.#roster = roster;
    this.#notifier = notifier;
    this.#options = options;
  }

  /** Reads what earlier processes have told. */
  async load(): Promise<void> {
    const bytes = await this.#roster.deps.store.setting(SETTING);
    for (const entry of bytes === undefined ? [] : entriesIn(bytes)) {
      this.#entries.set(nameOf(entry.event, entry.account), entry);
    }
  }

  /** Compares, and tells in the background what is new. To be called now and then; changes of known logins call it too. */
  look(): void {
    if (this.#closed || this.#options.mayTell?.() === false) return;
    const { deps } = this.#roster;
    try {
      const now = deps.clock.now();
      const logins = this.#roster.all();
      for (const login of logins) login.watchers.add(this.#onChange);
      for (const sight of this.#sights(logins, now)) this.#judge(sight, now);
      this.#forgetGone(now);
      this.#save();
    } catch (error) {
      deps.log.error("bug while looking for notices", {
        error: error instanceof Error ? error.stack : String(error),
      });
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    for (const login of this.#roster.all()) login.watchers.delete(this.#onChange);
    for (const { end } of this.#lasting.values()) end.abort();
  }

  /** A change is reported in the middle of a transaction: it is looked at when that has gone on. */
  readonly #onChange = (): void => {
    if (this.#planned || this.#closed) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      this.look();
    });
  };

  /** While the logins cannot be opened nothing happens to them, and there is nothing else to tell. */
  #sights(logins: readonly Login[], now: Time): readonly Sight[] {
    const locked = this.#roster.deps.vault.locked !== undefined;
    const standing = locked ? "on" : "off";
    const lock: Sight = { event: "locked", login: undefined, standing, since: now };
    if (locked) return [lock];
    return [lock, ...this.#serverSights(logins, now), ...logins.flatMap((login) => loginSights(login, now))];
  }

  #serverSights(logins: readonly Login[], now: Time): readonly Sight[] {
    const { backups, storeIsAway } = this.#options;
    const refuses = storeIsAway?.() === true ? "on" : diskStanding(logins);
    const disk: Sight = { event: "disk", login: undefined, standing: refuses, since: now };
    if (backups === undefined) return [disk];
    const told = this.#entries.get(nameOf("no_backup", null));
    const toldSince = told?.phase === "idle" ? undefined : told?.since;
    const standing = backupStanding(logins, { made: backups(), toldSince }, now);
    return [disk, { event: "no_backup", login: undefined, standing, since: now }];
  }

  #judge(sight: Sight, now: Time): void {
    const { event, login, standing, since } = sight;
    const account = login?.account.key ?? null;
    const name = nameOf(event, account);
    const lasts = this.#lasts(name, event, standing);
    const entry = this.#entries.get(name) ??
      { event, account, since, phase: "idle", begins: [] };
    if (this.#sending.has(entry)) return;
    const phase = nextPhase(entry.phase, standing);
    if (phase === "begun" && entry.phase === "idle") {
      const recent = entry.begins.filter((at) => at > now - DAY && at <= now);
      if (recent.length >= MOST_A_DAY || !lasts) return;
      Object.assign(entry, { since, begins: [...recent, now] });
      this.#entries.set(name, entry);
      this.#roster.deps.log.info("worth a notice", { event, account: login?.account.alias });
    }
    if (phase !== entry.phase) this.#unsaved = true;
    entry.phase = phase;
    if (phase === "begun" || phase === "over") void this.#tell(entry, phase, login, now);
  }

  /** Whether the event has lasted long enough to be told. */
  #lasts(name: string, event: NoticeEvent, standing: Standing): boolean {
    const patience = PATIENCE[event];
    const known = this.#lasting.get(name);
    if (standing !== "on") {
      known?.end.abort();
      this.#lasting.delete(name);
      return false;
    }
    if (patience === undefined) return true;
    if (known !== undefined) return known.ripe;
    const lasting = { ripe: false, end: new AbortController() };
    this.#lasting.set(name, lasting);
    void this.#roster.deps.clock.sleep(patience, lasting.end.signal).then(() => {
      if (lasting.end.signal.aborted) return;
      lasting.ripe = true;
      this.look();
    });
    return false;
  }

  async #tell(entry: Entry, state: "begun" | "over", login: Login | undefined, now: Time): Promise<void> {
    const { event, since } = entry;
    this.#sending.add(entry);
    const delivery = await this.#notifier.send(noticeOf({
      ...{ event, state, login, since, now },
      store: this.#roster.deps.shared === undefined ? "disk" : "database",
    }));
    this.#sending.delete(entry);
    if (this.#closed || delivery === "stopped") return;
    entry.phase = state === "begun" ? "told" : "idle";
    this.#unsaved = true;
    // It may have ended, or begun again, while it was being told.
    this.look();
  }

  /** An account that was removed needs no message: somebody has just done it. */
  #forgetGone(now: Time): void {
    for (const [name, entry] of this.#entries) {
      const gone = entry.account !== null && this.#roster.get(entry.account) === undefined;
      const past = entry.phase === "idle" && entry.begins.every((at) => at <= now - DAY);
      if (!gone && !past) continue;
      this.#entries.delete(name);
      this.#unsaved = true;
    }
  }

  /** In the background; what the disk refuses is written at a later look. */
  #save(): void {
    if (!this.#unsaved || this.#writing) return;
    this.#writing = true;
    void this.#write().then(() => {
      this.#writing = false;
    });
  }

  async #write(): Promise<void> {
    const { store, log } = this.#roster.deps;
    while (this.#unsaved && !this.#closed) {
      this.#unsaved = false;
      const text = JSON.stringify({ version: 1, entries: [...this.#entries.values()] });
      try {
        await store.saveSetting(SETTING, new TextEncoder().encode(text));
      } catch (error) {
        this.#unsaved = true;
        return log.warn("cannot keep which notices were sent", { error: String(error) });
      }
    }
  }
}

function loginSights(login: Login, now: Time): readonly Sight[] {
  const { account } = login;
  const since = sinceOf(account, now);
  return [
    { event: "needs_login", login, standing: loginStanding(account), since },
    { event: "twitch_away", login, standing: renewalStanding(account, now), since },
  ];
}

/** What is to be told next; nothing is on its way. */
function nextPhase(phase: Phase, standing: Standing): Phase {
  const present = standing === "on";
  const absent = standing === "off" || standing === "moot";
  switch (phase) {
    case "idle":
      return present ? "begun" : "idle";
    case "begun":
      // The process ended before anybody was told, and so did the event.
      return absent ? "idle" : "begun";
    case "told":
      if (standing === "moot") return "idle";
      return absent ? "over" : "told";
    case "over":
      return "over";
  }
}

function nameOf(event: NoticeEvent, account: AccountKey | null): string {
  return `${event} ${account ?? ""}`;
}
