/** The texts of the help, one file per topic and language. */
import deCompanion3 from "./de/companion-3.md" with { type: "text" };
import deCompanion45 from "./de/companion-4-5.md" with { type: "text" };
import deFarAway from "./de/far-away.md" with { type: "text" };
import deMoving from "./de/moving.md" with { type: "text" };
import deRecovery from "./de/recovery.md" with { type: "text" };
import deRemoval from "./de/removal.md" with { type: "text" };
import deShowDay from "./de/show-day.md" with { type: "text" };
import deStart from "./de/start.md" with { type: "text" };
import deSymptoms from "./de/symptoms.md" with { type: "text" };
import deTwitchApp from "./de/twitch-app.md" with { type: "text" };
import enCompanion3 from "./en/companion-3.md" with { type: "text" };
import enCompanion45 from "./en/companion-4-5.md" with { type: "text" };
import enFarAway from "./en/far-away.md" with { type: "text" };
import enMoving from "./en/moving.md" with { type: "text" };
import enRecovery from "./en/recovery.md" with { type: "text" };
import enRemoval from "./en/removal.md" with { type: "text" };
import enShowDay from "./en/show-day.md" with { type: "text" };
import enStart from "./en/start.md" with { type: "text" };
import enSymptoms from "./en/symptoms.md" with { type: "text" };
import enTwitchApp from "./en/twitch-app.md" with { type: "text" };

/** In the order in which they are offered. */
export const HELP_TOPICS = [
  "start",
  "companion-3",
  "companion-4-5",
  "twitch-app",
  "far-away",
  "show-day",
  "symptoms",
  "recovery",
  "moving",
  "removal",
] as const;

/** What names a topic in its address. */
export type HelpTopic = (typeof HELP_TOPICS)[number];

type Texts = Readonly<Record<HelpTopic, string>>;

const ENGLISH: Texts = {
  "start": enStart,
  "companion-3": enCompanion3,
  "companion-4-5": enCompanion45,
  "twitch-app": enTwitchApp,
  "far-away": enFarAway,
  "show-day": enShowDay,
  "symptoms": enSymptoms,
  "recovery": enRecovery,
  "moving": enMoving,
  "removal": enRemoval,
};

const GERMAN: Texts = {
  "start": deStart,
  "companion-3": deCompanion3,
  "companion-4-5": deCompanion45,
  "twitch-app": deTwitchApp,
  "far-away": deFarAway,
  "show-day": deShowDay,
  "symptoms": deSymptoms,
  "recovery": deRecovery,
  "moving": deMoving,
  "removal": deRemoval,
};

/** By the language of the catalogue. */
export const HELP: Readonly<Record<string, Texts>> = { en: ENGLISH, de: GERMAN };

/** Whether there is such a topic. */
export function isHelpTopic(text: string): text is HelpTopic {
  return HELP_TOPICS.some((topic) => topic === text);
}

/** A topic as Markdown; in English where a language has no help. */
export function helpText(language: string, topic: HelpTopic): string {
  return (HELP[language] ?? ENGLISH)[topic];
}
