import { PRESETS } from "../twitch/scopes.ts";
import type { Preset } from "../http/deps.ts";

/** The permission sets as the pages offer them, the usual one first. */
export const PRESET_CHOICES: readonly Preset[] = [
  {
    name: "companion-3",
    title: "Companion with Twitch module 3.0.5",
    description: "What the module’s actions, feedbacks and chat check for",
    scopes: PRESETS["companion-3"],
  },
  {
    name: "companion-4",
    title: "Everything that module 4 uses",
    description: "For other tools that do what module 4 does; without the stream key",
    scopes: PRESETS["companion-4"],
  },
  {
    name: "buttons",
    title: "The ready-made buttons",
    description: "Ads, markers, clips, title, chat, announcements, shoutouts, raids, polls and predictions",
    scopes: PRESETS.buttons,
  },
];
