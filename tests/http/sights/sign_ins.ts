import { MINUTE, SECOND } from "../../../src/core/account.ts";
import { settled } from "../../support/fake_clock.ts";
import { OWL, PUBLIC, signedIn, WREN } from "../../support/world.ts";
import type { House } from "../house.ts";
import { approved, back, beginDevice, beginLink, comeBack } from "../sign_in_steps.ts";
import { followed, type Sight, type Stage } from "./stage.ts";

const AGAIN = { for: OWL.login };

async function known(stage: Stage): Promise<House> {
  const home = await stage.house();
  await signedIn(home.world, OWL);
  return home;
}

/** Somebody else signs in than was expected. */
async function held(stage: Stage): Promise<readonly [home: House, path: string]> {
  const home = await known(stage);
  const begun = await beginLink(home, AGAIN);
  return [home, await comeBack(home, begun, approved(home, WREN))];
}

async function pasted(stage: Stage, text: string): Promise<Response> {
  const home = await stage.house();
  const { path } = await beginLink(home, { way: "paste" });
  return await home.send(path.replace(/\?.*/, "/paste"), { pasted: text });
}

/** Everything between the wish to sign in and its end. */
export const SIGN_INS: readonly Sight[] = [
  {
    name: "connect",
    show: async (stage) => (await stage.house()).ask("/connect", { host: "pi.local:8948" }),
  },
  { name: "connect-here", show: async (stage) => (await stage.house()).ask("/connect") },
  { name: "connect-again", show: async (stage) => (await known(stage)).ask(`/connect?for=${OWL.login}`) },
  { name: "connect-public-app", show: async (stage) => (await stage.house(PUBLIC)).ask("/connect") },
  { name: "connect-without-app", show: async (stage) => (await stage.fresh()).ask("/connect") },
  {
    name: "connect-wrong-scope",
    show: async (stage) =>
      (await stage.house()).send("/connect", {
        way: "device",
        preset: "own",
        scopes: "chat:read ,;! nonsense",
      }),
  },
  {
    name: "connect-wrong-id",
    show: async (stage) =>
      (await stage.house()).send("/connect", { way: "device", preset: "companion-3", reclaim: "no id" }),
  },
  {
    name: "connect-unfinished",
    show: async (stage) => {
      const home = await known(stage);
      await beginDevice(home, { sent_to: "Robin, the guest" });
      await beginLink(home, { way: "paste", ...AGAIN });
      return await home.ask("/connect");
    },
  },
  {
    name: "device",
    show: async (stage) => {
      const home = await stage.house();
      return await home.ask(await beginDevice(home));
    },
  },
  {
    name: "device-for-client",
    show: async (stage) => {
      const home = await known(stage);
      return await home.ask(await beginDevice(home, { ...AGAIN, sent_to: "Robin" }));
    },
  },
  {
    name: "device-lapsed",
    show: async (stage) => {
      const home = await known(stage);
      const path = await beginDevice(home, AGAIN);
      await home.world.clock.advance(31 * MINUTE);
      await settled();
      return await home.ask(path);
    },
  },
  {
    name: "link-returns",
    show: async (stage) => {
      const home = await stage.house();
      return await home.ask((await beginLink(home)).path);
    },
  },
  {
    name: "link-paste",
    show: async (stage) => {
      const home = await stage.house();
      return await home.ask((await beginLink(home, { way: "paste" })).path);
    },
  },
  { name: "link-wrong-paste", show: (stage) => pasted(stage, "https://www.twitch.tv/nightowl") },
  { name: "link-denied", show: (stage) => pasted(stage, "error=access_denied") },
  {
    name: "link-for-client",
    show: async (stage) => {
      const home = await known(stage);
      const { path } = await beginLink(home, { way: "paste", ...AGAIN, sent_to: "Robin" });
      return await home.ask(`${path}&message=de`);
    },
  },
  {
    name: "callback-elsewhere",
    show: async (stage) => {
      const home = await stage.house();
      return await home.ask(back(await beginLink(home), approved(home)));
    },
  },
  {
    name: "callback-denied",
    show: async (stage) => {
      const home = await stage.house();
      return await home.ask(back(await beginLink(home), { error: "access_denied" }));
    },
  },
  { name: "callback-stale", show: async (stage) => (await stage.house()).ask("/callback?code=x&state=old") },
  {
    name: "callback-moment",
    show: async (stage) => {
      const home = await stage.house();
      const begun = await beginLink(home);
      const cookie = { headers: { cookie: begun.cookie } };
      return await followed(home, await home.ask(back(begun, approved(home)), cookie));
    },
  },
  {
    name: "held",
    show: async (stage) => {
      const [home, path] = await held(stage);
      return await home.ask(path);
    },
  },
  {
    name: "held-discarded",
    show: async (stage) => {
      const [home, path] = await held(stage);
      const result = await followed(home, await home.send(`${path}/discard`, {}));
      return await followed(home, result);
    },
  },
  {
    name: "device-held",
    show: async (stage) => {
      const home = await known(stage);
      const path = await beginDevice(home, AGAIN);
      home.world.twitch.approveDevice(WREN, "app-1", ["chat:read"]);
      await home.world.clock.advance(10 * SECOND);
      await settled();
      return await followed(home, await home.ask(path));
    },
  },
];
