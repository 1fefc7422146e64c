import type { Html } from "./layout.tsx";

/** For somebody who opens the pages from another machine: why not, and the ways that work. */
export function ElsewherePage({ port }: { readonly port: number }): Html {
  return (
    <section class="card problem">
      <h1>These pages open on this machine only</h1>
      <p>
        The server works, and answers Companion from everywhere in your network. Its pages can change logins,
        so they are shown to a browser on the machine itself, under{" "}
        <code>localhost</code>, and through no proxy.
      </p>
      <h2>From your computer</h2>
      <p>Open a tunnel, with the user and the address of this machine in place of pi:</p>
      <code class="copy">ssh -L {port}:localhost:{port} pi</code>
      <p>
        Leave it open and go to <a href={`http://localhost:${port}/`}>http://localhost:{port}</a>.
      </p>
      <h2>Without a page</h2>
      <p>Sign in from a terminal on this machine, with a code for your phone or by pasting an address:</p>
      <code class="copy">companion-token-server login --device</code>
      <code class="copy">companion-token-server login --paste</code>
    </section>
  );
}
