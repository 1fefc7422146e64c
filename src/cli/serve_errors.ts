/** Why a server cannot start, or cannot do what a page asks of it. */
import { AppError } from "../core/error.ts";
import type { Config } from "./config.ts";

export function cannotListen(config: Config, cause: unknown): AppError {
  const where = `port ${config.port}`;
  if (cause instanceof Deno.errors.AddrInUse) {
    return new AppError("port_in_use", `Cannot listen: ${where} is taken by another program`, {
      hint:
        "Stop the other program, or choose another port with TOKEN_SERVER_PORT (--port), for example 8949; " +
        "the redirect address of the Twitch app holds the port too",
      cause,
    });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError("settings", `Cannot listen on ${config.host ?? "any address"}, ${where}: ${reason}`, {
    hint:
      "Set TOKEN_SERVER_HOST (--host) to an address of this machine, for example 127.0.0.1, or leave it out",
    cause,
  });
}

export function appIsFixed(): AppError {
  return new AppError("settings", "Cannot use this Twitch app: TWITCH_CLIENT_ID names one already", {
    hint:
      "It is stored and is used once TWITCH_CLIENT_ID is taken out of the settings and the server started again",
  });
}

export function anotherServer(config: Config): AppError {
  return new AppError(
    "busy",
    `Cannot start: another companion-token-server uses the data directory ${config.dataDir}`,
    {
      hint:
        "Stop the other one (it may be a login that waits for somebody), or give this one a directory of its own " +
        "with TOKEN_SERVER_DATA_DIR (--data-dir)",
    },
  );
}
