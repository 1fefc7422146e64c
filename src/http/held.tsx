/** A sign-in that came back as another Twitch user than expected: a person decides. */
import { Secret } from "../core/secret.ts";
import { finished } from "./attempt.tsx";
import { formToken, type Page, sayOf, show } from "./page.tsx";
import { HeldPage } from "./pages/held.tsx";
import type { Room } from "./room.ts";

/** `GET /connect/held/<ref>`: who came, who was expected, and what to do. */
export function showHeld(c: Page, room: Room): Promise<Response> {
  const held = room.deps.connector.held.get(refOf(c));
  const say = sayOf(c, room);
  return show(
    c,
    room,
    say("held.title"),
    <HeldPage say={say} held={held} formToken={formToken(c, room)} />,
  );
}

/** `POST /connect/held/<ref>/keep`. */
export async function keepHeld(c: Page, room: Room): Promise<Response> {
  const { connector } = room.deps;
  const ref = refOf(c);
  const { attempt } = connector.held.get(ref);
  const connected = await connector.held.keep(ref);
  if (attempt !== undefined) await connector.cancel(attempt);
  return await finished(c, room, connected);
}

/** `POST /connect/held/<ref>/discard`: the attempt stays open for the right user. */
export async function discardHeld(c: Page, room: Room): Promise<Response> {
  const { connector } = room.deps;
  const ref = refOf(c);
  const { attempt } = connector.held.get(ref);
  const revoked = await connector.held.discard(ref);
  const open = attempt !== undefined &&
    connector.open().some((signIn) => signIn.ref.reveal() === attempt.reveal());
  if (open) return c.redirect(`/connect/result/${attempt.reveal()}`, 303);
  return c.redirect(`/?done=${revoked ? "discarded" : "discarded-here"}`, 303);
}

function refOf(c: Page): Secret {
  return new Secret(c.req.param("ref") ?? "");
}
