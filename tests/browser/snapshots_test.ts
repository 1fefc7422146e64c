/**
 * What a screen reader is told of the main pages: roles, names and states, as kept in `snapshots/`. A change is looked at
 * and then taken over with UPDATE_SNAPSHOTS=1.
 */
import assert from "node:assert/strict";
import { SIGHTS } from "../http/sights/all.ts";
import { DESKTOP, hasChromium, launch, Pane, rendered } from "./chromium.ts";

const FOLDER = new URL("snapshots/", import.meta.url);

const KEPT = ["sign-in", "sign-in-wrong-password", "welcome", "start-companion", "start-app", "start-account"]
  .concat([
    "start-notices",
    "start-recovery",
    "home-first-start",
    "home",
    "home-trouble",
    "home-refused-names",
  ])
  .concat([
    "account",
    "account-needs-sign-in",
    "account-tested",
    "account-remove",
    "connect",
    "connect-again",
  ])
  .concat(["device", "device-lapsed", "link-paste", "link-wrong-paste", "callback-elsewhere", "held"])
  .concat([
    "show-todo",
    "doctor-ill",
    "settings",
    "settings-backup-kept",
    "settings-sessions",
    "settings-names-many",
  ])
  .concat(["help", "problem-no-page"]);

/** What differs from run to run, or with the clock on the wall. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID"],
  [/[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d{2}\s[AP]M/g, "MOMENT"],
  [/\b\d{1,2}:\d{2}\s[AP]M/g, "HOUR"],
  [/\b[A-Z][a-z]+ \d{1,2} at HOUR [A-Z]+[+\d:]*/g, "MOMENT"],
  [/[\w-]{43}/g, "REF"],
  [/\b\d+:\d{2}\b/g, "COUNTDOWN"],
];

function steady(text: string): string {
  return VOLATILE.reduce((kept, [pattern, word]) => kept.replace(pattern, word), text) + "\n";
}

async function kept(name: string): Promise<string> {
  try {
    return await Deno.readTextFile(new URL(`${name}.txt`, FOLDER));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

Deno.test({
  name: "the main pages tell a screen reader what they told before",
  ignore: !hasChromium(),
  async fn() {
    const browser = await launch();
    try {
      await using pane = await Pane.open(browser, { viewport: DESKTOP });
      const sights = SIGHTS.filter(({ name }) => KEPT.includes(name));
      assert.equal(sights.length, KEPT.length, "every kept name is a sight");
      for (const sight of sights) {
        await pane.show(await rendered(sight));
        const told = steady(await pane.page.locator("body").ariaSnapshot());
        if (Deno.env.get("UPDATE_SNAPSHOTS") === "1") {
          await Deno.writeTextFile(new URL(`${sight.name}.txt`, FOLDER), told);
        }
        assert.equal(told, await kept(sight.name), sight.name);
      }
    } finally {
      await browser.close();
    }
  },
});
