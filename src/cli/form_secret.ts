import { commonSecret } from "../core/common_secret.ts";
import { SEALED_SETTINGS } from "../core/sealed_settings.ts";
import { randomSecret, type Secret } from "../core/secret.ts";
import type { Program } from "./program.ts";

/** What the forms of all instances carry. One that started locked has one of its own until it is unlocked and looks again. */
export async function commonFormSecret(
  program: Pick<Program, "deps" | "besideOthers">,
): Promise<() => Secret> {
  const read = () => commonSecret(program.deps, "form secret", randomSecret);
  let secret = await read();
  program.besideOthers(
    new Map([[SEALED_SETTINGS["form secret"], async () => {
      if (program.deps.vault.locked === undefined) secret = await read();
    }]]),
  );
  return () => secret;
}
