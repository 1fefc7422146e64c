// The scopes that Twitch knows; anything else is an invalid scope. Written as stem{a,b,c}, as the sets are read.

const FAMILIES = [
  "analytics:read:{extensions,games}",
  "bits:read",
  "channel:{bot,moderate}",
  "channel:edit:commercial",
  "channel:manage:{ads,broadcast,clips,extensions,guest_star,moderators,polls,predictions,raids}",
  "channel:manage:{redemptions,schedule,videos,vips}",
  "channel:read:{ads,charity,editors,goals,guest_star,hype_train,polls,predictions,redemptions}",
  "channel:read:{stream_key,subscriptions,vips}",
  "channel_subscriptions",
  "chat:{edit,read}",
  "clips:edit",
  "editor:manage:clips",
  "moderation:read",
  "moderator:manage:{announcements,automod,automod_settings,banned_users,blocked_terms,chat_messages}",
  "moderator:manage:{chat_settings,guest_star,shield_mode,shoutouts,suspicious_users,unban_requests,warnings}",
  "moderator:read:{automod_settings,banned_users,blocked_terms,chat_messages,chat_settings,chatters,followers}",
  "moderator:read:{guest_star,moderators,shield_mode,shoutouts,suspicious_users,unban_requests,vips,warnings}",
  "openid",
  "user:{bot,edit}",
  "user:edit:{broadcast,follows}",
  "user:manage:{blocked_users,chat_color,whispers}",
  "user:read:{blocked_users,broadcast,chat,email,emotes,follows,moderated_channels,subscriptions,whispers}",
  "user:write:chat",
  "whispers:{edit,read}",
];

export const KNOWN_SCOPES: ReadonlySet<string> = new Set(FAMILIES.flatMap(members));

function members(family: string): string[] {
  const [stem = "", list] = family.replace("}", "").split("{");
  return list === undefined ? [stem] : list.split(",").map((member) => stem + member);
}

/** Splits a scope parameter at its blanks; a comma is no separator, so "a,b" is one unknown scope. */
export function scopesIn(parameter: string | undefined): string[] {
  return [...new Set((parameter ?? "").split(" ").filter((scope) => scope !== ""))];
}
