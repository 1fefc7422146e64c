import assert from "node:assert/strict";
import type { Environment } from "../../src/cli/config.ts";
import { Notify, type NotifySocket, openNotifySocket, statusText } from "../../src/cli/notify.ts";
import { Pulse } from "../../src/cli/pulse.ts";
import type { Health } from "../../src/core/account.ts";
import { SharedMemory } from "../support/shared_memory.ts";
import { OWL, signedIn, type World, world, worldsOn, WREN } from "../support/world.ts";

const HOUR = 3_600_000;
const LOST: Health = { state: "needs_login", since: 1, reason: "refused" };

class RecordingSocket implements NotifySocket {
  readonly sent: string[] = [];
  closed = false;

  send(message: string): Promise<void> {
    this.sent.push(message);
    return Promise.resolve();
  }

  [Symbol.dispose](): void {
    this.closed = true;
  }
}

function told(made: World, pulse = new Pulse(made.roster), env: Environment = {}) {
  const socket = new RecordingSocket();
  return { socket, notify: new Notify({ env, roster: made.roster, pulse }, socket) };
}

function clockTime(time: number): string {
  return new Date(time).toTimeString().slice(0, 5);
}

Deno.test("statusText() counts the logins and names the next refresh in local time", async () => {
  const made = await world();
  assert.equal(statusText(made.roster), "no logins");
  const { account } = await signedIn(made, OWL);
  const due = clockTime((account.expiresAt ?? 0) - 2 * HOUR - 120_000);
  assert.equal(statusText(made.roster), `1 login, next refresh ${due}`);
  await signedIn(made, WREN, { health: LOST });
  assert.equal(statusText(made.roster), `2 logins, 1 needs a person, next refresh ${due}`);
});

Deno.test("statusText() names the next try of a login that waits, and says why the logins are locked", async () => {
  const made = await world();
  const nextTry = made.clock.now() + HOUR;
  const health: Health = { state: "retrying", since: 1, reason: "unreachable", attempts: 1, nextTry };
  await signedIn(made, OWL, { health });
  assert.equal(statusText(made.roster), `1 login, next refresh ${clockTime(nextTry)}`);
  made.vault.locked = "the key\nis missing";
  assert.equal(statusText(made.roster), "locked: the key is missing");
});

Deno.test("Notify.ready() says so with the status, also while the logins are locked", async () => {
  const made = await world();
  made.vault.locked = "the key is missing";
  const { socket, notify } = told(made);
  using _notify = notify;
  await notify.ready();
  assert.deepEqual(socket.sent, ["READY=1\nSTATUS=locked: the key is missing\n"]);
});

Deno.test("Notify.look() feeds the watchdog, and tells a status once", async () => {
  const made = await world();
  const { socket, notify } = told(made);
  using _notify = notify;
  await notify.look();
  await notify.look();
  await signedIn(made, OWL, { health: LOST });
  await notify.look();
  assert.deepEqual(socket.sent, [
    "WATCHDOG=1\nSTATUS=no logins\n",
    "WATCHDOG=1\n",
    "WATCHDOG=1\nSTATUS=1 login, 1 needs a person\n",
  ]);
});

Deno.test("Notify.look() feeds no watchdog while the loop stands still or the store cannot be read", async () => {
  const made = await world();
  const pulse = new Pulse(made.roster);
  const { socket, notify } = told(made, pulse);
  using _notify = notify;
  await notify.look();
  pulse.report = () => ({ status: "stalled" });
  await notify.look();
  assert.equal(socket.sent.length, 1);
  pulse.report = () => ({ status: "ok", logins: { connected: 0, retrying: 0, needs_login: 0 } });
  made.onStore = () => {
    throw new Error("disk I/O error");
  };
  await notify.look();
  assert.equal(socket.sent.length, 1);
  made.onStore = undefined;
  await notify.look();
  assert.equal(socket.sent.length, 2, "it is fed again once all is well");
});

Deno.test("Notify.look() feeds the watchdog while a grant is in memory alone: a restart would lose it", async () => {
  const made = await world();
  const login = await signedIn(made, OWL);
  login.saveAt = made.clock.now();
  made.onStore = () => {
    throw new Error("disk I/O error");
  };
  const { socket, notify } = told(made);
  using _notify = notify;
  await notify.look();
  assert.match(socket.sent[0] ?? "", /^WATCHDOG=1\n/);
});

Deno.test("Notify.stopping() says so, and the end closes the socket", async () => {
  const made = await world();
  const { socket, notify } = told(made);
  await notify.ready();
  await notify.stopping();
  notify[Symbol.dispose]();
  assert.equal(socket.sent.at(-1), "STOPPING=1\nSTATUS=stopping");
  assert.equal(socket.closed, true);
});

Deno.test("Notify outlives a socket that nobody reads", async () => {
  const made = await world();
  const socket: NotifySocket = {
    send: () => Promise.reject(new Error("connection refused")),
    [Symbol.dispose]() {},
  };
  using notify = new Notify({ env: {}, roster: made.roster, pulse: new Pulse(made.roster) }, socket);
  await notify.ready();
  await notify.look();
  await notify.stopping();
});

Deno.test("Notify.watchdog is what WATCHDOG_USEC says in microseconds, if anything", async () => {
  const made = await world();
  for (const [text, span] of [["60000000", 60_000], ["0", undefined], ["soon", undefined]] as const) {
    assert.equal(told(made, undefined, { WATCHDOG_USEC: text }).notify.watchdog, span);
  }
  assert.equal(told(made).notify.watchdog, undefined);
});

Deno.test("openNotifySocket() answers none where systemd is not, or cannot be told", async () => {
  const { deps: { log } } = await world();
  assert.equal(openNotifySocket({}, log), undefined);
  assert.equal(openNotifySocket({ NOTIFY_SOCKET: "" }, log), undefined);
  assert.equal(openNotifySocket({ NOTIFY_SOCKET: "@abstract" }, log), undefined);
  const env = { NOTIFY_SOCKET: "/run/systemd/notify", RUNTIME_DIRECTORY: "/nowhere" };
  assert.equal(openNotifySocket(env, log), undefined);
});

Deno.test("Notify.look() says that the server lives while a database of several is away: its tokens live in memory", async () => {
  const memory = new SharedMemory();
  const [made] = await worldsOn(memory, 1);
  assert.ok(made);
  const { socket, notify } = told(made);
  using _notify = notify;
  memory.away = true;
  await notify.look();
  assert.match(socket.sent.join(), /^WATCHDOG=1/);
});
