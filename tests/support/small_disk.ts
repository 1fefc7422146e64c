/** Disks that are soon full: small file systems in memory, where this user may mount them. */
import { temporaryDirectory } from "./temporary_directory.ts";

/** Room for the ballast, and for as much again. */
const SIZE = 1200 * 1024;

/** A small file system, gone at the end of the block. */
export interface SmallDisk extends Disposable {
  readonly path: string;
  /** Takes all room that is left, but for `spare` bytes. */
  fill(spare?: number): void;
  free(): void;
  readOnly(): void;
}

/** Mounts one in a directory of its own, or in `place`, which must be empty. */
export function smallDisk(place?: string): SmallDisk {
  const directory = place === undefined ? temporaryDirectory() : undefined;
  const path = place ?? directory?.path ?? "";
  mount("mount", "-t", "tmpfs", "-o", `size=${SIZE},mode=0700`, "tmpfs", path);
  return {
    path,
    fill: (spare = 0) => fill(`${path}/filler`, spare),
    free: () => Deno.removeSync(`${path}/filler`),
    readOnly: () => mount("mount", "-o", "remount,ro", path),
    [Symbol.dispose]() {
      // Lazily: after a failed test a process may still have files open.
      mount("umount", "--lazy", path);
      directory?.[Symbol.dispose]();
    },
  };
}

/** Not without root, and not in most containers: then tests that need a small disk are ignored. */
export function canMount(): boolean {
  try {
    smallDisk()[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}

function mount(command: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(command, { args, stdout: "null", stderr: "piped" })
    .outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function fill(path: string, spare: number): void {
  using file = Deno.openSync(path, { write: true, create: true });
  try {
    for (;;) file.writeSync(new Uint8Array(4096));
  } catch {
    file.truncateSync(Math.max(0, file.seekSync(0, Deno.SeekMode.Current) - spare));
  }
}
