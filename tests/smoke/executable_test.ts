/** The executable that `TOKEN_SERVER_EXECUTABLE` names, on the machine that it is for. */
import type { Make } from "../support/real_program.ts";
import { smokeTests } from "./smoke.ts";

/** Without these no program can use the network on Windows. */
const NEEDED = ["SystemRoot", "TEMP", "TMP"];

function executable(): Make | string {
  const command = Deno.env.get("TOKEN_SERVER_EXECUTABLE") || undefined;
  if (command === undefined) return "TOKEN_SERVER_EXECUTABLE names none";
  const env = NEEDED.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return { name: "executable", command, args: [], env: Object.fromEntries(env) };
}

smokeTests(executable());
