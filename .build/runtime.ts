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
}

/** The bytes of the runtime, made ready for every size of memory pages. */
export async function runtimeFor(target: Target, sources: RuntimeSources): Promise<Uint8Array> {
  const runtime = await bytesFor(target, sources);
  return target === "aarch64-unknown-linux-gnu" ? padded(runtime) : runtime;
}

async function bytesFor(target: Target, { file, folder, downloads, version }: RuntimeSources) {
  if (file !== undefined) return await Deno.readFile(file);
  const name = `denort${suffixOf(target)}`;
  if (folder !== undefined) return await Deno.readFile(`${folder}/denort-${target}${suffixOf(target)}`);
  const archive = `${downloads}/denort-${version}-${target}.zip`;
  try {
    return await unzip(await Deno.readFile(archive), name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const bytes = await download(
    `https://github.com/denoland/deno/releases/download/v${version}/denort-${target}.zip`,
  );
  await Deno.mkdir(downloads, { recursive: true });
  await Deno.writeFile(`${archive}.new`, bytes);
  await Deno.rename(`${archive}.new`, archive);
  return await unzip(bytes, name);
}

/** The file, if it is what the checksum beside it says. */
async function download(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const [bytes, text] = await Promise.all([fetchBytes(url), fetchBytes(`${url}.sha256sum`)]);
  const wanted = checksumIn(new TextDecoder().decode(text));
  if (wanted !== await sha256(bytes)) throw new Error(`Cannot use ${url}: it is not what its checksum says`);
  return bytes;
}

async function fetchBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`Cannot download ${url}: it was answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
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
