import { AppError } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import { DATABASE_FILE } from "../store/sqlite/open.ts";
import { type CommandParts, printJson } from "./command.ts";
import { type Config, describeConfig, type StoredSettings } from "./config.ts";
import { withOperations } from "./reach.ts";
import { isShared } from "./store_setting.ts";

/** Prints the effective settings and where each comes from. Makes nothing: where there are no data it asks nobody. */
export async function showConfig(parts: CommandParts, json: boolean): Promise<void> {
  const { terminal, settings, config } = parts;
  const rows = describeConfig(settings(await storedSettings(parts, config)));
  if (json) return printJson(terminal, rows);
  for (const { name, value, source } of rows) terminal.print(`${name} = ${value}  (${source})`);
}

/** What the setup stored, as far as it can be had; the secret only as much as it takes to say that there is one. */
async function storedSettings(
  parts: CommandParts,
  { dataDir, store }: Config,
): Promise<StoredSettings | undefined> {
  try {
    if (!isShared(store)) await Deno.stat(`${dataDir}/${DATABASE_FILE}`);
  } catch {
    return undefined;
  }
  try {
    const { clientId, isPublic } = await withOperations(parts, (operations) => operations.storedApp({}));
    if (clientId === null) return {};
    return isPublic ? { clientId } : { clientId, clientSecret: new Secret("[stored]") };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    parts.terminal.complain(`What the setup stored cannot be read: ${error.message}`);
    return undefined;
  }
}
