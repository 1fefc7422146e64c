import { SECOND } from "../core/account.ts";
import { AppError } from "../core/error.ts";
import type { CommandParts } from "./command.ts";

/** Asks `/healthz` on this machine. Throws `AppError` `unavailable` if the server is away or not well. */
export async function healthcheck({ config, terminal }: CommandParts): Promise<void> {
  const bound = config.host !== undefined && !["::", "0.0.0.0"].includes(config.host)
    ? config.host
    : "127.0.0.1";
  const url = `http://${bound.includes(":") ? `[${bound}]` : bound}:${config.port}/healthz`;
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
