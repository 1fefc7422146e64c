import { Secret } from "../../src/core/secret.ts";

/** A value with the text of every secret in its place, so that two can be compared. */
export type Unwrapped<T> = T extends Secret ? string
  : T extends readonly (infer One)[] ? Unwrapped<One>[]
  : T extends object ? { -readonly [K in keyof T]: Unwrapped<T[K]> }
  : T;

/** Everything in `value`, secrets included, for a comparison. */
export function unwrapped<T>(value: T): Unwrapped<T> {
  if (value instanceof Secret) return value.reveal() as Unwrapped<T>;
  if (Array.isArray(value)) return value.map(unwrapped) as Unwrapped<T>;
  if (typeof value !== "object" || value === null) return value as Unwrapped<T>;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, unwrapped(one)])) as Unwrapped<
    T
  >;
}
