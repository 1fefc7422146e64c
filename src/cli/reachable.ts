import type { Config } from "./config.ts";

/** The addresses under which this server can be reached, the best for Companion on another machine first. */
export function reachableUrls(config: Config, port: number): string[] {
  if (config.publicUrl !== undefined) return [config.publicUrl];
  if (config.host !== undefined && !["::", "0.0.0.0"].includes(config.host)) return [url(config.host, port)];
  return [...localNames(), ...lanAddresses(), "127.0.0.1"].map((host) => url(host, port));
}

/** The addresses under which a person finds the pages, the best for other machines first. */
export function pageUrls(config: Config, port: number): string[] {
  const urls = reachableUrls(config, port).map((one) =>
    one === url("127.0.0.1", port) ? url("localhost", port) : one
  );
  // A proxy that does not work yet must not keep its owner out.
  return config.publicUrl === undefined ? urls : [...urls, url("localhost", port)];
}

function url(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** `.local` is what mDNS answers for on a Raspberry Pi, macOS and most Linux desktops. */
function localNames(): string[] {
  try {
    const name = Deno.hostname();
    return name === "" || name === "localhost" ? [] : [name.includes(".") ? name : `${name}.local`];
  } catch {
    return [];
  }
}

function lanAddresses(): string[] {
  try {
    return Deno.networkInterfaces()
      .filter(({ family, address }) =>
        family === "IPv4" && !address.startsWith("127.") && !address.startsWith("169.254.")
      )
      .map(({ address }) => address);
  } catch {
    return [];
  }
}
