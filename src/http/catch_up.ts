import type { MiddlewareHandler } from "hono";
import { storeRefuses } from "../core/error.ts";
import { followAll } from "../core/follow.ts";
import type { Env } from "./page.tsx";
import type { Room } from "./room.ts";

const ABOUT_SIGN_INS = /^\/(callback$|connect(\/|$)|live\/(device|link)\/)/;
const OF_ACCOUNT = /^\/(?:live\/account|accounts)\/([^/]+)/;

/**
 * Where several processes answer for one another, a browser's next request may come to another one than the last: what
 * that one has begun or added is known here before the page is made.
 */
export function caughtUp(room: Room): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { roster, connector } = room.deps;
    const { shared } = roster.deps;
    if (shared === undefined) return await next();
    if (ABOUT_SIGN_INS.test(c.req.path)) await connector.follow();
    const alias = OF_ACCOUNT.exec(c.req.path)?.[1];
    // Strangers, who are shown none of it, cost the database nothing.
    if (alias !== undefined && c.get("session") !== undefined && roster.byAlias(alias) === undefined) {
      await followAll(roster, shared).catch((error) => {
        if (!storeRefuses(error)) throw error;
      });
    }
    await next();
  };
}
