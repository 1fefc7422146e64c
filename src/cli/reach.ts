import { type Duration, SECOND } from "../core/account.ts";
import { AppError } from "../core/error.ts";
import { privateDirectory } from "../store/sqlite/files.ts";
import { takeLock } from "../store/sqlite/lock.ts";
import { type Config, redirectUri } from "./config.ts";
import { PROBE, remoteOperations } from "./control.ts";
import { localOperations, type Operations } from "./operations.ts";
import { openProgram, type ProgramParts } from "./program.ts";
import { pageUrls } from "./reachable.ts";
import type { Host } from "./sign_in_operations.ts";
import { isShared } from "./store_setting.ts";

/** A server that is just starting or stopping, or another command, is given so long. */
const PATIENCE: Duration = 10 * SECOND;
const LOOK_AGAIN: Duration = SECOND / 4;

/**
 * Runs `use` with the operations on the logins. On those in the data directory: done here where the lock is free, and by
 * the running server where it holds it; throws `AppError` `busy` if neither can be had within 10 s. On those in a
 * database that several instances share: by the instance with this data directory if it answers, else here.
 */
export async function withOperations<T>(
  parts: ProgramParts,
  use: (operations: Operations) => Promise<T>,
): Promise<T> {
  const { clock } = parts;
  const config = parts.settings();
  if (isShared(config.store)) return await besideInstances(parts, config, use);
  const began = performance.now();
  while (true) {
    using lock = takeLock(config.dataDir);
    if (lock !== undefined) {
      await using program = await openProgram(parts);
      return await use(localOperations(program, commandHost(config)));
    }
    const remote = remoteOperations(config.dataDir);
    if (await answers(remote, () => performance.now() - began >= PATIENCE)) return await use(remote);
    await clock.sleep(LOOK_AGAIN);
  }
}

/** A command is no server: what it has in memory ends with it. */
function commandHost(config: Config): Host {
  return {
    redirectUri: () => redirectUri(config, config.port),
    port: () => config.port,
    pages: () => pageUrls(config, config.port),
    lasts: false,
  };
}

/**
 * The instance with this data directory is asked where it runs and answers: it knows what lives in memory alone, such as
 * whether it is unlocked. Else it is done here; the sign-ins that begin here are seen by the instances elsewhere.
 */
async function besideInstances<T>(
  parts: ProgramParts,
  config: Config,
  use: (operations: Operations) => Promise<T>,
): Promise<T> {
  privateDirectory(config.dataDir);
  const remote = remoteOperations(config.dataDir);
  if (await answers(remote, () => false) && !servesFile(config.dataDir)) return await use(remote);
  await using program = await openProgram(parts);
  await program.connector.resume();
  return await use(localOperations(program, commandHost(config)));
}

/** Whether who works in the data directory does so on its file, and not on a database. */
function servesFile(dataDir: string): boolean {
  using lock = takeLock(dataDir);
  return lock === undefined;
}

/** Whether the server can be asked. If not although it `isLate`, its `AppError` `busy` is thrown. */
async function answers(remote: Operations, isLate: () => boolean): Promise<boolean> {
  try {
    await remote[PROBE]({});
    return true;
  } catch (error) {
    if (isLate() || !(error instanceof AppError) || error.code !== "busy") throw error;
    return false;
  }
}
