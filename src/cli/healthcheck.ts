import { SECOND } from "../core/account.ts";
import { AppError } from "../core/error.ts";
import type { CommandParts } from "./command.ts";
import type { Config } from "./config.ts";
import { announcedAddress } from "./control.ts";

/**
 * Asks `/healthz` of the server that holds the data directory, else of the port in the settings. Throws `AppError`
 * `unavailable` if it is away or not well.
 */
export async function healthcheck({ config, terminal }: CommandParts): Promise<void> {
  const url = `${await announcedAddress(config.dataDir) ?? configuredAddress(config)}/healthz`;
  let response: Response;
  let body: string;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(5 * SECOND), redirect: "manual" });
    body = await response.text();
  } catch (cause) {
    throw new AppError("unavailable", `Cannot reach the server: nothing answers at ${url}`, {
      hint: "Start it with companion-token-server serve, or name its port with --port",
      cause,
    });
  }
  if (!response.ok) {
    throw new AppError("unavailable", `The server is not well: ${body.slice(0, 200)}`, {
      hint: "Its log says more",
    });
  }
  terminal.print(body);
}

function configuredAddress({ host, port }: Config): string {
  const bound = host === undefined || ["::", "0.0.0.0"].includes(host) ? "127.0.0.1" : host;
  return `http://${bound.includes(":") ? `[${bound}]` : bound}:${port}`;
}
