/**
 * `page_check.ts FILE…` fails if one of the files is an executable for Linux on aarch64 that a kernel with pages of 4,
 * 16 or 64 KiB would map wrongly.
 */
import { PAGE_SIZES, pageTroubles, readElf } from "./elf.ts";

/** What is wrong with a file, a line each; empty for one that is well, and for one that is not for aarch64. */
export function pageReport(name: string, file: Uint8Array): string[] {
  const elf = readElf(file);
  if (elf?.machine !== "aarch64") return [];
  return PAGE_SIZES.flatMap((page) =>
    pageTroubles(elf, page).map((trouble) => `${name}: with pages of ${page / 1024} KiB ${trouble}`)
  );
}

function main(paths: readonly string[]): number {
  const lines = paths.map((path) => [path, pageReport(path, Deno.readFileSync(path))] as const);
  const text = lines.map(([path, report]) => report.length === 0 ? `${path}: ok` : report.join("\n"));
  Deno.stdout.writeSync(new TextEncoder().encode(`${text.join("\n")}\n`));
  return lines.some(([, report]) => report.length > 0) ? 1 : 0;
}

if (import.meta.main) Deno.exit(main(Deno.args));
