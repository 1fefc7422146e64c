/** The journey of a person in a real browser, from first start to the token that Companion asks for. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { PASSWORD } from "../support/person.ts";
import { makes, type RealServer } from "../support/real_program.ts";
import { ask, play, type Scene } from "../support/scene.ts";
import { CONFIDENTIAL_CLIENT, FIRST_USER } from "../support/simulated_twitch/options.ts";
import { DESKTOP, hasChromium, launch, PHONE } from "./chromium.ts";
import { type Hand, Visit } from "./visit.ts";

/** From the setup link to the token, on pages of ours. */
const MOST_CLICKS = 12;
const MOST_FIELDS = 4;

/** Where the machine is for the browser; `raspberrypi.local` is no secure context, as at home. */
type Host = "localhost" | "raspberrypi.local";

interface Journey {
  readonly way: "device" | "redirect" | "paste";
  readonly device: "desktop" | "phone";
  readonly script: boolean;
  readonly colorScheme: "light" | "dark";
  readonly host: Host;
  readonly hand?: Hand;
}

/** Each value meets each of the others at least once. */
const JOURNEYS: readonly Journey[] = [
  { way: "device", device: "desktop", script: true, colorScheme: "light", host: "localhost" },
  { way: "device", device: "phone", script: false, colorScheme: "dark", host: "raspberrypi.local" },
  { way: "redirect", device: "phone", script: true, colorScheme: "dark", host: "localhost" },
  { way: "redirect", device: "desktop", script: false, colorScheme: "light", host: "raspberrypi.local" },
  { way: "paste", device: "phone", script: true, colorScheme: "light", host: "raspberrypi.local" },
  { way: "paste", device: "desktop", script: false, colorScheme: "dark", host: "localhost" },
  {
    ...{ way: "device", device: "desktop", script: true, colorScheme: "dark", host: "localhost" },
    hand: "keyboard",
  },
];

const [make] = makes();

/** A port that is free at this moment: the redirect address must be registered before the server listens. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function optionsOf({ device, script, colorScheme }: Journey): Parameters<typeof Visit.begin>[2] {
  return { viewport: device === "desktop" ? DESKTOP : PHONE, javaScriptEnabled: script, colorScheme };
}

/** From the link that the terminal shows to the page where a sign-in begins. */
async function firstStart(visit: Visit, scene: Scene, server: RealServer): Promise<void> {
  const [, code = ""] = await server.process.printed(/\/welcome\?code=(\S+)/);
  await visit.page.goto(`${visit.home}/welcome?code=${code}`);
  await visit.type("New password", PASSWORD);
  scene.keepSecret(PASSWORD);
  await visit.press("Save and go on");
  await visit.press("Twitch module 3");
  await visit.type("Client ID", scene.client.id);
  await visit.type("Client secret", scene.client.secret ?? "");
  await visit.press("Check and save");
  await visit.press("Sign in to Twitch");
}

async function byDevice(visit: Visit, scene: Scene): Promise<void> {
  await visit.press("Get a code");
  scene.sim.approveDevice(await visit.page.innerText("#user-code"), { user: FIRST_USER.login });
}

/** Opens Twitch's page beside ours and approves there; answers that window. */
async function approveBeside({ page }: Visit): Promise<Page> {
  const [twitch] = await Promise.all([page.waitForEvent("popup"), page.getByText("Open Twitch").click()]);
  await twitch.getByRole("button", { name: /approve|authorize/i }).click();
  return twitch;
}

async function paste(visit: Visit, address: string): Promise<void> {
  await visit.type("The whole address, what follows its “?”, or the code", address);
  await visit.press("Finish");
}

/** Twitch leads back to localhost alone, where a browser that came by another name is a stranger. */
async function byRedirect(visit: Visit, { host }: Journey): Promise<void> {
  await visit.press("Go to Twitch");
  if (host === "localhost") {
    await visit.press("Continue to Twitch");
    await visit.page.getByRole("button", { name: /approve|authorize/i }).click();
    return;
  }
  const back = await approveBeside(visit);
  await back.getByRole("heading", { name: "copy this address" }).waitFor();
  await paste(visit, await back.innerText("#address"));
}

/** Twitch sends the browser to an address that it does not reach; it is pasted by a later session. */
async function byPaste(visit: Visit, browser: Browser, journey: Journey): Promise<Visit> {
  const { page } = visit;
  await visit.press("Get a link");
  const back = page.context().waitForEvent("requestfailed");
  await approveBeside(visit);
  const address = (await back).url();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/sign-in/);

  const later = await Visit.begin(browser, visit.home, optionsOf(journey));
  await later.page.goto(`${visit.home}/connect`);
  await later.type("Password", PASSWORD);
  await later.press("Sign in");
  await later.press("Go on");
  await paste(later, address);
  return later;
}

/** Copies the id with its button, without the clipboard API, and pastes it into a field. */
async function copiesWithoutClipboard({ page }: Visit, id: string): Promise<void> {
  assert.equal(await page.evaluate("isSecureContext || navigator.clipboard !== undefined"), false);
  await page.locator("button[data-copy$='-id']").first().click();
  // The button keeps its name; what has happened is said beside it.
  assert.equal(await page.innerText("p.unseen[role=status]"), "Copied");
  await page.fill("input[name=label]", "");
  await page.focus("input[name=label]");
  await page.keyboard.press("Control+V");
  assert.equal(await page.inputValue("input[name=label]"), id);
}

async function walk(scene: Scene, browser: Browser, journey: Journey, port: number): Promise<void> {
  const { way, host, script, hand } = journey;
  const server = await scene.serve(["--port", String(port)]);
  const home = `http://${host}:${port}`;
  await using visit = await Visit.begin(browser, home, optionsOf(journey), hand);
  let at: Visit = visit;
  await firstStart(visit, scene, server);
  if (way === "device") await byDevice(visit, scene);
  else if (way === "redirect") await byRedirect(visit, journey);
  else at = await byPaste(visit, browser, journey);
  await at.page.waitForURL(/\/accounts\//, { timeout: 20_000 });
  await at.look();
  const id = await at.idShown();
  scene.keepSecret(id);
  if (script && host === "raspberrypi.local") await copiesWithoutClipboard(at, id);
  const answer = await ask(server, id);
  assert.ok(scene.sim.isLive(answer.body), answer.body);
  assert.ok(!(await at.page.content()).includes(answer.body), "a page holds a token");
  assert.deepEqual([...visit.troubles, ...at.troubles], []);
  if (way === "device") {
    assert.ok(visit.clicks <= MOST_CLICKS, `${visit.clicks} clicks`);
    assert.ok(visit.fields <= MOST_FIELDS, `${visit.fields} fields`);
  }
}

function nameOf({ way, device, script, colorScheme, host, hand }: Journey): string {
  const how = hand === "keyboard" ? ", with keys alone" : "";
  return `from first start to a token by ${way}, ${device}, ${
    script ? "with" : "without"
  } script, ${colorScheme}, ` +
    `at ${host}${how}`;
}

for (const journey of JOURNEYS) {
  Deno.test({
    name: nameOf(journey),
    ignore: make === undefined || !hasChromium(),
    async fn() {
      if (make === undefined) return;
      const port = freePort();
      // Where it is to be pasted, nothing listens at the address that Twitch leads to.
      const redirectUri = `http://localhost:${journey.way === "paste" ? freePort() : port}/callback`;
      const client = { ...CONFIDENTIAL_CLIENT, redirectUris: [redirectUri] };
      const env = {
        TWITCH_CLIENT_ID: "",
        TWITCH_CLIENT_SECRET: "",
        TWITCH_REDIRECT_URI: redirectUri,
        TOKEN_SERVER_ALLOWED_HOSTS: "raspberrypi.local",
      };
      const browser = await launch();
      try {
        const twitch = { clients: [client] };
        await play({ make, client, twitch, env }, (scene) => walk(scene, browser, journey, port));
      } finally {
        await browser.close();
      }
    },
  });
}
