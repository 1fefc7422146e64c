/**
 * Requests that come through a proxy, as its client sent them. What `Forwarded` and `X-Forwarded-…` say is believed of the
 * proxies that the settings name, and of nobody else: anybody can write such a header.
 */
import type { Log } from "../core/ports.ts";
import { hostAllowed, type HostRule, peerAddress } from "./guard.ts";
import type { PeerInfo } from "./deps.ts";

/** An address as 128 bits; IPv4 in its place among IPv6 (`::ffff:a.b.c.d`). */
type Bits = bigint;

interface Range {
  readonly first: Bits;
  /** So many of the low bits may be anything. */
  readonly free: bigint;
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const MAPPED: Bits = 0xffffn << 32n;
/** `192.0.2.7`, `192.0.2.7:4711`, `[2001:db8::7]:4711`, `2001:db8::7%eth0`. */
const NODE = /^(?:([\d.]+)(?::\d+)?|\[([0-9a-f:.]+)(?:%[^\]]*)?\](?::\d+)?|([0-9a-f:.]+)(?:%.*)?)$/i;
/** One `name=value` of the header `Forwarded` (RFC 7239, section 4). */
const PAIR = /\b(for|host|proto)=(?:"([^"]*)"|([^\s;,"]*))/gi;

const MOST_TOLD = 20;

/** What a proxy says of the request that it passes on. */
interface Told {
  /** The machines on the way, the client first. */
  readonly nodes: readonly string[];
  readonly host?: string | undefined;
  readonly proto?: string | undefined;
}

/** A request and its sender, as the innermost proxy that is trusted tells of them. */
export interface Seen {
  readonly request: Request;
  readonly info: PeerInfo;
}

/** The proxies that are believed. */
export class TrustedProxies {
  readonly #ranges: readonly Range[];

  /** Takes IP addresses and ranges such as `192.168.1.0/24`. */
  constructor(ranges: readonly string[]) {
    this.#ranges = ranges.flatMap((text) => rangeOf(text) ?? []);
  }

  /** Whether this is the address of one. */
  has(address: string): boolean {
    const bits = bitsOf(address);
    return bits !== undefined && this.#ranges.some(({ first, free }) => bits >> free === first >> free);
  }

  /**
   * The request as the client sent it, and the client as its peer; both untouched unless a trusted proxy sends them. A
   * host is taken from a header only where the request's own Host is allowed by `rule`: a page that was rebound to the
   * proxy can write `X-Forwarded-Host` as well.
   */
  see(request: Request, info: PeerInfo, rule: HostRule): Seen {
    if (!this.has(peerAddress(info))) return { request, info };
    const told = toldIn(request.headers);
    if (told === undefined) return { request, info };
    const client = this.#client(told.nodes);
    const { transport, hostname } = info.remoteAddr;
    return {
      request: asSent(request, told, rule),
      info: { remoteAddr: { transport, hostname: client ?? hostname ?? "" }, isTold: true },
    };
  }

  /** The nearest machine that is no trusted proxy; beyond one that is not named nothing can be believed. */
  #client(nodes: readonly string[]): string | undefined {
    let nearest: string | undefined;
    for (const node of nodes.toReversed()) {
      const address = addressIn(node);
      if (address === undefined) break;
      nearest = address;
      if (!this.has(address)) break;
    }
    return nearest;
  }
}

/** Tells once of each proxy that is not believed: its users' addresses and https are not seen until it is. */
export class StrangeProxies {
  readonly #log: Log;
  readonly #told = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Looks whether this request says that it came through one. */
  look({ headers }: Request, info: PeerInfo | undefined): void {
    if (info?.isTold || !(headers.has("x-forwarded-for") || headers.has("forwarded"))) return;
    const proxy = peerAddress(info);
    if (this.#told.has(proxy) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(proxy);
    this.#log.info("a proxy is not trusted", { proxy, setting: "TOKEN_SERVER_TRUSTED_PROXIES" });
  }
}

/** `X-Forwarded-…` goes first: it is what proxies set unless told otherwise, and `Forwarded` may be the client's. */
function toldIn(headers: Headers): Told | undefined {
  const nodes = headers.get("x-forwarded-for");
  const host = headers.get("x-forwarded-host");
  const proto = headers.get("x-forwarded-proto");
  if (nodes !== null || host !== null || proto !== null) {
    // A proxy that adds to a list writes at its end; https was spoken by the first.
    return {
      nodes: listIn(nodes),
      host: listIn(host).at(-1),
      proto: listIn(proto)[0],
    };
  }
  const forwarded = headers.get("forwarded");
  return forwarded === null ? undefined : toldByForwarded(forwarded);
}

function toldByForwarded(text: string): Told {
  const values = { for: [] as string[], host: [] as string[], proto: [] as string[] };
  for (const [, name = "", quoted, bare] of text.matchAll(PAIR)) {
    values[name.toLowerCase() as keyof typeof values].push(quoted ?? bare ?? "");
  }
  return { nodes: values.for, host: values.host.at(-1), proto: values.proto[0] };
}

function listIn(text: string | null): readonly string[] {
  return text?.split(",").map((one) => one.trim()).filter((one) => one !== "") ?? [];
}

/** The same request under the address that the client used. */
function asSent(request: Request, { host, proto }: Told, rule: HostRule): Request {
  const own = request.headers.get("host") ?? "";
  const named = host !== undefined && hostAllowed(own, rule) ? host : own;
  const scheme = proto?.toLowerCase() === "https" ? "https" : "http";
  const start = request.url.indexOf("/", request.url.indexOf("://") + 3);
  const address = `${scheme}://${named}${start === -1 ? "/" : request.url.slice(start)}`;
  if (!URL.canParse(address)) return request;
  const sent = new Request(address, request);
  sent.headers.set("host", named);
  return sent;
}

/** The address in the name of a machine, without port and zone. */
function addressIn(node: string): string | undefined {
  const [, bare, bracketed, plain] = NODE.exec(node) ?? [];
  const text = bare ?? bracketed ?? plain;
  if (text === undefined || bitsOf(text) === undefined) return undefined;
  return peerAddress({ remoteAddr: { transport: "tcp", hostname: text } });
}

function rangeOf(text: string): Range | undefined {
  const [address = "", bits] = text.split("/");
  const first = bitsOf(address);
  if (first === undefined) return undefined;
  const all = IPV4.test(address) ? 32 : 128;
  return { first, free: BigInt(all - Number(bits ?? all)) };
}

function bitsOf(text: string): Bits | undefined {
  if (IPV4.test(text)) return MAPPED | numberOf(text.split("."), 8n, 10);
  if (!text.includes(":") || !URL.canParse(`http://[${text}]/`)) return undefined;
  // The address parser of the runtime gives hexadecimal groups, with the longest row of zeros as `::`.
  const [head = "", tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split("::");
  const [before, after] = [groupsOf(head), groupsOf(tail ?? "")];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return numberOf([...before, ...zeros, ...after], 16n, 16);
}

function groupsOf(text: string): readonly string[] {
  return text === "" ? [] : text.split(":");
}

function numberOf(digits: readonly string[], width: bigint, base: number): bigint {
  return digits.reduce((sum, digit) => (sum << width) | BigInt(parseInt(digit, base)), 0n);
}
