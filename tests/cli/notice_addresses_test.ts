import assert from "node:assert/strict";
import { Masks } from "../../src/cli/masks.ts";
import { openNoticeAddresses } from "../../src/cli/notice_addresses.ts";
import { testNotice } from "../../src/core/notices.ts";
import { saveNoticeAddresses } from "../../src/core/notice_setting.ts";
import { Secret } from "../../src/core/secret.ts";
import { START } from "../support/fake_clock.ts";
import { type World, world } from "../support/world.ts";

const NOTICE = testNotice(START);

interface Opened {
  readonly made: World;
  readonly masks: Masks;
  /** Which hosts were asked; one that is there does not answer while `hanging` holds its name. */
  readonly asked: string[];
  readonly hanging: Set<string>;
  open(...given: readonly string[]): ReturnType<typeof openNoticeAddresses>;
}

async function prepared(): Promise<Opened> {
  const made = await world();
  const [masks, asked, hanging] = [new Masks(), [] as string[], new Set<string>()];
  const fetching: typeof fetch = async (input, init) => {
    const { host } = new URL(String(input));
    asked.push(host);
    if (hanging.has(host)) {
      await new Promise<void>((resolve) => init?.signal?.addEventListener("abort", () => resolve()));
    }
    return new Response(null, { status: 204 });
  };
  const open: Opened["open"] = (...given) =>
    openNoticeAddresses(made.deps, given.map((one) => new Secret(one)), masks, { fetch: fetching });
  return { made, masks, asked, hanging, open };
}

Deno.test("new addresses are used at once, kept for the next start, and masked", async () => {
  const { masks, asked, open } = await prepared();
  using notices = await open();
  assert.deepEqual([notices.hosts, notices.fixed, await notices.send(NOTICE)], [[], false, "undeliverable"]);
  await notices.replace([new Secret("https://one.example/secret-path")]);
  assert.equal(await notices.send(NOTICE), "taken");
  assert.equal((await notices.test(NOTICE))[0]?.worked, true);
  assert.deepEqual(asked, ["one.example", "one.example"]);
  assert.equal(masks.apply("to https://one.example/secret-path"), "to [secret]");
  using later = await open();
  assert.deepEqual(later.hosts, ["one.example"]);
});

Deno.test("what is on its way to an address that is removed ends as stopped, so that the board tells it again", async () => {
  const { asked, hanging, open } = await prepared();
  using notices = await open();
  await notices.replace([new Secret("https://one.example/a")]);
  hanging.add("one.example");
  const sending = notices.send(NOTICE);
  await notices.replace([new Secret("https://two.example/b")]);
  assert.equal(await sending, "stopped");
  assert.equal(await notices.send(NOTICE), "taken");
  assert.equal(asked.at(-1), "two.example");
});

Deno.test("addresses of flag or environment go before those that are stored", async () => {
  const { made, open } = await prepared();
  await saveNoticeAddresses(made.deps, [new Secret("https://stored.example/a")]);
  using notices = await open("https://given.example/b");
  assert.deepEqual([notices.hosts, notices.fixed], [["given.example"], true]);
});

Deno.test("a disk that refuses them leaves the addresses before in use", async () => {
  const { made, open } = await prepared();
  using notices = await open();
  await notices.replace([new Secret("https://one.example/a")]);
  made.store.failWrites = true;
  await assert.rejects(notices.replace([]), { code: "disk" });
  assert.deepEqual(notices.hosts, ["one.example"]);
});

Deno.test("stored addresses that this key does not open keep no server from starting", async () => {
  const { made, open } = await prepared();
  await made.store.saveSetting("notice_addresses", new Uint8Array([1, 2, 3]));
  using notices = await open();
  assert.deepEqual(notices.hosts, []);
  assert.deepEqual(made.log.events("warn"), ["the addresses for notices cannot be opened"]);
});
