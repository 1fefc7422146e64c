// Who exists: the apps of the developer console and the users.

import type { SimulatedClient, SimulatedUser } from "./options.ts";

/** The registered apps and users. Objects keep their identity when a secret or a name changes. */
export class Registry {
  #clients = new Map<string, SimulatedClient>();
  #users = new Map<string, SimulatedUser>();
  /** Whose account the one simulated browser is signed in to. */
  browserUser: SimulatedUser;

  constructor(clients: readonly SimulatedClient[], users: readonly SimulatedUser[]) {
    for (const client of clients) {
      this.#clients.set(client.id, { ...client, redirectUris: acceptable(client.redirectUris) });
    }
    for (const user of users) this.#users.set(user.id, { ...user });
    const [first] = this.#users.values();
    if (first === undefined) throw new Error("Cannot simulate Twitch: there is no user");
    this.browserUser = first;
  }

  /** The app with this id, if there is one. */
  client(id: string): SimulatedClient | undefined {
    return this.#clients.get(id);
  }

  /** The app with this id; throws if there is none, for callers that are tests. */
  clientOrThrow(id: string): SimulatedClient {
    const client = this.client(id);
    if (client === undefined) throw new Error(`Cannot find the app: ${id} is not registered`);
    return client;
  }

  /** All users, in the order of their making. */
  users(): SimulatedUser[] {
    return [...this.#users.values()];
  }

  /** The user with this login (in any case) or id; without one, whom the browser is signed in as. */
  user(loginOrId: string | undefined): SimulatedUser {
    if (loginOrId === undefined) return this.browserUser;
    const user = this.#users.get(loginOrId) ??
      this.users().find(({ login }) => login === loginOrId.toLowerCase());
    if (user === undefined) throw new Error(`Cannot find the user: ${loginOrId} does not exist`);
    return user;
  }

  /** What "Add" and "Save" in the console do. */
  setRedirectUris(clientId: string, redirectUris: readonly string[]): void {
    this.clientOrThrow(clientId).redirectUris = acceptable(redirectUris);
  }
}

/** The console's rules: one to ten addresses, https, or http on the very name localhost (#342, #1041). */
function acceptable(redirectUris: readonly string[]): readonly string[] {
  if (redirectUris.length < 1 || redirectUris.length > 10) {
    throw new Error("Cannot register the app: it needs one to ten redirect URIs");
  }
  for (const redirectUri of redirectUris) {
    const { protocol, hostname } = new URL(redirectUri);
    if (protocol !== "https:" && !(protocol === "http:" && hostname === "localhost")) {
      throw new Error("Cannot register the app: Redirect URIs must use HTTPS protocol.");
    }
  }
  return [...redirectUris];
}
