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
  other_app: "the Twitch app of this login is not the one that is set up here",
  unsafe_runtime: "this version of Deno is not safe for single-use tokens",
  disk: "the disk does not take the write",
  store_away: "the database cannot be reached",
  refused: "Twitch refused to renew it",
  answer_lost: "Twitch’s last answer was lost on the way, and its token with it",
};

/** What a person can do about it; undefined where nothing helps but time. */
export const REMEDIES: Readonly<Partial<Record<Reason, string>>> = {
  unreachable: "Check the Internet connection of the token server; it keeps trying by itself.",
  not_twitch: "Sign in to the network that the token server is in; it keeps trying by itself.",
  app_refused:
    "Compare client ID and secret with Twitch's console and enter them anew under Settings, Twitch app.",
  other_app: "Set up the app of this login again, or sign in again with the new one.",
  unsafe_runtime: "Run the token server with Deno 2.9.6 or newer.",
  store_away:
    "Look after the database server; the token is served meanwhile, and everything goes on by itself.",
};

/** Only a person can end these: trying again does not help. */
export const NEEDS_HANDS: ReadonlySet<Reason> = new Set(["app_refused", "other_app", "unsafe_runtime"]);
