/**
 * The program headers of 64-bit ELF files, as far as the size of memory pages goes.
 *
 * A kernel maps a file page by page. Since Deno 2.9.0 `deno compile` puts the program into a segment of its own at the
 * next 4 KiB after the runtime's .bss. On kernels with larger pages (a Raspberry Pi 5 has 16 KiB) that segment's first
 * page then replaces the end of .bss and .data, and the executable dies of SIGSEGV (denoland/deno#36282). Where .bss
 * ends on a multiple of the largest page, the segment begins on one.
 */

/** The page sizes that kernels for arm64 are built with. */
export const PAGE_SIZES = [0x1000, 0x4000, 0x10000] as const;

const LARGEST_PAGE = 0x10000;
const X86_64 = 62;
const AARCH64 = 183;
const PT_LOAD = 1;
/** Where a program header holds p_memsz. */
const MEMORY_SIZE = 40;
const HEADER_SIZE = 56;

/** What is wanted of one PT_LOAD; sizes and places in bytes. */
export interface Segment {
  /** Where its program header stands in the file. */
  readonly header: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
}

/** A 64-bit ELF file. */
export interface Elf {
  readonly machine: "x86_64" | "aarch64" | "other";
  /** In the order of the file. */
  readonly segments: readonly Segment[];
}

/** Reads the headers; undefined if the file is no ELF file. Throws if it is one that cannot be understood. */
export function readElf(file: Uint8Array): Elf | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 64 || view.getUint32(0) !== 0x7f454c46) return undefined;
  if (file[4] !== 2 || file[5] !== 1) throw new Error("Cannot read an ELF file: not 64-bit little-endian");
  const [start, size, count] = [number64(view, 32), view.getUint16(54, true), view.getUint16(56, true)];
  if (size !== HEADER_SIZE || start + count * size > file.length) {
    throw new Error("Cannot read an ELF file: its program headers are not in it");
  }
  const headers = Array.from({ length: count }, (_, at) => start + at * size);
  const machine = view.getUint16(18, true);
  return {
    machine: machine === X86_64 ? "x86_64" : machine === AARCH64 ? "aarch64" : "other",
    segments: headers.filter((header) => view.getUint32(header, true) === PT_LOAD)
      .map((header) => ({
        header,
        offset: number64(view, header + 8),
        address: number64(view, header + 16),
        fileSize: number64(view, header + 32),
        memorySize: number64(view, header + MEMORY_SIZE),
      })),
  };
}

function number64(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Error("Cannot read an ELF file: a number is too large");
  }
  return Number(value);
}

/** What a kernel with pages of this size would map wrongly, in words; empty if all is well. */
export function pageTroubles({ segments }: Elf, page: number): string[] {
  const troubles: string[] = [];
  const inOrder = segments.toSorted((one, other) => one.address - other.address);
  for (const [at, { address, offset }] of inOrder.entries()) {
    if (address % page !== offset % page) {
      troubles.push(`the segment at ${hex(address)} cannot be mapped from ${hex(offset)} in the file`);
    }
    const before = inOrder[at - 1];
    if (before === undefined) continue;
    const end = before.address + before.memorySize;
    if (roundUp(end, page) > address - address % page) {
      troubles.push(`the segment at ${hex(address)} shares a page with the one that ends at ${hex(end)}`);
    }
  }
  return troubles;
}

/**
 * A copy whose last segment ends on a multiple of the largest page, by a larger .bss: nothing else changes, and the
 * file stays as long as it is. Throws if the last segment is not the highest.
 */
export function padded(file: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(file);
  const segments = readElf(copy)?.segments ?? [];
  const last = segments.at(-1);
  if (last === undefined || segments.some(({ address }) => address > last.address)) {
    throw new Error("Cannot pad the runtime: it is not an ELF file with its last segment on top");
  }
  const end = roundUp(last.address + last.memorySize, LARGEST_PAGE);
  new DataView(copy.buffer).setBigUint64(last.header + MEMORY_SIZE, BigInt(end - last.address), true);
  return copy;
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
