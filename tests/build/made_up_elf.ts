/** ELF files of nothing but headers, for tests of what reads headers. */

/** One program header; what is left out is zero. */
export interface MadeUpSegment {
  readonly type?: number;
  readonly offset: number;
  readonly address: number;
  readonly memorySize: number;
}

const HEADERS = 64;
const HEADER_SIZE = 56;

/** PT_LOAD. */
export const LOAD = 1;
/** EM_AARCH64. */
export const AARCH64 = 183;
/** EM_X86_64. */
export const X86_64 = 62;

/** The bytes of a 64-bit little-endian file. */
export function madeUpElf(segments: readonly MadeUpSegment[], machine: number = AARCH64): Uint8Array {
  const bytes = new Uint8Array(HEADERS + segments.length * HEADER_SIZE + 100).fill(0xee);
  const view = new DataView(bytes.buffer);
  bytes.fill(0, 0, HEADERS + segments.length * HEADER_SIZE);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(18, machine, true);
  view.setBigUint64(32, BigInt(HEADERS), true);
  view.setUint16(54, HEADER_SIZE, true);
  view.setUint16(56, segments.length, true);
  for (const [at, { type = LOAD, offset, address, memorySize }] of segments.entries()) {
    const header = HEADERS + at * HEADER_SIZE;
    view.setUint32(header, type, true);
    view.setBigUint64(header + 8, BigInt(offset), true);
    view.setBigUint64(header + 16, BigInt(address), true);
    view.setBigUint64(header + 32, BigInt(Math.min(memorySize, 0x100)), true);
    view.setBigUint64(header + 40, BigInt(memorySize), true);
  }
  return bytes;
}
