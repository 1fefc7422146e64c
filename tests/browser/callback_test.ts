/** Coming back from Twitch in a real browser: which cookies come along, and where the person ends. */
import assert from "node:assert/strict";
import { type BrowserContext, chromium } from "playwright-core";
import { PASSWORD } from "../support/person.ts";
import { makes } from "../support/real_program.ts";
import { play, type Scene } from "../support/scene.ts";
import { CONFIDENTIAL_CLIENT, FIRST_USER } from "../support/simulated_twitch/options.ts";

const CHROMIUM = "/usr/bin/chromium";
const [make] = makes();

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

/** Plays with a server at localhost, which is another site than the simulated Twitch at 127.0.0.1. */
async function atLocalhost(
  act: (home: string, context: BrowserContext, scene: Scene) => Promise<void>,
): Promise<void> {
  if (make === undefined) return;
  const port = freePort();
  const home = `http://localhost:${port}`;
  const redirectUri = `${home}/callback`;
  const client = { ...CONFIDENTIAL_CLIENT, redirectUris: [redirectUri] };
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    const setting = { make, client, twitch: { clients: [client] }, env: { TWITCH_REDIRECT_URI: "" } };
    await play(setting, async (scene) => {
      const server = await scene.serve(["--port", String(port)]);
      const [, code = ""] = await server.process.printed(/\/welcome\?code=(\S+)/);
      const context = await browser.newContext({ locale: "en-GB" });
      const page = await context.newPage();
      await page.goto(`${home}/welcome?code=${code}`);
      await page.fill("input[name=password]", PASSWORD);
      await Promise.all([
        page.waitForURL((url) => url.pathname !== "/welcome"),
        page.keyboard.press("Enter"),
      ]);
      await page.close();
      scene.keepSecret(PASSWORD);
      await act(home, context, scene);
    });
  } finally {
    await browser.close();
  }
}

function browserTest(name: string, act: Parameters<typeof atLocalhost>[0]): void {
  Deno.test({ name, ignore: make === undefined || !hasChromium(), fn: () => atLocalhost(act) });
}

for (const javaScriptEnabled of [true, false]) {
  const script = javaScriptEnabled ? "with" : "without";
  browserTest(
    `a redirect ends on the account's page ${script} script, though the session is Strict`,
    async (home, signedIn) => {
      const browser = signedIn.browser();
      assert.ok(browser !== null);
      const context = await browser.newContext({
        javaScriptEnabled,
        storageState: await signedIn.storageState(),
      });
      const page = await context.newPage();
      const sent = new Map<string, string>();
      page.on("request", async (request) => {
        const { pathname } = new URL(request.url());
        if (request.isNavigationRequest()) {
          sent.set(pathname.split("/").slice(0, 3).join("/"), (await request.allHeaders())["cookie"] ?? "");
        }
      });
      await page.goto(`${home}/connect`);
      await page.click("button[name=way][value=redirect]");
      await page.click("main a[href*='/oauth2/authorize']");
      await page.getByRole("button", { name: /approve|authorize/i }).click();
      await page.waitForURL(/\/accounts\//);
      assert.equal(new URL(page.url()).pathname, `/accounts/${FIRST_USER.login}`);
      assert.match(sent.get("/callback") ?? "", /token-server-attempt-/);
      assert.doesNotMatch(sent.get("/callback") ?? "", /token-server-session/);
      assert.doesNotMatch(sent.get("/connect/done") ?? "none", /cookie|session/);
      assert.match(sent.get("/connect/result") ?? "", /token-server-session=/);
      for (const path of ["/connect", "/connect/result"]) {
        assert.doesNotMatch(
          sent.get(path) ?? "",
          /token-server-attempt-/,
          `${path} got the attempt's cookie`,
        );
      }
      await context.close();
    },
  );
}

browserTest(
  "another browser gets the address to copy, and pasted where it began it finishes",
  async (home, context) => {
    const page = await context.newPage();
    await page.goto(`${home}/connect`);
    await page.click("button[name=way][value=paste]");
    const url = await page.getAttribute("main a[href*='/oauth2/authorize']", "href");
    const other = await (await context.browser()?.newContext({ locale: "en-GB" }))?.newPage();
    assert.ok(other !== undefined);
    await other.goto(url ?? "");
    await other.getByRole("button", { name: /approve|authorize/i }).click();
    await other.waitForURL(/\/callback/);
    assert.match(await other.innerText("main"), /Finish in the window where you began/);
    await other.click("main button[data-copy]");
    await other.getByRole("button", { name: /copied|copy/i }).waitFor();
    await page.fill("#pasted", await other.innerText("#address"));
    await page.getByRole("button", { name: "Finish" }).click();
    await page.waitForURL(/\/accounts\//);
  },
);

browserTest(
  "a device code finishes by itself, and its countdown is kept from screen readers",
  async (home, context, scene) => {
    const page = await context.newPage();
    await page.goto(`${home}/connect`);
    await page.click("button[name=way][value=device]");
    await page.waitForURL(/\/connect\/device\//);
    const code = await page.innerText("#user-code");
    assert.match(await page.innerText("[data-until]"), /^\d+:\d\d$/);
    assert.equal(await page.getAttribute("[data-until]", "aria-hidden"), "true");
    scene.sim.approveDevice(code, { user: FIRST_USER.login });
    await page.waitForURL(/\/accounts\//, { timeout: 20_000 });
  },
);
