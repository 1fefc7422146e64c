import { type Duration, SECOND } from "../core/account.ts";
import { AppError } from "../core/error.ts";
import { takeLock } from "../store/sqlite/lock.ts";
import { redirectUri } from "./config.ts";
import { PROBE, remoteOperations } from "./control.ts";
import { localOperations, type Operations } from "./operations.ts";
import { openProgram, type ProgramParts } from "./program.ts";
import { pageUrls } from "./reachable.ts";

/** A server that is just starting or stopping, or another command, is given so long. */
const PATIENCE: Duration = 10 * SECOND;
const LOOK_AGAIN: Duration = SECOND / 4;

/**
 * Runs `use` with the operations on the data directory: done here where the lock is free, and by the running server
 * where it holds it. Throws `AppError` `busy` if neither can be had within 10 s.
 */
export async function withOperations<T>(
  parts: ProgramParts,
  use: (operations: Operations) => Promise<T>,
): Promise<T> {
  const { clock } = parts;
  const config = parts.settings();
  const began = performance.now();
  while (true) {
    using lock = takeLock(config.dataDir);
    if (lock !== undefined) {
      await using program = await openProgram(parts);
      return await use(localOperations(program, {
        redirectUri: () => redirectUri(config, config.port),
        port: () => config.port,
        pages: () => pageUrls(config, config.port),
        lasts: false,
      }));
    }
    const remote = remoteOperations(config.dataDir);
    if (await answers(remote, () => performance.now() - began >= PATIENCE)) return await use(remote);
    await clock.sleep(LOOK_AGAIN);
  }
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
