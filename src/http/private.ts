/** What would be read by whoever listens to the network: refused unless it stays on this machine or goes by https. */
import { AppError } from "../core/error.ts";
import { hostName, isLoopback } from "./guard.ts";
import type { Page } from "./page.tsx";
import { isHttps } from "./session.ts";

const LOCAL_NAMES: readonly (string | undefined)[] = ["localhost", "127.0.0.1", "[::1]"];
/** With one of these a proxy speaks for somebody else, who may be anywhere. */
const FORWARDED = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"];

/** On this machine itself, or by https. */
export function isPrivate(c: Page): boolean {
  const { headers } = c.req.raw;
  if (isHttps(c.req.raw)) return true;
  return isLoopback(c.env?.info) && LOCAL_NAMES.includes(hostName(headers.get("host") ?? "")) &&
    FORWARDED.every((name) => !headers.has(name));
}

/** Throws `AppError` `usage` for a backup from elsewhere: it, and what opens it, would cross the network in clear. */
export function keepBackupsPrivate(c: Page): void {
  if (isPrivate(c)) return;
  throw new AppError("usage", "Cannot do this from here: a backup would cross the network in clear", {
    hint:
      "Run companion-token-server backup or restore on the machine of the server, or open the pages there or by https",
  });
}
