/** The steps of a sign-in on the pages of a real server, by a person at a browser. */
import assert from "node:assert/strict";
import { Person } from "./person.ts";
import type { RealServer } from "./real_program.ts";
import { type Scene, until } from "./scene.ts";
import { FIRST_USER, REDIRECT_URI } from "./simulated_twitch/options.ts";

/** What is asked for where that does not matter. */
export const WISH = { preset: "companion-3" };

const ID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/;

/** Where an answer leads to. */
export async function pathOf(asked: Promise<Response>): Promise<string> {
  const answer = await asked;
  await answer.body?.cancel();
  return answer.headers.get("location") ?? "";
}

/** Sets the first password of a server. */
export async function person(scene: Scene, server: RealServer): Promise<Person> {
  const made = await Person.claiming(server);
  scene.keepSecret(made.session);
  return made;
}

/** The address of Twitch's page, as the page of a link shows it. */
export async function authorizeUrl(browser: Person, path: string): Promise<string> {
  const page = await (await browser.get(path)).text();
  const [, href = ""] = /href="([^"]+\/oauth2\/authorize[^"]+)"/.exec(page) ?? [];
  return href.replaceAll("&amp;", "&");
}

/** What follows the host in the address that Twitch sends the browser to. */
export async function approve(scene: Scene, url: string, user = FIRST_USER.login): Promise<string> {
  const address = await scene.sim.signIn(url, { user });
  assert.ok(address.startsWith(`${REDIRECT_URI}?`), address);
  return address.slice(new URL(address).origin.length);
}

/** Where the page of a device code leads to once the sign-in is done. */
export async function waiting(browser: Person, path: string): Promise<string> {
  let to = "";
  await until(async () => (to = await pathOf(browser.get(path))) !== "");
  return to;
}

/** Begins a sign-in by redirect or paste; `fields` are those of its form. */
export function beginLink(browser: Person, fields: Readonly<Record<string, string>> = {}): Promise<string> {
  return pathOf(browser.send("/connect", { ...WISH, way: "redirect", ...fields }));
}

/** Signs in by paste; answers the account's id as its page shows it. */
export async function connect(scene: Scene, browser: Person, user: string): Promise<string> {
  const link = await beginLink(browser);
  const pasted = await scene.sim.signIn(await authorizeUrl(browser, link), { user });
  const account = await pathOf(browser.send(`${link}/paste`, { pasted }, link));
  return await idOn(browser, account);
}

/** The id that an account's page shows. */
export async function idOn(browser: Person, account: string): Promise<string> {
  const page = await (await browser.get(account)).text();
  const [id] = ID.exec(page) ?? assert.fail(`there is no id on ${account}`);
  return id;
}
