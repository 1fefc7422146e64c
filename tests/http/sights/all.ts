import type { ErrorCode } from "../../../src/core/error.ts";
import { AppError } from "../../../src/core/error.ts";
import { HELP_TOPICS } from "../../../src/http/help/pages.ts";
import { ACCOUNTS } from "./accounts.ts";
import { CHECKS } from "./checks.ts";
import { DOORS } from "./doors.ts";
import { HOMES } from "./homes.ts";
import { SETTINGS } from "./settings.ts";
import { SIGN_INS } from "./sign_ins.ts";
import type { Sight, Stage } from "./stage.ts";
import { WIZARD } from "./wizard.ts";

const HELP: readonly Sight[] = [
  { name: "help", show: async (stage) => (await stage.house()).ask("/help") },
  ...HELP_TOPICS.map((topic): Sight => ({
    name: `help-${topic}`,
    show: async (stage) => (await stage.house()).ask(`/help/${topic}`),
  })),
];

/** A page that shows nothing but what went wrong. */
function failing(code: ErrorCode): Sight {
  return {
    name: `problem-${code.replaceAll("_", "-")}`,
    show: async (stage) => {
      const home = await stage.house();
      home.settings.failure = new AppError(code, "Cannot make a backup: the key is missing");
      return await home.send("/settings/backup/make", {});
    },
  };
}

const PROBLEMS: readonly Sight[] = [
  { name: "problem-no-page", show: async (stage) => (await stage.house()).ask("/nothing-here") },
  { name: "problem-no-account", show: async (stage) => (await stage.house()).ask("/accounts/nobody") },
  {
    name: "problem-stale-form",
    show: async (stage) => (await stage.house()).send("/doctor", { form: "of yesterday" }),
  },
  {
    name: "problem-too-large",
    show: async (stage) => (await stage.house()).send("/doctor", { much: "x".repeat(70_000) }),
  },
  ...(["locked", "disk", "busy", "unavailable"] as const).map(failing),
  {
    name: "problem-internal",
    show: async (stage) => {
      const home = await stage.house(undefined, {
        events: () => {
          throw new TypeError("a bug");
        },
      });
      return await home.ask("/settings/events");
    },
  },
];

/** Every page in every state that a person can come upon. */
export const SIGHTS: readonly Sight[] = [
  ...DOORS,
  ...WIZARD,
  ...HOMES,
  ...ACCOUNTS,
  ...SIGN_INS,
  ...CHECKS,
  ...SETTINGS,
  ...HELP,
  ...PROBLEMS,
];

/** The page as it was sent. */
export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly page: string;
}

/** Plays a sight. */
export async function seen(sight: Sight, stage: Stage): Promise<Seen> {
  const answer = await sight.show(stage);
  return { status: answer.status, headers: answer.headers, page: await answer.text() };
}
