import { DAY, HOUR } from "../../../src/core/account.ts";
import { AppError } from "../../../src/core/error.ts";
import { EVENTS_OF_LOG } from "../../../src/core/event_kinds.ts";
import { RecentEvents } from "../../../src/core/events.ts";
import { FakeClock, START } from "../../support/fake_clock.ts";
import { OWL, signedIn } from "../../support/world.ts";
import { fromLan, type House, PASSWORD, signedInCookie } from "../house.ts";
import { upload } from "../upload.ts";
import { followed, type Sight, type Stage } from "./stage.ts";

const BACKUP = "/settings/backup";
const FACTS = {
  account: "nightowl",
  from: "192.168.1.77",
  browser: "Firefox on Windows",
  expected: "nightowl",
  reason: "unreachable",
  host: "ntfy.sh",
  hosts: "ntfy.sh",
  name: "studio-pi.example.net",
  message: "Cannot write: the disk is full",
  seconds: "3600",
  on: "true",
  outcome: "added",
  file: "companion-tokens-2026-03-14.backup",
};

/** One line of each kind. */
function everyEvent(): RecentEvents {
  const events = new RecentEvents(new FakeClock());
  for (const line of EVENTS_OF_LOG.keys()) events.note(line, FACTS);
  return events;
}

async function notified(stage: Stage): Promise<House> {
  const home = await stage.house();
  home.settings.addresses.push("https://ntfy.sh/companion-tokens-abcdefgh", "https://discord.com/api/hook");
  return home;
}

async function backedUp(stage: Stage): Promise<House> {
  const home = await stage.house();
  home.settings.state = {
    keys: [
      { kind: "recovery_code", setAt: START - 30 * DAY, inUse: true },
      { kind: "passphrase", setAt: START - 2 * DAY, inUse: true },
    ],
    automatic: { folder: "/media/usb/companion-backups", count: 7, newest: START - 3 * HOUR },
  };
  return home;
}

/** The settings. */
export const SETTINGS: readonly Sight[] = [
  { name: "settings", show: async (stage) => (await stage.house()).ask("/settings") },
  {
    name: "settings-app",
    show: async (stage) => {
      const home = await stage.house();
      await signedIn(home.world, OWL);
      return await home.ask("/settings/app?done=other");
    },
  },
  {
    name: "settings-app-fixed",
    show: async (stage) => (await stage.house(undefined, { appIsFixed: true })).ask("/settings/app"),
  },
  { name: "settings-notices", show: async (stage) => (await stage.house()).ask("/settings/notices") },
  {
    name: "settings-notices-tested",
    show: async (stage) => {
      const home = await notified(stage);
      home.settings.tests = [
        { host: "ntfy.sh", worked: true, reason: null },
        { host: "discord.com", worked: false, reason: "did not answer in time" },
      ];
      return await home.send("/settings/notices/test", {});
    },
  },
  {
    name: "settings-notices-wrong",
    show: async (stage) => (await notified(stage)).send("/settings/notices/address", { address: "my phone" }),
  },
  {
    name: "settings-notices-fixed",
    show: async (stage) => {
      const home = await notified(stage);
      home.settings.noticesFixed = true;
      return await home.ask("/settings/notices");
    },
  },
  { name: "settings-names", show: async (stage) => (await stage.house()).ask("/settings/names") },
  {
    name: "settings-names-many",
    show: async (stage) => {
      const home = await stage.house();
      home.settings.fixedNames.push("tokens.example.org");
      home.settings.allowedNames.push("studio-pi.example.net", "pi.lan");
      await home.ask("/", { host: "who-is-this.example.com", stranger: true });
      return await home.ask("/settings/names?done=allowed", { host: "pi.lan:8948" });
    },
  },
  { name: "settings-password", show: async (stage) => (await stage.house()).ask("/settings/password") },
  {
    name: "settings-password-wrong",
    show: async (stage) =>
      (await stage.house()).send("/settings/password", { old_password: "no", new_password: "long enough" }),
  },
  {
    name: "settings-password-changed",
    show: async (stage) => {
      const home = await stage.house();
      const fields = { old_password: PASSWORD, new_password: "another horse battery" };
      return await followed(home, await home.send("/settings/password", fields));
    },
  },
  { name: "settings-backup", show: async (stage) => (await stage.house()).ask(BACKUP) },
  { name: "settings-backup-elsewhere", show: async (stage) => (await stage.house()).ask(BACKUP, fromLan()) },
  { name: "settings-backup-kept", show: async (stage) => (await backedUp(stage)).ask(BACKUP) },
  {
    name: "settings-backup-code",
    show: async (stage) => {
      const home = await backedUp(stage);
      home.settings.made = { ...home.settings.made, left: ["wren"], kept: false };
      return await home.send(`${BACKUP}/code`, {});
    },
  },
  {
    name: "settings-backup-weak",
    show: async (stage) => {
      const home = await backedUp(stage);
      home.settings.failure = new AppError(
        "usage",
        "Cannot use the passphrase: it has 5 characters and needs 12",
      );
      return await home.send(`${BACKUP}/passphrase`, { passphrase: "short" });
    },
  },
  {
    name: "settings-restored",
    show: async (stage) => upload(await stage.house(), "a backup", "0A1-B2C-D3E"),
  },
  { name: "settings-restore-nothing", show: async (stage) => upload(await stage.house(), "", "") },
  {
    name: "settings-sessions",
    show: async (stage) => {
      const home = await stage.house();
      await home.ask("/");
      await signedInCookie(home.world);
      return await home.ask("/settings/sessions", fromLan());
    },
  },
  { name: "settings-events-none", show: async (stage) => (await stage.house()).ask("/settings/events") },
  {
    name: "settings-events",
    show: async (stage) => {
      const home = await stage.house();
      home.settings.recent = everyEvent().all();
      return await home.ask("/settings/events");
    },
  },
];
