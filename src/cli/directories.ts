/** Where data and key lie when no setting says so. */
import type { Environment } from "./config.ts";

const CREDENTIAL = "companion-token-server.key";

/** `$STATE_DIRECTORY`, else `./data`. */
export function defaultDataDir(env: Environment): string {
  // systemd names several directories with colons between them.
  return env["STATE_DIRECTORY"]?.split(":").map((one) => one.trim()).find((one) => one !== "") ?? "./data";
}

/** The systemd credential; undefined where the program is given none. */
export function keyCredential(env: Environment, exists: (path: string) => boolean): string | undefined {
  const credentials = env["CREDENTIALS_DIRECTORY"]?.trim();
  const credential = credentials && inside(credentials, CREDENTIAL);
  return credential && exists(credential) ? credential : undefined;
}

/** The key file in the data directory. */
export function ownKeyFile(dataDir: string): string {
  return inside(dataDir, "key");
}

function inside(directory: string, name: string): string {
  return /[/\\]$/.test(directory) ? directory + name : `${directory}/${name}`;
}
