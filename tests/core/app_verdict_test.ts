import assert from "node:assert/strict";
import { judgeApp } from "../../src/core/app_verdict.ts";
import type { DeviceStart, Unavailable } from "../../src/core/ports.ts";
import { CONFIDENTIAL, PUBLIC, world } from "../support/world.ts";

function unavailable(reason: Unavailable["reason"]): DeviceStart {
  return { kind: "unavailable", reason, spent: "no", neverLeft: false, retryAfter: undefined };
}

const CASES = [
  ["accepted", undefined, "right", "right"],
  ["unknown", undefined, "right", "right"],
  ["refused", undefined, "wrong_secret", "right"],
  ["refused", unavailable("app_refused"), "unknown_id", "unknown_id"],
  ["refused", unavailable("timeout"), "refused", "right"],
] as const;

for (const [check, device, confidential, open] of CASES) {
  const name = device?.kind === "unavailable" ? device.reason : "started";
  Deno.test(`judgeApp() where id and secret are ${check} and a device code ${name}: ${confidential}, ${open} without a secret`, async () => {
    const made = await world();
    made.twitch.appCheck = check;
    if (device !== undefined) made.twitch.beginDevice = () => Promise.resolve(device);
    assert.equal(await judgeApp(made.deps, CONFIDENTIAL), confidential);
    assert.equal(await judgeApp(made.deps, PUBLIC), open);
  });
}
