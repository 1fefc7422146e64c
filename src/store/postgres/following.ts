/**
 * What other processes write, as it comes by NOTIFY. A notification can be lost with its connection, and a connection
 * can be dead without anybody saying so: so this process sends itself a beat through the server, and where none comes
 * back it listens anew. Whoever hears compares everything at the begin, after each such gap and now and then.
 */
import type { Duration } from "../../core/account.ts";
import type { Change } from "../../core/shared.ts";
import type { Connections, Sql } from "./connections.ts";
import { STATEMENTS } from "./statements.ts";

/** In milliseconds. */
export interface FollowTimes {
  readonly beatEach: Duration;
  /** Without a beat for so long the connection is given up. */
  readonly deadAfter: Duration;
  readonly anythingEach: Duration;
}

export const FOLLOW_TIMES: FollowTimes = { beatEach: 5000, deadAfter: 10_000, anythingEach: 15_000 };
/** How long a listener that is given up may take to begin, in milliseconds. */
const PATIENCE: Duration = 3000;
/** As the triggers name it. */
export const CHANNEL = "companion_token_server";

export class Following implements AsyncDisposable {
  readonly #connections: Connections;
  readonly #times: FollowTimes;
  readonly #heard: (change: Change) => void;
  readonly #timers: readonly ReturnType<typeof setTimeout>[];
  readonly #ending = new Set<Promise<void>>();
  #listener: Sql | undefined;
  /** When it listens, or fails to. */
  #begun: Promise<void> = Promise.resolve();
  #lastBeat = 0;
  #open = true;

  constructor(connections: Connections, times: FollowTimes, heard: (change: Change) => void) {
    this.#connections = connections;
    this.#times = times;
    this.#heard = heard;
    this.#timers = [
      setInterval(() => this.#beat(), times.beatEach),
      setInterval(() => this.#tell({ kind: "anything" }), times.anythingEach),
    ];
    for (const timer of this.#timers) Deno.unrefTimer(timer);
    this.#listen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#open) {
      this.#open = false;
      for (const timer of this.#timers) clearInterval(timer);
      this.#giveUp();
    }
    await Promise.all(this.#ending);
  }

  #beat(): void {
    if (performance.now() - this.#lastBeat > this.#times.deadAfter) {
      this.#giveUp();
      this.#listen();
    }
    const beat = JSON.stringify({ kind: "beat", by: this.#connections.name });
    // Whoever hears asks the database, and so learns that it is away.
    this.#connections.ask(STATEMENTS.beat, [CHANNEL, beat]).catch(() => this.#tell({ kind: "anything" }));
  }

  /** The client itself listens again after a connection was closed; where it does not, the beat fails to come. */
  #listen(): void {
    const listener = this.#connections.listener();
    const current = (): boolean => this.#open && this.#listener === listener;
    const begun = listener.listen(
      CHANNEL,
      (payload) => current() && this.#understand(payload),
      () => current() && this.#tell({ kind: "anything" }),
    ).then(() => {}, () => {});
    this.#listener = listener;
    this.#begun = begun;
    this.#lastBeat = performance.now();
  }

  /** The client forgets a connection that it is told to end while it is still made, so that is waited for. */
  #giveUp(): void {
    const [given, begun] = [this.#listener, this.#begun];
    if (given === undefined) return;
    this.#listener = undefined;
    const ended: Promise<void> = soon(begun, PATIENCE).then(() => given.end({ timeout: 0 })).catch(() => {})
      .then(() => void this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  #understand(payload: string): void {
    const { by, ...said } = read(payload);
    if (by !== this.#connections.name) this.#tell(changeIn(said));
    else if (said["kind"] === "beat") this.#lastBeat = performance.now();
  }

  #tell(change: Change | undefined): void {
    if (change !== undefined && this.#open) this.#heard(change);
  }
}

/** Undefined for another's beat; `anything` for what a later version may say. */
function changeIn(said: Readonly<Record<string, unknown>>): Change | undefined {
  const { kind, key, name, clientId } = said;
  if (kind === "beat") return undefined;
  if (kind === "account" && typeof key === "string") return { kind, key };
  if (kind === "setting" && typeof name === "string") return { kind, name };
  if (kind === "app" && typeof clientId === "string") return { kind, clientId };
  return kind === "slots" ? { kind } : { kind: "anything" };
}

function read(payload: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}

/** Waits for `work`, no longer than `span`. */
async function soon(work: Promise<void>, span: Duration): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, span));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
