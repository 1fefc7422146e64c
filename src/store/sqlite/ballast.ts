/**
 * A file that only takes room. A new grant comes but once, so when the disk has no room left for it the ballast makes
 * some. Nothing here fails: without ballast the store does what it can.
 */
import { keepPrivate, removeIfThere, sizeOf } from "./files.ts";

/** Its name in the data directory. */
export const BALLAST_FILE = "ballast";
/** Bytes: several times what the largest commit of a grant adds to the write-ahead log. */
const SIZE = 256 * 1024;
/** `getRandomValues` gives no more at once. */
const PIECE = 64 * 1024;

export class Ballast {
  readonly #path: string;
  #there = false;

  constructor(dataDir: string) {
    this.#path = `${dataDir}/${BALLAST_FILE}`;
  }

  /** Makes the file, if it is not there and the disk has room for as much again. */
  make(): void {
    if (this.#there) return;
    try {
      if (sizeOf(this.#path) !== SIZE) this.#write();
      keepPrivate(this.#path);
      this.#there = true;
    } catch {
      this.giveUp();
    }
  }

  /** Removes the file; true if that has made room. */
  giveUp(): boolean {
    try {
      const there = sizeOf(this.#path) > 0;
      removeIfThere(this.#path);
      this.#there = false;
      return there;
    } catch {
      return false;
    }
  }

  /** A disk that this would fill is left alone: others need the room more. */
  #write(): void {
    using file = Deno.openSync(this.#path, { write: true, create: true, truncate: true, mode: 0o600 });
    for (let written = 0; written < 2 * SIZE;) {
      // Random, because a file system that compresses or leaves out zeros would keep no room for them.
      written += file.writeSync(crypto.getRandomValues(new Uint8Array(PIECE)));
    }
    file.truncateSync(SIZE);
    file.syncSync();
  }
}
