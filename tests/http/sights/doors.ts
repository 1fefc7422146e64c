import { type House, PASSWORD } from "../house.ts";
import type { Sight, Stage } from "./stage.ts";

/** A server whose owner has set a password. */
async function owned(stage: Stage): Promise<House> {
  const home = await stage.house();
  await home.ask("/");
  return home;
}

const STRANGER = { stranger: true } as const;

/** The pages before sign-in. */
export const DOORS: readonly Sight[] = [
  { name: "sign-in", show: async (stage) => (await owned(stage)).ask("/sign-in", STRANGER) },
  {
    name: "sign-in-wrong-password",
    show: async (stage) => (await owned(stage)).send("/sign-in", { password: "not that one" }, STRANGER),
  },
  {
    name: "sign-in-throttled",
    show: async (stage) => {
      const home = await owned(stage);
      for (let n = 0; n < 6; n++) await home.send("/sign-in", { password: `wrong ${n}` }, STRANGER);
      return await home.send("/sign-in", { password: PASSWORD }, STRANGER);
    },
  },
  {
    name: "signed-out",
    show: async (stage) => (await owned(stage)).ask("/sign-in?done=everywhere", STRANGER),
  },
  { name: "setup-code", show: async (stage) => (await stage.fresh()).ask("/sign-in", STRANGER) },
  {
    name: "setup-code-wrong",
    show: async (stage) => (await stage.fresh()).send("/welcome", { code: "ABCD-EFGH" }, STRANGER),
  },
  {
    name: "welcome",
    show: async (stage) => {
      const home = await stage.fresh();
      return await home.ask(`/welcome?code=${home.world.owner.setupCode?.reveal()}`, STRANGER);
    },
  },
  {
    name: "welcome-short-password",
    show: async (stage) => {
      const home = await stage.fresh();
      const code = home.world.owner.setupCode?.reveal() ?? "";
      return await home.send("/welcome", { code, password: "short" }, STRANGER);
    },
  },
  {
    name: "problem-signed-out",
    show: async (stage) => (await owned(stage)).send("/doctor", {}, STRANGER),
  },
];
