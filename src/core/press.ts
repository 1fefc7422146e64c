/** A press of a short form: asks Twitch what is needed and says in one line what came of it. */
import { AppError } from "./error.ts";
import { plainLine } from "./line.ts";
import type { Login } from "./login.ts";
import type { HelixAnswer, HelixRequest } from "./ports.ts";
import type { Relay, Send } from "./relay.ts";
import { readText } from "./relay_request.ts";
import type { First, Order, ShortForm } from "./short_form.ts";

const TOO_MANY = "Twitch takes no more for a moment";

/** What came of a press: an HTTP status and one line. */
export interface Said {
  readonly status: number;
  readonly line: string;
}

/** Does what the text asks of this form. What Twitch refuses is said; throws what `Relay.pass` throws. */
export async function press(relay: Relay, login: Login, form: ShortForm, text: string): Promise<Said> {
  const order = form.read(readText(text));
  return await relay.within(login, (send) => carryOut(send, login, form, order));
}

async function carryOut(send: Send, login: Login, form: ShortForm, order: Order): Promise<Said> {
  const me = login.account.twitchId;
  let target = "";
  if (order.target !== undefined) {
    const found = await send(userNamed(order.target));
    if (!isDone(found)) return explain(form, found);
    const id = firstOf(found)["id"];
    if (typeof id !== "string") {
      return {
        status: 404,
        line: plainLine(`Cannot ${form.doing}: Twitch knows nobody called ${order.target}`),
      };
    }
    target = id;
  }
  const answer = await send(order.request({ me, target }));
  return isDone(answer) ? said(order, answer) : explain(form, answer);
}

function userNamed(login: string): HelixRequest {
  return { method: "GET", path: "users", query: new URLSearchParams({ login }).toString(), body: undefined };
}

function said(order: Order, answer: HelixAnswer): Said {
  try {
    return { status: 200, line: plainLine(order.done(firstOf(answer))) };
  } catch (error) {
    if (error instanceof AppError && error.code === "refused") {
      return { status: 409, line: plainLine(error.message) };
    }
    throw error;
  }
}

/** Why Twitch did not do it, in one line. */
export function explain(form: ShortForm, answer: HelixAnswer): Said {
  const { status } = answer;
  const message = messageOf(answer);
  // Helix: `Missing scope: channel:edit:commercial or channel_commercial` (twitchdev/issues#544).
  if (status === 401 && /scope/i.test(message)) {
    return { status, line: `Missing permission ${form.scope}: sign in again with it` };
  }
  const known = status < 500 ? form.failures.find((one) => fits(one, status, message)) : undefined;
  const why = known?.line ?? (status === 429 ? TOO_MANY : message || `Twitch answered ${status}`);
  return { status: known?.as ?? status, line: plainLine(`Cannot ${form.doing}: ${why}`) };
}

function fits(known: ShortForm["failures"][number], status: number, message: string): boolean {
  return (known.status === undefined || known.status === status) &&
    (known.when === undefined || known.when.test(message));
}

function isDone({ status }: HelixAnswer): boolean {
  return status >= 200 && status < 300;
}

function messageOf(answer: HelixAnswer): string {
  const message = objectIn(answer.text)["message"];
  return typeof message === "string" ? message : "";
}

function firstOf(answer: HelixAnswer): First {
  const { data } = objectIn(answer.text);
  const first: unknown = Array.isArray(data) ? data[0] : undefined;
  return typeof first === "object" && first !== null ? first as First : {};
}

function objectIn(text: string): First {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as First : {};
  } catch {
    return {};
  }
}
