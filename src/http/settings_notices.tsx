/** Where notices go: addresses to add, try and remove. */
import { AppError } from "../core/error.ts";
import { Secret } from "../core/secret.ts";
import { textOf } from "./form.ts";
import { type Place, showIn } from "./frame.tsx";
import { formToken, type Page, sayOf } from "./page.tsx";
import { NoticesPart } from "./pages/settings_notices.tsx";
import type { Room } from "./room.ts";
import type { NoticeTest } from "./settings_deps.ts";
import { told } from "./told.ts";
import type { Say } from "./words/say.tsx";

const NTFY = "https://ntfy.sh/";
/** As ntfy takes them. */
const TOPIC = /^[A-Za-z0-9_-]{8,64}$/;
/** What somebody can put right in the field. */
const AT_THE_FIELD: readonly string[] = ["usage", "exists"];

interface Outcome {
  readonly tests?: readonly NoticeTest[];
  readonly error?: AppError;
}

/** `GET /settings/notices`, `GET /start/notices`. */
export function showNotices(c: Page, room: Room, place: Place): Promise<Response> {
  return render(c, room, place);
}

/** `POST …/notices/ntfy`: the topic that the page showed, and no other kind of address. */
export async function addTopic(c: Page, room: Room, place: Place): Promise<Response> {
  const topic = textOf((await c.req.parseBody())["topic"], 100);
  if (!TOPIC.test(topic)) throw new AppError("usage", "Cannot use this topic: it is none of ours");
  return await add(c, room, place, new Secret(NTFY + topic));
}

/** `POST …/notices/address`. */
export async function addAddress(c: Page, room: Room, place: Place): Promise<Response> {
  return await add(c, room, place, new Secret(textOf((await c.req.parseBody())["address"], 2000)));
}

/** `POST …/notices/remove`. */
export async function removeAddress(c: Page, room: Room, place: Place): Promise<Response> {
  const body = await c.req.parseBody();
  await room.deps.notices.remove(Number(textOf(body["place"], 4)), textOf(body["host"], 300));
  return c.redirect(`/${place}/notices?done=removed`, 303);
}

/** `POST …/notices/test`: a message to every address, and what became of it. */
export async function testNotices(c: Page, room: Room, place: Place): Promise<Response> {
  return await render(c, room, place, { tests: await room.deps.notices.test() });
}

async function add(c: Page, room: Room, place: Place, address: Secret): Promise<Response> {
  try {
    await room.deps.notices.add(address);
    return c.redirect(`/${place}/notices?done=added`, 303);
  } catch (error) {
    if (!(error instanceof AppError) || !AT_THE_FIELD.includes(error.code)) throw error;
    return await render(c, room, place, { error });
  }
}

function render(c: Page, room: Room, place: Place, { tests, error }: Outcome = {}): Promise<Response> {
  const say = sayOf(c, room);
  const { notices } = room.deps;
  const hosts = notices.hosts();
  const inside = (
    <NoticesPart
      say={say}
      hosts={hosts}
      fixed={notices.fixed}
      intro={say(place === "start" ? "start.notices_intro" : "notices.intro")}
      topic={notices.suggestion().reveal().slice(NTFY.length)}
      tests={tests}
      error={error && told(say, error)}
      notice={doneText(say, c.req.query("done"), hosts)}
      formToken={formToken(c, room)}
      base={`/${place}/notices`}
    />
  );
  const title = say(place === "start" ? "start.notices_title" : "notices.title");
  const status = error === undefined ? 200 : 400;
  return showIn(c, room, place, { step: "notices", title, inside }, { status });
}

function doneText(say: Say, done: string | undefined, hosts: readonly string[]): string | undefined {
  if (done === "removed") return say("notices.done_removed");
  const last = hosts.at(-1);
  return done === "added" && last !== undefined ? say("notices.done_added", { host: last }) : undefined;
}
