/** Secrets that may stand in a file of their own, so that no list of processes and no unit shows them. */
import type { Secret } from "../core/secret.ts";
import type { ConfigInputs, Source } from "./config.ts";
import { Problem } from "./setting_values.ts";
import { describeProblem, type SettingKey, settingName, SETTINGS, type SettingValues } from "./settings.ts";

/** What the settings say so far. */
export interface Given {
  readonly inputs: ConfigInputs;
  readonly values: Partial<SettingValues>;
  /** Where each value comes from; that of a secret out of a file is noted here. */
  readonly sources: Record<SettingKey, Source>;
  /** What is wrong is added here. */
  readonly problems: string[];
}

/**
 * The secret as it stands in `key`, or in the file that `fileKey` names: a flag counts before the environment, and both in
 * the same place are a mistake. Undefined where there is none, and where something is wrong with it.
 */
export function readNamed(
  { inputs, values, sources, problems }: Given,
  key: "clientSecret" | "store",
  fileKey: "clientSecretFile" | "storeFile",
): Secret | undefined {
  const file = values[fileKey];
  if (file === undefined || sources[key] === "flag" && sources[fileKey] === "environment") return values[key];
  if (sources[key] !== "default" && sources[key] === sources[fileKey]) {
    const both = new Problem(`and ${settingName(fileKey)} are both set: keep one of them`);
    problems.push(describeProblem(key, both));
    return undefined;
  }
  sources[key] = sources[fileKey];
  const secret = secretIn(inputs, file, SETTINGS[key].parse);
  if (!(secret instanceof Problem)) return secret;
  problems.push(describeProblem(fileKey, secret));
  return undefined;
}

function secretIn(
  inputs: ConfigInputs,
  file: string,
  parse: (text: string) => Secret | Problem,
): Secret | Problem {
  try {
    const secret = parse(inputs.readFile(file).replace(/\r?\n$/, ""));
    return secret instanceof Problem ? new Problem(`names a file whose text ${secret.text}`) : secret;
  } catch (error) {
    const reason = error instanceof Error ? error.message : "it is not readable";
    return new Problem(`names a file that cannot be read: ${reason}`);
  }
}
