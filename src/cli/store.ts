/**
 * The command `store`: moves the logins of the data directory to a PostgreSQL database, and takes them back. The source is
 * always the SQLite database there, the target what the settings name as the store: so the same settings that the server
 * will run with are tried first, and the database's password needs to stand in no command line.
 */
import { Command } from "commander";
import { AppError } from "../core/error.ts";
import type { Secret } from "../core/secret.ts";
import type { TableName } from "../store/moved_tables.ts";
import {
  type MovedMark,
  type MoveSource,
  moveStore,
  type MoveTarget,
  type StepName,
  takeBack,
} from "../store/moving.ts";
import { takeLock } from "../store/sqlite/lock.ts";
import { findDatabase, openSqliteSource } from "../store/sqlite/source.ts";
import { ask, type CommandParts, printJson } from "./command.ts";
import { showProgress } from "./progress.ts";
import { Problem } from "./setting_values.ts";
import { settingName } from "./settings.ts";
import { isShared, secretsIn, store } from "./store_setting.ts";
import type { Terminal } from "./terminal.ts";
import { PROGRAM } from "./version.ts";

interface Options {
  readonly json?: true;
  readonly yes?: true;
  readonly abandon?: true;
}

type Act = (parts: CommandParts, target: string | undefined, options: Options) => Promise<void>;

/** What people call what is moved. */
const WORDS: Readonly<Record<TableName, readonly [one: string, several: string]>> = {
  accounts: ["account", "accounts"],
  ids: ["id", "ids"],
  journal: ["open refresh", "open refreshes"],
  slots: ["key", "keys"],
  settings: ["setting", "settings"],
  apps: ["fact about apps", "facts about apps"],
};

/** The command with its subcommands. */
export function storeCommand(partsOf: (command: Command) => CommandParts): Command {
  const command = new Command("store").description(
    "move the logins from the data directory to a database of several instances, and back",
  );
  const add = (words: string, description: string, act: Act): Command =>
    command.command(words).description(description)
      .argument(
        "[TARGET]",
        `postgres://…, if not in ${settingName("store")} or ${settingName("storeFile")}`,
      )
      .option("--json", "print JSON")
      .action((target: string | undefined, options: Options, command: Command) =>
        act(partsOf(command), target, options)
      );
  add("migrate", "move everything to an empty PostgreSQL database; once begun, run again to finish", migrate);
  add("reopen", "take the logins back, as long as none of them was used in the new store", reopen)
    .option("--abandon", "without asking the new store, which is gone for good")
    .option("--yes", "do not ask");
  return command;
}

async function migrate(parts: CommandParts, given: string | undefined, { json }: Options): Promise<void> {
  const { terminal, config } = parts;
  const address = targetOf(parts, given);
  findDatabase(config.dataDir);
  using _lock = lockOf(parts);
  using source = openSqliteSource(config.dataDir, PROGRAM);
  await using target = await openTarget(address);
  using shown = new Shown(parts, target);
  const { already, counts } = await moveStore(source, target, (step) => shown.tell(step));
  shown[Symbol.dispose]();
  if (json) return printJson(terminal, { to: target.shown, already, counts: counts ?? null });
  terminal.print(
    counts !== undefined
      ? `Moved to ${target.shown}: ${wordsOf(counts)}. Both sides were compared.`
      : already
      ? `The logins are in ${target.shown} already: nothing was changed.`
      : `Moved to ${target.shown}: an earlier run had brought everything there, and it is noted here now.`,
  );
  terminal.print(nextSteps(parts));
}

async function reopen(parts: CommandParts, given: string | undefined, options: Options): Promise<void> {
  const { terminal, config } = parts;
  findDatabase(config.dataDir);
  using _lock = lockOf(parts);
  using source = openSqliteSource(config.dataDir, PROGRAM);
  const mark = source.mark();
  if (mark !== undefined) await takenBack(parts, source, mark, given, options);
  if (options.json) return printJson(terminal, { reopened: mark !== undefined });
  terminal.print(
    mark === undefined
      ? "The logins are here: nothing was changed."
      : "The logins are here again. Set TOKEN_SERVER_STORE=sqlite:, or unset it and TOKEN_SERVER_STORE_FILE, before " +
        "you start the server.",
  );
}

async function takenBack(
  parts: CommandParts,
  source: MoveSource,
  mark: MovedMark,
  given: string | undefined,
  options: Options,
): Promise<void> {
  if (options.abandon) {
    await warn(parts, mark, options);
    return await takeBack(source, mark, undefined);
  }
  await using target = await openTarget(targetOf(parts, given));
  await takeBack(source, mark, target);
}

/** Whoever uses PostgreSQL alone loads its client. */
async function openTarget(address: Secret): Promise<MoveTarget & AsyncDisposable> {
  const { openPostgresTarget } = await import("../store/postgres/target.ts");
  return await openPostgresTarget(address.reveal(), PROGRAM);
}

/** The word on the command line, else the settings. */
function targetOf({ config, masks, terminal }: CommandParts, given: string | undefined): Secret {
  const address = given === undefined ? config.store : store(given);
  if (address instanceof Problem) {
    throw new AppError("usage", `Cannot move the logins: the target ${address.text}`, {
      hint: "Write it like postgres://companion@db.example:5432/companion?sslmode=verify-full",
    });
  }
  if (!isShared(address)) {
    throw new AppError("usage", "Cannot move the logins: no PostgreSQL database is named", {
      hint:
        `Write its address (postgres://USER:PASSWORD@HOST/DATABASE) into a file that only you can read, ` +
        `and name that in ${settingName("storeFile")}`,
    });
  }
  const secrets = secretsIn(address);
  for (const secret of secrets) masks.add(secret);
  if (given !== undefined && secrets.some((one) => one !== address && one.reveal() !== "")) {
    terminal.complain(
      `While this runs, every user of this machine can read the password in the list of processes: ` +
        `${settingName("storeFile")} keeps it out of there.`,
    );
  }
  return address;
}

function lockOf({ config: { dataDir } }: CommandParts): Disposable {
  const lock = takeLock(dataDir);
  if (lock !== undefined) return lock;
  throw new AppError("busy", `Cannot move the logins: a server or a command works in ${dataDir}`, {
    hint: "Stop the server first (systemctl stop companion-token-server), then run this again",
  });
}

/** What is going on, and each step that matters to whoever waits; no line before the first that changes something. */
class Shown implements Disposable {
  readonly #terminal: Terminal;
  readonly #to: string;
  #progress: Disposable | undefined;

  constructor({ terminal }: CommandParts, { shown }: MoveTarget) {
    this.#terminal = terminal;
    this.#to = shown;
    this.#progress = showProgress(`Looking at ${shown}`);
  }

  tell(step: StepName): void {
    this[Symbol.dispose]();
    if (step === "closed") {
      this.#terminal.complain(
        `Closed the database here: no server renews its logins from now on. Copying to ${this.#to}.`,
      );
    }
    if (step === "verified") this.#terminal.complain("Copied and compared, row by row.");
    this.#progress = showProgress(step === "verified" ? "Storing it for good" : "Copying");
  }

  [Symbol.dispose](): void {
    this.#progress?.[Symbol.dispose]();
    this.#progress = undefined;
  }
}

function wordsOf(counts: Readonly<Record<TableName, number>>): string {
  return (Object.keys(WORDS) as TableName[]).map((name) => {
    const [one, several] = WORDS[name];
    return `${counts[name]} ${counts[name] === 1 ? one : several}`;
  }).join(", ");
}

function nextSteps({ config }: CommandParts): string {
  const named = isShared(config.store)
    ? ""
    : `Set ${settingName("storeFile")} or ${settingName("store")} to it. `;
  return `${named}Every instance needs the key that opens the logins, such as a copy of ${config.keyFile}. ` +
    "The database here is kept and opens no more; delete it when all is well.";
}

/** Nobody can know here what the new store has done. Throws `AppError` `usage` on a no. */
async function warn({ terminal }: CommandParts, { to }: MovedMark, { yes }: Options): Promise<void> {
  terminal.complain(
    `If a server ever runs on ${to} again, both renew the same logins and end them. ` +
      "What was renewed there since is old here: with apps whose refresh tokens work once, those accounts must sign in again.",
  );
  if (yes) return;
  const answer = terminal.hasKeyboard === true ? await ask(terminal, "Is it gone for good? (yes or no)") : "";
  if (/^y(es)?$/i.test(answer)) return;
  throw new AppError("usage", "Cannot take the logins back: nobody has said yes", {
    hint: "Make sure that no server uses the new store, then add --yes",
  });
}
