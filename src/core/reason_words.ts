import type { Reason } from "./account.ts";

/** Why a login is not simply connected, as a part of a sentence. */
export const REASONS: Readonly<Record<Reason, string>> = {
  unreachable: "Twitch cannot be reached from here",
  cut: "the connection to Twitch broke off",
  timeout: "Twitch did not answer in time",
  rate_limited: "Twitch asks for a pause",
  twitch_error: "Twitch has a fault of its own",
  not_twitch: "something else than Twitch answered, perhaps a login page of this network",
  app_refused: "Twitch does not accept the app’s client ID or secret",
  other_app: "another Twitch app is set up now than the one of this login",
  unsafe_runtime: "this version of Deno is not safe for single-use tokens",
  disk: "the disk does not take the write",
  refused: "Twitch refused to renew it",
  answer_lost: "Twitch’s last answer was lost on the way, and its token with it",
};
