import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { storeContract } from "../support/store_contract.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const PROGRAM = "companion-token-server 1.2.3";

storeContract("sqlite in memory", () => {
  const store = openSqliteStore({ path: ":memory:" }, PROGRAM);
  return { store, again: () => store, [Symbol.dispose]: () => store[Symbol.dispose]() };
});

storeContract("sqlite file", () => {
  const directory = temporaryDirectory();
  const store = openSqliteStore(directory.path, PROGRAM);
  return {
    store,
    again: () => store,
    [Symbol.dispose]() {
      store[Symbol.dispose]();
      directory[Symbol.dispose]();
    },
  };
});

storeContract("sqlite file opened again", () => {
  const directory = temporaryDirectory();
  const first = openSqliteStore(directory.path, PROGRAM);
  let store = first;
  return {
    store: first,
    again() {
      store[Symbol.dispose]();
      store = openSqliteStore(directory.path, PROGRAM);
      return store;
    },
    [Symbol.dispose]() {
      store[Symbol.dispose]();
      directory[Symbol.dispose]();
    },
  };
});
