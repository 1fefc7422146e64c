/**
 * Who may speak to this server under which name. A name that an attacker can point at this machine (DNS rebinding)
 * gets nothing, unless the request carries an id that such a page cannot know.
 */
import type { Log } from "../core/ports.ts";
import type { Hosts, PeerInfo } from "./deps.ts";

/** Endings that no public DNS hands out, so nobody outside can point such a name here. */
const HOME_ENDINGS = [
  "",
  ".local",
  ".lan",
  ".home",
  ".home.arpa",
  ".internal",
  ".localdomain",
  ".fritz.box",
];
const AUTHORITY = /^(\[[0-9a-f:.]+(?:%[0-9a-z._~-]+)?\]|[a-z0-9_][a-z0-9._-]{0,252}?)\.?(?::\d{0,5})?$/;
const IPV4 = /^(\d{1,3}\.){3}\d{1,3}$/;
const MOST_REFUSED = 20;
const MOST_LOGGED = 100;

/** The names that are allowed besides IP literals and localhost. */
export interface HostRule {
  readonly publicHost?: string | undefined;
  readonly allowed: readonly string[];
  readonly machineName?: string | undefined;
}

/** The name in a Host header: lower case, without port and final dot. Undefined if it is none. */
export function hostName(header: string): string | undefined {
  return AUTHORITY.exec(header.trim().toLowerCase())?.[1];
}

/** Whether a server with this rule may be addressed so. */
export function hostAllowed(header: string, rule: HostRule): boolean {
  const name = hostName(header);
  if (name === undefined) return false;
  if (name === "localhost" || IPV4.test(name) || name.startsWith("[")) return true;
  const machine = rule.machineName === undefined ? undefined : hostName(rule.machineName);
  // macOS and some routers give the machine a name with an ending of its own.
  const machines = machine === undefined ? [] : [machine, machine.split(".")[0] ?? machine];
  return machines.some((known) => HOME_ENDINGS.some((ending) => name === known + ending)) ||
    name === rule.publicHost ||
    rule.allowed.some((allowed) => hostName(allowed) === name);
}

/** The address of a peer as one text per machine: an IPv4 peer of a dual-stack listener comes as `::ffff:a.b.c.d`. */
export function peerAddress(info: PeerInfo | undefined): string {
  return (info?.remoteAddr.hostname ?? "").toLowerCase().replace(/^::ffff:(?=[\d.]+$)/, "");
}

/** Whether the peer is a program on this machine. */
export function isLoopback(info: PeerInfo | undefined): boolean {
  return /^(::1|127\.\d+\.\d+\.\d+)$/.test(peerAddress(info));
}

function hostOf(request: Request): string {
  return request.headers.get("host") ?? "";
}

/** The Host rule at work, and the names that it has refused. */
export class HostGuard {
  readonly #hosts: Hosts;
  readonly #log: Log;
  readonly #publicHost: string | undefined;
  readonly #refused = new Set<string>();
  #logged = 0;

  constructor(hosts: Hosts, log: Log) {
    this.#hosts = hosts;
    this.#log = log;
    this.#publicHost = hosts.publicUrl === undefined ? undefined : hostName(new URL(hosts.publicUrl).host);
  }

  /** Whether this request may be answered; a name that may not is remembered. */
  admits(request: Request): boolean {
    const host = hostOf(request);
    const allowed = hostAllowed(host, this.rule());
    if (!allowed) this.#remember(hostName(host));
    return allowed;
  }

  /** The names that are allowed now. */
  rule(): HostRule {
    const { machineName } = this.#hosts;
    return { publicHost: this.#publicHost, allowed: this.#hosts.allowed(), machineName };
  }

  /** Names that were asked for and refused, oldest first. */
  refused(): readonly string[] {
    return [...this.#refused];
  }

  /** It is allowed now. */
  forget(name: string): void {
    this.#refused.delete(name);
  }

  #remember(name: string | undefined): void {
    if (name === undefined || this.#refused.has(name)) return;
    this.#refused.add(name);
    const oldest = this.#refused.values().next().value;
    if (this.#refused.size > MOST_REFUSED && oldest !== undefined) this.#refused.delete(oldest);
    if (++this.#logged > MOST_LOGGED) return;
    this.#log.warn("host name refused", {
      name,
      hint: "allow it on the home page or in TOKEN_SERVER_ALLOWED_HOSTS",
    });
  }
}
