/**
 * Messages to people over the network. Each address has a line of its own, in which one message waits for the other;
 * a message is tried so often and so long and no more, and nobody else waits for it.
 */
import { type Duration, HOUR, MINUTE, SECOND, type Time } from "../core/account.ts";
import type { Notice } from "../core/notices.ts";
import type { Clock, Delivery, Log, Notifier } from "../core/ports.ts";
import type { Secret } from "../core/secret.ts";
import { type Address, addressOf } from "./address.ts";
import { attempt, type Means } from "./attempt.ts";

/** After the first failure of an address in a row, the second, and so on; as many tries more than these has a message. */
const PAUSES: readonly Duration[] = [
  5 * SECOND,
  15 * SECOND,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
];
const LONGEST_PAUSE = HOUR;
/** From `send` on; the wait for earlier messages is in it. */
const LONGEST: Duration = 2 * HOUR;
/** As many messages wait for one address; a further one is not taken on. */
const LONGEST_LINE = 100;

/** What a notifier is made with. */
export interface NotifierParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Instead of the runtime's fetch with a client of its own. */
  readonly fetch?: typeof fetch;
}

/** How an address took a test. Its host is all that is said of it. */
export interface Tested {
  readonly host: string;
  readonly worked: boolean;
  /** Reads on after the host's name; null if it worked. */
  readonly reason: string | null;
}

/** A notifier that can be tried. Dispose of it to stop: what is on its way ends as `stopped`. */
export interface NetworkNotifier extends Notifier, Disposable {
  /** The hosts of the addresses, in their order. */
  readonly hosts: readonly string[];
  /** Sends once to every address, all at the same time. */
  test(notice: Notice): Promise<readonly Tested[]>;
  /** When every address has last taken a test; undefined if that has not been since it was made. */
  readonly testedAt: Time | undefined;
}

/** A notifier for these addresses; without any, every notice is undeliverable. */
export function createNotifier(urls: readonly Secret[], parts: NotifierParts): NetworkNotifier {
  const { clock, log } = parts;
  const stop = new AbortController();
  // Without idle connections: on one that is used again Deno may send a POST twice (SENDS_ONCE in twitch/client.ts).
  const http = parts.fetch === undefined && urls.length > 0
    ? Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false })
    : undefined;
  const means: Means = {
    clock,
    fetch: parts.fetch ?? ((input, init) => fetch(input, { ...init, ...(http && { client: http }) })),
  };
  const addresses = urls.map(addressOf);
  const lines = addresses.map((address) => new Line({ address, means, log, stop: stop.signal }));
  let testedAt: Time | undefined;
  return {
    hosts: addresses.map(({ host }) => host),
    send: (notice) => firstTaken(lines.map((line) => line.send(notice))),
    get testedAt() {
      return testedAt;
    },
    async test(notice) {
      const tested = await Promise.all(addresses.map(async (address): Promise<Tested> => {
        const outcome = await attempt(means, address, notice, stop.signal);
        const reason = outcome.kind === "taken" ? null : outcome.reason;
        return { host: address.host, worked: reason === null, reason };
      }));
      if (tested.length > 0 && tested.every(({ worked }) => worked)) testedAt = clock.now();
      return tested;
    },
    [Symbol.dispose]() {
      stop.abort();
      http?.close();
    },
  };
}

/** As soon as one address has taken it; else when the last has given up. */
async function firstTaken(deliveries: readonly Promise<Delivery>[]): Promise<Delivery> {
  const taken = deliveries.map(async (delivery) => {
    if (await delivery !== "taken") throw new Error("not taken");
  });
  try {
    await Promise.any(taken);
    return "taken";
  } catch {
    return (await Promise.all(deliveries)).includes("stopped") ? "stopped" : "undeliverable";
  }
}

interface LineParts {
  readonly address: Address;
  readonly means: Means;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/** The messages to one address, one after the other. */
class Line {
  readonly #parts: LineParts;
  #last: Promise<unknown> = Promise.resolve();
  /** Over when the address may be asked again. */
  #pause: Promise<void> = Promise.resolve();
  /** In a row. */
  #failures = 0;
  #length = 0;

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  async send(notice: Notice): Promise<Delivery> {
    const { address, log } = this.#parts;
    if (this.#length >= LONGEST_LINE) {
      log.error("too many notices wait", { host: address.host, notice: notice.event });
      return "undeliverable";
    }
    this.#length++;
    const sending = this.#inTime((end) => this.#deliver(notice, end));
    this.#last = sending;
    try {
      return await sending;
    } finally {
      this.#length--;
    }
  }

  /** Runs `deliver` after those before it, with a signal that is aborted when it has taken too long. */
  async #inTime(deliver: (end: AbortSignal) => Promise<Delivery>): Promise<Delivery> {
    const { means, stop } = this.#parts;
    const late = new AbortController();
    const done = new AbortController();
    const timer = means.clock.sleep(LONGEST, AbortSignal.any([done.signal, stop])).then(() => late.abort());
    try {
      await this.#last;
      return await deliver(AbortSignal.any([late.signal, stop]));
    } finally {
      done.abort();
      await timer;
    }
  }

  async #deliver(notice: Notice, end: AbortSignal): Promise<Delivery> {
    const { address, means, log, stop } = this.#parts;
    const fields = { host: address.host, notice: notice.event, state: notice.state, account: notice.account };
    let reason = "could not be asked in time";
    for (let tries = 0; tries <= PAUSES.length; tries++) {
      await Promise.race([this.#pause, aborted(end)]);
      if (end.aborted) break;
      const outcome = await attempt(means, address, notice, end);
      this.#failures = outcome.kind === "failed" ? this.#failures + 1 : 0;
      if (outcome.kind === "taken") {
        log.info("notice sent", fields);
        return "taken";
      }
      if (stop.aborted) break;
      reason = outcome.reason;
      if (outcome.kind === "refused") break;
      log.debug("notice not taken", { ...fields, reason });
      this.#rest(outcome.retryAfter ?? 0);
    }
    if (stop.aborted) return "stopped";
    log.error("notice cannot be sent", { ...fields, reason });
    return "undeliverable";
  }

  /** After a failure the address is left alone for a while, also by the messages that follow. */
  #rest(least: Duration): void {
    const { means, stop } = this.#parts;
    const pause = PAUSES[Math.min(this.#failures, PAUSES.length) - 1] ?? 0;
    this.#pause = means.clock.sleep(Math.min(LONGEST_PAUSE, Math.max(pause, least)), stop);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
