/** Malformed HTTP requests out of a seed: the same seed gives the same bytes. */
import type { Random } from "../../support/simulated_twitch/random.ts";

const ENCODER = new TextEncoder();
const UNKNOWN = "00000000-0000-4000-8000-000000000000";

/** What requests look like before something is wrong with them. */
const WHOLE: readonly string[] = [
  `GET /token?id=${UNKNOWN} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: got\r\n\r\n`,
  `GET /token.json?id=${UNKNOWN} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n`,
  `GET /status.png?id=${UNKNOWN} HTTP/1.1\r\nHost: pi.local:8948\r\n\r\n`,
  `GET /?id=%7B${UNKNOWN}%7D HTTP/1.1\r\nHost: 192.168.1.20:8948\r\n\r\n`,
  "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: token-server-session=x\r\nAccept-Language: de\r\n\r\n",
  "GET /callback?code=abcdefghij&state=x HTTP/1.1\r\nHost: localhost\r\nCookie: token-server-attempt-x=y\r\n\r\n",
  `POST /as/${UNKNOWN}/say HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello`,
  `PUT /as/${UNKNOWN}/helix/users HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\n\r\npassword=xx",
  "POST /settings/backup/restore HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9\r\n\r\n--b\r\n\r\n--",
  "POST /control HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nContent-Length: 2\r\n\r\n{}",
  "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
];

/** Bytes that parsers stumble over. */
const ODD: readonly string[] = [
  "\0",
  "\r",
  "\n",
  "\r\n\r\n",
  "\t",
  " ",
  "\x7f",
  "%",
  "%00",
  "%ff%fe",
  "%2e%2e%2f",
  "?id=",
  "&id=",
  "#",
  "://",
  "ü\u{1f984}",
  "\ud800",
  "a".repeat(3000),
  "\r\nHost: evil.example",
  "\r\nContent-Length: -1",
  "\r\nContent-Length: 99999999999999999999",
  "\r\nTransfer-Encoding: chunked",
  "\r\nTransfer-Encoding: gzip, chunked",
  "\r\nExpect: 100-continue",
  "\r\nConnection: upgrade\r\nUpgrade: websocket",
  "\r\nRange: bytes=0-,-1,5-2",
  "\r\nX: \r\n y",
  "\r\n: empty",
  "HTTP/9.9",
  "FFFFFFFFFFFFFFFF\r\n",
];

/** One request with one to four things wrong with it. */
export function malformed(random: Random): Uint8Array {
  let bytes = Array.from(ENCODER.encode(pick(random, WHOLE)));
  for (let wrong = random.integer(1, 4); wrong > 0; wrong--) bytes = spoilt(random, bytes);
  return Uint8Array.from(bytes);
}

function spoilt(random: Random, bytes: number[]): number[] {
  const at = random.integer(0, bytes.length);
  const to = Math.min(bytes.length, at + random.integer(1, 20));
  switch (random.integer(0, 6)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return [...bytes.slice(0, at), ...bytes.slice(to)];
    case 2:
      return [...bytes.slice(0, at), ...ENCODER.encode(pick(random, ODD)), ...bytes.slice(at)];
    case 3:
      return [...bytes.slice(0, to), ...bytes.slice(at)];
    case 4:
      return bytes.map((byte, place) => place === at ? byte ^ (1 << random.integer(0, 7)) : byte);
    case 5:
      return bytes.map((byte, place) => place >= at && place < to ? random.integer(0, 255) : byte);
    default: {
      // Inside a line, where a parser is least on its guard.
      const blank = bytes.indexOf(0x20, at);
      return blank === -1 ? bytes.toReversed() : bytes.with(blank, random.integer(0, 255));
    }
  }
}

function pick(random: Random, all: readonly string[]): string {
  return all[random.integer(0, all.length - 1)] ?? "";
}
