import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../src/core/account.ts";
import { AppError } from "../../src/core/error.ts";
import { livePath, LiveStreams, type Look } from "../../src/http/live.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";

/** A stream that a test listens to, and the page behind it. */
class Listener implements AsyncDisposable {
  readonly clock: FakeClock;
  readonly page = { shape: "one", texts: { time: "1" } as Record<string, string>, open: true };
  look: () => Look = () => this.page;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #heard = "";
  ended = false;

  constructor(streams: LiveStreams, clock: FakeClock, shape?: string) {
    this.clock = clock;
    this.#reader = streams.begin({
      look: () => this.look(),
      sleep: (span, signal) => clock.sleep(span, signal),
      isOpen: () => this.page.open,
      shape,
    }).getReader();
    void this.#read();
  }

  async #read(): Promise<void> {
    for (let piece = await this.#reader.read(); !piece.done; piece = await this.#reader.read()) {
      this.#heard += new TextDecoder().decode(piece.value);
    }
    this.ended = true;
  }

  /** What has come since it was last asked, after `span`. */
  async hears(span = 0): Promise<string> {
    await settled();
    await this.clock.advance(span);
    await settled();
    const heard = this.#heard;
    this.#heard = "";
    return heard;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }
}

function shapeIn(path: string): string {
  return new URL(path, "http://pi").searchParams.get("shape") ?? "";
}

Deno.test("a stream tells all texts first, then only what has changed", async () => {
  const clock = new FakeClock();
  await using listener = new Listener(new LiveStreams(), clock);
  listener.page.texts = { time: "1", name: "a\nb" };
  assert.equal(
    await listener.hears(),
    'retry: 5000\n\nevent: texts\ndata: {"time":"1","name":"a\\nb"}\n\n',
  );
  listener.page.texts = { time: "2", name: "a\nb" };
  assert.equal(await listener.hears(3 * SECOND), 'event: texts\ndata: {"time":"2"}\n\n');
  assert.equal(await listener.hears(3 * SECOND), "");
});

Deno.test("a stream in which nothing changes sends a comment, so that a client that has gone is noticed", async () => {
  await using listener = new Listener(new LiveStreams(), new FakeClock());
  await listener.hears();
  assert.equal(await listener.hears(15 * SECOND), ": nothing new\n\n");
  assert.equal(await listener.hears(15 * SECOND), ": nothing new\n\n");
});

Deno.test("a stream says reload and ends when its page has another shape", async () => {
  const streams = new LiveStreams();
  await using listener = new Listener(streams, new FakeClock());
  await listener.hears();
  listener.page.shape = "two";
  assert.equal(await listener.hears(3 * SECOND), "event: reload\ndata: \n\n");
  assert.equal(listener.ended, true);
  assert.equal(streams.size, 0);
});

Deno.test("a stream says reload at once to a page that was made in another shape", async () => {
  const streams = new LiveStreams();
  const clock = new FakeClock();
  const listens = (shape: string) => new Listener(streams, clock, shapeIn(livePath("/live/home", shape)));
  await using other = listens("before");
  await using same = listens("one");
  assert.match(await other.hears(), /event: reload/);
  assert.doesNotMatch(await same.hears(), /event: reload/);
});

Deno.test("a stream says reload when its session has ended, or there is nothing more to look at", async () => {
  const streams = new LiveStreams();
  const clock = new FakeClock();
  await using ended = new Listener(streams, clock);
  await using gone = new Listener(streams, clock);
  await using fine = new Listener(streams, clock);
  for (const one of [ended, gone, fine]) await one.hears();
  ended.page.open = false;
  gone.look = () => {
    throw new AppError("not_found", "Cannot find it");
  };
  assert.match(await ended.hears(3 * SECOND), /event: reload/);
  assert.match(await gone.hears(), /event: reload/);
  assert.equal(await fine.hears(), "");
  assert.equal(streams.size, 1);
});

Deno.test("a stream in which a bug shows says reload, so that the page tells of it, and ends", async () => {
  const streams = new LiveStreams();
  await using listener = new Listener(streams, new FakeClock());
  await listener.hears();
  listener.look = () => {
    throw new TypeError("no such thing");
  };
  assert.match(await listener.hears(3 * SECOND), /event: reload/);
  assert.equal(listener.ended, true);
  assert.equal(streams.size, 0);
});

Deno.test("the oldest of too many streams makes room and comes back late", async () => {
  const streams = new LiveStreams();
  const clock = new FakeClock();
  const listeners = Array.from({ length: 40 }, () => new Listener(streams, clock));
  for (const one of listeners) await one.hears();
  assert.equal(streams.size, 40);
  listeners.push(new Listener(streams, clock));
  assert.equal(await listeners[0]?.hears(), "retry: 300000\n\n");
  assert.deepEqual(listeners.map(({ ended }) => ended).slice(0, 2), [true, false]);
  assert.equal(streams.size, 40);
  for (const one of listeners) await one[Symbol.asyncDispose]();
  assert.equal(streams.size, 0);
});

Deno.test("all streams end when the server stops, and none begins any more", async () => {
  const stop = new AbortController();
  const streams = new LiveStreams(stop.signal);
  const clock = new FakeClock();
  await using first = new Listener(streams, clock);
  await first.hears();
  assert.equal(first.ended, false);
  stop.abort();
  assert.equal(await first.hears(), "");
  assert.equal(first.ended, true);
  await using late = new Listener(streams, clock);
  await late.hears();
  assert.deepEqual([late.ended, streams.size, clock.sleeping], [true, 0, 0]);
});

Deno.test("a stream whose client goes leaves nothing behind", async () => {
  const streams = new LiveStreams();
  const clock = new FakeClock();
  const listener = new Listener(streams, clock);
  await listener.hears();
  assert.deepEqual([streams.size, clock.sleeping], [1, 1]);
  await listener[Symbol.asyncDispose]();
  assert.deepEqual([streams.size, clock.sleeping], [0, 0]);
});

Deno.test("a stream looks at nothing while its client takes nothing", async () => {
  const clock = new FakeClock();
  let looks = 0;
  const body = new LiveStreams().begin({
    look: () => ({ shape: "", texts: { looks: String(++looks) } }),
    sleep: (span, signal) => clock.sleep(span, signal),
    isOpen: () => true,
    shape: undefined,
  });
  const reader = body.getReader();
  await reader.read();
  await clock.advance(MINUTE);
  assert.equal(looks, 1);
  const next = reader.read();
  await clock.advance(3 * SECOND);
  assert.match(new TextDecoder().decode((await next).value), /"looks":"2"/);
  await reader.cancel();
});
