/** What can be typed after the program's name. */
import { Command, CommanderError, Option } from "commander";
import { AppError } from "../core/error.ts";
import { accountsCommand } from "./accounts.ts";
import { backup, type BackupOptions } from "./backup.ts";
import { type CommandParts, partsFor, printJson, type Surroundings } from "./command.ts";
import type { Flags } from "./config.ts";
import { doctor, type DoctorOptions } from "./doctor.ts";
import { healthcheck } from "./healthcheck.ts";
import { keyCommand } from "./key.ts";
import { login, type LoginOptions } from "./login.ts";
import { restore, type RestoreOptions } from "./restore.ts";
import { serveUntilStopped } from "./serve.ts";
import { showConfig } from "./show_config.ts";
import { settingKeys, settingOf } from "./settings.ts";
import { setup, type SetupOptions } from "./setup.ts";
import { storeCommand } from "./store.ts";
import { PROGRAM, VERSION } from "./version.ts";

/** Runs what these arguments say and answers the exit status; what the command throws is thrown. */
export async function runTyped(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    await createProgram(surroundings).parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    // Said already, and help is no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/** The table of commands. Settings can be given before or after the command's name. */
function createProgram(surroundings: Surroundings): Command {
  const program = new Command("companion-token-server")
    .description("Keeps Twitch logins alive and answers Companion with the current access token")
    .version(VERSION, "-V, --version", "print the version")
    .showHelpAfterError("(add --help for what is possible)")
    .addHelpText("after", "\nThe client secret comes from TWITCH_CLIENT_SECRET or --client-secret-file.");
  for (const option of settingOptions()) program.addOption(option);

  const parts: PartsOf = (command) => partsFor(flagsOf(command), surroundings);
  program.command("serve", { isDefault: true })
    .description("run the server (also when no command is given)")
    // As the default command it is given whatever is no command's name.
    .allowExcessArguments()
    .action((_options, command: Command) => {
      const [stray] = command.args;
      if (stray !== undefined) throw noSuchCommand(stray);
      return serveUntilStopped(parts(command));
    });
  addLogin(program, parts);
  program.addCommand(accountsCommand(parts));
  program.command("setup")
    .description("store the client id and secret of your Twitch app, or get into the pages")
    .option("--link", "print the link with which the running server's first password is set")
    .option("--reset-password", "remove the password and sign out every browser; no account is lost")
    .option("--yes", "do not ask")
    .action((options: SetupOptions, command) => setup(parts(command), options));
  addBackup(program, parts);
  program.addCommand(keyCommand(parts));
  program.addCommand(storeCommand(parts));
  program.command("config")
    .description("print the effective settings and where each comes from")
    .option("--json", "print JSON")
    .action((options: { json?: true }, command) => showConfig(parts(command), options.json === true));
  program.command("doctor")
    .description("look at everything that must be right, and say what is not and what to do")
    .option("--test-notice", "only send a test message to every address for notices")
    .option("--show", "only say whether all is ready for a show; renews the logins where that is free")
    .option("--bundle <FILE>", "write what a helper needs to a file, without secrets, ids and names")
    .option("--json", "print JSON")
    .action((options: DoctorOptions, command) => doctor(parts(command), options));
  program.command("healthcheck")
    .description("ask the running server whether all is well")
    .action((_options, command) => healthcheck(parts(command)));
  program.command("version")
    .description("print the versions of the program and of its runtime")
    .option("--json", "print JSON")
    .action((options: { json?: true }) => showVersion(surroundings, options.json === true));
  forAll(program, (command) =>
    command.exitOverride().configureOutput({
      writeOut: (text) => surroundings.terminal.print(text.trimEnd()),
      writeErr: (text) => surroundings.terminal.complain(text.trimEnd()),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    }));
  return program;
}

type PartsOf = (command: Command) => CommandParts;

function addLogin(program: Command, parts: PartsOf): void {
  program.command("login")
    .description("sign in to Twitch once; the server answers the new id at its next request")
    .option("--device", "by a code that is entered at twitch.tv/activate (the usual way)")
    .option("--paste", "by pasting back the address that the browser ends on")
    .option("--for <NAME>", "sign in this account again, with the permissions that it has, and nobody else")
    .option(
      "--reclaim <ID>",
      "an id of an old database, to lead to this account; - reads it from standard input",
    )
    .option(
      "--preset <NAME>",
      "the permissions to ask for: companion-3 (the default), companion-4 or buttons, or several with commas",
    )
    .option("--scopes <SCOPES>", "the permissions to ask for, by Twitch's names, with blanks between them")
    .option("--label <TEXT>", "what to call the account", "")
    .option("--json", "print JSON, one object per line")
    .action((options: LoginOptions, command) => login(parts(command), options));
}

function addBackup(program: Command, parts: PartsOf): void {
  program.command("backup")
    .description("write everything that is needed to go on elsewhere to one sealed file")
    .argument("<FILE>", "the file to write")
    .option("--passphrase-file <FILE>", "a file with the passphrase in its first line; - is standard input")
    .option("--recovery-code", "seal it with the recovery code, which the first time is made and shown once")
    .option("--new-recovery-code", "make a new recovery code; earlier backups keep theirs")
    .option("--force", "write over a file that is there")
    .option("--json", "print JSON, one object per line")
    .action((file: string, options: BackupOptions, command) => backup(parts(command), file, options));
  program.command("restore")
    .description("bring the logins of a backup back; nothing that is later is written over")
    .argument("<FILE>", "a file that backup wrote")
    .option(
      "--passphrase-file <FILE>",
      "a file with passphrase or recovery code in its first line; - is standard input",
    )
    .option("--yes", "do not ask, also while somebody is at work")
    .option("--json", "print JSON")
    .action((file: string, options: RestoreOptions, command) => restore(parts(command), file, options));
}

function forAll(command: Command, change: (command: Command) => void): void {
  change(command);
  for (const child of command.commands) forAll(child, change);
}

function settingOptions(): Option[] {
  return settingKeys().flatMap((key) => {
    const { flag, argument, description, byDefault, env } = settingOf(key);
    if (flag === undefined) return [];
    const option = new Option(
      argument === undefined ? flag : `${flag} <${argument}>`,
      `${description} (${env}; default: ${byDefault})`,
    );
    option.attributeName = () => key;
    return [option];
  });
}

function flagsOf(command: Command): Flags {
  const given = command.optsWithGlobals<Record<string, Flags[keyof Flags]>>();
  return Object.fromEntries(settingKeys().map((key) => [key, given[key]]));
}

function noSuchCommand(word: string): AppError {
  return new AppError("usage", `Cannot run ${JSON.stringify(word)}: there is no such command`, {
    hint: "companion-token-server --help lists the commands",
  });
}

function showVersion({ terminal }: Surroundings, json: boolean): void {
  const { deno, v8, typescript } = Deno.version;
  if (json) return printJson(terminal, { version: VERSION, deno, v8, typescript, target: Deno.build.target });
  terminal.print(`${PROGRAM} (Deno ${deno}, ${Deno.build.target})`);
}
