import { HOUR, MINUTE } from "../../../src/core/account.ts";
import type { Account } from "../../../src/core/account.ts";
import { PRESETS } from "../../../src/twitch/scopes.ts";
import { AWAY, INVALID } from "../../support/scripted_twitch.ts";
import { OWL, PUBLIC, signedIn } from "../../support/world.ts";
import { ended, type House } from "../house.ts";
import { approved, beginLink, comeBack } from "../sign_in_steps.ts";
import { askToken, LOCKED, well } from "./homes.ts";
import { followed, type Sight, type Stage } from "./stage.ts";

const PATH = `/accounts/${OWL.login}`;

async function one(stage: Stage, over: Partial<Account> = {}): Promise<House> {
  const home = await stage.house();
  await signedIn(home.world, OWL, over);
  return home;
}

/** A token dies when the next one comes, and somebody is at work with it. */
async function fragile(stage: Stage): Promise<House> {
  const home = await stage.house(PUBLIC);
  await signedIn(home.world, OWL);
  await askToken(home);
  await home.world.clock.advance(MINUTE);
  return home;
}

/** Asks for more than is granted. */
async function partly(stage: Stage): Promise<Response> {
  const home = await stage.house();
  const begun = await beginLink(home);
  const granted = PRESETS["companion-3"].slice(0, 5);
  return await home.ask(await comeBack(home, begun, approved(home, OWL, granted)));
}

/** The page of one account, and what asks once more before something ends. */
export const ACCOUNTS: readonly Sight[] = [
  { name: "account", show: async (stage) => (await well(stage)).ask(PATH) },
  { name: "account-signed-in", show: partly },
  {
    name: "account-signed-in-again",
    show: async (stage) => {
      const home = await one(stage);
      const begun = await beginLink(home, { for: OWL.login });
      return await home.ask(await comeBack(home, begun, approved(home, OWL, PRESETS["companion-3"])));
    },
  },
  {
    name: "account-needs-sign-in",
    show: async (stage) => {
      const home = await one(stage);
      for (const login of home.world.roster.all()) await ended(home, login);
      return await home.ask(PATH);
    },
  },
  {
    name: "account-delayed",
    show: async (stage) => {
      const home = await one(stage);
      home.world.twitch.away = AWAY;
      await home.world.clock.advance(2 * HOUR);
      await home.world.refresher.due();
      return await home.ask(PATH);
    },
  },
  {
    name: "account-other-app",
    show: async (stage) => {
      const home = await one(stage, { clientId: "another-app" });
      await home.world.refresher.due();
      return await home.ask(PATH);
    },
  },
  {
    name: "account-locked",
    show: async (stage) => {
      const home = await one(stage);
      home.world.vault.locked = LOCKED;
      return await home.ask(PATH);
    },
  },
  {
    name: "account-tested",
    show: async (stage) => {
      const home = await well(stage);
      return await followed(home, await home.send(`${PATH}/test`, {}));
    },
  },
  {
    name: "account-tested-void",
    show: async (stage) => {
      const home = await one(stage);
      home.world.twitch.next("validate", INVALID);
      return await followed(home, await home.send(`${PATH}/test`, {}));
    },
  },
  {
    name: "account-tested-bad",
    show: async (stage) => {
      const home = await one(stage);
      for (const login of home.world.roster.all()) await ended(home, login);
      return await followed(home, await home.send(`${PATH}/test`, {}));
    },
  },
  {
    name: "account-renewed",
    show: async (stage) => {
      const home = await well(stage);
      return await followed(home, await home.send(`${PATH}/refresh`, {}));
    },
  },
  {
    name: "account-two-ids",
    show: async (stage) => {
      const home = await well(stage);
      return await followed(home, await home.send(`${PATH}/id`, { old: "later" }));
    },
  },
  {
    name: "account-companion-4",
    show: async (stage) => {
      const home = await well(stage);
      home.settings.chosen = "companion-4";
      return await home.ask(PATH);
    },
  },
  {
    name: "account-other-tools",
    show: async (stage) => {
      const home = await one(stage, { relay: false });
      home.settings.chosen = "other";
      return await home.ask(PATH);
    },
  },
  {
    name: "account-protected",
    show: async (stage) => {
      const home = await one(stage, { passwordDigest: "ab".repeat(32) });
      home.settings.chosen = "companion-4";
      return await home.ask(PATH);
    },
  },
  { name: "account-password", show: async (stage) => (await well(stage)).ask(`${PATH}/password`) },
  {
    name: "account-password-made",
    show: async (stage) => (await well(stage)).send(`${PATH}/password`, { protect: "on" }),
  },
  {
    name: "account-password-renew",
    show: async (stage) => (await one(stage, { passwordDigest: "ab".repeat(32) })).ask(`${PATH}/password`),
  },
  { name: "account-new-id", show: async (stage) => (await well(stage)).ask(`${PATH}/id`) },
  { name: "account-remove", show: async (stage) => (await well(stage)).ask(`${PATH}/remove`) },
  { name: "account-renew", show: async (stage) => (await fragile(stage)).send(`${PATH}/refresh`, {}) },
  {
    name: "account-end-old-id",
    show: async (stage) => {
      const home = await well(stage);
      await home.send(`${PATH}/id`, { old: "later" });
      return await home.send(`${PATH}/old-ids`, {});
    },
  },
];
