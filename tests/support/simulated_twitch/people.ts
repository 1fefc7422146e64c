// What people do beside the requests of an app: users in their browser and settings, the developer in the console.

import type { DeviceCode } from "./codes.ts";
import type { SimulatedUser } from "./options.ts";
import type { World } from "./world.ts";

/** The deeds of users and developers; users are named by login or id. */
export interface People {
  /** Types a device's code in; left out, the user is whom the browser is signed in as. */
  approveDevice(userCode: string, choice?: { user?: string }): void;
  denyDevice(userCode: string): void;
  /** Settings → Connections → Disconnect. */
  disconnect(user: string, clientId: string): void;
  /** Ends all connections of the user. */
  changePassword(user: string): void;
  renameUser(user: string, names: { login?: string; displayName?: string }): void;
  /** The old secret is refused from now on; the tokens live. */
  rotateSecret(clientId: string, newSecret: string): void;
  setRedirectUris(clientId: string, redirectUris: readonly string[]): void;
  /** Twitch itself takes back one access or refresh token; answers whether it was valid. */
  revokeToken(token: string): boolean;
}

/** Like a browser: loads the page, presses one of its buttons, and says where it ended up. */
export async function signIn(
  world: World,
  handle: (request: Request) => Promise<Response>,
  authorizeUrl: string,
  { user, deny = false }: { user?: string; deny?: boolean },
): Promise<string> {
  const shown = await handle(new Request(authorizeUrl));
  if (shown.status === 302) return shown.headers.get("location") ?? authorizeUrl;
  if (!(await shown.text()).includes('name="decision"')) return authorizeUrl;
  const form = new URLSearchParams({
    user: world.registry.user(user).login,
    decision: deny ? "cancel" : "approve",
  });
  const decided = await handle(new Request(authorizeUrl, { method: "POST", body: form }));
  return decided.headers.get("location") ?? authorizeUrl;
}

/** The deeds, done to this world. */
export function peopleOf({ registry, grants, codes }: World): People {
  function pending(userCode: string): DeviceCode {
    const device = codes.pendingDevice(userCode);
    if (device === undefined) throw new Error("Cannot find the device code: none is pending under it");
    return device;
  }

  return {
    approveDevice(userCode, { user } = {}): void {
      const device = pending(userCode);
      device.state = { approved: grants.consent(device.client, registry.user(user), device.scopes) };
    },
    denyDevice(userCode): void {
      pending(userCode).state = "denied";
    },
    disconnect(user, clientId): void {
      const who: SimulatedUser = registry.user(user);
      const client = registry.clientOrThrow(clientId);
      grants.end("by the user", (one) => one.user === who && one.client === client);
    },
    changePassword(user): void {
      const who: SimulatedUser = registry.user(user);
      grants.end("by the user", (one) => one.user === who);
    },
    rotateSecret(clientId, newSecret): void {
      registry.clientOrThrow(clientId).secret = newSecret;
    },
    setRedirectUris: (clientId, redirectUris) => registry.setRedirectUris(clientId, redirectUris),
    renameUser(user, names): void {
      Object.assign(registry.user(user), names);
    },
    revokeToken: (token) => grants.revoke(token),
  };
}
