/** Disks that do not take a write: small and read-only file systems, where this user may mount them. */
import assert from "node:assert/strict";
import type { SealedGrant } from "../../src/core/account.ts";
import { takeLock } from "../../src/store/sqlite/lock.ts";
import { type Migration, MIGRATIONS } from "../../src/store/sqlite/migrations/mod.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { openVault } from "../../src/vault/open.ts";
import { anAccount, anEntry, anId } from "../support/account_samples.ts";
import { canMount, smallDisk } from "../support/small_disk.ts";
import { namesIn } from "../support/temporary_directory.ts";

const PROGRAM = "companion-token-server 1.2.3";
const NEXT = MIGRATIONS.length + 1;
const LARGER: Migration = { schema: NEXT, usableFrom: NEXT, sql: "CREATE TABLE more (a TEXT) STRICT" };

const ignore = !canMount();

Deno.test({
  name: "a full disk refuses writes as disk, keeps what was stored, and takes writes again",
  ignore,
  fn() {
    using disk = smallDisk();
    using store = openSqliteStore(disk.path, PROGRAM);
    store.add(anAccount(), anId());
    disk.fill();
    const large = anAccount({ grant: new Uint8Array(100_000) as SealedGrant });
    assert.throws(() => store.replace(large), {
      name: "AppError",
      code: "disk",
      message: /the disk is full$/,
    });
    assert.throws(() => store.beginRefresh(large, anEntry()), { name: "AppError", code: "disk" });
    assert.throws(() => store.endRefresh(large), { name: "AppError", code: "disk" });
    assert.deepEqual(store.accounts(), [anAccount()]);
    assert.deepEqual(store.journal(), []);
    disk.free();
    assert.equal(store.beginRefresh(large, anEntry()), true);
    assert.equal(store.accounts()[0]?.grant.length, 100_000);
  },
});

Deno.test({
  name:
    "a new grant is kept on a full disk once, by giving up the ballast, which is made again when there is room",
  ignore,
  fn() {
    using disk = smallDisk();
    using store = openSqliteStore(disk.path, PROGRAM);
    store.add(anAccount(), anId());
    const hasBallast = () => namesIn(disk.path).includes("ballast");
    assert.equal(Deno.statSync(`${disk.path}/ballast`).size, 256 * 1024);
    disk.fill();
    const grant = new Uint8Array(50_000) as SealedGrant;
    const row = { ...anAccount(), grant };
    assert.throws(() => store.replace(row), { code: "disk" });
    assert.equal(hasBallast(), true, "what is no new grant is not worth it");
    assert.equal(store.replace({ ...row, generation: row.generation + 1 }), true);
    assert.equal(hasBallast(), false);
    disk.free();
    const now = store.accounts()[0] ?? row;
    assert.deepEqual([now.grant.length, now.generation], [50_000, row.generation + 1]);
    disk.fill(300 * 1024);
    assert.equal(store.replace(now), true);
    assert.equal(hasBallast(), false, "the last room is left to others");
    disk.free();
    assert.equal(store.replace({ ...now, revision: now.revision + 1 }), true);
    assert.equal(hasBallast(), true);
  },
});

Deno.test({
  name: "openSqliteStore() makes nothing half on a full disk, and goes on when there is room",
  ignore,
  fn() {
    using disk = smallDisk();
    for (const spare of [0, 4096, 8192, 16384, 65536]) {
      disk.fill(spare);
      assert.throws(
        () => openSqliteStore(disk.path, PROGRAM),
        { name: "AppError", code: "disk" },
        String(spare),
      );
      disk.free();
    }
    using store = openSqliteStore(disk.path, PROGRAM);
    assert.equal(store.add(anAccount(), anId()), true);
  },
});

Deno.test({
  name: "openSqliteStore() does not migrate where there is no room for the copy",
  ignore,
  fn() {
    using disk = smallDisk();
    openSqliteStore(disk.path, PROGRAM)[Symbol.dispose]();
    disk.fill(40_000);
    const names = namesIn(disk.path);
    assert.throws(() => openSqliteStore(disk.path, PROGRAM, [...MIGRATIONS, LARGER]), { code: "disk" });
    assert.deepEqual(namesIn(disk.path), names);
    disk.free();
    openSqliteStore(disk.path, PROGRAM)[Symbol.dispose]();
  },
});

Deno.test({
  name: "openSqliteStore() and takeLock() refuse a read-only file system as data_dir",
  ignore,
  fn() {
    using disk = smallDisk();
    openSqliteStore(disk.path, PROGRAM)[Symbol.dispose]();
    disk.readOnly();
    assert.throws(() => openSqliteStore(disk.path, PROGRAM), { name: "AppError", code: "data_dir" });
    assert.throws(() => takeLock(disk.path), { name: "AppError", code: "data_dir" });
    assert.throws(() => takeLock(`${disk.path}/new`), { name: "AppError", code: "data_dir" });
  },
});

Deno.test({
  name: "openVault() is locked where the key file cannot be made, and makes it when there is room",
  ignore,
  async fn() {
    using disk = smallDisk();
    using store = openSqliteStore({ path: ":memory:" }, PROGRAM);
    const place = { slots: store, keyFile: `${disk.path}/key`, now: 0 };
    disk.fill();
    assert.match((await openVault(place)).locked ?? "", /cannot be made \(No space left on device\)/);
    assert.deepEqual(store.slots(), []);
    disk.free();
    assert.equal((await openVault(place)).locked, undefined);
  },
});
