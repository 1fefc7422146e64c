/** What goes wrong with a sign-in, in words. */
import { appRefused } from "./app_setting.ts";
import { AppError } from "./error.ts";
import type { ExchangeOutcome, Tokens, Unavailable } from "./ports.ts";
import { REASONS } from "./reason_words.ts";

/**
 * The tokens of an outcome. Throws `AppError` `refused`, `app_refused` or `unavailable` where there are none; `again` says
 * how to get another code.
 */
export function tokensOf(outcome: ExchangeOutcome, again: string): Tokens {
  if (outcome.kind === "granted") return outcome.tokens;
  if (outcome.kind === "unavailable") throw unavailable(outcome);
  throw new AppError("refused", "Cannot sign in: Twitch does not accept this code", {
    hint: `A code works once and only for a short time: ${again}`,
  });
}

/** Why Twitch gave no usable answer. */
export function unavailable(outcome: Unavailable): AppError {
  if (outcome.reason === "app_refused") return appRefused("Cannot sign in");
  return new AppError("unavailable", `Cannot sign in: ${REASONS[outcome.reason]}`, {
    hint: "Check the network and try again in a minute; nothing was lost",
  });
}

/** What Twitch's page came back with instead of a code; its word is never repeated. */
export function deniedBy(error: string, redirectUri: string): AppError {
  if (error === "access_denied") {
    return new AppError("refused", "Cannot sign in: it was cancelled on Twitch's page", {
      hint:
        "Open the link or begin again, and choose Authorize; the login that was there before is untouched",
    });
  }
  if (error === "redirect_mismatch") {
    return new AppError(
      "app_refused",
      "Cannot sign in: Twitch does not know this redirect address for the app",
      {
        hint:
          `Enter exactly ${redirectUri} as OAuth Redirect URL at dev.twitch.tv/console/apps, then open the link or begin again`,
      },
    );
  }
  return new AppError("refused", "Cannot sign in: Twitch's page ended with an error", {
    hint: "Open the link or begin the sign-in again",
  });
}

/** What comes back belongs to nothing that is open. */
export function staleReturn(): AppError {
  return new AppError(
    "stale_attempt",
    "Cannot finish the sign-in: it belongs to no attempt that is open here",
    {
      hint: "A sign-in is good for one use, by redirect for 10 minutes and pasted for 24 hours: " +
        "begin the sign-in again and use the newest address",
    },
  );
}

/** Somebody asks for an attempt that is not known. */
export function unknownAttempt(): AppError {
  return new AppError("stale_attempt", "Cannot find this sign-in: it is not open here any more", {
    hint: "Begin the sign-in again",
  });
}

/** Nobody entered the device code while it was good. */
export function lapsed(): AppError {
  return new AppError("refused", "Cannot finish the sign-in: the code was not entered in time", {
    hint: "Begin again to get a new code",
  });
}
