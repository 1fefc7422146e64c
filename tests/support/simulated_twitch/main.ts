// Serves a simulated Twitch for trying things out by hand or in a browser:
//   deno run --allow-net tests/support/simulated_twitch/main.ts [--port 8950] [--life 30] [--public]
//     [--auto-approve ada_live] [--redirect-uri http://localhost:8948/callback]
// Prints one line of JSON with its addresses and the app's credentials, then serves until it is stopped.

import { parseArgs } from "node:util";
import { CONFIDENTIAL_CLIENT, PUBLIC_CLIENT, REDIRECT_URI, USERS } from "./options.ts";
import { serveSimulatedTwitch } from "./server.ts";
import { createSimulatedTwitch } from "./simulated_twitch.ts";

/** Serves until the process is asked to end. */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string", default: "0" },
      life: { type: "string" },
      public: { type: "boolean", default: false },
      "auto-approve": { type: "string" },
      "redirect-uri": { type: "string", default: REDIRECT_URI },
    },
  });
  const client = {
    ...(values.public ? PUBLIC_CLIENT : CONFIDENTIAL_CLIENT),
    redirectUris: [values["redirect-uri"]],
  };
  const simulation = createSimulatedTwitch({
    clients: [client],
    accessTokenLife: values.life === undefined ? undefined : Number(values.life),
    autoApprove: values["auto-approve"],
    seed: crypto.getRandomValues(new Uint32Array(1))[0] ?? 1,
  });
  await using server = serveSimulatedTwitch(simulation, { port: Number(values.port) });
  simulation.switches.verificationUriBase = `${server.origin}/activate`;
  const { origin, authUrl, apiUrl } = server;
  const { id: clientId, secret: clientSecret, redirectUris } = client;
  const line = { origin, authUrl, apiUrl, clientId, clientSecret, redirectUris, users: USERS };
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
  await askedToEnd();
}

function askedToEnd(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, resolve);
  return promise.finally(() => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, resolve);
  });
}

if (import.meta.main) await main(Deno.args);
