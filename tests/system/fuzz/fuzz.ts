/**
 * The long attack: `deno task test:fuzz --requests 200000 --seed 1`. Ends with 1 if the program died, answered a good
 * question wrongly, left a request hanging, called a request its own fault (500), or kept memory.
 */
import { parseArgs } from "node:util";
import { makes } from "../../support/real_program.ts";
import { ask, Scene } from "../../support/scene.ts";
import { attack, memoryOf, told } from "./attack.ts";

/** Share of all requests that go before the first look at the memory: what is loaded and compiled by use is there then. */
const WARM = 0.2;
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
  const [make] = makes();
  if (make === undefined) return 1;
  await using scene = new Scene({ make, env: { TOKEN_SERVER_LOG_LEVEL: "info" } });
  const server = await scene.serve();
  const { id } = await scene.signIn();
  const { body: token } = await ask(server, id);
  const warm = await attack(server, { id, token, count: Math.ceil(count * WARM), seed: seed + 1000 });
  const before = await memoryOf(server.process.pid);
  const found = await attack(server, { id, token, count, seed });
  const after = await memoryOf(server.process.pid);
  say(`seed ${seed}\n${told(found)}\nmemory: ${before} KiB before, ${after} KiB after`);
  const bad = [warm, found].some((one) => one.wrong.length > 0 || one.hung > 0 || one.faults.length > 0);
  const grown = before !== undefined && after !== undefined && after > before * (1 + MOST_GROWTH);
  const { code } = await server.stop();
  await scene.end();
  const bug = /level=error|"level":"error"/.test(server.process.stderr);
  for (const line of [...warm.wrong, ...found.wrong].slice(0, 5)) say(`WRONG ${line}`);
  for (const request of [...warm.faults, ...found.faults].slice(0, 20)) say(`FAULT ${request}`);
  if (grown) say("GROWN");
  if (bug || code !== 0) say(`ended with ${code}\n${server.process.stderr.slice(-3000)}`);
  return bad || grown || bug || code !== 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
