/** Numbers of several rounds. */

/** The middle, and the outer quarters that say how far the rounds were apart. */
export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

/** The value below which the part `share` of the values is. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Median and quartiles. */
export function spread(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), lower: quantile(values, 0.25), upper: quantile(values, 0.75) };
}

/** The ratios of two rows of rounds, round by round: what slows a whole round down is not in them. */
export function ratios(values: readonly number[], baseline: readonly number[]): Spread {
  return spread(values.map((value, round) => value / (baseline[round] ?? NaN)));
}

/** `0.95 [0.93–0.98]` */
export function shown({ median, lower, upper }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} [${lower.toFixed(digits)}–${upper.toFixed(digits)}]`;
}

/** In another order each time, so that no contender always comes after the same other. */
export function shuffled<T>(list: readonly T[]): T[] {
  const rest = [...list];
  for (let left = rest.length - 1; left > 0; left--) {
    const other = Math.floor(Math.random() * (left + 1));
    [rest[left], rest[other]] = [rest[other] as T, rest[left] as T];
  }
  return rest;
}
