/**
 * The hand-over to a running server: it holds the lock of the data directory, so a command asks it over loopback.
 * `<data dir>/serve.json` (0600) says where it is and holds a random secret of this run; the route takes nothing else.
 */
import { type Duration, SECOND } from "../core/account.ts";
import { AppError, type ErrorCode } from "../core/error.ts";
import type { Log } from "../core/ports.ts";
import { digestOf, Secret } from "../core/secret.ts";
import { bugFields } from "./log.ts";
import type { Operations } from "./operations.ts";

/** A command gives up after so long and exits 4. */
const PATIENCE: Duration = 10 * SECOND;

/** Everything that may be asked through the route. */
const OPERATIONS: readonly (keyof Operations)[] = [
  "listAccounts",
  "showAccount",
  "refreshAccount",
  "lastTry",
  "rotateId",
  "switchRelay",
  "protectAccount",
  "passwordForFiles",
  "removeAccount",
  "beginLogin",
  "finishLogin",
  "beginDevice",
  "deviceResult",
  "keepHeld",
  "discardHeld",
  "setupLink",
  "resetPassword",
  "saveApp",
  "appInUse",
  "storedApp",
  "examine",
  "readyForShow",
  "inUse",
  "bundle",
  "testNotice",
  "backupKeys",
  "makeBackup",
  "restoreBackup",
  "keys",
  "unlock",
  "addKey",
  "removeKey",
  "rotateKey",
];

/** What a server that is well answers at once: asked first, so that a later silence is known to be Twitch's. */
export const PROBE = "appInUse" satisfies keyof Operations;

interface ServeFile {
  readonly pid: number;
  /** Where the server is reached from this machine: `http://127.0.0.1:8948`. */
  readonly address: string;
  readonly secret: string;
}

function serveFileIn(dataDir: string): string {
  return `${dataDir}/serve.json`;
}

/** Tells commands where this server is, until disposed of. Throws `AppError` `disk` if that cannot be written. */
export async function announce(dataDir: string, address: string, secret: Secret): Promise<AsyncDisposable> {
  const path = serveFileIn(dataDir);
  const content: ServeFile = { pid: Deno.pid, address, secret: secret.reveal() };
  const fresh = `${path}.new`;
  try {
    await Deno.remove(fresh).catch(() => undefined);
    await Deno.writeTextFile(fresh, JSON.stringify(content), { mode: 0o600, createNew: true });
    await Deno.rename(fresh, path);
  } catch (cause) {
    throw new AppError("disk", `Cannot start: ${path} cannot be written`, {
      hint: "Make room on the disk, or replace the card if it fails; nothing that was stored before is lost",
      cause,
    });
  }
  return { [Symbol.asyncDispose]: () => Deno.remove(path).catch(() => undefined) };
}

/** Answers `POST /control` for whoever knows the secret in `serve.json`. */
export function controlRoute(
  operations: Operations,
  secret: Secret,
  log: Log,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const given = new Secret(request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "");
    // Compared by digest: the time it takes says nothing about the secret.
    if (await digestOf(given) !== await digestOf(secret)) return new Response("Not found\n", { status: 404 });
    const { operation, input } = await request.json();
    if (!OPERATIONS.includes(operation)) {
      return Response.json({
        error: { code: "usage", message: "Cannot do this: the running server is another version" },
      });
    }
    try {
      return Response.json({ result: await operations[operation as keyof Operations](input) });
    } catch (error) {
      if (!(error instanceof AppError)) {
        log.error("bug in a command", { operation, ...bugFields(error) });
        return Response.json({ error: null });
      }
      const { code, message, hint } = error;
      return Response.json({ error: { code, message, hint } });
    }
  };
}

/**
 * The operations of the server that holds the data directory. Throws `AppError` `busy` if none answers within 10 s, and
 * whatever `AppError` the server's own operation threw.
 */
export function remoteOperations(dataDir: string): Operations {
  const ask = (operation: string) => [operation, (input: unknown) => askServer(dataDir, operation, input)];
  return Object.fromEntries(OPERATIONS.map(ask)) as unknown as Operations;
}

async function askServer(dataDir: string, operation: string, input: unknown): Promise<unknown> {
  const answer = await post(await readServeFile(dataDir), operation, input);
  if ("result" in answer) return answer.result;
  if (answer.error === null) throw new Error("Cannot do this: the server has met a bug, see its log");
  const { code, message, hint } = answer.error;
  throw new AppError(code, message, hint === undefined ? {} : { hint });
}

type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: ErrorCode; readonly message: string; readonly hint?: string } | null };

async function post(server: ServeFile, operation: string, input: unknown): Promise<Answer> {
  try {
    const response = await fetch(`${server.address}/control`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.secret}`, "content-type": "application/json" },
      body: JSON.stringify({ operation, input }),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    return await response.json();
  } catch (cause) {
    const slow = cause instanceof DOMException && cause.name === "TimeoutError";
    if (slow && operation !== PROBE) throw notFinished(cause);
    throw noAnswer(`the server that holds it (process ${server.pid}) does not answer`, cause);
  }
}

/** Where the server of this data directory was last reached from this machine; undefined if none is announced. */
export async function announcedAddress(dataDir: string): Promise<string | undefined> {
  try {
    return (await parseServeFile(dataDir)).address;
  } catch {
    return undefined;
  }
}

async function parseServeFile(dataDir: string): Promise<ServeFile> {
  return JSON.parse(await Deno.readTextFile(serveFileIn(dataDir)));
}

async function readServeFile(dataDir: string): Promise<ServeFile> {
  try {
    return await parseServeFile(dataDir);
  } catch (cause) {
    throw noAnswer("another process holds it and cannot be asked", cause);
  }
}

function notFinished(cause: unknown): AppError {
  return new AppError("busy", "Cannot wait longer: the running server has not finished within 10 s", {
    hint:
      "It goes on, perhaps with a slow Twitch: look with accounts list in a minute. If it never answers, start it anew",
    cause,
  });
}

function noAnswer(reason: string, cause: unknown): AppError {
  return new AppError("busy", `Cannot use the data directory: ${reason}`, {
    hint: "Try again in a moment; if it stays so, stop the other companion-token-server",
    cause,
  });
}
