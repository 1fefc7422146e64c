/** `key list|add|remove|rotate|recovery|unlock`: the ways to open the logins. */
import { Command } from "commander";
import type { BackupKey, BackupKeyKind } from "../core/backup_keys.ts";
import { AppError } from "../core/error.ts";
import type { Secret } from "../core/secret.ts";
import { makeKey, newMaking } from "../vault/backup_key.ts";
import { newRecoveryCode, readRecoveryCode } from "../vault/recovery_code.ts";
import type { SlotKind } from "../vault/slots.ts";
import { keyJson } from "./backup_operations.ts";
import { type CommandParts, printJson } from "./command.ts";
import { warnOfShow } from "./disturb.ts";
import { type KeySlotJson, typedKind } from "./key_operations.ts";
import type { Operations } from "./operations.ts";
import { checkLength, secretLine } from "./passphrase.ts";
import { showProgress } from "./progress.ts";
import { withOperations } from "./reach.ts";

interface Options {
  readonly json?: true;
  readonly yes?: true;
  readonly passphraseFile?: string;
  readonly unlockAfterEachReboot?: true;
}

type Act = (asked: Asked, word: string) => Promise<void>;

/** What a command of keys works with. */
interface Asked {
  readonly parts: CommandParts;
  readonly operations: Operations;
  readonly options: Options;
}

const KINDS: Readonly<Record<string, SlotKind>> = {
  file: "file",
  credential: "credential",
  passphrase: "passphrase",
  recovery: "recovery_code",
};
const WORDS: Readonly<Record<string, string>> = {
  file: "key file",
  credential: "systemd credential",
  passphrase: "passphrase",
  recovery_code: "recovery code",
};

/** The command with its subcommands. */
export function keyCommand(partsOf: (command: Command) => CommandParts): Command {
  const key = new Command("key").description("look at the keys that open the logins, and change them");
  const add = (words: string, description: string, act: Act): Command =>
    key.command(words).description(description)
      .action(async (...given: [...words: string[], options: Options, command: Command]) => {
        const command = given.at(-1) as Command;
        const parts = partsOf(command);
        const options = command.opts<Options>();
        const [word = ""] = command.args;
        await withOperations(parts, (operations) => act({ parts, operations, options }, word));
      });
  const passphrase = ["--passphrase-file <FILE>", "a file with what is typed; - is standard input"] as const;
  add("list", "every key, and whether it opens the logins now", list).option("--json", "print JSON");
  add("add <kind>", "one more key: file, credential, passphrase or recovery", addKey)
    .option(...passphrase).option("--yes", "do not ask, also while somebody is at work");
  add("remove <kind>", "a key opens the logins no more", remove)
    .option("--unlock-after-each-reboot", "also the last key that needs nobody there")
    .option(...passphrase).option("--yes", "do not ask, also while somebody is at work");
  add("rotate", "renew the keys and seal everything anew", rotate)
    .option(...passphrase).option("--yes", "do not ask, also while somebody is at work");
  add("recovery", "make a recovery code for paper and show it once", addRecovery)
    .option(...passphrase).option("--yes", "do not ask, also while somebody is at work");
  add("unlock", "open the logins of the running server after its start", unlock).option(...passphrase);
  return key;
}

async function list({ parts, operations, options }: Asked): Promise<void> {
  const { locked, slots } = await operations.keys({});
  if (options.json) {
    return printJson(parts.terminal, slots.map(({ kind, createdAt, opens }) => ({ kind, createdAt, opens })));
  }
  for (const { kind, createdAt, opens } of slots) {
    const state = opens === null ? "to be typed" : opens ? "opens the logins" : "is not here, or another one";
    parts.terminal.print(`${(WORDS[kind] ?? kind).padEnd(18)}  ${state.padEnd(27)}  since ${createdAt}`);
  }
  parts.terminal.print(locked === null ? "The logins are open." : `The logins are locked. ${locked}.`);
}

async function addKey(asked: Asked, word: string): Promise<void> {
  const kind = kindOf(word);
  if (kind === "recovery_code") return await addRecovery(asked);
  const { parts, operations, options } = asked;
  await open(asked, kind === "passphrase" ? {} : options);
  await warnOfShow(parts, operations, {
    what: "changes the keys of the logins",
    yes: options.yes === true,
  });
  const { slots } = await operations.keys({});
  const isNew = slots.every((slot) => slot.kind !== kind);
  const key = kind === "passphrase" ? keyJson(await newPassphrase(asked)) : null;
  await operations.addKey({ kind, key });
  parts.terminal.print(
    isNew
      ? `The ${WORDS[kind]} opens the logins now.`
      : `A new ${WORDS[kind]} is in the place of the old one.`,
  );
  if (kind === "passphrase" && slots.some((slot) => slot.kind === "file")) {
    parts.terminal.print(
      "It protects nothing while the key file lies beside the database. To have it protect the logins, run\n" +
        "  companion-token-server key remove file --unlock-after-each-reboot\n" +
        "From then on somebody must run companion-token-server key unlock after each start.",
    );
  }
}

async function newPassphrase({ parts, options }: Asked): Promise<BackupKey> {
  const passphrase = await secretLine(parts, {
    file: options.passphraseFile,
    question: "Passphrase for the logins (it is not shown while you type):",
    again: "The same passphrase once more:",
  });
  checkLength(passphrase);
  using _progress = showProgress("Making the key from the passphrase");
  return await makeKey("passphrase", newMaking("passphrase"), passphrase);
}

async function addRecovery(asked: Asked): Promise<void> {
  const { operations } = asked;
  await open(asked, asked.options);
  const code = newRecoveryCode();
  const key = await makeKey("recovery_code", newMaking("recovery_code"), code);
  await withCode(asked, code, async () => {
    await operations.addKey({ kind: "recovery_code", key: keyJson(key) });
  });
}

/**
 * Shows the code before it counts: were it the other way round, whoever ends this command in between would have a code
 * that nobody has seen in the place of one on paper.
 */
async function withCode(
  { parts: { terminal } }: Asked,
  code: Secret,
  work: () => Promise<void>,
): Promise<void> {
  terminal.complain(
    "This is the recovery code of the logins. It is shown this one time, and an earlier one opens nothing any more:\n" +
      "write it down and keep it away from this machine. With it, key unlock opens the logins when the key is lost.\n" +
      "It opens no backup; those have their own.",
  );
  terminal.print(code.reveal());
  try {
    await work();
  } catch (error) {
    const known = error instanceof AppError && error.code !== "busy";
    terminal.complain(
      known
        ? "That recovery code opens nothing: nothing was changed."
        : "It is not known whether that recovery code counts: keep it, and an earlier one too.",
    );
    throw error;
  }
}

async function remove(asked: Asked, word: string): Promise<void> {
  const kind = kindOf(word);
  const { parts, operations, options } = asked;
  await open(asked, options);
  await warnOfShow(parts, operations, {
    what: `takes the ${WORDS[kind]} from the logins`,
    yes: options.yes === true,
  });
  const unlockAfterEachReboot = options.unlockAfterEachReboot === true;
  const { file } = await operations.removeKey({ kind, unlockAfterEachReboot });
  parts.terminal.print(`The ${WORDS[kind]} opens the logins no more.`);
  if (file !== null) {
    parts.terminal.print(
      `${file} is gone. What a card or disk has held may be read back from it all the same.`,
    );
  }
  const { slots } = await operations.keys({});
  if (!slots.some(({ opens }) => opens === true)) {
    parts.terminal.print("From now on run companion-token-server key unlock after each start of the server.");
  }
}

async function rotate(asked: Asked): Promise<void> {
  const { parts, operations, options } = asked;
  const typed = await open(asked, options);
  await warnOfShow(parts, operations, {
    what: "renews the keys of the logins",
    yes: options.yes === true,
  });
  const { slots } = await operations.keys({});
  const keys: BackupKey[] = [];
  if (typed?.kind === "passphrase") keys.push(typed);
  else if (slots.some(({ kind }) => kind === "passphrase")) {
    keys.push(await typedKey(asked, slots, "passphrase"));
  }
  const hasCode = slots.some(({ kind }) => kind === "recovery_code");
  const code = hasCode ? newRecoveryCode() : undefined;
  if (code !== undefined) keys.push(await makeKey("recovery_code", newMaking("recovery_code"), code));
  const work = async () => void await operations.rotateKey({ keys: keys.map(keyJson) });
  await (code === undefined ? work() : withCode(asked, code, work));
  parts.terminal.complain("Everything is sealed anew. The keys before open nothing that is stored now.");
}

async function unlock(asked: Asked): Promise<void> {
  const { parts, operations } = asked;
  const { locked, slots } = await operations.keys({});
  if (locked === null) return parts.terminal.print("The logins are open already.");
  const key = await typedKey(asked, slots);
  const { accounts, lasts } = await operations.unlock({ key: keyJson(key) });
  if (!lasts) {
    throw new AppError("unavailable", "Cannot unlock the server: none is running on these data", {
      hint: "What was typed is right. Start the server, then run this again",
    });
  }
  parts.terminal.print(`Unlocked: ${accounts} ${accounts === 1 ? "account" : "accounts"}.`);
}

/** Unlocks what is locked, asking for it; answers the key that was typed for that. */
async function open(asked: Asked, { passphraseFile }: Options): Promise<BackupKey | undefined> {
  const { locked, slots } = await asked.operations.keys({});
  if (locked === null || slots.every(({ opens }) => opens !== null)) return undefined;
  const key = await typedKey(
    { ...asked, options: passphraseFile === undefined ? {} : { passphraseFile } },
    slots,
  );
  await asked.operations.unlock({ key: keyJson(key) });
  return key;
}

async function typedKey(
  { parts, options }: Asked,
  slots: readonly KeySlotJson[],
  only?: BackupKeyKind,
): Promise<BackupKey> {
  const open = slots.filter(({ kind }) => only === undefined || kind === only);
  // Throws before anybody types for nothing.
  typedKind(open, false);
  const words = open.flatMap(({ kind, opens }) => opens === null ? [WORDS[kind] ?? kind] : []).join(" or ");
  const typed = await secretLine(parts, {
    file: options.passphraseFile,
    question: `The ${words} of the logins (it is not shown while you type):`,
  });
  const kind = typedKind(open, typeof readRecoveryCode(typed) !== "string");
  const slot = open.find((one) => one.kind === kind);
  using _progress = kind === "passphrase" ? showProgress("Making the key from the passphrase") : undefined;
  return await makeKey(kind, slot?.making ?? {}, typed);
}

function kindOf(word: string): SlotKind {
  const kind = Object.hasOwn(KINDS, word) ? KINDS[word] : undefined;
  if (kind !== undefined) return kind;
  throw new AppError("usage", `Cannot find a key of the kind ${JSON.stringify(word)}`, {
    hint: `Name one of ${Object.keys(KINDS).join(", ")}`,
  });
}
