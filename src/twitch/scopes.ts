import { AppError } from "../core/error.ts";

/** A set of scopes that can be asked for by name. */
export type Preset = "companion-3" | "companion-4" | "buttons";

/**
 * What each preset asks for.
 *
 * `companion-3`: what Companion's Twitch module 3 checks for before it does anything (it wants both read and manage of
 * polls and predictions), and what its chat needs. `companion-4`: everything that module 4 has a checkbox for, except
 * `channel:read:stream_key`: whoever reads the stream key can stream as the channel, so it is off unless named.
 * `buttons`: the ready-made buttons and no more: ads, marker, clip, title, say, announce, shoutout, raid, poll, prediction.
 */
export const PRESETS: Readonly<Record<Preset, readonly string[]>> = {
  "companion-3": [
    "channel:edit:commercial",
    "channel:manage:broadcast",
    "channel:manage:polls",
    "channel:manage:predictions",
    "channel:manage:raids",
    "channel:read:charity",
    "channel:read:goals",
    "channel:read:polls",
    "channel:read:predictions",
    "channel:read:subscriptions",
    "chat:edit",
    "chat:read",
    "moderator:manage:announcements",
    "moderator:manage:chat_messages",
    "moderator:manage:chat_settings",
    "moderator:read:chat_settings",
    "moderator:read:chatters",
  ],
  "companion-4": [
    "bits:read",
    "channel:edit:commercial",
    "channel:manage:ads",
    "channel:manage:broadcast",
    "channel:manage:extensions",
    "channel:manage:guest_star",
    "channel:manage:polls",
    "channel:manage:predictions",
    "channel:manage:raids",
    "channel:manage:redemptions",
    "channel:manage:vips",
    "channel:moderate",
    "channel:read:ads",
    "channel:read:charity",
    "channel:read:goals",
    "channel:read:guest_star",
    "channel:read:hype_train",
    "channel:read:subscriptions",
    "chat:edit",
    "chat:read",
    "clips:edit",
    "moderation:read",
    "moderator:manage:announcements",
    "moderator:manage:automod",
    "moderator:manage:automod_settings",
    "moderator:manage:banned_users",
    "moderator:manage:blocked_terms",
    "moderator:manage:chat_messages",
    "moderator:manage:chat_settings",
    "moderator:manage:guest_star",
    "moderator:manage:shield_mode",
    "moderator:manage:shoutouts",
    "moderator:manage:unban_requests",
    "moderator:manage:warnings",
    "moderator:read:automod_settings",
    "moderator:read:chatters",
    "moderator:read:followers",
    "moderator:read:guest_star",
    "moderator:read:shield_mode",
    "moderator:read:suspicious_users",
    "moderator:read:unban_requests",
    "moderator:read:warnings",
    "user:manage:chat_color",
    "user:read:chat",
    "user:read:moderated_channels",
    "user:write:chat",
  ],
  "buttons": [
    "channel:edit:commercial",
    "channel:manage:broadcast",
    "channel:manage:polls",
    "channel:manage:predictions",
    "channel:manage:raids",
    "clips:edit",
    "moderator:manage:announcements",
    "moderator:manage:shoutouts",
    "user:write:chat",
  ],
};

/** Who of a channel may grant a scope. */
export type ScopeGroup = "broadcaster" | "editor" | "moderator" | "user";

/** Every scope that Twitch was known to have in March 2026, old ones included. New ones come: warn, never refuse. */
export const SCOPE_GROUPS: Readonly<Record<ScopeGroup, readonly string[]>> = {
  broadcaster: [
    "analytics:read:extensions",
    "analytics:read:games",
    "bits:read",
    "channel:bot",
    "channel:edit:commercial",
    "channel:manage:ads",
    "channel:manage:clips",
    "channel:manage:extensions",
    "channel:manage:guest_star",
    "channel:manage:moderators",
    "channel:manage:polls",
    "channel:manage:predictions",
    "channel:manage:raids",
    "channel:manage:redemptions",
    "channel:manage:schedule",
    "channel:manage:videos",
    "channel:manage:vips",
    "channel:moderate",
    "channel:read:ads",
    "channel:read:charity",
    "channel:read:editors",
    "channel:read:goals",
    "channel:read:guest_star",
    "channel:read:hype_train",
    "channel:read:polls",
    "channel:read:predictions",
    "channel:read:redemptions",
    "channel:read:stream_key",
    "channel:read:subscriptions",
    "channel:read:vips",
    "channel_subscriptions",
    "moderation:read",
  ],
  editor: [
    "channel:manage:broadcast",
    "editor:manage:clips",
  ],
  moderator: [
    "moderator:manage:announcements",
    "moderator:manage:automod",
    "moderator:manage:automod_settings",
    "moderator:manage:banned_users",
    "moderator:manage:blocked_terms",
    "moderator:manage:chat_messages",
    "moderator:manage:chat_settings",
    "moderator:manage:guest_star",
    "moderator:manage:shield_mode",
    "moderator:manage:shoutouts",
    "moderator:manage:suspicious_users",
    "moderator:manage:unban_requests",
    "moderator:manage:warnings",
    "moderator:read:automod_settings",
    "moderator:read:banned_users",
    "moderator:read:blocked_terms",
    "moderator:read:chat_messages",
    "moderator:read:chat_settings",
    "moderator:read:chatters",
    "moderator:read:followers",
    "moderator:read:guest_star",
    "moderator:read:moderators",
    "moderator:read:shield_mode",
    "moderator:read:shoutouts",
    "moderator:read:suspicious_users",
    "moderator:read:unban_requests",
    "moderator:read:vips",
    "moderator:read:warnings",
  ],
  user: [
    "chat:edit",
    "chat:read",
    "clips:edit",
    "openid",
    "user:bot",
    "user:edit",
    "user:edit:broadcast",
    "user:edit:follows",
    "user:manage:blocked_users",
    "user:manage:chat_color",
    "user:manage:whispers",
    "user:read:blocked_users",
    "user:read:broadcast",
    "user:read:chat",
    "user:read:email",
    "user:read:emotes",
    "user:read:follows",
    "user:read:moderated_channels",
    "user:read:subscriptions",
    "user:read:whispers",
    "user:write:chat",
    "whispers:edit",
    "whispers:read",
  ],
};

/** All of them. */
export const KNOWN_SCOPES: ReadonlySet<string> = new Set(Object.values(SCOPE_GROUPS).flat());

const SHAPE = /^[a-z_]+(:[a-z_]+){0,3}$/;
const EXAMPLE = "chat:read chat:edit";

/** Whether a preset has this name. */
export function isPreset(name: string): name is Preset {
  return Object.hasOwn(PRESETS, name);
}

/**
 * Scopes as a person types or pastes them: between spaces, commas or plus signs; each once, in their order.
 * Throws `AppError` `usage` for one that cannot be a scope, and for none: a token without scopes is of no use to Companion.
 */
export function parseScopes(text: string): string[] {
  const scopes = [...new Set(text.split(/[\s,+]+/).filter((scope) => scope !== ""))];
  const hint = `Write the scopes with spaces between them, for example "${EXAMPLE}"`;
  if (scopes.length === 0) throw new AppError("usage", "Cannot use these scopes: there are none", { hint });
  const wrong = scopes.find((scope) => !SHAPE.test(scope));
  if (wrong !== undefined) {
    throw new AppError("usage", `Cannot use these scopes: "${wrong.slice(0, 60)}" is not a scope`, { hint });
  }
  return scopes;
}

/** Those that this program has never heard of: mistyped, or newer than it. */
export function unknownScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !KNOWN_SCOPES.has(scope));
}
