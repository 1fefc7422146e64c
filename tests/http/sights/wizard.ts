import { AppError } from "../../../src/core/error.ts";
import { START } from "../../support/fake_clock.ts";
import { OWL, signedIn } from "../../support/world.ts";
import { fromLan, type House } from "../house.ts";
import type { Sight, Stage } from "./stage.ts";

const APP = { client_id: "abcdefghijklmnopqrstuvwxyz0123", client_secret: "zyxwvutsrqponmlkjihgfedcba9876" };

/** All steps are done. */
async function finished(stage: Stage): Promise<House> {
  const home = await stage.house();
  await signedIn(home.world, OWL);
  home.settings.chosen = "companion-3";
  home.settings.addresses.push("https://ntfy.sh/companion-tokens-abcdefgh");
  home.settings.state = {
    keys: [{ kind: "recovery_code", setAt: START, inUse: true }],
    automatic: undefined,
  };
  return home;
}

/** The wizard of the first start. */
export const WIZARD: readonly Sight[] = [
  { name: "start-companion", show: async (stage) => (await stage.fresh()).ask("/start/companion") },
  {
    name: "start-companion-chosen",
    show: async (stage) => {
      const home = await stage.fresh();
      home.settings.chosen = "companion-4";
      return await home.ask("/start/companion");
    },
  },
  { name: "start-app", show: async (stage) => (await stage.fresh()).ask("/start/app") },
  {
    name: "start-app-odd",
    show: async (stage) =>
      (await stage.fresh()).send("/start/app", { client_id: "https://dev.twitch.tv", client_secret: "" }),
  },
  {
    name: "start-app-refused",
    show: async (stage) => {
      const refused = new AppError("app_refused", "Cannot use the app: Twitch does not accept it");
      const home = await stage.fresh({ saveApp: () => Promise.reject(refused) });
      home.world.twitch.appCheck = "refused";
      return await home.send("/start/app", APP);
    },
  },
  { name: "start-account-no-app", show: async (stage) => (await stage.fresh()).ask("/start/account") },
  { name: "start-account", show: async (stage) => (await stage.house()).ask("/start/account") },
  { name: "start-account-done", show: async (stage) => (await finished(stage)).ask("/start/account") },
  { name: "start-notices", show: async (stage) => (await stage.house()).ask("/start/notices") },
  {
    name: "start-notices-done",
    show: async (stage) => (await finished(stage)).ask("/start/notices?done=added"),
  },
  { name: "start-recovery", show: async (stage) => (await stage.house()).ask("/start/recovery") },
  {
    name: "start-recovery-elsewhere",
    show: async (stage) => (await stage.house()).ask("/start/recovery", fromLan()),
  },
  { name: "start-recovery-code", show: async (stage) => (await finished(stage)).send("/start/recovery", {}) },
  {
    name: "start-done-open",
    show: async (stage) => {
      const home = await stage.house();
      home.settings.putOff = { steps: ["notices"], quiet: false };
      return await home.ask("/start/done");
    },
  },
  { name: "start-done", show: async (stage) => (await finished(stage)).ask("/start/done") },
];
