import type { AppError } from "../core/error.ts";
import type { Say } from "./words/say.tsx";

/** A foreseen failure in the language of the page: what failed, and what to do. */
export function told(say: Say, { message, hint }: AppError): string {
  return [message, hint].flatMap((text) => text === undefined ? [] : [`${say.sentence(text)}.`]).join(" ");
}
