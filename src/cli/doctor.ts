import { type Check, fail, ok } from "../core/check.ts";
import { AppError } from "../core/error.ts";
import { testNotice } from "../core/notices.ts";
import { createNotifier, type Tested } from "../notice/notifier.ts";
import { DATABASE_FILE } from "../store/sqlite/open.ts";
import { sendsOnce } from "../twitch/client.ts";
import { type CommandParts, printJson } from "./command.ts";
import { announcedAddress, remoteOperations } from "./control.ts";
import { runtimeCheck } from "./doctor_checks.ts";
import { bundleOf } from "./doctor_bundle.ts";
import {
  directoryChecks,
  lookAtNetwork,
  NETWORK_CHECKS,
  networkChecks,
  serverCheck,
} from "./doctor_machine.ts";
import { doctorShow } from "./doctor_show.ts";
import { withProgress } from "./progress.ts";
import type { Config } from "./config.ts";
import { withOperations } from "./reach.ts";
import { isShared } from "./store_setting.ts";

/** What the command line said. */
export interface DoctorOptions {
  readonly testNotice?: true;
  /** Whether all is ready for a show, instead of everything. */
  readonly show?: true;
  /** Where to write a diagnosis bundle. */
  readonly bundle?: string;
  readonly json?: true;
}

/**
 * Looks at everything that must be right and says what is not, beside a running server or without one. Throws
 * `AppError`: `refused` if a check failed, `unavailable` if only Twitch cannot be reached.
 */
export async function doctor(
  parts: CommandParts,
  options: DoctorOptions,
  send: typeof fetch = fetch,
): Promise<void> {
  if (options.testNotice) return await tryNotices(parts, options, send);
  if (options.show) return await doctorShow(parts, options);
  const { config, clock, terminal } = parts;
  const checks = await withProgress("Looking at everything", async () => [
    ...await directoryChecks(config),
    await serverCheck(config, send),
    ...await insideChecks(parts),
    ...networkChecks(await lookAtNetwork(config.twitch, () => clock.now(), send)),
  ]);
  if (options.bundle !== undefined) return await writeBundle(parts, options.bundle, checks);
  if (options.json) printJson(terminal, checks);
  else for (const check of checks) terminal.print(lineOf(check));
  judge(checks);
}

/** What only an opened database shows. Where there is none, none is made. */
async function insideChecks(parts: CommandParts): Promise<readonly Check[]> {
  const { twitch } = parts.config;
  if (!await hasDatabase(parts.config)) {
    const isPublic = twitch.clientId !== undefined && twitch.clientSecret === undefined;
    return [
      runtimeCheck(sendsOnce(Deno.version.deno), isPublic),
      ok("database", "There is none yet: it is made at the first start."),
    ];
  }
  try {
    return await withOperations(parts, (operations) => operations.examine({}));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [fail("database", `${error.message}.`, error.hint ?? "See the log of the server")];
  }
}

/** Throws `AppError` `exists` for a file that is there, `usage` for one that cannot be written. */
async function writeBundle(parts: CommandParts, path: string, checks: readonly Check[]): Promise<void> {
  const text = await bundleText(parts, checks);
  try {
    await Deno.writeTextFile(path, `${text}\n`, { createNew: true, mode: 0o600 });
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists) {
      throw new AppError("exists", `Cannot write ${path}: it is there already`, {
        hint: "Choose another name",
      });
    }
    throw new AppError("usage", `Cannot write ${path}`, {
      hint: "Choose a folder that this user can write to",
      cause,
    });
  }
  parts.terminal.print(
    `${path} is written. It holds no token, no id and no name; read it before you give it to somebody.`,
  );
}

/** Made where the data are open; where they cannot be opened, of what can be seen from outside. */
async function bundleText(parts: CommandParts, checks: readonly Check[]): Promise<string> {
  const { config, clock } = parts;
  if (await hasDatabase(config)) {
    try {
      return await withOperations(parts, (operations) => operations.bundle({ checks }));
    } catch (error) {
      // Why is among the checks.
      if (!(error instanceof AppError)) throw error;
    }
  }
  return bundleOf({ config, checks, logins: [], personal: [], events: [], now: clock.now() });
}

async function hasDatabase({ dataDir, store }: Config): Promise<boolean> {
  return isShared(store) || await Deno.stat(`${dataDir}/${DATABASE_FILE}`).then(() => true, () => false);
}

function lineOf({ check, state, text, hint }: Check): string {
  const head = `${state.padEnd(5)} ${check}: ${text}`;
  return hint === null ? head : `${head}\n        ${hint}.`;
}

function judge(checks: readonly Check[]): void {
  const failed = checks.filter(({ state }) => state === "fail");
  if (failed.length === 0) return;
  const onlyNetwork = failed.every(({ check }) => NETWORK_CHECKS.includes(check));
  throw new AppError(
    onlyNetwork ? "unavailable" : "refused",
    `Cannot call all well: ${failed.map(({ check }) => check).join(", ")}`,
    { hint: "What to do stands with each" },
  );
}

/** Throws `AppError`: `settings` if there is no address, `unavailable` if one did not take the message. */
async function tryNotices(parts: CommandParts, options: DoctorOptions, send: typeof fetch): Promise<void> {
  const tested = await withProgress("Sending the test", () => testAll(parts, send));
  if (tested.length === 0) throw noAddress();
  if (options.json) printJson(parts.terminal, tested);
  else {
    for (const { host, reason } of tested) {
      parts.terminal.print(reason === null ? `${host} has taken the message` : `${host} ${reason}`);
    }
  }
  const failed = tested.filter(({ worked }) => !worked);
  if (failed.length === 0) return;
  throw new AppError("unavailable", `Cannot tell everybody: ${failed.map(({ host }) => host).join(", ")}`, {
    hint: "Compare TOKEN_SERVER_NOTICE_URL (--notice-url) with the address that the service shows",
  });
}

/** The addresses that this command was given; else those of the running server, whose settings may be others. */
async function testAll(parts: CommandParts, send: typeof fetch): Promise<readonly Tested[]> {
  const { config, clock, log } = parts;
  if (config.noticeUrls.length > 0) {
    using notifier = createNotifier(config.noticeUrls, { clock, log, fetch: send });
    return await notifier.test(testNotice(clock.now()));
  }
  if (await announcedAddress(config.dataDir) === undefined) return [];
  return await remoteOperations(config.dataDir).testNotice({});
}

function noAddress(): AppError {
  return new AppError("settings", "Cannot send a test notice: no address for notices is set", {
    hint: "Set TOKEN_SERVER_NOTICE_URL (--notice-url), for example to https://ntfy.sh/ and a topic of yours",
  });
}
