import type { Time } from "../core/account.ts";
import { type AccountView, viewOf } from "../core/accounts.ts";
import type { Login } from "../core/login.ts";
import { peerAddress } from "./guard.ts";
import type { Room } from "./room.ts";

/** The view of a login as pages show it. */
export function viewFor({ deps }: Room, login: Login, now: Time): AccountView {
  const view = viewOf(deps.roster, login, now);
  const { askedBy: hostname } = view;
  if (hostname === undefined) return view;
  return { ...view, askedBy: peerAddress({ remoteAddr: { transport: "tcp", hostname } }) };
}

/** Whether there is no key, so that nothing can be opened. */
export function isLocked({ deps }: Room): boolean {
  return deps.roster.deps.vault.locked !== undefined;
}
