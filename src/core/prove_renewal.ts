import type { Time } from "./account.ts";
import { refreshNow, viewOf } from "./accounts.ts";
import { oldTokensDie, rotates } from "./app.ts";
import { AppError } from "./error.ts";
import type { Login } from "./login.ts";
import type { Refresher } from "./refresher.ts";
import type { Roster } from "./roster.ts";
import { needsRenewal, PROVEN_FOR, type Renewal } from "./show.ts";

/**
 * Renews a login to prove that it can be renewed; never throws for what can be expected. What was renewed a moment ago
 * is not renewed again. Where a renewal is not free, because a refresh token works once or the token in Companion's
 * hands would die, it is done only if something calls for it.
 */
export async function proveRenewal(roster: Roster, refresher: Refresher, login: Login): Promise<Renewal> {
  const now = roster.deps.clock.now();
  const { account } = login;
  const needed = needsRenewal(viewOf(roster, login, now), now);
  if (!needed && isProven(account.lastRefresh, now)) {
    return { kind: "renewed", at: account.lastRefresh ?? now };
  }
  const { app } = roster;
  const facts = roster.factsOf(account.clientId);
  const costs = app === undefined || rotates(app, facts) || oldTokensDie(app, facts);
  if (!needed && costs && app?.clientId === account.clientId) return { kind: "spared" };
  try {
    await refreshNow(roster, refresher, login);
    return { kind: "renewed", at: login.account.lastRefresh ?? now };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: "failed", message: error.message, hint: error.hint };
  }
}

function isProven(lastRefresh: Time | undefined, now: Time): boolean {
  return lastRefresh !== undefined && lastRefresh <= now && now - lastRefresh <= PROVEN_FOR;
}
