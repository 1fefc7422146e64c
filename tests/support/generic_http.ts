/**
 * Companion's Generic HTTP module as its versions have it: got 12 (up to 2.1), 14 (2.4 to 2.7) and 15 (3.x), each with
 * its own repeats.
 */
import { got as got12 } from "got-cjs";
import got14 from "got14";
import got15 from "got15";

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** One version of the module. */
export interface Module {
  readonly name: string;
  /** Text goes out as text/plain, anything else as JSON, as the module's two common content types. */
  send(method: Method, url: string, body?: unknown): Promise<Answer>;
}

/** What all versions of got have of what the module uses. */
type Got = (
  url: string,
  options: {
    method: Method;
    throwHttpErrors: false;
    json?: unknown;
    body?: string;
    headers?: Record<string, string>;
  },
) => PromiseLike<{ statusCode: number; body: string }>;

function moduleWith(name: string, got: Got): Module {
  return {
    name,
    async send(method, url, body): Promise<Answer> {
      const headers = { "content-type": "text/plain" };
      const content = body === undefined ? {} : typeof body === "string" ? { body, headers } : { json: body };
      const { statusCode, body: answer } = await got(url, { method, throwHttpErrors: false, ...content });
      return { status: statusCode, body: answer };
    },
  };
}

/** The versions. */
export const MODULES: readonly Module[] = [
  moduleWith("got 12", got12 as unknown as Got),
  moduleWith("got 14", got14 as unknown as Got),
  moduleWith("got 15", got15 as unknown as Got),
];
