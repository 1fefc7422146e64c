/** A person in front of a real server with a browser: counts what they must do, and notes what should not happen. */
import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { TELL_VIOLATIONS } from "./chromium.ts";

/** How a person presses something: with a pointer, or with keys alone. */
export type Hand = "pointer" | "keyboard";

/** More than there are places on any page. */
const MOST_TABS = 60;

/** What has the focus: its name for people, and whether one sees that it has it. */
const FOCUS = `(() => {
  const at = document.activeElement;
  const label = at.labels?.[0]?.textContent ?? "";
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const name = at.getAttribute("aria-label") || label || at.textContent || "";
  return { name: name.trim(), seen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 };
})()`;

interface Focus {
  readonly name: string;
  readonly seen: boolean;
}

export class Visit implements AsyncDisposable {
  readonly page: Page;
  readonly home: string;
  readonly troubles: string[] = [];
  /** What was pressed, and what was typed into, on pages of ours. */
  clicks = 0;
  fields = 0;
  readonly #hand: Hand;

  private constructor(page: Page, home: string, hand: Hand) {
    this.page = page;
    this.home = home;
    this.#hand = hand;
  }

  /** A new browser window; `home` as in `http://localhost:8948`. */
  static async begin(
    browser: Browser,
    home: string,
    options: BrowserContextOptions,
    hand: Hand = "pointer",
  ): Promise<Visit> {
    const context = await browser.newContext({ locale: "en-GB", ...options });
    const visit = new Visit(await context.newPage(), home, hand);
    await visit.#watch();
    return visit;
  }

  /** Presses the button or follows the link of this name, and waits for the page that comes. */
  async press(name: RegExp | string): Promise<void> {
    const { page } = this;
    this.clicks++;
    if (this.#hand === "keyboard") {
      await this.#tabTo(name);
      await Promise.all([page.waitForEvent("framenavigated"), page.keyboard.press("Enter")]);
    } else {
      const place = page.locator("main").locator("a, button").filter({ visible: true, hasText: name })
        .first();
      await Promise.all([page.waitForEvent("framenavigated"), place.click()]);
    }
    await page.waitForLoadState();
    await this.look();
  }

  /** Types into the field with this label. */
  async type(label: string, text: string): Promise<void> {
    this.fields++;
    if (this.#hand === "pointer") return await this.page.getByLabel(label, { exact: true }).fill(text);
    await this.#tabTo(label);
    await this.page.keyboard.type(text);
  }

  /** The page fits the window and has come as a whole. */
  async look(): Promise<void> {
    const overflow = await this.page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.equal(overflow, 0, `${this.page.url()} is wider than the window`);
  }

  /** The id that the account's page shows. */
  async idShown(): Promise<string> {
    return await this.page.locator("main code.copy[id$='-id']").first().innerText();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }

  async #tabTo(name: RegExp | string): Promise<void> {
    for (let tabs = 0; tabs < MOST_TABS; tabs++) {
      await this.page.keyboard.press("Tab");
      const focus = await this.page.evaluate<Focus>(FOCUS);
      assert.ok(focus.seen, `the focus on ${focus.name} is not to be seen`);
      if (typeof name === "string" ? focus.name === name : name.test(focus.name)) return;
    }
    assert.fail(`${name} on ${this.page.url()} is out of reach of the keyboard`);
  }

  async #watch(): Promise<void> {
    const { page, home, troubles } = this;
    await page.addInitScript(TELL_VIOLATIONS);
    page.on("console", (message) => {
      // The simulated Twitch has no icon; what it lacks is no trouble of ours.
      const ours = message.location().url.startsWith(home);
      if (ours && ["error", "warning"].includes(message.type())) troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(String(error)));
    page.on("request", (request) => {
      const { hostname } = new URL(request.url());
      // The simulated Twitch is at 127.0.0.1.
      if (![new URL(home).hostname, "localhost", "127.0.0.1", ""].includes(hostname)) {
        troubles.push(`asked ${hostname}`);
      }
    });
  }
}
