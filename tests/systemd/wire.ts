/** Carries connections between TCP and a socket in the file system, which reaches across networks. */

/** Connects every connection to `listener` with one that `connect` makes, until the listener is closed. */
export async function carry(listener: Deno.Listener, connect: () => Promise<Deno.Conn>): Promise<void> {
  for await (const near of listener) {
    join(near, connect).catch(() => near.close());
  }
}

async function join(near: Deno.Conn, connect: () => Promise<Deno.Conn>): Promise<void> {
  const far = await connect();
  // One that breaks off breaks the other off.
  await Promise.allSettled([near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)]);
}

/** `PORT PATH`: what comes to the port on loopback goes to the socket. */
async function main([port, path]: readonly string[]): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: Number(port) });
  await Deno.stdout.write(new TextEncoder().encode("ready\n"));
  await carry(listener, () => Deno.connect({ transport: "unix", path: path ?? "" }));
}

if (import.meta.main) await main(Deno.args);
