/** A bar chart as SVG, readable on light and dark pages. */

/** One bar. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Drawn in the colour that stands out. */
  readonly isOurs: boolean;
}

const WIDTH = 800;
const ROW = 34;
const TOP = 46;
const NAMES = 310;
const VALUES = 90;

/** Shorter is better. */
export function barChart(title: string, unit: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const height = TOP + bars.length * ROW + 10;
  const rows = bars.map(({ name, value, isOurs }, place) => {
    const y = TOP + place * ROW;
    const length = Math.max(2, value / most * (WIDTH - NAMES - VALUES));
    const kind = isOurs ? "ours" : "other";
    return [
      `<text x="${NAMES - 10}" y="${y + 17}" text-anchor="end"${isOurs ? ' class="strong"' : ""}>${
        escaped(name)
      }</text>`,
      `<rect class="${kind}" x="${NAMES}" y="${y}" width="${length.toFixed(1)}" height="24" rx="3"/>`,
      `<text x="${(NAMES + length + 8).toFixed(1)}" y="${y + 17}">${
        value.toFixed(value < 100 ? 1 : 0)
      } ${unit}</text>`,
    ].map((line) => `  ${line}\n`).join("");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
  <title>${escaped(title)}</title>
  <style>
    text { font: 14px system-ui, sans-serif; fill: #24292f }
    .strong { font-weight: 600 }
    .ours { fill: #6f42c1 }
    .other { fill: #8c959f }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #a371f7 } }
  </style>
  <text x="10" y="26" class="strong">${escaped(title)}</text>
${rows.join("")}</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
