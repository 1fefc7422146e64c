// A certificate for one test: self-signed, ECDSA P-256, made afresh, so that no private key lies in the repository.
// DER is written by hand (X.690); the fields are those of RFC 5280 §4.1.

type Bytes = Uint8Array<ArrayBuffer>;

const SEQUENCE = 0x30;
const SET = 0x31;
const ECDSA_WITH_SHA256 = object("2a8648ce3d040302");
const COMMON_NAME = object("550403");
const SUBJECT_ALT_NAME = object("551d11");

/**
 * PEM texts for 127.0.0.1, localhost and the names, valid for a day on either side of `now` (milliseconds since the
 * epoch).
 */
export async function selfSignedCertificate(
  now = Date.now(),
  hosts: readonly string[] = [],
): Promise<{ cert: string; key: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const body = certificateBody(publicKey, now, hosts);
  const hash = { name: "ECDSA", hash: "SHA-256" };
  const signature = ecdsaSignature(new Uint8Array(await crypto.subtle.sign(hash, pair.privateKey, body)));
  const certificate = der(SEQUENCE, body, der(SEQUENCE, ECDSA_WITH_SHA256), bitString(signature));
  const privateKey = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return { cert: pem("CERTIFICATE", certificate), key: pem("PRIVATE KEY", privateKey) };
}

function certificateBody(publicKey: Bytes, now: number, hosts: readonly string[]): Bytes {
  const day = 86_400_000;
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(0x0c, ascii("simulated Twitch")))));
  const named = ["localhost", ...hosts].map((host) => der(0x82, ascii(host)));
  const names = der(SEQUENCE, ...named, der(0x87, new Uint8Array([127, 0, 0, 1])));
  const extension = der(SEQUENCE, SUBJECT_ALT_NAME, der(0x04, names));
  return der(
    SEQUENCE,
    der(0xa0, der(0x02, new Uint8Array([2]))), // version 3
    der(0x02, new Uint8Array([1, ...crypto.getRandomValues(new Uint8Array(8))])), // serial number
    der(SEQUENCE, ECDSA_WITH_SHA256),
    name, // issuer
    der(SEQUENCE, time(now - day), time(now + day)),
    name, // subject
    publicKey,
    der(0xa3, der(SEQUENCE, extension)),
  );
}

function der(tag: number, ...contents: Bytes[]): Bytes {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) digits.unshift(rest & 0xff);
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 | digits.length, ...digits];
  return new Uint8Array([...head, ...contents.flatMap((content) => [...content])]);
}

/** WebCrypto gives r and s as they are, 32 bytes each; X.509 wants them as two integers. */
function ecdsaSignature(raw: Bytes): Bytes {
  return der(SEQUENCE, integer(raw.slice(0, 32)), integer(raw.slice(32)));
}

function integer(bytes: Bytes): Bytes {
  const first = bytes.findIndex((byte) => byte !== 0);
  const significant = bytes.slice(first < 0 ? bytes.length - 1 : first);
  const positive = (significant[0] ?? 0) < 0x80 ? [...significant] : [0, ...significant];
  return der(0x02, new Uint8Array(positive));
}

function bitString(bytes: Bytes): Bytes {
  return der(0x03, new Uint8Array([0]), bytes);
}

function object(hex: string): Bytes {
  return der(0x06, new Uint8Array(hex.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? []));
}

function time(milliseconds: number): Bytes {
  const digits = new Date(milliseconds).toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return der(0x18, ascii(digits)); // 20260102030405Z
}

function ascii(text: string): Bytes {
  return new TextEncoder().encode(text);
}

function pem(label: string, bytes: Bytes): string {
  const lines = btoa(String.fromCharCode(...bytes)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
