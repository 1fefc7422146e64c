import { openPostgresStore } from "../../src/store/postgres/open.ts";
import { storeContract } from "../support/store_contract.ts";
import { PROGRAM, withPostgres } from "../support/postgres_scene.ts";

withPostgres((cluster) => {
  storeContract("postgres", async () => {
    const database = await (await cluster()).database();
    const store = await openPostgresStore(database.url, PROGRAM);
    return {
      store,
      again: () => store,
      async [Symbol.asyncDispose]() {
        await store[Symbol.asyncDispose]();
        await database[Symbol.asyncDispose]();
      },
    };
  });

  storeContract("postgres read by another process", async () => {
    const database = await (await cluster()).database();
    const stores = [
      await openPostgresStore(database.url, PROGRAM),
      await openPostgresStore(database.url, PROGRAM),
    ];
    let turn = 0;
    const [first, second] = stores;
    if (!first || !second) throw new Error("two stores are open");
    return {
      store: first,
      again: () => ++turn % 2 === 1 ? second : first,
      async [Symbol.asyncDispose]() {
        for (const store of stores) await store[Symbol.asyncDispose]();
        await database[Symbol.asyncDispose]();
      },
    };
  });
});
