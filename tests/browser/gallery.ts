/** Pictures of every page in every state, with made-up data: for people who judge how they look. */
import type { Browser } from "playwright-core";
import { SIGHTS } from "../http/sights/all.ts";
import type { Sight } from "../http/sights/stage.ts";
import { DESKTOP, launch, Pane, PHONE, rendered } from "./chromium.ts";

interface Shot {
  readonly device: "desktop" | "phone";
  readonly language: "en" | "de";
  readonly colorScheme: "light" | "dark";
}

const EVERY: readonly Shot[] = [
  { device: "desktop", language: "en", colorScheme: "light" },
  { device: "phone", language: "en", colorScheme: "light" },
];
/** Of some also how the other language and the other colours look. */
const FURTHER: readonly Shot[] = [
  { device: "desktop", language: "de", colorScheme: "dark" },
  { device: "phone", language: "de", colorScheme: "dark" },
];
const SOME = ["sign-in", "start-app", "home", "home-trouble", "account", "connect", "device", "link-paste"]
  .concat([
    "show-todo",
    "doctor-ill",
    "settings",
    "settings-backup-kept",
    "help-symptoms",
    "problem-no-page",
  ]);

const SIZES = { desktop: DESKTOP, phone: PHONE };

function nameOf(sight: Sight, { device, language, colorScheme }: Shot): string {
  const marks = [language === "en" ? "" : `-${language}`, colorScheme === "light" ? "" : `-${colorScheme}`];
  return `${sight.name}-${device}${marks.join("")}.png`;
}

async function photograph(
  browser: Browser,
  shot: Shot,
  folder: string,
  sights: readonly Sight[],
): Promise<void> {
  const { device, language, colorScheme } = shot;
  await using pane = await Pane.open(browser, { viewport: SIZES[device], colorScheme });
  for (const sight of sights) {
    await pane.show(await rendered(sight, { language }));
    await pane.page.screenshot({ path: `${folder}/${nameOf(sight, shot)}`, fullPage: true });
  }
}

async function main([folder = "dist/gallery", ...names]: readonly string[]): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const sights = SIGHTS.filter(({ name }) => names.length === 0 || names.includes(name));
  const browser = await launch();
  try {
    await Promise.all([
      ...EVERY.map((shot) => photograph(browser, shot, folder, sights)),
      ...FURTHER.map((shot) =>
        photograph(browser, shot, folder, sights.filter(({ name }) => SOME.includes(name)))
      ),
    ]);
  } finally {
    await browser.close();
  }
}

if (import.meta.main) await main(Deno.args);
