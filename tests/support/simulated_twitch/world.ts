// The state behind all endpoints, and the checks that several of them share.

import { Refusal } from "./answers.ts";
import type { Codes } from "./codes.ts";
import type { Grants } from "./grants.ts";
import type { SimulatedClient, SimulatedTwitchOptions, Switches } from "./options.ts";
import type { Registry } from "./registry.ts";
import type { Parameters } from "./requests.ts";
import { KNOWN_SCOPES, scopesIn } from "./scopes.ts";

/** Everything an endpoint may look at or change. */
export interface World {
  switches: Switches;
  now: () => number;
  registry: Registry;
  grants: Grants;
  codes: Codes;
  furtherHelix: SimulatedTwitchOptions["helix"];
}

/** The app of `client_id`, or the Refusal. */
export function clientOf(world: World, params: Parameters): SimulatedClient {
  const id = required(params, "client_id", "missing client id");
  const client = world.registry.client(id);
  if (client === undefined) throw new Refusal(400, "invalid client");
  return client;
}

/** Throws the Refusal unless the app proves itself; a public app never can (#1097). */
export function proveClient(client: SimulatedClient, params: Parameters): void {
  if (required(params, "client_secret", "missing client secret") !== client.secret) {
    throw new Refusal(403, "invalid client secret");
  }
}

/** The scopes of a parameter, or the Refusal that names the first one which Twitch does not know. */
export function knownScopes(parameter: string | undefined): string[] {
  const scopes = scopesIn(parameter);
  const unknown = scopes.find((scope) => !KNOWN_SCOPES.has(scope));
  if (unknown !== undefined) throw new Refusal(400, `invalid scope requested: '${unknown}'`);
  return scopes;
}

/** The parameter's value, or a Refusal with these words. */
export function required(params: Parameters, name: string, refusal: string): string {
  const value = params[name];
  if (value === undefined) throw new Refusal(400, refusal);
  return value;
}
