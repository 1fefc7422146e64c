/**
 * Writes the golden files anew after a change that was meant; look at the difference before you keep it.
 *
 *     deno run --allow-read --allow-write tests/core/golden/renew.ts
 */
import { goldenFiles, goldenPath } from "../../support/companion_samples.ts";

/** Writes all of them. */
export async function renewGoldenFiles(): Promise<void> {
  for (const [name, text] of goldenFiles()) await Deno.writeTextFile(goldenPath(name), `${text}\n`);
}

if (import.meta.main) await renewGoldenFiles();
