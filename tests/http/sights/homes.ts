import { HOUR, MINUTE, SECOND } from "../../../src/core/account.ts";
import { AWAY } from "../../support/scripted_twitch.ts";
import { OWL, signedIn, WREN } from "../../support/world.ts";
import { ended, fromLan, type House, idOf } from "../house.ts";
import type { Sight, Stage } from "./stage.ts";

/** As the key's own check says it. */
export const LOCKED =
  "The key file /var/lib/companion-token-server/key is missing: put back your copy of the key file, or say where it is " +
  "with TOKEN_SERVER_KEY_FILE";
const KITE = { twitchId: "24680", login: "kite_on_air" };

/** Somebody in the network asks for the first account's token. */
export async function askToken(home: House): Promise<void> {
  const [login] = home.world.roster.all();
  if (login === undefined) return;
  const answer = await home.ask(`/token?id=${idOf(home, login)}`, fromLan());
  await answer.body?.cancel();
}

/** Two accounts that are well, the first in use. */
export async function well(stage: Stage): Promise<House> {
  const home = await stage.house();
  home.settings.chosen = "companion-3";
  home.settings.putOff = { steps: [], quiet: true };
  await signedIn(home.world, OWL, { label: "Main channel" });
  await signedIn(home.world, WREN);
  await home.world.clock.advance(HOUR + 47 * MINUTE);
  await askToken(home);
  await home.world.clock.advance(14 * SECOND);
  return home;
}

/** Locked, with a passphrase that opens it. */
async function sealed(stage: Stage): Promise<House> {
  const home = await well(stage);
  home.world.vault.locked = LOCKED;
  home.settings.passphrase = "a passphrase of the owner";
  return home;
}

/** One whose login has ended, one whose renewal is delayed. */
async function troubled(stage: Stage): Promise<House> {
  const home = await stage.house();
  home.settings.putOff = { steps: [], quiet: true };
  await signedIn(home.world, OWL, { label: "Main channel" });
  await ended(home, await signedIn(home.world, WREN));
  await signedIn(home.world, KITE, { clientId: "another-app" });
  home.world.twitch.away = AWAY;
  await home.world.clock.advance(2 * HOUR);
  await home.world.refresher.due();
  await home.world.clock.advance(5 * MINUTE);
  return home;
}

async function many(stage: Stage, count: number): Promise<House> {
  const home = await stage.house();
  home.settings.putOff = { steps: [], quiet: true };
  for (let n = 1; n <= count; n++) {
    await signedIn(home.world, { twitchId: `9${n}`, login: `channel_number_${n}` });
  }
  return home;
}

/** The first page. */
export const HOMES: readonly Sight[] = [
  { name: "home-first-start", show: async (stage) => (await stage.fresh()).ask("/") },
  { name: "home-without-account", show: async (stage) => (await stage.house()).ask("/") },
  { name: "home", show: async (stage) => (await well(stage)).ask("/") },
  { name: "home-trouble", show: async (stage) => (await troubled(stage)).ask("/") },
  {
    name: "home-open-steps",
    show: async (stage) => {
      const home = await stage.house();
      await signedIn(home.world, OWL);
      return await home.ask("/");
    },
  },
  {
    name: "home-locked",
    show: async (stage) => {
      const home = await well(stage);
      home.world.vault.locked = LOCKED;
      return await home.ask("/");
    },
  },
  {
    name: "home-locked-with-passphrase",
    show: async (stage) => (await sealed(stage)).ask("/"),
  },
  {
    name: "unlock-wrong-passphrase",
    show: async (stage) => (await sealed(stage)).send("/unlock", { secret: "another passphrase" }),
  },
  {
    name: "home-refused-names",
    show: async (stage) => {
      const home = await well(stage);
      for (const host of ["studio-pi.example.net:8948", "tokens.example.org"]) {
        await home.ask("/", { host, stranger: true });
      }
      return await home.ask("/?done=removed");
    },
  },
  { name: "home-many", show: async (stage) => (await many(stage, 12)).ask("/") },
  { name: "home-pages", show: async (stage) => (await many(stage, 60)).ask("/?page=2") },
];
