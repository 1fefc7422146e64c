/** PNG (ISO/IEC 15948) as far as our pictures need it: a palette, one byte for each pixel, no interlacing. */

/** Red, green and blue, 0 to 255 each. */
export type Rgb = readonly [number, number, number];

/** A picture, row by row from its top left corner. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** At most 256 colours. */
  readonly palette: readonly Rgb[];
  /** For each pixel the place of its colour in the palette; `width * height` bytes. */
  readonly colours: Uint8Array;
}

const SIGNATURE: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const CRC_POLYNOMIAL = 0xedb88320;

/** The bytes of a PNG file that shows these pixels. */
export async function encodePng(pixels: Pixels): Promise<Uint8Array<ArrayBuffer>> {
  const parts = [
    new Uint8Array(SIGNATURE),
    chunk("IHDR", header(pixels)),
    chunk("PLTE", new Uint8Array(pixels.palette.flat())),
    chunk("IDAT", await deflate(scanlines(pixels))),
    chunk("IEND", new Uint8Array(0)),
  ];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function header({ width, height }: Pixels): Uint8Array {
  const bytes = new Uint8Array(13);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  bytes[8] = 8; // Bits for each pixel.
  bytes[9] = 3; // Its colour is a place in the palette.
  return bytes;
}

/** Each row begins with the number of its filter: 0, none. */
function scanlines({ width, height, colours }: Pixels): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    bytes.set(colours.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  return bytes;
}

/** As zlib writes it, which is what the web's "deflate" means and PNG wants. */
async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** The length of the data, the type, the data, and a CRC of the latter two. */
function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc(bytes.subarray(4, data.length + 8)));
  return bytes;
}

function crc(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? CRC_POLYNOMIAL : 0);
  }
  return ~rest >>> 0;
}
