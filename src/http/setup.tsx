import { Secret } from "../core/secret.ts";
import { textOf } from "./form.ts";
import { type Page, show } from "./page.tsx";
import { type SetupErrors, SetupPage } from "./pages/setup.tsx";
import type { Room } from "./room.ts";

/** Wider than what Twitch gives today (30 letters and digits), narrow enough to catch a pasted sentence or address. */
const SHAPE = /^[A-Za-z0-9_-]{4,64}$/;

/** `GET /setup`. */
export function showSetup(c: Page, room: Room): Promise<Response> {
  return render(c, room, room.deps.roster.app?.clientId ?? "", {});
}

/** `POST /setup`: stores the app. */
export async function saveSetup(c: Page, room: Room): Promise<Response> {
  const body = await c.req.parseBody();
  const clientId = textOf(body["client_id"], 200);
  const typed = textOf(body["client_secret"], 200);
  const { app } = room.deps.roster;
  const kept = app?.clientId === clientId && typed === "" ? app.clientSecret : undefined;
  const isPublic = body["public"] === "yes";
  const errors = {
    clientId: clientIdError(clientId),
    clientSecret: isPublic
      ? publicError(typed)
      : kept === undefined
      ? secretError(typed, clientId)
      : undefined,
  };
  if (errors.clientId !== undefined || errors.clientSecret !== undefined) {
    return await render(c, room, clientId, errors);
  }
  const clientSecret = isPublic ? undefined : kept ?? new Secret(typed);
  await room.deps.saveApp({ clientId, clientSecret });
  return c.redirect("/connect", 303);
}

function clientIdError(text: string): string | undefined {
  if (text === "") return "Enter the client ID.";
  return SHAPE.test(text) ? undefined : "A client ID is letters and digits only, usually 30 of them.";
}

function secretError(text: string, clientId: string): string | undefined {
  if (text === "") return "Enter the client secret, or say below that the app is public.";
  if (text === clientId) return "This is the client ID once more; the secret comes from New Secret.";
  return SHAPE.test(text) ? undefined : "A client secret is letters and digits only, usually 30 of them.";
}

function publicError(text: string): string | undefined {
  return text === "" ? undefined : "A public app has no secret: leave this empty, or do not tick the box.";
}

function render(c: Page, room: Room, typedClientId: string, errors: SetupErrors): Promise<Response> {
  const { roster, redirectUri } = room.deps;
  const { app } = roster;
  const wrong = errors.clientId !== undefined || errors.clientSecret !== undefined;
  const inside = (
    <SetupPage
      present={app && { clientId: app.clientId, hasSecret: app.clientSecret !== undefined }}
      hasAccounts={roster.all().length > 0}
      redirectUri={redirectUri()}
      typedClientId={typedClientId}
      errors={errors}
      formToken={room.forms.token}
    />
  );
  return show(c, room, "Twitch app", inside, { status: wrong ? 400 : 200 });
}
