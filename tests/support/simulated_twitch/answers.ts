// The shapes of Twitch's answers. All of them carry Content-Length, so that a fault can promise more than it sends.

/** Twitch says no: `{"status","message"}` on /oauth2, the same with `error` before them on /helix. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An answer with this text, its length declared. */
export function textAnswer(
  status: number,
  contentType: string,
  text: string,
  headers: Record<string, string> = {},
): Response {
  const body = new TextEncoder().encode(text);
  return new Response(body, {
    status,
    headers: { "content-type": contentType, "content-length": `${body.length}`, ...headers },
  });
}

/** An answer of id.twitch.tv: compact JSON in the order of the object's keys. */
export function jsonAnswer(status: number, value: unknown): Response {
  return textAnswer(status, "application/json", JSON.stringify(value));
}

/** A page for a browser. */
export function htmlAnswer(status: number, html: string): Response {
  return textAnswer(status, "text/html; charset=utf-8", html);
}

/** Sends the browser elsewhere. */
export function redirectAnswer(location: string): Response {
  return new Response(null, { status: 302, headers: { location, "content-length": "0" } });
}

/** What a wrong method or an unknown path gets: plain text, not JSON (#132, #862). */
export function notFound(): Response {
  return textAnswer(404, "text/plain; charset=utf-8", "404 page not found\n");
}

/** The reason phrase of a status, as it stands in `error`. */
export function reasonPhrase(status: number): string {
  return REASONS[status] ?? "";
}

const REASONS: Record<number, string> = {
  200: "OK",
  204: "No Content",
  302: "Found",
  307: "Temporary Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
