/** Every page in every state, in a real browser: readable for everybody, at every width, and calm. */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Browser } from "playwright-core";
import { SIGHTS } from "../http/sights/all.ts";
import { pseudoCatalogue } from "../http/sights/pseudo.ts";
import type { Sight } from "../http/sights/stage.ts";
import { DESKTOP, hasChromium, launch, NARROW, PHONE, rendered, Window } from "./chromium.ts";

/** So many windows at once. */
const WINDOWS = 3;

function browserTest(name: string, act: (browser: Browser) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !hasChromium(),
    async fn() {
      const browser = await launch();
      try {
        await act(browser);
      } finally {
        await browser.close();
      }
    },
  });
}

/** Shows every sight to `look`, several at once; what it answers is what is wrong with the sight. */
async function eachSight(look: (sight: Sight, at: number) => Promise<readonly string[]>): Promise<string[]> {
  const left = [...SIGHTS];
  const wrong: string[] = [];
  await Promise.all(Array.from({ length: WINDOWS }, async (_, at) => {
    for (let sight = left.shift(); sight !== undefined; sight = left.shift()) {
      wrong.push(...(await look(sight, at)).map((text) => `${sight?.name}: ${text}`));
    }
  }));
  return wrong;
}

/** What sticks out of the window, innermost first. */
const TOO_WIDE = `(() => {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  const out = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth);
  return out.slice(-2).map((one) => "too wide: " + one.outerHTML.slice(0, 200));
})()`;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const ALL = { runOnly: TAGS, resultTypes: ["violations"], preload: false };
/** What depends on colours and on the width; the rest of a page is the same on every device. */
const LOOKS = {
  ...ALL,
  runOnly: {
    type: "rule",
    values: ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"],
  },
};

async function violations({ page }: Window, options: unknown): Promise<string[]> {
  const { violations } = await page.evaluate(`axe.run(${JSON.stringify(options)})`) as {
    violations: readonly Violation[];
  };
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`)
  );
}

browserTest(
  "axe finds nothing on any page in any state, in light and dark, on desktop and phone",
  async (browser) => {
    const windows = await Promise.all(
      // The content security policy would keep the test's own script out.
      Array.from({ length: WINDOWS }, () => Window.open(browser, { bypassCSP: true })),
    );
    for (const { page } of windows) await page.addInitScript(axe.source);
    const wrong = await eachSight(async (sight, at) => {
      const window = windows[at];
      if (window === undefined) return [];
      const { page } = window;
      await page.setViewportSize(DESKTOP);
      await page.emulateMedia({ colorScheme: "light" });
      await window.show(await rendered(sight));
      await window.unfold();
      const found = await violations(window, ALL);
      await page.emulateMedia({ colorScheme: "dark" });
      found.push(...await violations(window, COLOURS));
      await page.setViewportSize(PHONE);
      found.push(...await violations(window, ALL));
      return found;
    });
    assert.deepEqual(wrong, []);
  },
);

browserTest(
  "no page asks another host, breaks its policy, complains, or is wider than 320 pixels, two fifths longer too",
  async (browser) => {
    const windows = await Promise.all(
      Array.from({ length: WINDOWS }, () => Window.open(browser, { viewport: NARROW })),
    );
    // German has long words, the pseudo-language long texts.
  const manners = [{ language: "de" }, { over: { catalogues: [pseudoCatalogue()] } }];
    const wrong = await eachSight(async (sight, at) => {
      const window = windows[at];
      if (window === undefined) return [];
      const found: string[] = [];
      for (const manner of manners) {
        await window.show(await rendered(sight, manner));
        await window.unfold();
        found.push(...window.troubles, ...await window.page.evaluate<string[]>(TOO_WIDE));
      }
      return found;
    });
    assert.deepEqual(wrong, []);
  },
);
