/**
 * What systemd is told (sd_notify(3)): that the server is ready, how it is, that it stops, and again and again that it
 * lives. Elsewhere there is nobody to tell, and nothing here ever stops the server.
 */
import { type Duration, SECOND, type Time } from "../core/account.ts";
import { oldTokensDie } from "../core/app.ts";
import { AppError } from "../core/error.ts";
import type { Log } from "../core/ports.ts";
import type { Roster } from "../core/roster.ts";
import { refreshAt } from "../core/schedule.ts";
import type { Environment } from "./config.ts";
import { errorFields } from "./log.ts";
import type { Pulse } from "./pulse.ts";

/** How often the status is looked at where no watchdog wants more. */
const LOOK: Duration = 20 * SECOND;

/** How messages get to systemd. */
export interface NotifySocket extends Disposable {
  /** Lines of NAME=value. Rejects if nobody takes them. */
  send(message: string): Promise<void>;
}

/** The socket that systemd named; undefined where there is none, or none that can be used. Never throws. */
export function openNotifySocket(env: Environment, log: Log): NotifySocket | undefined {
  const target = env["NOTIFY_SOCKET"];
  if (target === undefined || target === "") return undefined;
  // An abstract name begins with @ in the environment; Deno 2.4 cannot send to one.
  if (!target.startsWith("/")) {
    log.debug("systemd is not told: its socket has no path");
    return undefined;
  }
  try {
    return bindNextTo(target, env["RUNTIME_DIRECTORY"]?.split(":")[0]);
  } catch (error) {
    log.warn("systemd cannot be told how the server is", errorFields(error));
    return undefined;
  }
}

/** Deno sends from a socket with a path of its own alone. */
function bindNextTo(target: string, runtimeDirectory: string | undefined): NotifySocket {
  using open = new DisposableStack();
  const directory = runtimeDirectory || Deno.makeTempDirSync({ prefix: "companion-token-server-" });
  if (!runtimeDirectory) open.defer(() => remove(directory));
  const path = `${directory}/notify`;
  // Left by a process that was killed.
  remove(path);
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });
  open.defer(() => remove(path));
  open.defer(() => socket.close());
  const end = open.move();
  return {
    async send(message) {
      await socket.send(new TextEncoder().encode(message), { transport: "unixpacket", path: target });
    },
    [Symbol.dispose]: () => end.dispose(),
  };
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** What the messages are made of. */
export interface NotifyParts {
  readonly env: Environment;
  readonly roster: Roster;
  readonly pulse: Pulse;
}

/** Keeps systemd told, from `ready()` until it is disposed of. */
export class Notify implements Disposable {
  readonly #parts: NotifyParts;
  readonly #socket: NotifySocket | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #status: string | undefined;

  constructor(parts: NotifyParts, socket = openNotifySocket(parts.env, parts.roster.deps.log)) {
    this.#parts = parts;
    this.#socket = socket;
  }

  /** The server listens. Said while the logins are locked too: questions are answered, and a restart would not help. */
  async ready(): Promise<void> {
    if (this.#socket === undefined) return;
    const { watchdog } = this;
    await this.#send(`READY=1\n${this.#news() ?? ""}`);
    this.#timer = setInterval(
      () => this.look(),
      watchdog === undefined ? LOOK : Math.min(LOOK, watchdog / 3),
    );
  }

  /** Says what is new, and that the server lives if it is well: without that word systemd starts it again. */
  async look(): Promise<void> {
    const lives = await this.#isWell() ? "WATCHDOG=1\n" : "";
    const message = `${lives}${this.#news() ?? ""}`;
    if (message !== "") await this.#send(message);
  }

  /** The server is about to end. */
  async stopping(): Promise<void> {
    this.#end();
    await this.#send("STOPPING=1\nSTATUS=stopping");
  }

  [Symbol.dispose](): void {
    this.#end();
    this.#socket?.[Symbol.dispose]();
  }

  /** Without a word for so long systemd kills; undefined where it does not watch. */
  get watchdog(): Duration | undefined {
    const span = Number(this.#parts.env["WATCHDOG_USEC"]) / 1000;
    return span > 0 && Number.isFinite(span) ? span : undefined;
  }

  /**
   * The loop turns and the store answers. A store that refuses a grant, or a database that is away, is no reason to be
   * killed: then the grant lives in this process alone.
   */
  async #isWell(): Promise<boolean> {
    const { pulse, roster } = this.#parts;
    const { status } = pulse.report();
    if (status === "stalled") return false;
    if (status === "store") return true;
    try {
      await roster.deps.store.journal();
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === "store_away") return true;
      roster.deps.log.error("the database cannot be read", errorFields(error));
      return false;
    }
  }

  /** The status, if it is another than before. */
  #news(): string | undefined {
    const status = statusText(this.#parts.roster);
    if (status === this.#status) return undefined;
    this.#status = status;
    return `STATUS=${status}\n`;
  }

  async #send(message: string): Promise<void> {
    try {
      await this.#socket?.send(message);
    } catch (error) {
      this.#parts.roster.deps.log.debug("systemd did not take a message", errorFields(error));
    }
  }

  #end(): void {
    clearInterval(this.#timer);
  }
}

/** One line for `systemctl status`, without names: `3 logins, 1 needs a person, next refresh 14:02`. */
export function statusText(roster: Roster): string {
  const { vault } = roster.deps;
  if (vault.locked !== undefined) return `locked: ${vault.locked.replaceAll("\n", " ")}`;
  const logins = roster.all();
  const lost = logins.filter(({ account }) => account.health.state === "needs_login").length;
  const next = nextRefresh(roster);
  return [
    logins.length === 1 ? "1 login" : `${logins.length || "no"} logins`,
    ...lost === 0 ? [] : [lost === 1 ? "1 needs a person" : `${lost} need a person`],
    // The watch on the wall beside the screen shows local time.
    ...next === undefined ? [] : [`next refresh ${new Date(next).toTimeString().slice(0, 5)}`],
  ].join(", ");
}

function nextRefresh(roster: Roster): Time | undefined {
  const times = roster.all().flatMap((login) => {
    const { account, app, facts } = roster.situation(login);
    if (account.health.state === "needs_login") return [];
    if (account.health.state === "retrying") return account.health.nextTry;
    return refreshAt(account, app !== undefined && oldTokensDie(app, facts)) ?? [];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}
