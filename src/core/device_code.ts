/** A device code: asking Twitch for one, and asking until somebody has entered it. */
import { SECOND } from "./account.ts";
import type { TwitchApp } from "./app.ts";
import { appRefused } from "./app_setting.ts";
import type { DeviceAttempt, Wish } from "./attempts.ts";
import { AppError } from "./error.ts";
import type { Deps, DeviceOutcome, Tokens } from "./ports.ts";
import type { Secret } from "./secret.ts";
import { lapsed, tokensOf, unavailable } from "./sign_in_errors.ts";

/** Asks for a code. Throws `AppError` `app_refused` or `unavailable`. */
export async function askForCode(
  { twitch, clock }: Pick<Deps, "twitch" | "clock">,
  app: TwitchApp,
  wish: Wish,
  ref: Secret,
): Promise<DeviceAttempt> {
  // A device code is given and redeemed without the secret: a wrong one would show hours later, at the first refresh.
  if (await twitch.checkApp(app) === "refused") throw appRefused("Cannot sign in");
  const start = await twitch.beginDevice(app, wish.scopes);
  if (start.kind === "unavailable") throw unavailable(start);
  const { kind: _, ...code } = start;
  const beganAt = clock.now();
  return { ...wish, kind: "device", ref, app, beganAt, ...code, endsAt: beganAt + code.expiresIn };
}

/**
 * Asks until the code was entered, refused, or is too old, or `signal` is aborted. Throws `AppError` `refused`,
 * `app_refused` or `unavailable`.
 */
export async function pollForTokens(
  { twitch, clock }: Pick<Deps, "twitch" | "clock">,
  { app, deviceCode, scopes, interval: first, endsAt }: DeviceAttempt,
  signal: AbortSignal,
): Promise<Tokens> {
  let interval = first;
  for (let polls = 1; clock.now() < endsAt; polls++) {
    await clock.sleep(interval, signal);
    if (signal.aborted) {
      throw new AppError("unavailable", "Cannot finish the sign-in: nobody waits for it any more", {
        hint: "Begin again to get a new code",
      });
    }
    const outcome = await twitch.pollDevice(app, deviceCode, scopes);
    if (outcome.kind === "pending" && outcome.slowDown) interval += 5 * SECOND;
    if (!stillOpen(outcome, polls)) return tokensOf(outcome, "begin the sign-in again");
  }
  throw lapsed();
}

/** Twitch has been seen to call a pending device code invalid once (twitchdev/issues#971). */
function stillOpen(
  outcome: DeviceOutcome,
  polls: number,
): outcome is Extract<DeviceOutcome, { kind: "pending" }> {
  if (outcome.kind === "refused") return polls === 1;
  return outcome.kind === "pending" || (outcome.kind === "unavailable" && outcome.reason !== "app_refused");
}
