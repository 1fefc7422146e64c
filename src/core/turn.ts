/**
 * One process at a time works on a login, exchanges what came back from Twitch, or asks for a device code. Where this
 * process is the only one that writes, it always has its turn and nobody is asked; where several share a store, a lease
 * of the store says whose turn it is.
 */
import { type Duration, SECOND } from "./account.ts";
import { followAccount } from "./follow.ts";
import { type Login, nextChange } from "./login.ts";
import { storeRefuses } from "./error.ts";
import type { Clock } from "./ports.ts";
import type { Lease, Shared } from "./shared.ts";
import type { Roster } from "./roster.ts";
import type { Asker } from "./schedule.ts";
import { digestOf, type Secret } from "./secret.ts";

/** A question is answered after so long in any case. */
const LONGEST_WAIT = 6 * SECOND;
/** How often who waits for another process looks whether that is done. */
const LOOK_AGAIN = SECOND / 2;
/** How often a process looks whether another one still polls for a code. */
const ASK_FOR_TURN = 5 * SECOND;

const ALWAYS: Lease = { held: true, [Symbol.asyncDispose]: () => Promise.resolve() };

/**
 * The turn to work on the login, which is as the store has it then; undefined while another process has it. Throws
 * `AppError` `store_away`.
 */
export async function takeTurn(roster: Roster, login: Login): Promise<Lease | undefined> {
  const { shared } = roster.deps;
  if (shared === undefined) return ALWAYS;
  const { key } = login.account;
  const lease = await shared.lease(`account ${key}`);
  if (lease === undefined) return undefined;
  await using open = new AsyncDisposableStack();
  open.use(lease);
  // Another process may have finished a moment ago, and its word not have come yet.
  await followAccount(roster, shared, key);
  login.lease = lease;
  const end = open.move();
  return {
    get held() {
      return lease.held;
    },
    async [Symbol.asyncDispose]() {
      login.lease = undefined;
      await end.disposeAsync();
    },
  };
}

/**
 * The turn to work on the login for who asks. A job takes it now or leaves it to whoever has it; others wait a moment:
 * undefined if another process has refreshed the login meanwhile, or is at it still. Throws `AppError` `store_away`.
 */
export async function awaitTurn(roster: Roster, login: Login, asker: Asker): Promise<Lease | undefined> {
  const { shared, clock } = roster.deps;
  if (shared === undefined || asker === "job") return await takeTurn(roster, login);
  const { generation } = login.account;
  using late = after(clock, LONGEST_WAIT);
  while (!late.signal.aborted) {
    const turn = await takeTurn(roster, login);
    const refreshed = login.account.generation !== generation;
    if (turn !== undefined && !refreshed) return turn;
    await turn?.[Symbol.asyncDispose]();
    if (refreshed) return undefined;
    // The first that is heard of a refresh is that it has begun, so a change alone is not its end; some work changes
    // nothing.
    using soon = after(clock, LOOK_AGAIN);
    await nextChange(login, soon.signal);
  }
  return undefined;
}

/** Whether another process may be about to bring a new token: its journal entry is there, and its grant is not. */
export function isElsewhere({ deps }: Roster, login: Login): boolean {
  return deps.shared !== undefined && login.open !== undefined;
}

/** Until another process has brought what its journal entry announces, or a question has waited long enough. */
export async function whileElsewhere(roster: Roster, login: Login): Promise<void> {
  using late = after(roster.deps.clock, LONGEST_WAIT);
  while (isElsewhere(roster, login) && !late.signal.aborted) await nextChange(login, late.signal);
}

/** A signal that comes after so long, unless it is disposed of before. */
function after(clock: Clock, wait: Duration): { readonly signal: AbortSignal } & Disposable {
  const [over, end] = [new AbortController(), new AbortController()];
  clock.sleep(wait, end.signal).then(() => over.abort());
  return { signal: over.signal, [Symbol.dispose]: () => end.abort() };
}

/** What comes back for an attempt is exchanged by one process; undefined while another is at it. */
export async function turnToExchange(
  shared: Shared | undefined,
  state: Secret | undefined,
): Promise<AsyncDisposable | undefined> {
  if (shared === undefined || state === undefined) return new AsyncDisposableStack();
  return await shared.lease(`state ${await digestOf(state)}`);
}

/** One process asks for a code. It may die: then another one goes on. Undefined once `signal` is aborted. */
export async function turnToPoll(
  { shared, clock }: { readonly shared: Shared; readonly clock: Clock },
  deviceCode: Secret,
  signal: AbortSignal,
): Promise<Lease | undefined> {
  const name = `code ${await digestOf(deviceCode)}`;
  while (!signal.aborted) {
    const lease = await shared.lease(name).catch((error) => {
      if (!storeRefuses(error)) throw error;
    });
    if (lease !== undefined) return lease;
    await clock.sleep(ASK_FOR_TURN, signal);
  }
  return undefined;
}
