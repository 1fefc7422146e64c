import { type Duration, SECOND } from "../core/account.ts";
import type { Notice } from "../core/notices.ts";
import type { Clock } from "../core/ports.ts";
import { type Address, messageFor } from "./address.ts";

/** From the request to the head of the answer. */
const TIMEOUT: Duration = 10 * SECOND;

/** How one try to tell one address ended. `reason` reads on after the host's name and holds nothing of the address. */
export type Attempt =
  | { readonly kind: "taken" }
  /** Trying again may help; not before `retryAfter`, where the address named it. */
  | { readonly kind: "failed"; readonly reason: string; readonly retryAfter: Duration | undefined }
  /** Trying again does not help. */
  | { readonly kind: "refused"; readonly reason: string };

/** What an attempt is made with. */
export interface Means {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

/** Sends the notice once. Follows no redirect, reads no body, gives up after 10 s or when `stop` is aborted. */
export async function attempt(
  { fetch, clock }: Means,
  address: Address,
  notice: Notice,
  stop: AbortSignal,
): Promise<Attempt> {
  const end = new AbortController();
  const answered = new AbortController();
  let late = false;
  const timer = clock.sleep(TIMEOUT, answered.signal).then(() => {
    late = !answered.signal.aborted;
    end.abort();
  });
  const signal = AbortSignal.any([end.signal, stop]);
  try {
    const { headers, body } = messageFor(address, notice);
    const response = await untilAborted(
      fetch(address.url.reveal(), {
        method: "POST",
        headers: { ...headers, "user-agent": "companion-token-server" },
        body,
        redirect: "manual",
        signal,
      }),
      signal,
    );
    response.body?.cancel().catch(() => undefined);
    return verdict(response);
  } catch {
    // What fetch throws has the whole address in it.
    const reason = late ? "gives no answer" : "cannot be reached";
    return { kind: "failed", reason, retryAfter: undefined };
  } finally {
    answered.abort();
    await timer;
  }
}

/** The promise, or a rejection as soon as `signal` is aborted, whether it heeds that or not. */
async function untilAborted(response: Promise<Response>, signal: AbortSignal): Promise<Response> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new Error("aborted"));
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([response, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
    response.then(({ body }) => signal.aborted ? body?.cancel() : undefined).catch(() => undefined);
  }
}

function verdict({ status, ok, headers }: Response): Attempt {
  if (ok) return { kind: "taken" };
  if (status >= 300 && status < 400) {
    return { kind: "refused", reason: `answers with a redirect (${status}), which is not followed` };
  }
  if (status < 500 && ![408, 425, 429].includes(status)) {
    return { kind: "refused", reason: `refuses the message (${status})` };
  }
  const reason = status === 429 ? "asks for a pause (429)" : `has a fault of its own (${status})`;
  return { kind: "failed", reason, retryAfter: secondsIn(headers.get("retry-after")) };
}

/** Discord and ntfy name whole or broken seconds. */
function secondsIn(text: string | null): Duration | undefined {
  return text !== null && /^\d{1,6}(\.\d+)?$/.test(text.trim()) ? Number(text) * SECOND : undefined;
}
