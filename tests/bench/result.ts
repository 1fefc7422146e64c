/** What a part of the measurements hands back, and how people and programs get to read it. */

/** One goal, and whether it was reached. */
export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly value: number;
  readonly met: boolean;
}

/** A table with what was measured. */
export interface Result {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly goals: readonly Goal[];
  /** A picture of it, as SVG. */
  readonly chart?: string;
  /** Numbers, for programs. */
  readonly data: unknown;
}

/** Whether a number stays under its goal. */
export function atMost(what: string, measured: number, goal: number, unit = "", digits = 2): Goal {
  const shown = `${measured.toFixed(digits)}${unit}`;
  return { what, goal: `≤ ${goal}${unit}`, measured: shown, value: measured, met: measured <= goal };
}

/** Whether a number reaches its goal. */
export function atLeast(what: string, measured: number, goal: number, unit = "", digits = 2): Goal {
  const shown = `${measured.toFixed(digits)}${unit}`;
  return { what, goal: `≥ ${goal}${unit}`, measured: shown, value: measured, met: measured >= goal };
}

/** The tables as Markdown: readable on a terminal, and ready for a document. */
export function markdown({ title, columns, rows, goals }: Result): string {
  const tables = [table(columns, rows)];
  if (goals.length > 0) {
    const lines = goals.map((
      { what, goal, measured, met },
    ) => [what, goal, measured, met ? "yes" : "**no**"]);
    tables.push(table(["goal", "wanted", "measured", "met"], lines));
  }
  return `## ${title}\n\n${tables.join("\n")}`;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, at) => (cells[at] ?? "").padEnd(width)).join(" | ")} |\n`;
  return line(columns) + line(widths.map((width) => "-".repeat(width))) + rows.map(line).join("");
}
