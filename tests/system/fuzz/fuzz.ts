/**
 * The long attack: `deno task test:fuzz --requests 200000 --seed 1`. Ends with 1 if the program died, answered a good
 * question wrongly, left a request hanging, called a request its own fault (500), or kept memory.
 */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { makes } from "../../support/real_program.ts";
import { ask, Scene } from "../../support/scene.ts";
import { attack, type Found, memoryOf, told } from "./attack.ts";

const SLICES = 10;
/** Small spaces for new things, and old ones looked through early. */
const THRIFTY = "--v8-flags=--optimize-for-size,--max-semi-space-size=1";
/** As many slices go before: what is loaded, compiled and set aside by use is there then. From then on memory may grow by so much. */
const WARM_SLICES = 6;
const MOST_GROWTH = 0.1;

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(args: readonly string[]): Promise<number> {
  const options = {
    requests: { type: "string", default: "200000" },
    seed: { type: "string", default: "1" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const [count, seed] = [Number(values.requests), Number(values.seed)];
  const [source] = makes();
  assert.ok(source !== undefined && source.args[0] === "run");
  // A collector that lets garbage lie, as it may, would hide a leak as well as look like one.
  const make = { ...source, args: ["run", THRIFTY, ...source.args.slice(1)] };
  await using scene = new Scene({ make, env: { TOKEN_SERVER_LOG_LEVEL: "info" } });
  const server = await scene.serve();
  const { id } = await scene.signIn();
  const { body: token } = await ask(server, id);
  const found: Found[] = [];
  const memory: (number | undefined)[] = [];
  for (let slice = 0; slice < WARM_SLICES + SLICES; slice++) {
    found.push(
      await attack(server, { id, token, count: Math.ceil(count / SLICES), seed: seed * 1000 + slice }),
    );
    memory.push(await memoryOf(server.process.pid));
    say(
      `seed ${seed}, slice ${slice + 1} of ${WARM_SLICES + SLICES}\n${
        told(found[slice] ?? assert.fail())
      }\nmemory: ${memory[slice]} KiB`,
    );
  }
  const bad = found.some((one) => one.wrong.length > 0 || one.hung > 0 || one.faults.length > 0);
  const [before, after] = [memory[WARM_SLICES - 1], memory.at(-1)];
  const grown = before !== undefined && after !== undefined && after > before * (1 + MOST_GROWTH);
  const { code } = await server.stop();
  await scene.end();
  const bug = /level=error|"level":"error"/.test(server.process.stderr);
  for (const line of found.flatMap(({ wrong }) => wrong).slice(0, 5)) say(`WRONG ${line}`);
  for (const request of found.flatMap(({ faults }) => faults).slice(0, 20)) say(`FAULT ${request}`);
  if (grown) say("GROWN");
  if (bug || code !== 0) say(`ended with ${code}\n${server.process.stderr.slice(-3000)}`);
  return bad || grown || bug || code !== 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
