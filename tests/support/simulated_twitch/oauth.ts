// /oauth2/token, /device, /validate and /revoke. Where Twitch's order of checks is unknown: app, grant type, secret,
// then the rest. Messages that nobody reported (a missing code, for one) follow the pattern of the reported ones.

import { jsonAnswer, Refusal } from "./answers.ts";
import type { AccessToken } from "./grants.ts";
import { credentials, type Parameters } from "./requests.ts";
import { scopesIn } from "./scopes.ts";
import { clientOf, knownScopes, proveClient, required, type World } from "./world.ts";

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** POST /oauth2/token. */
export function answerToken(world: World, params: Parameters): Response {
  const client = clientOf(world, params);
  switch (required(params, "grant_type", "missing grant type")) {
    case "authorization_code": {
      proveClient(client, params);
      const code = required(params, "code", "missing code");
      const { connection, scopes } = world.codes.redeem(client, code, params["redirect_uri"]);
      return tokenAnswer(world, world.grants.open(connection, scopes));
    }
    case DEVICE_GRANT: {
      // No secret is needed, not even for a confidential app (#943); a wrong one is still wrong.
      if (params["client_secret"] !== undefined) proveClient(client, params);
      const code = required(params, "device_code", "missing device_code");
      const { connection, scopes } = world.codes.redeemDevice(client, code);
      return tokenAnswer(world, world.grants.open(connection, scopes));
    }
    case "refresh_token": {
      if (client.secret !== undefined || params["client_secret"] !== undefined) proveClient(client, params);
      const refreshToken = required(params, "refresh_token", "missing refresh token");
      const scopes = scopesIn(params["scope"]);
      return tokenAnswer(world, world.grants.refresh(client, refreshToken, scopes), "refresh");
    }
    case "client_credentials":
      proveClient(client, params);
      return tokenAnswer(world, world.grants.openForApp(client));
    default:
      throw new Refusal(400, "invalid grant type");
  }
}

function tokenAnswer(world: World, token: AccessToken, after?: "refresh"): Response {
  const { switches } = world;
  const omitRefreshToken = after === "refresh" && switches.omitRefreshTokenField;
  return jsonAnswer(200, {
    access_token: token.value,
    expires_in: switches.omitExpiresIn ? undefined : token.life,
    refresh_token: omitRefreshToken ? undefined : token.parent?.value,
    scope: shownScopes(token.scopes, switches.scopeInTokens),
    token_type: "bearer",
  });
}

function shownScopes(scopes: readonly string[], form: "array" | "string" | "absent" | "null"): unknown {
  if (scopes.length === 0 || form === "absent") return undefined;
  if (form === "null") return null;
  return form === "string" ? scopes.join(" ") : scopes;
}

/** POST /oauth2/device. The parameter is `scopes`; `scope` is ignored. */
export function answerDevice(world: World, params: Parameters): Response {
  const client = clientOf(world, params);
  const device = world.codes.startDevice(client, knownScopes(params["scopes"]));
  const { verificationUriBase, deviceCodeLife, deviceInterval } = world.switches;
  return jsonAnswer(200, {
    device_code: device.deviceCode,
    expires_in: deviceCodeLife,
    interval: deviceInterval,
    user_code: device.userCode,
    verification_uri: `${verificationUriBase}?public=true&device-code=${device.userCode}`,
  });
}

/** GET /oauth2/validate. An app's own token has neither login nor user_id. */
export function answerValidate(world: World, request: Request): Response {
  const given = credentials(request);
  if (given === undefined) throw new Refusal(401, "missing authorization token");
  const known = given.scheme === "oauth" || given.scheme === "bearer";
  const token = known ? world.grants.accessToken(given.token) : undefined;
  if (token === undefined) throw new Refusal(401, "invalid access token");
  const user = token.grant?.connection.user;
  const form = world.switches.scopesInValidate;
  return jsonAnswer(200, {
    client_id: token.client.id,
    login: user?.login,
    scopes: form === "absent"
      ? undefined
      : form === "null" || token.scopes.length === 0
      ? null
      : token.scopes,
    user_id: user?.id,
    expires_in: secondsLeft(token, world.now()),
  });
}

/** Whole seconds; 0 would mean that it never expires, so the last second counts as 1. */
function secondsLeft(token: AccessToken, now: number): number {
  return token.life === 0 ? 0 : Math.max(1, Math.floor((token.expiresAt - now) / 1000));
}

/** POST /oauth2/revoke: an access token, no secret needed. Refresh tokens cannot be revoked so. */
export function answerRevoke(world: World, params: Parameters): Response {
  const id = required(params, "client_id", "missing client id");
  const client = world.registry.client(id);
  if (client === undefined) throw new Refusal(404, "client does not exist");
  const token = world.grants.accessToken(required(params, "token", "missing oauth token"));
  if (token?.client !== client) throw new Refusal(400, "Invalid token");
  world.grants.revoke(token.value);
  return new Response(null, { status: 200, headers: { "content-length": "0" } });
}
