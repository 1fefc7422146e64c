/** The journey of a person in a real browser, from first start to a token, by each way to sign in. */
import assert from "node:assert/strict";
import { type Browser, chromium, type Page } from "playwright-core";
import { makes } from "../support/real_program.ts";
import { play, type Scene } from "../support/scene.ts";
import { CONFIDENTIAL_CLIENT, FIRST_USER, SECOND_USER } from "../support/simulated_twitch/options.ts";

const CHROMIUM = "/usr/bin/chromium";
const WIDTHS = { desktop: { width: 1100, height: 800 }, phone: { width: 360, height: 740 } } as const;

function hasChromium(): boolean {
  try {
    return Deno.statSync(CHROMIUM).isFile;
  } catch {
    return false;
  }
}

/** A port that is free at this moment: the redirect address must be registered before the server listens. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A page that notes what should not happen: errors, and requests to anybody but the server and Twitch. */
class Visit {
  readonly page: Page;
  readonly #home: string;
  readonly troubles: string[] = [];

  constructor(page: Page, home: string) {
    this.page = page;
    this.#home = home;
    page.on("console", (message) => {
      // The simulated Twitch has no icon; what it lacks is no trouble of ours.
      const ours = message.location().url.startsWith(home);
      if (ours && message.type() === "error") this.troubles.push(message.text());
    });
    page.on("pageerror", (error) => this.troubles.push(String(error)));
    page.on("request", (request) => {
      const { hostname } = new URL(request.url());
      if (!["localhost", "127.0.0.1", ""].includes(hostname)) this.troubles.push(`asked ${hostname}`);
    });
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.#home + path);
    await this.look(path);
  }

  /** The page fits the window and speaks of no token; it is kept as a picture where SCREENSHOTS names a folder. */
  async look(name: string): Promise<void> {
    const { page } = this;
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.equal(overflow, 0, `${name} is wider than the window`);
    const folder = Deno.env.get("SCREENSHOTS");
    if (folder === undefined) return;
    const file = `${page.viewportSize()?.width}-${name.replace(/\W+/g, "-")}`;
    await page.screenshot({ path: `${folder}/${file}.png`, fullPage: true });
  }

  /** Clicks, and waits until the page that follows is there. */
  async follow(selector: string): Promise<void> {
    const gone = this.page.waitForEvent("framenavigated");
    await this.page.click(selector);
    await gone;
    await this.page.waitForLoadState();
  }

  async choose(way: "redirect" | "device" | "paste"): Promise<void> {
    await this.open("/connect");
    await this.page.check(`input[name=way][value=${way}]`);
    await this.follow("form button");
    await this.look(`connect by ${way}`);
  }

  async idShown(): Promise<string> {
    const text = await this.page.innerText("main");
    const [id] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text) ?? [];
    assert.ok(id !== undefined, text);
    return id;
  }
}

async function setUp(visit: Visit): Promise<void> {
  await visit.open("/");
  await visit.open("/setup");
  await visit.page.fill("input[name=client_id]", CONFIDENTIAL_CLIENT.id);
  await visit.page.fill("input[name=client_secret]", CONFIDENTIAL_CLIENT.secret);
  await visit.follow("form button");
  await visit.look("after setup");
}

async function byRedirect(visit: Visit): Promise<string> {
  await visit.choose("redirect");
  await visit.follow("main a[href*='/oauth2/authorize']");
  await visit.page.getByRole("button", { name: /approve|authorize/i }).click();
  await visit.page.waitForURL(/\/accounts\//);
  await visit.look("account");
  return await visit.idShown();
}

async function byDevice(visit: Visit, scene: Scene): Promise<string> {
  await visit.choose("device");
  const [code] = /\b[A-Z]{8}\b/.exec(await visit.page.innerText("main")) ?? [];
  scene.sim.approveDevice(code ?? "", { user: SECOND_USER.login });
  // The page goes on by itself.
  await visit.page.waitForURL(/\/accounts\//, { timeout: 20_000 });
  return await visit.idShown();
}

async function byPaste(visit: Visit, scene: Scene): Promise<string> {
  await visit.choose("paste");
  const url = await visit.page.getAttribute("main a[href*='/oauth2/authorize']", "href");
  await visit.page.fill(
    "textarea, input[type=text]",
    await scene.sim.signIn(url ?? "", { user: FIRST_USER.login }),
  );
  await visit.page.click("form button");
  await visit.page.waitForURL(/\/accounts\//);
  return await visit.idShown();
}

async function journey(
  scene: Scene,
  browser: Browser,
  port: number,
  viewport: { width: number; height: number },
) {
  const server = await scene.serve(["--port", String(port)]);
  const visit = new Visit(await browser.newPage({ viewport }), `http://localhost:${port}`);
  await setUp(visit);
  const first = await byRedirect(visit);
  const second = await byDevice(visit, scene);
  assert.equal(await byPaste(visit, scene), first, "signing in again keeps the id");
  await visit.open("/");
  for (const id of [first, second]) {
    scene.keepSecret(id);
    const token = await (await fetch(`${server.origin}/token?id=${id}`)).text();
    assert.ok(scene.sim.isLive(token));
    assert.ok(!(await visit.page.content()).includes(token), "a page holds a token");
  }
  assert.deepEqual(visit.troubles, []);
}

const [make] = makes();
for (const [name, viewport] of Object.entries(WIDTHS)) {
  Deno.test({
    name: `a person gets from first start to tokens in a ${name} browser by redirect, device code and paste`,
    ignore: make === undefined || !hasChromium(),
    async fn() {
      if (make === undefined) return;
      const port = freePort();
      const redirectUri = `http://localhost:${port}/callback`;
      const client = { ...CONFIDENTIAL_CLIENT, redirectUris: [redirectUri] };
      const env = { TWITCH_CLIENT_ID: "", TWITCH_CLIENT_SECRET: "", TWITCH_REDIRECT_URI: "" };
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
      try {
        const twitch = { clients: [client] };
        await play({ make, client, twitch, env }, (scene) => journey(scene, browser, port, viewport));
      } finally {
        await browser.close();
      }
    },
  });
}
