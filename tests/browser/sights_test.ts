/** Every page in every state, in a real browser: readable for everybody, at every width, and calm. */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { type Seen, SIGHTS } from "../http/sights/all.ts";
import { pseudoCatalogue } from "../http/sights/pseudo.ts";
import type { Sight } from "../http/sights/stage.ts";
import { DESKTOP, hasChromium, launch, NARROW, Pane, PHONE, rendered } from "./chromium.ts";

/** So many at once. */
const PANES = 3;

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
async function eachSight(
  panes: readonly Pane[],
  look: (sight: Sight, pane: Pane) => Promise<readonly string[]>,
): Promise<string[]> {
  const left = [...SIGHTS];
  const wrong: string[] = [];
  await Promise.all(panes.map(async (pane) => {
    for (let sight = left.shift(); sight !== undefined; sight = left.shift()) {
      wrong.push(...(await look(sight, pane)).map((text) => `${sight?.name}: ${text}`));
    }
  }));
  return wrong;
}

function openPanes(browser: Browser, options: BrowserContextOptions): Promise<readonly Pane[]> {
  return Promise.all(Array.from({ length: PANES }, () => Pane.open(browser, options)));
}

/** A page with this in it, of a server that has set no policy. */
function bare(body: string): Seen {
  const page =
    `<!DOCTYPE html><html lang="en"><title>Planted</title><main><h1>Planted</h1>${body}</main></html>`;
  return { status: 200, headers: new Headers({ "content-type": "text/html" }), page };
}

/** What sticks out of the window, or has something in it that does. */
const TOO_WIDE = `(() => {
  const { scrollWidth } = document.documentElement;
  if (scrollWidth <= innerWidth) return [];
  const sticksOut = (one) => one.getBoundingClientRect().left + one.scrollWidth > innerWidth;
  const inner = [...document.body.querySelectorAll("*")].findLast(sticksOut);
  return ["too wide: " + scrollWidth + " " + inner?.outerHTML.slice(0, 200)];
})()`;

/** More space between letters, words, lines and paragraphs, as WCAG 1.4.12 has it. */
const SPACE = `(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; " +
    "word-spacing: 0.16em !important } p { margin-bottom: 2em !important }");
  document.adoptedStyleSheets = [sheet];
})()`;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const ALL = { runOnly: TAGS, resultTypes: ["violations", "incomplete"], preload: false };
/** What depends on colours and on the width; the rest of a page is the same on every device. */
const LOOKS = {
  ...ALL,
  runOnly: {
    type: "rule",
    values: ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"],
  },
};

async function violations({ page }: Pane, options: unknown): Promise<string[]> {
  const { violations, incomplete } = await page.evaluate(`axe.run(${JSON.stringify(options)})`) as {
    violations: readonly Violation[];
    incomplete: readonly Violation[];
  };
  // Of a single sign such as ● it cannot measure the contrast; it has the colour of the words beside it.
  const doubts = incomplete.filter(({ id }) => id !== "color-contrast");
  return [...violations, ...doubts].flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`)
  );
}

/** The content security policy would keep the test's own script out. */
async function axePanes(browser: Browser): Promise<readonly Pane[]> {
  const panes = await openPanes(browser, { bypassCSP: true });
  for (const { page } of panes) await page.addInitScript(axe.source);
  return panes;
}

browserTest(
  "axe finds nothing on any page in any state, in light and dark, on desktop and phone",
  async (browser) => {
    const wrong = await eachSight(await axePanes(browser), async (sight, pane) => {
      const { page } = pane;
      await page.setViewportSize(DESKTOP);
      await page.emulateMedia({ colorScheme: "light" });
      await pane.show(await rendered(sight));
      await pane.unfold();
      const found = await violations(pane, ALL);
      await page.emulateMedia({ colorScheme: "dark" });
      await page.setViewportSize(PHONE);
      found.push(...await violations(pane, LOOKS));
      return found;
    });
    assert.deepEqual(wrong, []);
  },
);

browserTest("axe would find a field without a name and text that is too faint", async (browser) => {
  const [pane] = await axePanes(browser);
  assert.ok(pane !== undefined);
  await pane.show(bare('<input><p style="color: #999; background: #fff">faint</p>'));
  assert.match((await violations(pane, ALL)).join(" "), /^color-contrast: .*label: <input>/s);
  assert.match((await violations(pane, LOOKS)).join(" "), /^color-contrast: /);
});

browserTest(
  "no page asks anybody else, breaks its policy, complains, or is wider than 320 pixels",
  async (browser) => {
    // German has long words, the pseudo-language long texts.
    const manners = [{ language: "de" }, { over: { catalogues: [pseudoCatalogue()] } }];
    const panes = await openPanes(browser, { viewport: NARROW });
    const wrong = await eachSight(panes, async (sight, pane) => {
      const found: string[] = [];
      for (const manner of manners) {
        await pane.show(await rendered(sight, manner));
        await pane.unfold();
        found.push(...pane.troubles, ...await pane.page.evaluate<string[]>(TOO_WIDE));
        await pane.page.evaluate(SPACE);
        found.push(...await pane.page.evaluate<string[]>(TOO_WIDE));
      }
      return found;
    });
    assert.deepEqual(wrong, []);
  },
);

browserTest("a page that does any of that would be found", async (browser) => {
  await using pane = await Pane.open(browser, { viewport: NARROW });
  const image = '<img src="https://example.org/a.png" alt="">';
  await pane.show(bare(`${image}<pre>${"wide".repeat(100)}</pre><script>console.error("oh")</script>`));
  for (const trouble of ["asked https://example.org", "oh"]) assert.ok(pane.troubles.includes(trouble));
  assert.match((await pane.page.evaluate<string[]>(TOO_WIDE)).join(), /^too wide: \d+ <pre>/);
  const [sight] = SIGHTS;
  assert.ok(sight !== undefined);
  const { page, ...rest } = await rendered(sight);
  await pane.show({
    ...rest,
    page: page.replace("</main>", `${image}<p style="color: red">red</p></main>`),
  });
  assert.match(pane.troubles.join(" "), /CSP: img-src/);
  assert.match(pane.troubles.join(" "), /CSP: style-src/);
});
