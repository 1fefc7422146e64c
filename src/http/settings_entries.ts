import type { SettingsEntry } from "./pages/settings.tsx";
import type { Room } from "./room.ts";
import type { Say } from "./words/say.tsx";

/** Every page of the settings with how it stands, for the overview. */
export async function settingsEntries({ deps }: Room, say: Say): Promise<readonly SettingsEntry[]> {
  const { roster, notices, backups, owner } = deps;
  const hosts = notices.hosts().length;
  const { keys } = await backups.state();
  const companion = deps.companion();
  return [
    {
      ...entry("app"),
      state: say(roster.app === undefined ? "settings.app_none" : "settings.app_set"),
    },
    {
      ...entry("notices"),
      state: hosts === 0 ? say("settings.nowhere") : say.count("settings.hosts", hosts),
    },
    { ...entry("backup"), state: say(keys.length === 0 ? "settings.backup_none" : "settings.backup_set") },
    {
      ...entry("companion"),
      href: "/start/companion",
      state: companion === undefined
        ? undefined
        : say(`start.${
          companion === "other"
            ? "companion_other"
            : companion === "companion-3"
            ? "companion_3"
            : "companion_4"
        }`),
    },
    entry("names"),
    entry("password"),
    { ...entry("sessions"), state: say.count("settings.browsers", owner.sessions().length) },
    entry("events"),
  ];
}

type Name = "app" | "notices" | "backup" | "companion" | "names" | "password" | "sessions" | "events";

function entry(name: Name): SettingsEntry {
  return {
    href: `/settings/${name}`,
    title: `settings.${name}`,
    text: `settings.${name}_text`,
    state: undefined,
  };
}
