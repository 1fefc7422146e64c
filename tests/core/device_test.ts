import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../src/core/account.ts";
import type { DeviceBegun, DeviceState } from "../../src/core/connect.ts";
import { AppError } from "../../src/core/error.ts";
import type { DeviceOutcome } from "../../src/core/ports.ts";
import { randomSecret } from "../../src/core/secret.ts";
import { AWAY, BAD_APP, CUT, DOWN, REFUSED, unavailable } from "../support/scripted_twitch.ts";
import { CONFIDENTIAL, OWL, PUBLIC, SCOPES, type World, world } from "../support/world.ts";

const WISH = { scopes: SCOPES, label: "" };
const PENDING = { kind: "pending", slowDown: false } as const;

async function begun(app = PUBLIC): Promise<[World, DeviceBegun]> {
  const made = await world(app);
  return [made, await made.connector.beginDevice(WISH)];
}

function stateOf(made: World, device: DeviceBegun): DeviceState {
  return made.connector.device(device.attempt);
}

function codeOf(state: DeviceState): string {
  if (state.kind !== "failed") return state.kind;
  assert.ok(state.error instanceof AppError);
  return state.error.code;
}

for (const app of [PUBLIC, CONFIDENTIAL]) {
  const kind = app === PUBLIC ? "public" : "confidential";
  Deno.test(`beginDevice() of a ${kind} app polls until the code was entered, then connects`, async () => {
    const [made, device] = await begun(app);
    assert.equal(device.userCode, "JLLKTXWJ");
    assert.equal(device.verificationUri, "https://www.twitch.test/activate?device-code=JLLKTXWJ");
    assert.deepEqual([device.expiresIn, device.endsAt], [30 * MINUTE, made.clock.now() + 30 * MINUTE]);
    await made.clock.advance(4999);
    assert.equal(made.twitch.sent("pollDevice").length, 0);
    await made.clock.advance(1);
    assert.equal(made.twitch.sent("pollDevice").length, 1);
    assert.equal(stateOf(made, device).kind, "waiting");

    made.twitch.approveDevice(OWL, "app-1", SCOPES);
    await made.clock.advance(5 * SECOND);
    const state = stateOf(made, device);
    assert.equal(codeOf(state), "connected");
    assert.equal(state.kind === "connected" && state.connected.login.account.login, OWL.login);
    await made.clock.advance(MINUTE);
    assert.equal(made.twitch.sent("pollDevice").length, 2);
  });
}

Deno.test("beginDevice() polls five seconds less often after each slow_down", async () => {
  const [made, device] = await begun();
  made.twitch.next("pollDevice", { kind: "pending", slowDown: true }, PENDING, {
    kind: "pending",
    slowDown: true,
  });
  await made.clock.advance(61 * SECOND);
  const start = device.endsAt - device.expiresIn;
  const seconds = made.twitch.sent("pollDevice").map(({ at }) => (at - start) / SECOND);
  assert.deepEqual(seconds, [5, 15, 25, 40, 55]);
  made.connector.close();
});

Deno.test("beginDevice() survives a first poll that calls the pending code invalid (twitchdev/issues#971)", async () => {
  const [made, device] = await begun();
  made.twitch.next("pollDevice", REFUSED);
  made.twitch.approveDevice(OWL, "app-1", SCOPES);
  await made.clock.advance(10 * SECOND);
  assert.equal(codeOf(stateOf(made, device)), "connected");
});

Deno.test("beginDevice() ends at a code that is called invalid later", async () => {
  for (const first of [REFUSED, PENDING]) {
    const [made, device] = await begun();
    made.twitch.next("pollDevice", first, REFUSED);
    await made.clock.advance(5 * SECOND);
    assert.equal(codeOf(stateOf(made, device)), "waiting");
    await made.clock.advance(5 * SECOND);
    assert.equal(codeOf(stateOf(made, device)), "refused");
    await made.clock.advance(MINUTE);
    assert.equal(made.twitch.sent("pollDevice").length, 2);
  }
});

Deno.test("beginDevice() goes on through outages", async () => {
  const [made, device] = await begun();
  const outages: DeviceOutcome[] = [DOWN, AWAY, CUT, unavailable({ reason: "rate_limited", spent: "no" })];
  made.twitch.next("pollDevice", ...outages);
  await made.clock.advance(20 * SECOND);
  assert.equal(codeOf(stateOf(made, device)), "waiting");
  made.twitch.approveDevice(OWL, "app-1", SCOPES);
  await made.clock.advance(5 * SECOND);
  assert.equal(codeOf(stateOf(made, device)), "connected");
});

Deno.test("beginDevice() ends when Twitch does not accept the app", async () => {
  const [made, device] = await begun();
  made.twitch.next("pollDevice", BAD_APP);
  await made.clock.advance(5 * SECOND);
  assert.equal(codeOf(stateOf(made, device)), "app_refused");
});

Deno.test("beginDevice() ends when the code has expired", async () => {
  const [made, device] = await begun();
  await made.clock.advance(30 * MINUTE - SECOND);
  assert.equal(codeOf(stateOf(made, device)), "waiting");
  await made.clock.advance(6 * SECOND);
  assert.equal(codeOf(stateOf(made, device)), "refused");
  const polls = made.twitch.sent("pollDevice").length;
  await made.clock.advance(MINUTE);
  assert.equal(made.twitch.sent("pollDevice").length, polls);
});

Deno.test("beginDevice() fails at once if Twitch gives no code", async () => {
  const made = await world(PUBLIC);
  made.twitch.next("beginDevice", BAD_APP, DOWN);
  await assert.rejects(made.connector.beginDevice(WISH), { code: "app_refused" });
  await assert.rejects(made.connector.beginDevice(WISH), { code: "unavailable" });
  assert.equal(made.clock.sleeping, 0);
});

Deno.test("device() knows no attempt but those begun here", async () => {
  const [made] = await begun();
  assert.throws(() => made.connector.device(randomSecret()), { code: "stale_attempt" });
  made.connector.close();
});

Deno.test("device() shows two attempts apart", async () => {
  const [made, one] = await begun();
  const two = await made.connector.beginDevice(WISH);
  made.twitch.approveDevice(OWL, "app-1", SCOPES);
  await made.clock.advance(5 * SECOND);
  assert.deepEqual([codeOf(stateOf(made, one)), codeOf(stateOf(made, two))], ["waiting", "connected"]);
  made.connector.close();
});

Deno.test("close() ends the polling and says so", async () => {
  const [made, device] = await begun();
  made.connector.close();
  await made.clock.advance(0);
  assert.equal(codeOf(stateOf(made, device)), "unavailable");
  assert.equal(made.clock.sleeping, 0);
  await made.clock.advance(MINUTE);
  assert.equal(made.twitch.sent("pollDevice").length, 0);
});

Deno.test("beginDevice() begins nothing for an app whose secret Twitch does not accept", async () => {
  const made = await world();
  made.twitch.appCheck = "refused";
  await assert.rejects(
    made.connector.beginDevice({ scopes: SCOPES, label: "" }),
    (error: unknown) => error instanceof AppError && error.code === "app_refused",
  );
  assert.deepEqual(made.twitch.sent("beginDevice"), []);
});

Deno.test("newCode() gives another code for the same wish under the same name, and polls for it alone", async () => {
  const [made, device] = await begun(CONFIDENTIAL);
  await made.clock.advance(31 * MINUTE);
  assert.equal(codeOf(stateOf(made, device)), "refused");
  await made.connector.newCode(device.attempt);
  const state = stateOf(made, device);
  assert.ok(state.kind === "waiting");
  assert.equal(state.begun.endsAt, made.clock.now() + 30 * MINUTE);
  made.twitch.approveDevice(OWL, "app-1", SCOPES);
  await made.clock.advance(5 * SECOND);
  assert.equal(codeOf(stateOf(made, device)), "connected");
  await assert.rejects(made.connector.newCode(device.attempt), { code: "stale_attempt" });
});

Deno.test("newCode() stops the polling for a code that is still good", async () => {
  const [made, device] = await begun();
  await made.connector.newCode(device.attempt);
  assert.equal(made.clock.sleeping, 1);
  await made.clock.advance(5 * SECOND);
  assert.equal(made.twitch.sent("pollDevice").length, 1);
  assert.equal(stateOf(made, device).kind, "waiting");
  await made.connector.close();
});

Deno.test("newCode() leaves an attempt alone that connects meanwhile", async () => {
  const [made, device] = await begun();
  const askForCode = made.twitch.beginDevice.bind(made.twitch);
  made.twitch.beginDevice = async (app) => {
    made.twitch.approveDevice(OWL, "app-1", SCOPES);
    await made.clock.advance(5 * SECOND);
    return await askForCode(app);
  };
  await made.connector.newCode(device.attempt);
  assert.equal(codeOf(stateOf(made, device)), "connected");
  assert.equal(made.clock.sleeping, 0);
});

Deno.test("newCode() keeps the attempt when Twitch gives no code", async () => {
  const [made, device] = await begun();
  made.twitch.next("beginDevice", DOWN);
  await assert.rejects(made.connector.newCode(device.attempt), { code: "unavailable" });
  assert.equal(stateOf(made, device).kind, "waiting");
  await made.connector.close();
});

Deno.test("cancel() ends the polling for a code", async () => {
  const [made, device] = await begun();
  await made.connector.cancel(device.attempt);
  await made.clock.advance(MINUTE);
  assert.equal(made.twitch.sent("pollDevice").length, 0);
  assert.throws(() => stateOf(made, device), { code: "stale_attempt" });
});
