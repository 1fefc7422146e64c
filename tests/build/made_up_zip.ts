/** A file in an archive. */
export interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly deflated: boolean;
}

/** An archive as zip programs write it: entries, their list, the end; with extra fields and comments that differ. */
export async function zip(entries: readonly Entry[]): Promise<Uint8Array<ArrayBuffer>> {
  const [bodies, list]: [number[], number[]] = [[], []];
  for (const { name, bytes, deflated } of entries) {
    const packed = deflated ? await deflate(bytes) : bytes;
    const sizes = [...le(packed.length, 4), ...le(bytes.length, 4)];
    const at = bodies.length;
    const word = [...new TextEncoder().encode(name)];
    const method = le(deflated ? 8 : 0, 2);
    bodies.push(
      0x50,
      0x4b,
      3,
      4,
      ...le(20, 2),
      0,
      0,
      ...method,
      ...le(0, 8),
      ...sizes,
      ...le(word.length, 2),
      ...le(3, 2),
    );
    bodies.push(...word, 1, 2, 3, ...packed);
    list.push(0x50, 0x4b, 1, 2, ...le(20, 4), 0, 0, ...method, ...le(0, 8), ...sizes, ...le(word.length, 2));
    list.push(...le(2, 2), ...le(1, 2), ...le(0, 8), ...le(at, 4), ...word, 9, 9, 35);
  }
  const count = le(entries.length, 2);
  const end = [
    0x50,
    0x4b,
    5,
    6,
    0,
    0,
    0,
    0,
    ...count,
    ...count,
    ...le(list.length, 4),
    ...le(bodies.length, 4),
    0,
    0,
  ];
  return new Uint8Array([...bodies, ...list, ...end]);
}

function le(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, at) => at < 4 ? (value >>> (8 * at)) & 255 : 0);
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
