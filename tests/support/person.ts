/** A person with a browser before a real server: keeps the session's cookie and sends forms as our pages do. */
import type { RealServer } from "./real_program.ts";

/** Of every person that is not given another. */
export const PASSWORD = "correct horse battery";

const SETUP_LINK = /^ +(http:\/\/\S+\/welcome\?code=(\S+))$/m;

export class Person {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  /** `origin` as in `http://127.0.0.1:8948`; cookies of an earlier one may be kept. */
  constructor(origin: string, before?: Person) {
    this.#origin = origin;
    if (before !== undefined) { for (const [name, value] of before.#cookies) this.#cookies.set(name, value); }
  }

  /** Follows the setup link that the server has printed, sets the first password and is signed in. */
  static async claiming(server: RealServer, password = PASSWORD): Promise<Person> {
    const code = (await server.process.printed(SETUP_LINK))[2] ?? "";
    return await Person.withCode(server, code, password);
  }

  /** Enters the setup code, sets the first password and is signed in. */
  static async withCode({ origin }: RealServer, code: string, password = PASSWORD): Promise<Person> {
    const person = new Person(origin);
    const link = `/welcome?code=${code}`;
    const answer = await person.send("/welcome", { code, password }, link);
    if (answer.status !== 303) throw new Error(`Cannot set the first password: ${await answer.text()}`);
    await answer.body?.cancel();
    return person;
  }

  /** The value of the session's cookie; empty without one. */
  get session(): string {
    return this.#cookies.get("token-server-session") ?? "";
  }

  /** Follows no redirect. */
  async get(path: string): Promise<Response> {
    return await this.#fetch(path, {});
  }

  /** The status of a page. */
  async status(path: string): Promise<number> {
    const answer = await this.get(path);
    await answer.body?.cancel();
    return answer.status;
  }

  /** Sends a form with the token that stands in the page `from`. */
  async send(path: string, fields: Readonly<Record<string, string>>, from = path): Promise<Response> {
    const page = await (await this.get(from)).text();
    const form = /name="form" value="([^"]+)"/.exec(page)?.[1] ?? "";
    return await this.#fetch(path, {
      method: "POST",
      headers: { origin: this.#origin },
      body: new URLSearchParams({ form, ...fields }),
    });
  }

  /** Sends a form and answers the status alone. */
  async submit(path: string, fields: Readonly<Record<string, string>>, from = path): Promise<number> {
    const answer = await this.send(path, fields, from);
    await answer.body?.cancel();
    return answer.status;
  }

  /** With the password, wherever that leads. */
  signIn(password = PASSWORD): Promise<number> {
    return this.submit("/sign-in", { password });
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...this.#cookies].map((pair) => pair.join("=")).join("; "));
    const answer = await fetch(this.#origin + path, { ...init, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }
}
