/** No page, header, redirect, file or event stream holds a token, a secret or a password, whatever one does. */
import assert from "node:assert/strict";
import { createApp } from "../../src/http/app.tsx";
import type { HttpDeps } from "../../src/http/deps.ts";
import type { Room } from "../../src/http/room.ts";
import { leaksIn, type Place, printed } from "../support/leaks.ts";
import type { World } from "../support/world.ts";
import { PASSWORD } from "./house.ts";
import { SIGHTS } from "./sights/all.ts";
import { ERRANDS } from "./sights/errands.ts";
import { type Exchange, Stage } from "./sights/stage.ts";

/** What is typed into these fields is never said again. */
const SECRET_FIELDS = [
  ...["password", "old_password", "new_password", "client_secret"],
  ...["passphrase", "restore_secret", "address"],
];
/** Where the id of an account stands, which opens its token: on its card, on its page, in its files. */
const SHOWS_IDS = /^GET \/(\?|$|accounts\/)|^POST \/accounts\/[^/]+\/(refresh|old-ids|companion[\w.-]*)$/;
/** Where the password beside an id is shown once, and the files that it was typed for. */
const SHOWS_PASSWORDS = /^POST \/accounts\/[^/]+\/(password|companion(-triggers)?\.companionconfig)$/;
const ID_PASSWORD = /companion:([\w-]{22})@/g;
/** They answer machines. */
const FOR_MACHINES = /^(GET|POST) \/(token\.json|status(\.\w+)?|healthz|control)$/;
/** Shorter texts stand anywhere by chance. */
const SHORTEST = 8;

/** What happened on one stage, and what may not come to light. */
class Watch {
  readonly secrets = new Set<string>(["app-secret", PASSWORD]);
  readonly ids = new Set<string>();
  readonly sessions = new Set<string>();
  readonly passwords = new Set<string>();
  readonly places: Place[] = [];
  readonly exchanges: string[] = [];

  enter(world: World): void {
    const { vault, owner } = world;
    const { sealGrant, seal } = vault;
    vault.sealGrant = (grant, ...rest) => {
      this.#keep(grant.access.reveal(), grant.refresh.reveal());
      return sealGrant.call(vault, grant, ...rest);
    };
    vault.seal = (text, binding) => {
      if (binding.purpose === "id") this.ids.add(text.reveal());
      return seal.call(vault, text, binding);
    };
    for (const way of ["claim", "signIn"] as const) {
      const open = owner[way].bind(owner) as (...input: unknown[]) => ReturnType<typeof owner.claim>;
      Object.assign(owner, {
        [way]: async (...input: unknown[]) => {
          const opened = await open(...input);
          this.sessions.add(opened.value.reveal());
          return opened;
        },
      });
    }
  }

  async hear({ method, path, fields, answer }: Exchange): Promise<void> {
    const request = `${method} ${path}`;
    this.exchanges.push(request);
    for (const field of SECRET_FIELDS) this.#keep(fields[field] ?? "");
    if (/^GET \/token/.test(request)) return;
    await this.look(request, answer);
  }

  /** Cookies are where sessions belong. */
  async look(request: string, answer: Response): Promise<void> {
    const headers = [...answer.headers].filter(([name]) => name !== "set-cookie");
    const text = await answer.text();
    for (const [, password = ""] of text.matchAll(ID_PASSWORD)) this.passwords.add(password);
    this.places.push(
      printed(`headers of ${request}`, headers.map((pair) => pair.join(": ")).join("\n")),
      printed(request, text),
    );
  }

  leaks(): string[] {
    const hidden = this.places.filter(({ name }) => !SHOWS_IDS.test(name));
    return [
      ...leaksIn(this.places, [...this.secrets, ...this.sessions]),
      ...leaksIn(hidden, this.ids),
      ...leaksIn(this.places.filter(({ name }) => !SHOWS_PASSWORDS.test(name)), this.passwords),
    ].map(({ form, place }) => `${form} in ${place}`);
  }

  #keep(...texts: readonly string[]): void {
    for (const text of texts) if (text.length >= SHORTEST) this.secrets.add(text);
  }
}

/** The first piece of a stream, which tells all that there is to tell. */
async function firstOf(answer: Response): Promise<Response> {
  const reader = answer.body?.getReader();
  const { value } = await reader?.read() ?? {};
  await reader?.cancel();
  return new Response(value ?? null);
}

async function watched(play: (stage: Stage) => Promise<readonly Response[]>): Promise<Watch> {
  const watch = new Watch();
  using stage = new Stage({ enter: (world) => watch.enter(world), hear: (exchange) => watch.hear(exchange) });
  for (const [at, answer] of (await play(stage)).entries()) {
    const isStream = answer.headers.get("content-type") === "text/event-stream";
    if (isStream) await watch.look(`stream ${at}`, await firstOf(answer));
    else await answer.body?.cancel();
  }
  return watch;
}

const PLAYS = [
  ...SIGHTS.map(({ name, show }) => [name, async (stage: Stage) => [await show(stage)]] as const),
  ...ERRANDS.map(({ name, run }) => [`errand: ${name}`, run] as const),
];

for (const [name, play] of PLAYS) {
  Deno.test(`nothing secret is in what a browser gets: ${name}`, async () => {
    const watch = await watched(play);
    assert.deepEqual(watch.leaks(), []);
  });
}

Deno.test("a secret in a page, a header, a redirect or a stream would be found", async () => {
  const [, live] = ERRANDS.map(({ run }) => run).toReversed();
  assert.ok(live !== undefined);
  const watch = await watched(live);
  assert.deepEqual(watch.leaks(), []);
  assert.ok(watch.secrets.size > 2 && watch.ids.size > 0 && watch.sessions.size > 0);
  for (const secret of [...watch.secrets, ...watch.sessions, ...watch.ids]) {
    const answers: readonly Response[] = [
      new Response(`<p>${secret}</p>`),
      new Response("", { headers: { "x-note": encodeURIComponent(secret) } }),
      new Response("", { status: 303, headers: { location: `/?secret=${encodeURIComponent(secret)}` } }),
      await firstOf(new Response(`event: texts\ndata: {"a":"${btoa(secret)}"}\n\n`)),
    ];
    for (const answer of answers) {
      watch.places.length = 0;
      await watch.look("GET /planted", answer);
      assert.ok(watch.leaks().length > 0, `${secret} is not found`);
    }
  }
});

Deno.test("the password beside an id would be found where it is not shown", async () => {
  const [, account] = PLAYS.find(([name]) => name === "errand: account") ?? [];
  assert.ok(account !== undefined);
  const watch = await watched(account);
  assert.deepEqual([watch.passwords.size, watch.leaks()], [1, []]);
  for (const password of watch.passwords) await watch.look("GET /accounts/nightowl", new Response(password));
  assert.ok(watch.leaks().length > 0);
});

Deno.test("sights and errands come past every route of the pages", async () => {
  const visited = new Set<string>();
  for (const [, play] of PLAYS) {
    for (const request of (await watched(play)).exchanges) visited.add(request.replace(/\?.*/, ""));
  }
  const { routes } = createApp({} as HttpDeps, { deps: {} } as Room);
  const pages = new Set(
    routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`),
  );
  const left = [...pages].filter((route) => !FOR_MACHINES.test(route)).filter((route) => {
    const pattern = new RegExp(`^${route.replace(/:\w+/g, "[^/]+")}$`);
    return ![...visited].some((request) => pattern.test(request));
  });
  assert.deepEqual(left, []);
});
