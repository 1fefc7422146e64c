/** Where `denort` comes from: the part of Deno that an executable consists of, besides the program. */
import { padded } from "./elf.ts";
import { suffixOf, type Target } from "./targets.ts";
import { unzip } from "./zip.ts";

/** Where runtimes may be. */
export interface RuntimeSources {
  /** A file that is the runtime. */
  readonly file?: string | undefined;
  /** A folder with files named `denort-<target>`, on Windows with `.exe`. */
  readonly folder?: string | undefined;
  /** Keeps what was downloaded. */
  readonly downloads: string;
  /** The version of Deno. */
  readonly version: string;
  /** Default: the network. */
  readonly fetch?: (url: string) => Promise<Response>;
}

/** The bytes of the runtime, made ready for every size of memory pages. */
export async function runtimeFor(target: Target, sources: RuntimeSources): Promise<Uint8Array> {
  const runtime = await bytesFor(target, sources);
  return target === "aarch64-unknown-linux-gnu" ? padded(runtime) : runtime;
}

async function bytesFor(target: Target, sources: RuntimeSources): Promise<Uint8Array> {
  const { file, folder, downloads, version } = sources;
  if (file !== undefined) return await Deno.readFile(file);
  if (folder !== undefined) return await Deno.readFile(`${folder}/denort-${target}${suffixOf(target)}`);
  const name = `denort${suffixOf(target)}`;
  const archive = `${downloads}/denort-${version}-${target}.zip`;
  try {
    return await unzip(await Deno.readFile(archive), name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const url = `https://github.com/denoland/deno/releases/download/v${version}/denort-${target}.zip`;
  const bytes = await download(url, sources.fetch ?? fetch);
  await Deno.mkdir(downloads, { recursive: true });
  await Deno.writeFile(`${archive}.new`, bytes);
  await Deno.rename(`${archive}.new`, archive);
  return await unzip(bytes, name);
}

/** The file, if it is what the checksum beside it says. */
async function download(
  url: string,
  get: (url: string) => Promise<Response>,
): Promise<Uint8Array<ArrayBuffer>> {
  const [bytes, sum] = await Promise.all([url, `${url}.sha256sum`].map(async (address) => {
    const response = await get(address);
    if (!response.ok) throw new Error(`Cannot download ${address}: it was answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  })) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  if (checksumIn(new TextDecoder().decode(sum)) !== await sha256(bytes)) {
    throw new Error(`Cannot use ${url}: it is not what its checksum says`);
  }
  return bytes;
}

/** The checksum in the output of sha256sum, shasum or PowerShell's Get-FileHash; undefined if there is none. */
export function checksumIn(text: string): string | undefined {
  return /\b[0-9a-f]{64}\b/i.exec(text.replaceAll("\0", ""))?.[0].toLowerCase();
}

/** In hexadecimal digits. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
