import { START } from "../../support/fake_clock.ts";
import { OWL, signedIn, WREN } from "../../support/world.ts";
import { approved, beginDevice, beginLink, comeBack } from "../sign_in_steps.ts";
import { well } from "./homes.ts";
import type { Stage } from "./stage.ts";

/** What a person does whose answer is no page of its own but a step on, a file or a stream. */
export interface Errand {
  readonly name: string;
  run(stage: Stage): Promise<readonly Response[]>;
}

const OWL_PATH = `/accounts/${OWL.login}`;
const SERVER = "server=http%3A%2F%2F192.168.1.20%3A8948";

/** With the sights they come past every route of the pages. */
export const ERRANDS: readonly Errand[] = [
  {
    name: "doors",
    run: async (stage) => {
      const home = await well(stage);
      return [
        await home.send("/language", { language: "de", to: "/doctor" }),
        await home.send("/settings/sessions/end", { ref: "0123456789abcdef" }),
        await home.ask("/setup"),
        await home.ask("/start"),
        await home.ask("/doctor", { stranger: true }),
        await home.send("/sign-out", {}),
      ];
    },
  },
  {
    name: "unlock",
    run: async (stage) => {
      const home = await well(stage);
      home.settings.passphrase = "a passphrase of the owner";
      return [await home.send("/unlock", { secret: home.settings.passphrase })];
    },
  },
  {
    name: "sign out everywhere",
    run: async (stage) => [await (await well(stage)).send("/sign-out-everywhere", {})],
  },
  {
    name: "first start",
    run: async (stage) => {
      const home = await stage.fresh();
      const app = {
        client_id: "abcdefghijklmnopqrstuvwxyz0123",
        client_secret: "zyxwvutsrqponmlkjihgfedcba9876",
      };
      return [
        await home.send("/start/companion", { choice: "companion-3" }),
        await home.send("/start/later", { step: "notices" }),
        await home.send("/start/app", app),
        await home.send("/settings/app", app),
        await home.send("/start/quiet", {}),
      ];
    },
  },
  {
    name: "notices",
    run: async (stage) => {
      const home = await stage.house();
      const answers = [];
      for (const place of ["start", "settings"]) {
        const path = `/${place}/notices`;
        answers.push(
          await home.send(`${path}/ntfy`, { topic: "companion-tokens-abcdefgh" }),
          await home.send(`${path}/address`, { address: "https://ntfy.sh/for-the-owner-alone-7f3k" }),
          await home.send(`${path}/test`, {}),
          await home.ask(`${path}?done=added`),
          await home.send(`${path}/remove`, { place: "0", host: "ntfy.sh" }),
        );
      }
      return answers;
    },
  },
  {
    name: "names",
    run: async (stage) => {
      const home = await stage.house();
      for (const host of ["one.example.net", "two.example.net"]) {
        await home.ask("/", { host, stranger: true });
      }
      return [
        await home.send("/hosts", { name: "one.example.net" }),
        await home.send("/settings/names/allow", { name: "two.example.net" }),
        await home.send("/settings/names/remove", { name: "two.example.net" }),
      ];
    },
  },
  {
    name: "backups",
    run: async (stage) => {
      const home = await stage.house();
      home.settings.state = {
        keys: [{ kind: "passphrase", setAt: START, inUse: true }],
        automatic: undefined,
      };
      return [
        await home.send("/settings/backup/make", {}),
        await home.send("/settings/backup/passphrase", { passphrase: "a passphrase of the owner" }),
        await home.ask("/settings/backup/file/a-backup"),
        await home.ask("/settings/backup/file/gone"),
      ];
    },
  },
  { name: "diagnosis", run: async (stage) => [await (await well(stage)).ask("/doctor/diagnosis.json")] },
  {
    name: "account",
    run: async (stage) => {
      const home = await well(stage);
      const made = await (await home.send(`${OWL_PATH}/password`, { protect: "on" })).text();
      const files = { server: "http://pi:8948", id_password: /companion:([\w-]{22})@/.exec(made)?.[1] ?? "" };
      return [
        await home.send(`${OWL_PATH}/companion.companionconfig`, files),
        await home.send(`${OWL_PATH}/companion-triggers.companionconfig`, files),
        await home.ask(OWL_PATH),
        await home.send(`${OWL_PATH}/password`, { protect: "off" }),
        await home.ask(`${OWL_PATH}/companion.companionconfig?${SERVER}&twitch=yes`),
        await home.ask(`${OWL_PATH}/companion-triggers.companionconfig?${SERVER}`),
        await home.send(`${OWL_PATH}/label`, { label: "Second channel" }),
        await home.send(`${OWL_PATH}/relay`, { relay: "off" }),
        await home.send(`${OWL_PATH}/id`, { old: "now" }),
        await home.send(`${OWL_PATH}/old-ids`, { sure: "yes" }),
        await home.send(`${OWL_PATH}/remove`, {}),
      ];
    },
  },
  {
    name: "sign-in by code",
    run: async (stage) => {
      const home = await stage.house();
      const path = await beginDevice(home);
      return [
        await home.send(`${path}/again`, {}),
        await home.ask(`/live${path.replace("/connect", "")}`),
        await home.send(path.replace("/device/", "/attempts/") + "/cancel", {}),
      ];
    },
  },
  {
    name: "sign-in by link",
    run: async (stage) => {
      const home = await stage.house();
      const { path, state } = await beginLink(home, { way: "paste" });
      const bare = path.replace(/\?.*/, "");
      const pasted = `http://localhost:8948/callback?code=${approved(home).code}&state=${state}`;
      return [
        await home.ask(`/live${bare.replace("/connect", "")}`),
        await home.send(`${bare}/paste`, { pasted }),
        await home.ask(bare),
      ];
    },
  },
  {
    name: "held sign-in",
    run: async (stage) => {
      const home = await stage.house();
      await signedIn(home.world, OWL);
      const begun = await beginLink(home, { for: OWL.login });
      const path = await comeBack(home, begun, approved(home, WREN));
      return [await home.send(`${path}/keep`, {})];
    },
  },
  {
    name: "live",
    run: async (stage) => {
      const home = await well(stage);
      return [
        await home.ask("/live/home"),
        await home.ask(`/live${OWL_PATH.replace("accounts", "account")}`),
      ];
    },
  },
];
