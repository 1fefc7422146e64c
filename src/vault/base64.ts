import type { Bytes } from "./envelope.ts";

/** Bytes as base64 with padding. */
export function textOf(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The bytes; undefined unless the text is exactly what `textOf` makes of them. */
export function bytesOf(text: string): Bytes | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return textOf(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}
