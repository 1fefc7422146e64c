import assert from "node:assert/strict";
import { HOUR, MINUTE, SECOND } from "../../src/core/account.ts";
import { type Notice, testNotice } from "../../src/core/notices.ts";
import type { Delivery } from "../../src/core/ports.ts";
import { Secret } from "../../src/core/secret.ts";
import { createNotifier, type NetworkNotifier } from "../../src/notice/notifier.ts";
import { FakeClock, settled, START } from "../support/fake_clock.ts";
import { SilentLog } from "../support/silent_log.ts";

const CANARY = "canary-0123456789abcdefghij";
const GOOD = `https://good.example.org/${CANARY}`;
const BAD = `https://user:${CANARY}@bad.example.org/hook/${CANARY}?key=${CANARY}`;

type Answer = () => Response | Promise<Response>;

/** Addresses by host, and what they were sent. */
class Net {
  readonly clock = new FakeClock();
  readonly log = new SilentLog();
  readonly sent: { readonly host: string; readonly at: number; readonly init: RequestInit }[] = [];
  /** How many requests to each host are open, at most and now. */
  readonly open = new Map<string, { now: number; most: number }>();
  readonly answers: Record<string, Answer> = {};

  readonly fetch = (async (input: string, init: RequestInit) => {
    const { host } = new URL(input);
    this.sent.push({ host, at: this.clock.now() - START, init });
    const open = this.open.get(host) ?? { now: 0, most: 0 };
    this.open.set(host, { now: open.now + 1, most: Math.max(open.most, open.now + 1) });
    try {
      return await (this.answers[host] ?? (() => new Response(null, { status: 204 })))();
    } finally {
      const after = this.open.get(host) ?? { now: 1, most: 1 };
      this.open.set(host, { ...after, now: after.now - 1 });
    }
  }) as typeof fetch;

  notifier(...urls: readonly string[]): NetworkNotifier {
    return createNotifier(urls.map((url) => new Secret(url)), this);
  }

  to(host: string): number {
    return this.sent.filter((one) => one.host === host).length;
  }
}

function notice(over: Partial<Notice> = {}): Notice {
  return { ...testNotice(START), event: "needs_login", account: "nightowl", ...over };
}

function status(code: number, headers: HeadersInit = {}): Answer {
  return () => new Response(code === 204 ? null : "text", { status: code, headers });
}

function throwing(): Response {
  throw new TypeError(`error sending request for url (${BAD}): connection refused`);
}

Deno.test("send() tells every address once, by a POST that follows no redirect", async () => {
  const net = new Net();
  using notifier = net.notifier(GOOD, "https://ntfy.sh/topic", "https://discord.com/api/webhooks/1/a");
  assert.equal(await notifier.send(notice()), "taken");
  await settled();
  assert.deepEqual(net.sent.map(({ host }) => host), ["good.example.org", "ntfy.sh", "discord.com"]);
  for (const { init } of net.sent) assert.deepEqual([init.method, init.redirect], ["POST", "manual"]);
  assert.equal(net.clock.sleeping, 0);
});

Deno.test("send() tries again with growing pauses, a bounded number of times, and then gives up", async () => {
  for (const answer of [status(500), status(429), throwing]) {
    const net = new Net();
    net.answers["bad.example.org"] = answer;
    using notifier = net.notifier(BAD);
    const delivery = notifier.send(notice());
    await net.clock.advance(4 * HOUR);
    assert.equal(await delivery, "undeliverable");
    const times = net.sent.map(({ at }) => at);
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    assert.deepEqual(pauses, [5, 15, 60, 300, 900, 1800, 3600].map((seconds) => seconds * SECOND));
    assert.equal(net.clock.sleeping, 0);
  }
});

Deno.test("send() delivers once the address is back", async () => {
  const net = new Net();
  net.answers["bad.example.org"] = throwing;
  using notifier = net.notifier(BAD);
  const delivery = notifier.send(notice());
  await net.clock.advance(30 * SECOND);
  net.answers["bad.example.org"] = status(200);
  await net.clock.advance(MINUTE);
  assert.equal(await delivery, "taken");
  assert.equal(net.sent.length, 4);
});

Deno.test("send() waits as long as the address asks for, within bounds", async () => {
  const net = new Net();
  const waits = ["30.5", "100000", "soon"];
  net.answers["bad.example.org"] = () => status(429, { "retry-after": waits[net.sent.length - 1] ?? "" })();
  using notifier = net.notifier(BAD);
  const delivery = notifier.send(notice());
  await net.clock.advance(3 * HOUR);
  await delivery;
  const [first = 0, second = 0, third = 0, fourth = 0] = net.sent.map(({ at }) => at);
  assert.deepEqual([second - first, third - second, fourth - third], [30_500, HOUR, MINUTE]);
});

Deno.test("send() gives up at once where trying again cannot help", async () => {
  for (const code of [301, 307, 400, 401, 404]) {
    const net = new Net();
    net.answers["bad.example.org"] = status(code, { location: "https://elsewhere.example.org/" });
    using notifier = net.notifier(BAD);
    assert.equal(await notifier.send(notice()), "undeliverable", String(code));
    assert.equal(net.sent.length, 1, String(code));
    assert.ok(String(net.log.entries[0]?.fields["reason"]).includes(String(code)));
  }
});

Deno.test("send() gives an address ten seconds, whether it heeds the end or not", async () => {
  const net = new Net();
  net.answers["bad.example.org"] = () => new Promise<Response>(() => {});
  using notifier = net.notifier(BAD);
  void notifier.send(notice());
  await net.clock.advance(14 * SECOND);
  assert.equal(net.sent.length, 1);
  await net.clock.advance(SECOND);
  assert.equal(net.sent.length, 2);
});

Deno.test("an address that hangs delays no other, and its own messages keep their order", async () => {
  const net = new Net();
  let back = false;
  net.answers["bad.example.org"] = () => back ? status(204)() : new Promise<Response>(() => {});
  using notifier = net.notifier(BAD, GOOD);
  const texts = Array.from({ length: 20 }, (_, number) => `message ${number}`);
  for (const text of texts) assert.equal(await notifier.send(notice({ text })), "taken");
  assert.equal(net.to("good.example.org"), 20);
  await net.clock.advance(MINUTE);
  back = true;
  await net.clock.advance(10 * MINUTE);
  const delivered = net.sent.filter(({ host }) => host === "bad.example.org")
    .map(({ init }) => JSON.parse(String(init.body)).text);
  assert.deepEqual([...new Set(delivered)], texts);
  assert.equal(delivered.lastIndexOf("message 0") + 1, delivered.indexOf("message 1"));
  assert.equal(net.open.get("good.example.org")?.most, 1);
});

Deno.test("an address that is away for ever costs a bounded number of requests, whatever is told", async () => {
  const net = new Net();
  net.answers["bad.example.org"] = throwing;
  using notifier = net.notifier(BAD);
  const deliveries: Promise<Delivery>[] = [];
  for (let number = 0; number < 300; number++) deliveries.push(notifier.send(notice()));
  await net.clock.advance(3 * HOUR);
  const outcomes = await Promise.all(deliveries);
  assert.deepEqual([...new Set(outcomes)], ["undeliverable"]);
  assert.ok(net.sent.length < 20, String(net.sent.length));
  assert.equal(net.clock.sleeping, 0);
});

Deno.test("what is on its way when the notifier is disposed of ends as stopped and leaves nothing behind", async () => {
  const net = new Net();
  net.answers["bad.example.org"] = throwing;
  net.answers["good.example.org"] = () => new Promise<Response>(() => {});
  const notifier = net.notifier(BAD, GOOD);
  const deliveries = [notifier.send(notice()), notifier.send(notice())];
  await net.clock.advance(SECOND);
  notifier[Symbol.dispose]();
  assert.deepEqual(await Promise.all(deliveries), ["stopped", "stopped"]);
  await settled();
  assert.equal(net.clock.sleeping, 0);
  const sent = net.sent.length;
  await net.clock.advance(HOUR);
  assert.equal(net.sent.length, sent);
});

Deno.test("a notifier without addresses delivers nothing", async () => {
  using notifier = new Net().notifier();
  assert.equal(await notifier.send(notice()), "undeliverable");
  assert.deepEqual(await notifier.test(notice()), []);
});

Deno.test("nothing of an address but its host is in a log or an outcome, and its password in no body", async () => {
  const net = new Net();
  net.answers["bad.example.org"] = throwing;
  using notifier = net.notifier(BAD, GOOD);
  const delivery = notifier.send(notice());
  const tested = notifier.test(notice());
  await net.clock.advance(4 * HOUR);
  await delivery;
  const shown = JSON.stringify([net.log.entries, await tested, notifier.hosts]);
  assert.ok(!shown.includes(CANARY), shown);
  assert.ok(shown.includes("bad.example.org") && shown.includes("notice cannot be sent"));
  for (const { init } of net.sent) assert.ok(!String(init.body).includes(CANARY));
  assert.throws(throwing, (error: Error) => error.message.includes(CANARY), "what fetch throws holds it");
});

Deno.test("test() sends once to every address and says what became of it", async () => {
  const net = new Net();
  net.answers["bad.example.org"] = status(404);
  net.answers["pi.lan"] = throwing;
  net.answers["slow.lan"] = () => new Promise<Response>(() => {});
  using notifier = net.notifier(GOOD, BAD, "http://pi.lan/a", "http://slow.lan/a");
  const tested = notifier.test(testNotice(START));
  await net.clock.advance(10 * SECOND);
  assert.deepEqual(await tested, [
    { host: "good.example.org", worked: true, reason: null },
    { host: "bad.example.org", worked: false, reason: "refuses the message (404)" },
    { host: "pi.lan", worked: false, reason: "cannot be reached" },
    { host: "slow.lan", worked: false, reason: "gives no answer" },
  ]);
  assert.equal(net.sent.length, 4);
});
