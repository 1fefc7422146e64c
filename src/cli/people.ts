/** What the pages for people need of a running server. */
import { loadCompanionChoice, saveCompanionChoice } from "../core/companion_choice.ts";
import { AppError } from "../core/error.ts";
import type { RecentEvents } from "../core/events.ts";
import { testNotice } from "../core/notices.ts";
import { randomSecret, Secret } from "../core/secret.ts";
import { loadPutOff, savePutOff } from "../core/start_steps.ts";
import type { NameDeps, NoticeDeps, SettingsDeps, StartDeps } from "../http/settings_deps.ts";
import type { Followed } from "./beside_others.ts";
import { isFixed } from "./config.ts";
import type { Program } from "./program.ts";
import { keysForPeople } from "./unlocking.ts";
import { noticeUrls, Problem } from "./setting_values.ts";
import { backupsForPeople } from "./sealed_downloads.ts";

/** What the wizard and the settings pages ask for, and how to read again what another process has written of it. */
export interface ForPeople extends SettingsDeps {
  readonly followed: Followed;
}

/** Everything that the wizard and the settings pages ask for. */
export async function settingsForPeople(program: Program, events: RecentEvents): Promise<ForPeople> {
  const { config } = program;
  return {
    ...await startOf(program),
    notices: noticesOf(program),
    names: namesOf(program),
    backups: backupsForPeople(program),
    keys: keysForPeople(program),
    events: () => events.all(),
    appIsFixed: isFixed(config, "clientId"),
  };
}

async function startOf(
  { deps: { store } }: Program,
): Promise<Pick<ForPeople, "companion" | "start" | "followed">> {
  let chosen = await loadCompanionChoice(store);
  let putOff = await loadPutOff(store);
  const keep = async (next: typeof putOff): Promise<void> => {
    await savePutOff(store, next);
    putOff = next;
  };
  const start: StartDeps = {
    async choose(choice) {
      await saveCompanionChoice(store, choice);
      chosen = choice;
    },
    putOff: () => putOff,
    putOffStep: (step) => keep({ ...putOff, steps: [...new Set([...putOff.steps, step])] }),
    beQuiet: () => keep({ ...putOff, quiet: true }),
  };
  const followed: Followed = new Map([
    ["companion", async () => {
      chosen = await loadCompanionChoice(store);
    }],
    ["start", async () => {
      putOff = await loadPutOff(store);
    }],
  ]);
  return { companion: () => chosen, start, followed };
}

function noticesOf({ notifier, deps: { clock } }: Program): NoticeDeps {
  let suggested = newTopic();
  return {
    fixed: notifier.fixed,
    hosts: () => notifier.hosts,
    suggestion: () => suggested,
    async add(address) {
      if (notifier.fixed) throw addressesAreFixed();
      const checked = oneAddress(address);
      const before = notifier.addresses();
      if (before.some((one) => one.reveal() === checked.reveal())) throw alreadyThere();
      await notifier.replace([...before, checked]);
      if (checked.reveal() === suggested.reveal()) suggested = newTopic();
    },
    async remove(place, host) {
      if (notifier.fixed) throw addressesAreFixed();
      if (notifier.hosts[place] !== host) throw noSuchAddress();
      await notifier.replace(notifier.addresses().toSpliced(place, 1));
    },
    test: () => notifier.test(testNotice(clock.now())),
  };
}

/** ntfy takes up to 64 letters and digits; who does not know the topic cannot read it. */
function newTopic(): Secret {
  const letters = randomSecret().reveal().replace(/[^A-Za-z0-9]/g, "").slice(0, 16);
  return new Secret(`https://ntfy.sh/companion-tokens-${letters}`);
}

/** Throws `AppError` `usage`; the text is not repeated. */
function oneAddress(typed: Secret): Secret {
  const found = noticeUrls(typed.reveal().trim());
  if (!(found instanceof Problem) && found.length === 1 && found[0] !== undefined) return found[0];
  throw new AppError("usage", "Cannot use this address: it is no single web address", {
    hint: "Copy the whole address; it begins with https://",
  });
}

function alreadyThere(): AppError {
  return new AppError("exists", "Cannot add this address: it is there already", {
    hint: "Send a test message to see whether it works",
  });
}

function noSuchAddress(): AppError {
  return new AppError("not_found", "Cannot remove this address: it is gone already", {
    hint: "Load the page again to see what there is",
  });
}

function addressesAreFixed(): AppError {
  return new AppError(
    "settings",
    "Cannot change the addresses for notices: TOKEN_SERVER_NOTICE_URL names them",
    {
      hint: "Take TOKEN_SERVER_NOTICE_URL (--notice-url) out of the settings and start the server again",
    },
  );
}

function namesOf({ hostNames, config, deps: { log } }: Program): NameDeps {
  return {
    fixed: config.allowedHosts,
    allowed: () => hostNames.stored(),
    async allow(name) {
      await hostNames.allow(name);
      log.info("host name allowed", { name });
    },
    async remove(name) {
      if (!hostNames.stored().includes(name)) {
        throw new AppError("not_found", "Cannot remove this name: it is not among those that were allowed");
      }
      await hostNames.remove(name);
      log.info("host name removed", { name });
    },
  };
}
