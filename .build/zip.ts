/** Reads one file out of a zip archive. */

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const DEFLATED = 8;

/** The content of the named file. Throws if the archive has none of that name, or cannot be understood. */
export async function unzip(
  archive: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  let end = archive.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end -= 1;
  if (end < 0) throw new Error("Cannot read the archive: it is no zip file, or cut off");
  let at = view.getUint32(end + 16, true);
  while (view.getUint32(at, true) === ENTRY) {
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true)) as [
      number,
      number,
      number,
    ];
    if (new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength)) === name) {
      return await content(archive, view, at);
    }
    at += 46 + nameLength + extra + comment;
  }
  throw new Error(`Cannot read the archive: there is no ${name} in it`);
}

async function content(archive: Uint8Array<ArrayBuffer>, view: DataView, entry: number) {
  const [method, packed, whole] = [
    view.getUint16(entry + 10, true),
    view.getUint32(entry + 20, true),
    view.getUint32(entry + 24, true),
  ];
  const local = view.getUint32(entry + 42, true);
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const bytes = archive.subarray(start, start + packed);
  const plain = method === DEFLATED
    ? new Uint8Array(
      await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")))
        .arrayBuffer(),
    )
    : bytes;
  if (plain.length !== whole) throw new Error("Cannot read the archive: a file in it is damaged");
  return plain;
}
