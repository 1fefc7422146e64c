/** One instance of a fleet, behind a proxy of its own to the database and with an address of its own for Twitch. */
import { type RealServer, type Start, startServer } from "../../support/real_program.ts";
import { RoughProxy } from "../../support/rough_proxy.ts";
import { serveSimulatedTwitch, type SimulatedTwitchServer } from "../../support/simulated_twitch/server.ts";
import type { Ledger } from "./ledger.ts";

/** After a disturbance it may take so long until an instance has compared everything, in milliseconds. */
export const RECOVERY = 20_000;

export interface MemberParts {
  readonly name: string;
  readonly ledger: Ledger;
  /** The database's. */
  readonly port: number;
  /** By the port of the proxy and the address for Twitch. */
  readonly start: (port: number, twitch: SimulatedTwitchServer) => Start;
}

/** An instance that can be done things to. Dispose of it to end it. */
export class Member implements AsyncDisposable {
  readonly name: string;
  readonly proxy: RoughProxy;
  /** When it was killed, in milliseconds since the epoch. */
  readonly kills: number[] = [];
  /** When it stood still, from and to. */
  readonly stops: { readonly from: number; to: number }[] = [];
  /** What it has printed on standard error in all its lives but the last. */
  printed = "";
  readonly #twitch: SimulatedTwitchServer;
  readonly #start: Start;
  readonly #ledger: Ledger;
  #server: RealServer | undefined;
  #life = new AbortController();
  #troubles = 0;
  #quietSince = 0;
  #stopped = false;
  #ended = false;

  constructor({ name, ledger, port, start }: MemberParts) {
    this.name = name;
    this.#ledger = ledger;
    this.proxy = new RoughProxy(port);
    this.#twitch = serveSimulatedTwitch(ledger.seenBy(name));
    this.#start = start(this.proxy.port, this.#twitch);
  }

  /** Where it is asked; undefined while it is down or stands still. */
  get origin(): string | undefined {
    return this.#stopped ? undefined : this.#server?.origin;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Aborted when it is killed or stopped: what was asked then is answered by nobody. */
  get life(): AbortSignal {
    return this.#life.signal;
  }

  /** Nothing was done to it, or to its database, for long enough. */
  get calm(): boolean {
    return this.origin !== undefined && Date.now() > this.quietSince + RECOVERY;
  }

  /** When the last that was done to it was over, in milliseconds since the epoch; Infinity while something is. */
  get quietSince(): number {
    return this.#troubles > 0 ? Infinity : this.#quietSince;
  }

  get log(): string {
    return this.printed + (this.#server?.process.stderr ?? "");
  }

  /** Something is done to it, until disposed of. */
  trouble(): Disposable {
    this.#troubles++;
    return {
      [Symbol.dispose]: () => {
        this.#troubles--;
        this.#quietSince = Date.now();
      },
    };
  }

  /** The next refresh that it sends. */
  sends(): Promise<void> {
    return this.#ledger.next(this.name);
  }

  /** Tries until it listens: the database may be away. */
  async up(): Promise<void> {
    while (this.#server === undefined && !this.#ended) {
      this.#server = await startServer(this.#start).catch((error) => {
        this.printed += `${error.message}\n`;
        return undefined;
      });
      if (this.#server === undefined) await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#interrupt();
    this.#server = undefined;
    this.#stopped = false;
    this.kills.push(Date.now());
    server.process.kill("SIGKILL");
    await server.process.ended();
    this.printed += server.process.stderr;
  }

  /** SIGSTOP. */
  stop(): void {
    if (this.#server === undefined || this.#stopped) return;
    this.#interrupt();
    this.#stopped = true;
    this.stops.push({ from: Date.now(), to: Infinity });
    this.#server.process.kill("SIGSTOP");
  }

  /** SIGCONT. */
  goOn(): void {
    const stop = this.stops.at(-1);
    if (this.#server === undefined || !this.#stopped || stop === undefined) return;
    stop.to = Date.now();
    this.#server.process.kill("SIGCONT");
    this.#stopped = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#interrupt();
    await this.#server?.[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
    await this.#twitch.close();
  }

  #interrupt(): void {
    this.#life.abort();
    this.#life = new AbortController();
  }
}
