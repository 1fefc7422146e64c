import { DAY, HOUR, MINUTE } from "../../../src/core/account.ts";
import { type Check, fail, ok, warn } from "../../../src/core/check.ts";
import { type ShowFacts, type ShowLine, showLines, type ShowLogin } from "../../../src/core/show.ts";
import { START } from "../../support/fake_clock.ts";
import { FakeDoctor } from "../../support/fake_doctor.ts";
import type { House } from "../house.ts";
import type { Sight, Stage } from "./stage.ts";

const LOGIN: ShowLogin = {
  alias: "nightowl",
  health: "connected",
  reason: undefined,
  serving: true,
  expiresAt: START + 3 * HOUR,
  askedAt: START - MINUTE,
  scopes: ["chat:read", "chat:edit"],
  failedPress: undefined,
  renewal: { kind: "renewed", at: START },
};
const READY: ShowFacts = {
  now: START,
  logins: [LOGIN, { ...LOGIN, alias: "wren", renewal: { kind: "spared" } }],
  clockAhead: 0,
  disk: "good",
  backup: "good",
  backupAt: START - HOUR,
  notices: { addresses: 1, testedAt: START - DAY },
  needs: [{ name: "companion-3", scopes: ["chat:read", "chat:edit"] }],
};
const UNREADY: ShowFacts = {
  ...READY,
  logins: [
    { ...LOGIN, health: "needs_login", reason: "refused" },
    {
      ...LOGIN,
      alias: "wren",
      askedAt: START - 3 * HOUR,
      expiresAt: START + 12 * MINUTE,
      scopes: ["chat:read"],
      failedPress: "AD 401",
      renewal: {
        kind: "failed",
        message: "Cannot refresh wren: Twitch cannot be reached from here",
        hint: undefined,
      },
    },
  ],
  clockAhead: 9 * MINUTE,
  disk: "full",
  backup: "old",
  notices: { addresses: 0, testedAt: undefined },
};
const UNTRIED: ShowFacts = {
  ...READY,
  logins: [{ ...LOGIN, renewal: { kind: "untried" } }],
  clockAhead: "unasked",
  disk: "unknown",
};

/** As `doctor` words them. */
const WELL: readonly Check[] = [
  ok("accounts", "2 of 2 logins connected."),
  ok("questions nightowl", "Its token was last asked for by 192.168.1.77: less than a minute ago."),
  ok("validation nightowl", "Twitch was asked about it 12 min ago."),
  ok("dns", "The names of Twitch's services are found."),
  ok("tls", "The connections to Twitch are secure."),
  ok("twitch api", "api.twitch.tv answers."),
  ok("clock", "The clock agrees with Twitch's within a minute."),
  ok("app", "A confidential Twitch app is set up."),
  ok("key", "The key opens the logins."),
  ok("data directory", "/var/lib/companion-token-server takes a write and has room for one megabyte."),
  ok("file rights", "Directory and files are closed to other users."),
];
const ILL: readonly Check[] = [
  ...WELL.slice(1),
  fail(
    "account wren",
    "The Twitch login wren needs a sign-in since 2026-03-14T16:02:00.000Z: Twitch refused to renew it.",
    "Sign in again with companion-token-server login, as the same Twitch account; the id stays",
  ),
  warn("backup", "No folder for backups is set.", "Set TOKEN_SERVER_BACKUP_DIR (--backup-dir)"),
];

async function at(stage: Stage, checks: readonly Check[], lines: readonly ShowLine[]): Promise<House> {
  const doctor = Object.assign(new FakeDoctor(), { checks, lines });
  return await stage.house(undefined, { doctor });
}

/** "Ready for the show?" and the doctor. */
export const CHECKS: readonly Sight[] = [
  { name: "show", show: async (stage) => (await at(stage, [], showLines(UNTRIED))).ask("/show") },
  { name: "show-ready", show: async (stage) => (await at(stage, [], showLines(READY))).send("/show", {}) },
  { name: "show-todo", show: async (stage) => (await at(stage, [], showLines(UNREADY))).send("/show", {}) },
  {
    name: "show-without-account",
    show: async (stage) => (await at(stage, [], showLines({ ...READY, logins: [] }))).ask("/show"),
  },
  { name: "doctor", show: async (stage) => (await at(stage, WELL, [])).ask("/doctor") },
  { name: "doctor-ill", show: async (stage) => (await at(stage, ILL, [])).send("/doctor", {}) },
];
