import { AppError, type ErrorCode } from "../core/error.ts";
import { partsFor, type Surroundings, systemSurroundings } from "./command.ts";
import { PROGRAM } from "./version.ts";

/** 0 done · 1 a bug · 2 wrong usage or settings · 3 refused · 4 try again later. */
const EXIT: Readonly<Record<ErrorCode, 2 | 3 | 4>> = {
  usage: 2,
  settings: 2,
  data_dir: 2,
  database_damaged: 2,
  database_newer: 2,
  locked: 2,
  no_app: 2,
  unsafe_runtime: 2,
  bad_paste: 2,
  stale_attempt: 3,
  not_found: 3,
  exists: 3,
  refused: 3,
  app_refused: 3,
  wrong_password: 3,
  needs_login: 3,
  throttled: 4,
  unavailable: 4,
  busy: 4,
  port_in_use: 4,
  disk: 4,
  store_away: 4,
};

/**
 * Runs one command and answers the exit status. Output for people goes to standard output, diagnostics to standard
 * error; nothing is thrown.
 */
export async function run(
  args: readonly string[],
  surroundings: Surroundings = systemSurroundings(),
): Promise<number> {
  const status = await runCommand(args, surroundings);
  if (status !== 0 && args.length === 0) await holdWindow(surroundings);
  return status;
}

/** After a double-click the window would take the reason with it. */
async function holdWindow({ terminal, windowGoes }: Surroundings): Promise<void> {
  if (!windowGoes) return;
  terminal.complain("Press Enter to close this window");
  await terminal.readLine();
}

async function runCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  try {
    if (isServeAlone(args)) {
      const { serveUntilStopped } = await import("./serve.ts");
      await serveUntilStopped(partsFor({}, surroundings));
      return 0;
    }
    const { runTyped } = await import("./commands.ts");
    return await runTyped(args, surroundings);
  } catch (error) {
    if (error instanceof AppError) {
      terminal.complain(error.hint === undefined ? error.message : `${error.message}\n${error.hint}`);
      return EXIT[error.code];
    }
    terminal.complain(`This is a bug in ${PROGRAM}, please report it:`);
    terminal.complain(error instanceof Error ? error.stack ?? error.message : String(error));
    return 1;
  }
}

/** As the service is started and by a double-click: nothing is to be understood, so what understands it is not loaded. */
function isServeAlone(args: readonly string[]): boolean {
  return args.length === 0 || (args.length === 1 && args[0] === "serve");
}
