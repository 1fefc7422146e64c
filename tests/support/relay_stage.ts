/** The real program with somebody signed in and a Helix behind it, for tests of the relay. */
import assert from "node:assert/strict";
import { makes, type RealServer } from "./real_program.ts";
import { ask, type Connected, play, type Scene } from "./scene.ts";
import { createHelixRoutes, type HelixRoutes } from "./simulated_twitch/helix_routes.ts";
import { CONFIDENTIAL_CLIENT, FIRST_USER, type SimulatedClient } from "./simulated_twitch/options.ts";

/** A server with somebody signed in, and Helix behind it. */
export interface Stage {
  readonly scene: Scene;
  readonly server: RealServer;
  readonly helix: HelixRoutes;
  readonly account: Connected;
  /** The address below `/as/<id>/`. */
  at(path: string): string;
  state(): Promise<string>;
}

/** Plays with each make of the program, the permissions of the ready-made buttons granted. */
export function withRelay(
  name: string,
  act: (stage: Stage) => Promise<void>,
  { client = CONFIDENTIAL_CLIENT, preset = "buttons" }: { client?: SimulatedClient; preset?: string } = {},
): void {
  for (const make of makes()) {
    Deno.test(`${make.name}: ${name}`, () => {
      const helix = createHelixRoutes();
      return play({ make, client, twitch: { helix: helix.answer } }, async (scene) => {
        const server = await scene.serve();
        const account = await signIn(scene, preset);
        const at = (path: string) => `${server.origin}/as/${account.id}/${path}`;
        const state = async () => await (await fetch(`${server.origin}/status.txt?id=${account.id}`)).text();
        await act({ scene, server, helix, account, at, state });
      });
    });
  }
}

async function signIn(scene: Scene, preset: string, user = FIRST_USER.login): Promise<Connected> {
  const login = scene.start(["login", "--device", "--json", "--preset", preset]);
  const { userCode } = JSON.parse((await login.printed(/^\{.*\}$/m))[0]);
  scene.sim.approveDevice(userCode, { user });
  const { code, stdout, stderr } = await login.ended();
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

/** The access token dies at Twitch while its refresh token lives. */
export async function killToken({ scene, server, account }: Stage): Promise<void> {
  const { body: token } = await ask(server, account.id);
  const body = new URLSearchParams({ client_id: scene.client.id, token });
  assert.equal(
    (await scene.sim.fetch("https://id.twitch.tv/oauth2/revoke", { method: "POST", body })).status,
    200,
  );
  assert.equal(scene.sim.isLive(token), false);
}
