/** The program from source on an emulated arm64. */
import { fromSource, type Make } from "../support/real_program.ts";
import { smokeTests } from "../smoke/smoke.ts";
import { emulation } from "./emulation.ts";

function emulated(): Make | string {
  const found = emulation();
  if (typeof found === "string") return found;
  const { args, env } = fromSource();
  const [command, ...options] = found.command;
  return { name: "arm64", command, args: [...options, found.deno, ...args], env };
}

// The newest Deno that npm has for arm64 is one that may send a refresh token twice.
smokeTests(emulated(), false);
