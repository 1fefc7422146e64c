/** How long the minute's round takes when nothing is due: the program's own parts, in this process. */
import { Refresher } from "../../src/core/refresher.ts";
import { Roster } from "../../src/core/roster.ts";
import { Secret } from "../../src/core/secret.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { createTwitch } from "../../src/twitch/client.ts";
import { openVault } from "../../src/vault/open.ts";
import { SilentLog } from "../support/silent_log.ts";
import type { QuickTwitch } from "./quick_twitch.ts";
import { quantile } from "./statistics.ts";
import type { Stock } from "./stock.ts";

const ROUNDS = 21;

/** Milliseconds of a round, the median of many. */
export async function timeRounds({ directory }: Stock, { env }: QuickTwitch): Promise<number> {
  using store = openSqliteStore(directory, "companion-token-server");
  const clock = { now: () => Date.now(), sleep: () => new Promise<void>(() => {}) };
  const vault = await openVault({ slots: store, keyFile: `${directory}/key`, now: Date.now() });
  using twitch = createTwitch({ authUrl: env["TWITCH_AUTH_URL"] ?? "", apiUrl: "", clock });
  const roster = new Roster({ store, vault, twitch, clock, log: new SilentLog(), random: Math.random });
  await roster.useApp({
    clientId: env["TWITCH_CLIENT_ID"] ?? "",
    clientSecret: new Secret(env["TWITCH_CLIENT_SECRET"] ?? ""),
  });
  await roster.load();
  const refresher = new Refresher(roster);
  // The first one asks Twitch about every token.
  await refresher.due();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    await refresher.due();
    times.push(performance.now() - began);
  }
  return quantile(times, 0.5);
}
