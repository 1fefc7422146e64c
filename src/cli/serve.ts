/**
 * The running server: the only home of `Deno.serve`, `Deno.cron` and signals. It listens before it asks Twitch
 * anything, so that Companion is answered from memory at once.
 */
import { type Duration, SECOND } from "../core/account.ts";
import { storeRefuses } from "../core/error.ts";
import { heardLog, RecentEvents } from "../core/events.ts";
import { randomSecret } from "../core/secret.ts";
import { Tally } from "../core/tally.ts";
import { createHandler, type Handler, type Routes } from "../http/handler.ts";
import { createQuestionRoom } from "../http/question_room.ts";
import { privateDirectory } from "../store/sqlite/files.ts";
import { takeLock } from "../store/sqlite/lock.ts";
import type { AutomaticBackup } from "./automatic_backup.ts";
import type { CommandParts } from "./command.ts";
import type { Config, Environment } from "./config.ts";
import { announce } from "./control.ts";
import { greet } from "./greeting.ts";
import { bugFields } from "./log.ts";
import { NoticeDuty } from "./notice_duty.ts";
import { Notify } from "./notify.ts";
import { logSetupCode } from "./owner_operations.ts";
import type { Composed, Place } from "./pages.ts";
import { openProgram, type Program, type ProgramParts } from "./program.ts";
import { Pulse } from "./pulse.ts";
import { pageUrls, reachableUrls } from "./reachable.ts";
import { anotherServer, cannotListen } from "./serve_errors.ts";
import { isShared } from "./store_setting.ts";
import { warnAtStart } from "./start_warnings.ts";
import type { Terminal } from "./terminal.ts";
import { PROGRAM } from "./version.ts";

/** Connections that are still open then are cut: a client may hold one idle for ever. */
const SHUTDOWN = 3 * SECOND;
/** How often the backstop looks whether the cron job still runs. */
const BACKSTOP = 30 * SECOND;
/** Whoever waits for the start is answered first; what a first request to Twitch has to load takes longer than that. */
const FIRST_ROUND: Duration = 50;

export interface ServeParts extends ProgramParts {
  readonly terminal: Terminal;
  /** Where systemd says how it is to be told. */
  readonly env: Environment;
  /** Aborted when the server is to stop. */
  readonly stop: AbortSignal;
}

/** Serves until the process is told to stop. Throws as `serve` does. */
export async function serveUntilStopped(parts: CommandParts): Promise<void> {
  const stop = new AbortController();
  using _signals = parts.surroundings.onStop(() => stop.abort());
  await serve({ ...parts, env: parts.surroundings.env, stop: stop.signal });
}

/**
 * Serves until `stop`, then lets a running refresh finish. Throws `AppError` `busy` if another process has the data
 * directory, `port_in_use` if the port is taken, and what `openProgram` throws.
 */
export async function serve(given: ServeParts): Promise<void> {
  const shared = isShared(given.settings().store);
  const events = new RecentEvents(given.clock, shared);
  const tally = new Tally();
  const startedAt = given.clock.now();
  const parts = { ...given, log: heardLog(given.log, events, tally) };
  const { settings, clock, log, terminal, stop } = parts;
  const config = settings();
  using lock = shared ? beside(config.dataDir) : takeLock(config.dataDir);
  if (lock === undefined) throw anotherServer(config);
  await using program = await openProgram(parts);
  const { store, vault } = program.deps;
  await events.load(store);
  await program.connector.resume();
  warnAtStart(program);

  const place: Place = { port: config.port };
  const pulse = new Pulse(program.roster, program.storeIsAway);
  const secret = randomSecret();
  await using backups = await automaticBackup(program);
  const metrics = config.metrics
    ? {
      runtime: Deno.version.deno,
      startedAt,
      backups: () => backups === undefined ? "off" as const : backups.made ?? [],
    }
    : undefined;
  const composed = { place, pulse, secret, events, tally, metrics };
  const server = listen(config, await handlerFor(parts, program, composed));
  place.port = server.addr.port;
  await using _announced = await announce(config.dataDir, loopbackAddress(server.addr), secret);
  using notify = new Notify({ env: parts.env, roster: program.roster, pulse });
  await greet(terminal, program, {
    port: place.port,
    baseUrls: reachableUrls(config, place.port),
    pages: pageUrls(config, place.port),
  });
  log.info("listening", { program: PROGRAM, port: place.port, accounts: program.roster.all().length });
  logSetupCode(program, { pages: () => pageUrls(config, place.port) });
  await using notices = new NoticeDuty(program, backups && (() => backups.made));
  program.besideOthers(new Map([["events", () => events.load(store)]]));
  await notify.ready();
  await keepRefreshing(program, pulse, stop, async () => {
    await notices.look();
    backups?.look();
    // A locked server leaves its database as it is.
    if (vault.locked === undefined) await events.look(store);
  });
  log.info("stopping");
  await notify.stopping();
  await Promise.race([server.shutdown(), clock.sleep(SHUTDOWN)]);
  if (vault.locked === undefined) await events.write(store);
}

/** On a database that several instances share the directory holds no more than a key, and nobody locks anything. */
function beside(dataDir: string): Disposable {
  privateDirectory(dataDir);
  return new DisposableStack();
}

async function automaticBackup(program: Program): Promise<AutomaticBackup | undefined> {
  const { backupDir } = program.config;
  if (backupDir === undefined) return undefined;
  const { AutomaticBackup } = await import("./automatic_backup.ts");
  return new AutomaticBackup(program, backupDir);
}

/**
 * Questions from the start; everything else once somebody asks for it. What is read for that from a database of several
 * instances is read at once: by then the database may be away.
 */
async function handlerFor(parts: ServeParts, program: Program, composed: Composed): Promise<Handler> {
  const { clock, log } = parts;
  const { roster, refresher, config } = program;
  const { tally } = composed;
  const hosts = {
    publicUrl: config.publicUrl,
    machineName: machineName(),
    allowed: () => program.hostNames.all(),
  };
  const room = createQuestionRoom({
    ...{ roster, refresher, clock, log, tally, hosts, trustedProxies: config.trustedProxies },
  });
  const makePages = async (): Promise<Routes> => {
    const { createPages } = await import("./pages.ts");
    return await createPages(parts, program, composed, room);
  };
  if (program.deps.shared === undefined) return createHandler(room, makePages);
  const pages = await makePages();
  return createHandler(room, () => Promise.resolve(pages));
}

/** Dual stack unless a host is set: `::` where it takes IPv4 too, else `0.0.0.0`. */
function listen(config: Config, handler: Handler): Deno.HttpServer<Deno.NetAddr> {
  const { port } = config;
  const serveAt = (hostname: string): Deno.HttpServer<Deno.NetAddr> =>
    Deno.serve({ hostname, port, onListen: () => {} }, handler);
  try {
    if (config.host !== undefined) return serveAt(config.host);
    if (ipv6Only()) return serveAt("0.0.0.0");
    try {
      return serveAt("::");
    } catch (error) {
      // No IPv6 on this machine.
      if (error instanceof Deno.errors.AddrInUse) throw error;
      return serveAt("0.0.0.0");
    }
  } catch (error) {
    throw cannotListen(config, error);
  }
}

/**
 * Whether the system gives `::` to IPv6 alone: then the same port can be had on IPv4 as well. Linux alone can be set up
 * so (`net.ipv6.bindv6only`, which Deno lets nobody read who may not do everything).
 */
function ipv6Only(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    using both = Deno.listen({ hostname: "::", port: 0 });
    using _rest = Deno.listen({ hostname: "0.0.0.0", port: both.addr.port });
    return true;
  } catch {
    return false;
  }
}

/** Where this machine itself reaches the server. */
function loopbackAddress({ hostname, port }: Deno.NetAddr): string {
  if (hostname === "::" || hostname === "0.0.0.0") return `http://127.0.0.1:${port}`;
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

function machineName(): string | undefined {
  try {
    return Deno.hostname();
  } catch {
    return undefined;
  }
}

/**
 * Refreshes what is due each minute until `stop`. `Deno.cron` goes by the wall clock and stalls when that jumps back,
 * as on a Pi whose clock is set late: the backstop goes by a clock that does not jump.
 */
async function keepRefreshing(
  program: Program,
  pulse: Pulse,
  stop: AbortSignal,
  afterRound: () => Promise<void>,
): Promise<void> {
  const tick = async (): Promise<void> => {
    pulse.beat();
    try {
      await program.refresher.due();
      await afterRound();
    } catch (error) {
      // Said once by whoever follows the database; the next round comes in a minute.
      if (storeRefuses(error)) {
        return program.deps.log.debug("the round was cut short", { error: error.message });
      }
      // A rejection would end the process, or make Deno repeat the round by itself within 100 ms.
      program.deps.log.error("bug in the refresh loop", bugFields(error));
    }
  };
  await program.deps.clock.sleep(FIRST_ROUND, stop);
  if (stop.aborted) return;
  const cron = Deno.cron("refresh tokens", { minute: { every: 1 } }, { signal: stop }, tick);
  const backstop = setInterval(() => pulse.faint() && tick(), BACKSTOP);
  const first = tick();
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
  clearInterval(backstop);
  await cron;
  // What is under way is waited for, within bounds, when the refresher is closed.
  void first;
}
