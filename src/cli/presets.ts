/** What the pages know of Twitch's scopes. */
import type { PermissionGroup, Preset } from "../http/deps.ts";
import { PRESETS, SCOPE_GROUPS } from "../twitch/scopes.ts";

/** The permission sets as the pages offer them, the usual one first. */
export const PRESET_CHOICES: readonly Preset[] = [
  { name: "companion-3", scopes: PRESETS["companion-3"] },
  { name: "companion-4", scopes: PRESETS["companion-4"] },
  { name: "buttons", scopes: PRESETS.buttons },
];

/** All that can be ticked one by one. */
export const PERMISSION_GROUPS: readonly PermissionGroup[] = [
  { group: "broadcaster", scopes: SCOPE_GROUPS.broadcaster },
  { group: "editor", scopes: SCOPE_GROUPS.editor },
  { group: "moderator", scopes: SCOPE_GROUPS.moderator },
  { group: "user", scopes: SCOPE_GROUPS.user },
];
