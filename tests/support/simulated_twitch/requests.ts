// What arrived: the parameters of a request wherever they stood, and the log of all requests.

/** Where a request went; "other" is no address of Twitch's. */
export type Endpoint = typeof ENDPOINTS[number];

const ENDPOINTS = [
  "authorize",
  "token",
  "device",
  "validate",
  "revoke",
  "helix",
  "activate",
  "other",
] as const;

/** Parameters by name, of the body before those of the query. Empty ones are left out, as Twitch sees them. */
export type Parameters = Partial<Record<string, string>>;

/** One request that arrived. */
export interface RequestRecord {
  endpoint: Endpoint;
  method: string;
  /** Milliseconds since the epoch. */
  at: number;
  params: Parameters;
  /** Where the parameters stood: a secret in the query would end up in logs. */
  inQuery: readonly string[];
  /** What came in the header Authorization after its scheme. */
  token: string | undefined;
  /** "cut" if no answer came; undefined while it is being worked on. */
  status: number | "cut" | undefined;
}

/** The endpoint of an address; host and port do not matter. */
export function endpointOf(pathname: string): Endpoint {
  if (pathname === "/activate") return "activate";
  if (pathname.startsWith("/helix/")) return "helix";
  const [, name] = /^\/oauth2\/(authorize|token|device|validate|revoke)$/.exec(pathname) ?? [];
  return (name as Endpoint | undefined) ?? "other";
}

/** Reads query and body: urlencoded or multipart; a body of any other type has no parameters. */
export async function readParameters(request: Request): Promise<Parameters> {
  const params: Parameters = {};
  for (const [name, value] of await bodyEntries(request)) if (value !== "") params[name] ??= value;
  for (const [name, value] of new URL(request.url).searchParams) if (value !== "") params[name] ??= value;
  return params;
}

async function bodyEntries(request: Request): Promise<Iterable<[string, string]>> {
  const type = request.headers.get("content-type") ?? "";
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
    return new URLSearchParams(await request.text());
  }
  if (!/^multipart\/form-data\b/i.test(type)) return [];
  try {
    const form = await request.formData();
    return [...form].filter((entry): entry is [string, string] => typeof entry[1] === "string");
  } catch (error) {
    if (error instanceof TypeError) return []; // malformed: as if nothing had been sent
    throw error;
  }
}

/** The header Authorization, cut in two: the scheme in lower case, and what follows. */
export function credentials(request: Request): { scheme: string; token: string } | undefined {
  const [, scheme = "", token = ""] = /^(\S+) +(\S.*)$/.exec(request.headers.get("authorization") ?? "") ??
    [];
  return token === "" ? undefined : { scheme: scheme.toLowerCase(), token };
}

/** All requests so far, and those who wait for the next. */
export class RequestLog {
  readonly records: RequestRecord[] = [];
  #waiting: { endpoint: Endpoint; count: number; arrived: () => void }[] = [];

  /** Notes an arrival and wakes who waited for it. */
  add(record: RequestRecord): void {
    this.records.push(record);
    const due = this.#waiting.filter(({ endpoint, count }) => this.count(endpoint) >= count);
    this.#waiting = this.#waiting.filter((waiter) => !due.includes(waiter));
    for (const { arrived } of due) arrived();
  }

  /** How many requests arrived at an endpoint. */
  count(endpoint: Endpoint): number {
    return this.records.filter((record) => record.endpoint === endpoint).length;
  }

  /** How many requests arrived at each endpoint. */
  counts(): Record<Endpoint, number> {
    return Object.fromEntries(ENDPOINTS.map((one) => [one, this.count(one)])) as Record<Endpoint, number>;
  }

  /** Settles once `count` requests in all have arrived at an endpoint. */
  arrivals(endpoint: Endpoint, count: number): Promise<void> {
    if (this.count(endpoint) >= count) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ endpoint, count, arrived: resolve });
    return promise;
  }
}
