import { Command } from "commander";
import { AppError } from "../core/error.ts";
import { LAST_TRY_RISK } from "../core/last_try.ts";
import { REASONS } from "../core/reason_words.ts";
import { ask, type CommandParts, printJson } from "./command.ts";
import { warnOfShow } from "./disturb.ts";
import { exportCompanionCommand } from "./export_companion.ts";
import type { AccountJson, Operations } from "./operations.ts";
import { withProgress } from "./progress.ts";
import { withOperations } from "./reach.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly json?: true;
  readonly yes?: true;
  readonly lastTry?: true;
}

/** `accounts list|show|refresh|rotate-id|relay|protect|remove|export-companion`. */
export function accountsCommand(partsOf: (command: Command) => CommandParts): Command {
  const accounts = new Command("accounts").description("look at the accounts and change them");
  const add = (
    words: string,
    description: string,
    act: (
      parts: CommandParts,
      operations: Operations,
      alias: string,
      options: Options,
      word?: string,
    ) => Promise<void>,
  ): Command =>
    accounts.command(words).description(description).option("--json", "print JSON")
      .action(async (...given: [...names: string[], options: Options, command: Command]) => {
        const command = given.at(-1) as Command;
        const parts = partsOf(command);
        const [alias = "", word] = command.args;
        await withOperations(
          parts,
          (operations) => act(parts, operations, alias, command.opts<Options>(), word),
        );
      });
  add("list", "every account with its id", list);
  add("show <alias>", "one account with its id", async ({ terminal }, operations, alias, options) => {
    const account = await operations.showAccount({ alias });
    options.json ? printJson(terminal, inContract(account)) : terminal.print(describe(account));
  });
  add("refresh <alias>", "get a new access token from Twitch now", refresh)
    .option("--last-try", "send the spent token of a login that has ended once more; can end other logins")
    .option("--yes", "do not ask");
  add(
    "rotate-id <alias>",
    "give an account a new id; the old one stops at once",
    async (parts, operations, alias, options) => {
      const what = `gives ${alias} a new id and stops the old one`;
      await warnOfShow(parts, operations, { what, alias, yes: options.yes === true });
      const account = await operations.rotateId({ alias });
      if (options.json) return printJson(parts.terminal, inContract(account));
      parts.terminal.print(
        `The id of ${account.alias} is now\n  ${account.id}\nEnter it in Companion: the old one does not work any more.`,
      );
    },
  ).option("--yes", "do not ask");
  add("relay <alias> <on|off>", "let buttons and tools use an account, or forbid it", switchRelay);
  add(
    "protect <alias> <on|off>",
    "want a password beside the id, new and shown once, or none any more",
    protect,
  )
    .option("--yes", "do not ask");
  add("remove <alias>", "make the login void at Twitch and forget it", remove)
    .option("--yes", "do not ask");
  accounts.addCommand(exportCompanionCommand(partsOf));
  return accounts;
}

async function list(
  { terminal }: CommandParts,
  operations: Operations,
  _: string,
  options: Options,
): Promise<void> {
  const accounts = await operations.listAccounts({});
  if (options.json) return printJson(terminal, accounts.map(inContract));
  if (accounts.length === 0) {
    return terminal.print("No account is connected yet: sign in with companion-token-server login");
  }
  terminal.print(accounts.map(describe).join("\n\n"));
}

async function refresh(
  { terminal }: CommandParts,
  operations: Operations,
  alias: string,
  options: Options,
): Promise<void> {
  if (options.lastTry) await agreeToLastTry(terminal, operations, alias, options);
  const refreshed = await withProgress(
    "Asking Twitch",
    () => options.lastTry ? operations.lastTry({ alias }) : operations.refreshAccount({ alias }),
  );
  // The id is a secret, and none of what was asked for.
  const { id: _, ...account } = refreshed;
  if (options.json) return printJson(terminal, inContract(account));
  terminal.print(`Refreshed ${account.alias}: good until ${account.expiresAt ?? "Twitch says otherwise"}`);
}

/** Throws `AppError` `usage` unless a person has said yes. */
async function agreeToLastTry(
  terminal: Terminal,
  operations: Operations,
  alias: string,
  { yes }: Options,
): Promise<void> {
  await operations.showAccount({ alias });
  terminal.complain(`The refresh token of ${alias} may be spent. If it is sent again, ${LAST_TRY_RISK}.`);
  if (yes) return;
  if (terminal.isTerminal && await ask(terminal, "Type the account's name to go on:") === alias) return;
  throw new AppError("usage", `Cannot try ${alias} once more: nobody has agreed to it`, {
    hint: "Type the name when asked, or add --yes. Signing in again with login has no such risk",
  });
}

async function remove(
  parts: CommandParts,
  operations: Operations,
  alias: string,
  options: Options,
): Promise<void> {
  const account = await operations.showAccount({ alias });
  const yes = options.yes === true || parts.terminal.isTerminal;
  await warnOfShow(parts, operations, { what: `forgets ${alias}`, alias, yes });
  if (parts.terminal.isTerminal && options.yes === undefined) {
    const answer = await ask(
      parts.terminal,
      `Remove ${account.alias} (Twitch ${account.login}) for good? Type its name to go on:`,
    );
    if (answer !== account.alias) {
      throw new AppError("usage", `Cannot remove ${account.alias}: its name was not typed`);
    }
  }
  const { revoked } = await operations.removeAccount({ alias });
  if (options.json) return printJson(parts.terminal, { alias: account.alias, revoked });
  const twitch = revoked
    ? "Twitch has made the token void."
    : "Twitch could not be asked to make the token void: disconnect the app at twitch.tv/settings/connections.";
  parts.terminal.print(`Removed ${account.alias}. ${twitch}`);
}

async function switchRelay(
  { terminal }: CommandParts,
  operations: Operations,
  alias: string,
  { json }: Options,
  word = "",
): Promise<void> {
  const on = onOrOff(word, "the relay", `accounts relay ${alias}`);
  const { relay } = await operations.switchRelay({ alias, on });
  if (json) return printJson(terminal, { alias, relay });
  terminal.print(`The relay is ${relay ? "on" : "off"} for ${alias}.`);
}

async function protect(
  parts: CommandParts,
  operations: Operations,
  alias: string,
  { json, yes }: Options,
  word = "",
): Promise<void> {
  const { terminal } = parts;
  const on = onOrOff(word, "the password", `accounts protect ${alias}`);
  if (on) {
    const what = `makes ${alias} want a new password beside its id`;
    await warnOfShow(parts, operations, { what, alias, yes: yes === true });
  }
  const made = await operations.protectAccount({ alias, on });
  if (json) return printJson(terminal, made);
  if (!made.protected) {
    return terminal.print(`The id is enough for ${alias} again, with or without a password.`);
  }
  terminal.print(
    [
      `From now on ${alias} wants a password beside its id. It is shown this once, in the address for Companion's`,
      "field for a custom token server URL; take the one that you have there, with the password in it:",
      ...made.urls.map((url) => `  ${url}`),
      "Until it stands there, Companion gets no token. Ready buttons: export them again with --password-file.",
    ].join("\n"),
  );
}

function onOrOff(word: string, what: string, command: string): boolean {
  if (word === "on" || word === "off") return word === "on";
  throw new AppError("usage", `Cannot switch ${what}: ${JSON.stringify(word)} is neither on nor off`, {
    hint: `Write ${command} on, or ${command} off`,
  });
}

/** The fields that the contract names. */
function inContract<T extends Partial<AccountJson>>({ relay: _, ...account }: T): Omit<T, "relay"> {
  return account;
}

const HEALTH: Readonly<Record<string, string>> = {
  connected: "connected",
  retrying: "trying again",
  needs_login: "SIGN-IN NEEDED",
};

function describe(account: AccountJson): string {
  const name = account.label === "" ? account.alias : `${account.alias} (${account.label})`;
  const reason = account.reason === null ? "" : `: ${REASONS[account.reason]}`;
  return [
    name,
    `  Twitch user   ${account.login} (${account.twitchId})`,
    `  id            ${account.id ?? "not readable: the key is missing"}`,
    `  state         ${HEALTH[account.health] ?? account.health}${reason}`,
    `  token until   ${account.expiresAt ?? "not known"}`,
    `  last refresh  ${account.lastRefresh ?? "none yet"}`,
    `  permissions   ${account.scopes.join(" ")}`,
    `  relay         ${account.relay ? "on" : "off"}`,
    `  password      ${account.protected ? "wanted beside the id" : "none: the id is enough"}`,
  ].join("\n");
}
