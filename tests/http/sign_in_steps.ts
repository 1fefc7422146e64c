/** What a person does on the pages of a sign-in. */
import assert from "node:assert/strict";
import type { House } from "./house.ts";
import { OWL, SCOPES } from "../support/world.ts";

/** A sign-in by link that has begun. */
export interface LinkBegun {
  /** The path of its page. */
  readonly path: string;
  /** Where its link leads at Twitch. */
  readonly url: URL;
  readonly state: string;
  /** What the browser got and sends to `/callback`. */
  readonly cookie: string;
}

/** Begins by redirect or paste, and opens the page with the link. */
export async function beginLink(
  home: House,
  fields: Readonly<Record<string, string>> = {},
): Promise<LinkBegun> {
  const answer = await home.send("/connect", { way: "redirect", preset: "companion-3", ...fields });
  assert.equal(answer.status, 303, await answer.text());
  const path = answer.headers.get("location") ?? "";
  assert.match(path, /^\/connect\/link\/[\w-]{43}(\?by=paste)?$/);
  const page = await (await home.ask(path)).text();
  const href = /href="(https:\/\/id\.twitch\.test\/[^"]+)"/.exec(page)?.[1] ?? "";
  const url = new URL(href.replaceAll("&amp;", "&"));
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  return { path, url, state: url.searchParams.get("state") ?? "", cookie };
}

/** Begins by device code; answers the path of its page. */
export async function beginDevice(
  home: House,
  fields: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await home.send("/connect", { way: "device", preset: "companion-3", ...fields });
  const path = answer.headers.get("location") ?? "";
  assert.match(path, /^\/connect\/device\/[\w-]{43}$/);
  return path;
}

/** The address that Twitch sends the browser to. */
export function back(begun: LinkBegun, fields: Readonly<Record<string, string>>): string {
  return `/callback?${new URLSearchParams({ ...fields, state: begun.state })}`;
}

/** Somebody has clicked Authorize. */
export function approved(home: House, person = OWL, scopes = SCOPES): { code: string } {
  return { code: home.world.twitch.approve(person, "app-1", scopes).reveal() };
}

/** Comes back with the cookie and follows to where the browser ends; answers that path. */
export async function comeBack(
  home: House,
  begun: LinkBegun,
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  const answer = await home.ask(back(begun, fields), { headers: { cookie: begun.cookie } });
  assert.equal(answer.status, 303, await answer.text());
  const done = await home.ask(answer.headers.get("location") ?? "", { stranger: true });
  assert.equal(done.status, 200);
  const [, next = ""] = /^0; url=(.+)$/.exec(done.headers.get("refresh") ?? "") ?? [];
  return (await home.ask(next)).headers.get("location") ?? "";
}

/** The page as people read it: no tags, no head, one blank between words. */
export async function read(answer: Response): Promise<string> {
  const page = await answer.text();
  const main = /<main[^>]*>([^]*)<\/main>/.exec(page)?.[1] ?? page;
  return main.replace(/<[^>]+>/g, " ").replaceAll("&#39;", "'").replaceAll("&quot;", '"').replaceAll(
    "&amp;",
    "&",
  )
    .replace(/[\s\u00a0\u202f]+/g, " ").replace(/ ([.,:;])/g, "$1").trim();
}
