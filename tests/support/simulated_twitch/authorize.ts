// /oauth2/authorize and the activation page: where a person in a browser says yes or no.
// Of the response types only `code` is served. PKCE parameters are ignored, as Twitch ignores them (#1097).

import { htmlAnswer, notFound, redirectAnswer, Refusal } from "./answers.ts";
import type { SimulatedClient, SimulatedUser } from "./options.ts";
import { codePage, consentPage, noticePage } from "./pages.ts";
import type { Parameters } from "./requests.ts";
import { clientOf, knownScopes, required, type World } from "./world.ts";

interface SignIn {
  client: SimulatedClient;
  redirectUri: string;
  scopes: string[];
  state: string | undefined;
}

/** GET shows the consent page or redirects at once; POST is that page's form. */
export function answerAuthorize(world: World, request: Request, params: Parameters): Response {
  const client = clientOf(world, params);
  const state = params["state"];
  const redirectUri = registeredRedirectUri(world, client, request, params);
  if (redirectUri === undefined) {
    // Not what RFC 6749 §4.1.2.1 wants: the browser is sent to the first registered address (#762).
    return redirectTo(client.redirectUris[0] ?? "", {
      error: "redirect_mismatch",
      error_description: "Parameter redirect_uri does not match registered URI",
      state,
    });
  }
  const responseType = required(params, "response_type", "missing response type");
  if (responseType !== "code") throw new Refusal(400, "invalid response type");
  const signIn: SignIn = { client, redirectUri, scopes: knownScopes(params["scope"]), state };

  if (request.method === "POST") return decide(world, signIn, params);
  const silent = whoAgreesSilently(world, signIn, params["force_verify"] === "true");
  return silent === undefined ? askForConsent(world, signIn) : approve(world, signIn, silent);
}

/** The match is of exact strings, port, path and trailing slash included. */
function registeredRedirectUri(
  world: World,
  client: SimulatedClient,
  request: Request,
  params: Parameters,
): string | undefined {
  const [, raw = ""] = /[?&]redirect_uri=([^&]*)/.exec(new URL(request.url).search) ?? [];
  if (/[:/]/.test(raw) && world.switches.unencodedRedirectUri === "mismatch") return undefined;
  return client.redirectUris.find((registered) => registered === params["redirect_uri"]);
}

/** Without force_verify, the account that the browser happens to be signed in to agrees again unasked. */
function whoAgreesSilently(world: World, signIn: SignIn, forceVerify: boolean): SimulatedUser | undefined {
  const { switches, registry, grants } = world;
  if (switches.autoApprove !== undefined) return registry.user(switches.autoApprove);
  const consented = grants.connection(signIn.client, registry.browserUser)?.consented;
  const covered = consented !== undefined && signIn.scopes.every((scope) => consented.has(scope));
  return covered && !forceVerify ? registry.browserUser : undefined;
}

function decide(world: World, signIn: SignIn, params: Parameters): Response {
  if (params["decision"] === "approve") {
    world.registry.browserUser = world.registry.user(params["user"]);
    return approve(world, signIn, world.registry.browserUser);
  }
  return redirectTo(signIn.redirectUri, {
    error: "access_denied",
    error_description: "The user denied you access",
    state: signIn.state,
  });
}

function approve(
  world: World,
  { client, redirectUri, scopes, state }: SignIn,
  user: SimulatedUser,
): Response {
  const connection = world.grants.consent(client, user, scopes);
  const code = world.codes.authorize({ connection, redirectUri, scopes });
  return redirectTo(redirectUri, { code, scope: scopes.join(" "), state });
}

function redirectTo(redirectUri: string, query: Record<string, string | undefined>): Response {
  const location = new URL(redirectUri);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) location.searchParams.append(name, value);
  }
  return redirectAnswer(location.href);
}

function askForConsent(world: World, { client, scopes }: SignIn): Response {
  return htmlAnswer(200, pageFor(world, "Authorize", client, scopes));
}

function pageFor(world: World, title: string, client: SimulatedClient, scopes: readonly string[]): string {
  const { registry } = world;
  const app = client.name ?? client.id;
  return consentPage({ title, app, scopes, users: registry.users(), chosen: registry.browserUser });
}

/** The page that a device code leads to. */
export function answerActivate(world: World, request: Request, params: Parameters): Response {
  if (request.method !== "GET" && request.method !== "POST") return notFound();
  const userCode = params["device-code"];
  if (userCode === undefined) return htmlAnswer(200, codePage());
  const device = world.codes.pendingDevice(userCode);
  if (device === undefined) return htmlAnswer(404, noticePage("This code is not valid"));
  if (request.method === "GET") {
    return htmlAnswer(200, pageFor(world, `Activate ${device.userCode}`, device.client, device.scopes));
  }
  if (params["decision"] !== "approve") {
    device.state = "denied";
    return htmlAnswer(200, noticePage("Access denied"));
  }
  world.registry.browserUser = world.registry.user(params["user"]);
  device.state = { approved: world.grants.consent(device.client, world.registry.browserUser, device.scopes) };
  return htmlAnswer(200, noticePage("Your device is activated"));
}
