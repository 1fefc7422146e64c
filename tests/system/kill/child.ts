/**
 * A composition root like that of the program, with a knife on the ports: signs in, refreshes or restores by the real
 * parts, and dies where it was told to. What it does it tells in lines of JSON on standard output.
 */
import type { DeviceState } from "../../../src/core/connect.ts";
import type { Login } from "../../../src/core/login.ts";
import { readPasted } from "../../../src/core/paste.ts";
import { REDIRECT_URI } from "../../support/simulated_twitch/options.ts";
import { type Death, Knife } from "./knife.ts";
import { openParts, type Parts, type Site } from "./parts.ts";
import { prepareBackup, restoreFrom } from "./restore_act.ts";

/** What a child is told, as JSON in its only argument. */
export interface Orders extends Site {
  /** What it is killed in. Before all but `sign in` it signs in; before a restore it makes the backup. */
  readonly act: "sign in" | "sign in again" | "refresh" | "restore" | "restore over";
  /** Refreshes that go well before that. */
  readonly earlier: number;
  /** The machine that a backup was made on has refreshed since. */
  readonly spent?: boolean;
  /** Left out, it lives. */
  readonly death?: Death;
}

/** A line of a child. */
export type Told =
  | { readonly kind: "authorize" | "device"; readonly text: string }
  | { readonly kind: "signed in"; readonly id: string }
  /** A backup was made: what opens it, and every id in it. */
  | { readonly kind: "backup"; readonly code: string; readonly ids: readonly string[] }
  /** From the next line of its input on it may be killed. */
  | { readonly kind: "ready" }
  /** A step came by, at this time of the machine's clock. */
  | { readonly kind: "step"; readonly step: string; readonly at: number };

/** Writes a line. */
export function tell(told: Told): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(told)}\n`));
}

/** Signs in, by the way that the app has. */
export async function signIn(parts: Parts, { client }: Orders): Promise<Login> {
  const byCode = client.secret !== undefined;
  const { login, id } = byCode ? await signInByCode(parts) : await signInByDevice(parts);
  tell({ kind: "signed in", id: id.reveal() });
  return login;
}

async function signInByCode({ connector }: Parts) {
  const { authorizeUrl, state } = await connector.begin(WISH, REDIRECT_URI);
  tell({ kind: "authorize", text: authorizeUrl });
  return await connector.finish(readPasted(await typed(), REDIRECT_URI), state);
}

async function signInByDevice({ connector, deps }: Parts) {
  const { attempt, userCode } = await connector.beginDevice(WISH);
  tell({ kind: "device", text: userCode });
  let state: DeviceState;
  do {
    await deps.clock.sleep(10);
    state = connector.device(attempt);
  } while (state.kind === "waiting");
  if (state.kind === "failed") throw state.error;
  return state.connected;
}

const WISH = { scopes: ["chat:read", "chat:edit"], label: "" };

async function typed(): Promise<string> {
  const bytes = new Uint8Array(4096);
  const length = await Deno.stdin.read(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, length));
}

async function ready(knife: Knife): Promise<void> {
  tell({ kind: "ready" });
  await typed();
  knife.armed = true;
}

async function act(orders: Orders, knife: Knife): Promise<void> {
  await using parts = await openParts(orders, knife);
  const login = orders.act === "sign in" ? undefined : await signIn(parts, orders);
  for (let done = 0; login !== undefined && done < orders.earlier; done++) await refresh(parts, login);
  await ready(knife);
  if (orders.act === "refresh" && login !== undefined) await refresh(parts, login);
  else await signIn(parts, orders);
}

/** Where others are at work on the login too, it may take more than one try. */
async function refresh(parts: Parts, login: Login): Promise<void> {
  const { generation } = login.account;
  for (let tries = 0; login.account.generation === generation && tries < MOST_TRIES; tries++) {
    await parts.refresh(login);
  }
}

const MOST_TRIES = 5;

async function actRestore(orders: Orders, knife: Knife): Promise<void> {
  const backup = await prepareBackup(orders, knife);
  await ready(knife);
  await using parts = await openParts(orders, knife);
  await restoreFrom(parts, backup);
}

if (import.meta.main) {
  const orders: Orders = JSON.parse(Deno.args[0] ?? "{}");
  const knife = new Knife(orders.death, (step) => tell({ kind: "step", step, at: Date.now() }));
  await (orders.act.startsWith("restore") ? actRestore(orders, knife) : act(orders, knife));
}
