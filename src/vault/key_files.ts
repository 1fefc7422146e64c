/**
 * The key file through its life. A new key first lies beside the one that counts, as `<path>.next`; once the slot is
 * wrapped with it, it takes the name of the other. A process that dies in between leaves both, and the next start sees
 * which of them opens the slot.
 */
import {
  createKeyFile,
  type KeyFile,
  readKeyFile,
  removeKeyFile,
  replaceKeyFile,
  tidyKeyFile,
} from "./key.ts";

/** What is done with key files. Every change is on the disk when it returns. */
export interface KeyFiles {
  read(path: string): Promise<KeyFile>;
  /** Makes one. Throws `Deno.errors.AlreadyExists` if there is one. */
  create(path: string): Promise<void>;
  /** Gives the file at `from` the name `to`, in the place of whatever is there. */
  replace(from: string, to: string): Promise<void>;
  /** There may be none. */
  remove(path: string): Promise<void>;
  /** Ends a `create` that was cut off, as if it had never begun or had come to its end. */
  tidy(path: string): Promise<void>;
}

/** Those of the disk. */
export const DISK_KEY_FILES: KeyFiles = {
  read: readKeyFile,
  create: createKeyFile,
  replace: replaceKeyFile,
  remove: removeKeyFile,
  tidy: tidyKeyFile,
};

/** Where a new key waits. */
export function nextPath(path: string): string {
  return `${path}.next`;
}
