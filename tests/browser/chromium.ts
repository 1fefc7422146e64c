/** The browser of these tests, and how it looks at a page of a sight. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type Seen, seen } from "../http/sights/all.ts";
import { type Manner, type Sight, Stage } from "../http/sights/stage.ts";

const CHROMIUM = "/usr/bin/chromium";
/** Where the pages of sights seem to come from; nothing listens there. */
export const HOME = "http://localhost:8948";

export const DESKTOP = { width: 1100, height: 800 } as const;
export const PHONE = { width: 360, height: 740 } as const;
/** The narrowest that WCAG 1.4.10 names: also a window of 1280 pixels at 400 %. */
export const NARROW = { width: 320, height: 640 } as const;

/** Lets a page complain of what its policy has kept from it. */
export const TELL_VIOLATIONS = `addEventListener("securitypolicyviolation", (event) =>
  console.error("CSP: " + event.violatedDirective + " " + event.blockedURI))`;
/** One that stands open closes the others of its name. */
const UNFOLD = `for (const one of document.querySelectorAll("details")) {
  one.removeAttribute("name");
  one.open = true;
}`;

/** Whether there is a browser to test with. */
export function hasChromium(): boolean {
  try {
    return Deno.statSync(CHROMIUM).isFile;
  } catch {
    return false;
  }
}

/** Starts the browser; a page at `raspberrypi.local` is on this machine. */
export function launch(): Promise<Browser> {
  const args = ["--no-sandbox", "--host-resolver-rules=MAP raspberrypi.local 127.0.0.1"];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

/** Plays a sight and keeps the page that was answered. */
export async function rendered(sight: Sight, manner: Manner = {}): Promise<Seen> {
  using stage = new Stage(manner);
  return await seen(sight, stage);
}

/** A pane in which sights can be looked at, and what happens there that should not. */
export class Pane implements AsyncDisposable {
  readonly page: Page;
  readonly troubles: string[] = [];
  #seen: Seen | undefined;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: Browser, options: BrowserContextOptions = {}): Promise<Pane> {
    const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...options });
    const pane = new Pane(await context.newPage());
    await pane.#watch();
    return pane;
  }

  /** Shows a page as if the server had answered it, with all its headers. */
  async show(seen: Seen): Promise<void> {
    this.#seen = seen;
    this.troubles.length = 0;
    await this.page.goto(`${HOME}/sight`);
  }

  /** Opens everything that is folded up. */
  async unfold(): Promise<void> {
    await this.page.evaluate(UNFOLD);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }

  async #watch(): Promise<void> {
    const { page, troubles } = this;
    await page.addInitScript(TELL_VIOLATIONS);
    page.on("console", (message) => {
      const { status = 200 } = this.#seen ?? {};
      // A page that is itself an error is told of as one that could not be loaded.
      const ofPage = status >= 400 && message.text().includes(`status of ${status}`);
      if (["error", "warning"].includes(message.type()) && !ofPage) troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(String(error)));
    await page.context().route("**/*", async (route) => {
      const url = new URL(route.request().url());
      if (url.protocol === "data:") return await route.continue();
      if (url.origin !== HOME) {
        troubles.push(`asked ${url.origin}`);
        return await route.abort();
      }
      if (url.pathname.startsWith("/live/")) {
        return await route.fulfill({ contentType: "text/event-stream", body: "retry: 600000\n\n" });
      }
      const { status, headers, page: body } = this.#seen ?? { status: 404, headers: new Headers(), page: "" };
      if (url.pathname !== "/sight") troubles.push(`asked for ${url.pathname}`);
      const kept = [...headers].filter(([name]) => !["set-cookie", "refresh"].includes(name));
      await route.fulfill({ status, headers: Object.fromEntries(kept), body });
    });
  }
}
