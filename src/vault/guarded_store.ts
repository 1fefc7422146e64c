/**
 * The store, for all who seal something and write it later. Between the two the data key may have been changed: what is
 * sealed with the key before is sealed anew here, so that nothing is ever written that the next start cannot open.
 */
import type { Account, Sealed, SealedGrant, StoredId } from "../core/account.ts";
import { AppError } from "../core/error.ts";
import type { Awaitable, Binding, Store } from "../core/ports.ts";
import { isSealed, settingBinding } from "../core/sealed_settings.ts";
import type { KeyedVault } from "./vault.ts";

/**
 * The same store behind the guard. What a method is given besides the row goes on as it is, whatever it is. `follow` takes
 * over a data key that another process has made: the store refuses what is sealed with the one before.
 */
export function guardedStore(
  store: Store,
  vault: KeyedVault,
  follow: () => Promise<void> = () => Promise.resolve(),
): Store {
  const write = <R>(given: readonly Tied[], act: (sealed: readonly Sealed[]) => Awaitable<R>): Promise<R> =>
    writeWith({ vault, follow }, given, act);
  const withRow = <R>(account: Account, act: (row: Account) => Awaitable<R>): Promise<R> =>
    write([grantIn(account)], ([grant]) => act({ ...account, grant: grant as SealedGrant }));
  const withId = <R>(id: StoredId, act: (id: StoredId) => Awaitable<R>): Promise<R> =>
    write([textIn(id)], ([sealed = id.sealed]) => act({ ...id, sealed }));
  return {
    accounts: (...given) => store.accounts(...given),
    account: (...given) => store.account(...given),
    ids: (...given) => store.ids(...given),
    journal: (...given) => store.journal(...given),
    add: (account, id, ...more) =>
      write(
        [grantIn(account), textIn(id)],
        ([grant, sealed = id.sealed]) =>
          store.add({ ...account, grant: grant as SealedGrant }, { ...id, sealed }, ...more),
      ),
    replace: (account, ...more) => withRow(account, (row) => store.replace(row, ...more)),
    beginRefresh: (account, ...more) => withRow(account, (row) => store.beginRefresh(row, ...more)),
    endRefresh: (account, ...more) => withRow(account, (row) => store.endRefresh(row, ...more)),
    remove: (...given) => store.remove(...given),
    addId: (id, ...more) => withId(id, (id) => store.addId(id, ...more)),
    endId: (...given) => store.endId(...given),
    removeId: (...given) => store.removeId(...given),
    facts: (...given) => store.facts(...given),
    learn: (...given) => store.learn(...given),
    setting: (...given) => store.setting(...given),
    saveSetting: (name, value, ...more) =>
      write(valueIn(name, value), ([fresh]) => store.saveSetting(name, fresh ?? value, ...more)),
    // `before` goes on as it was read: where it was sealed anew since, the answer is false and the caller reads again.
    replaceSetting: (name, before, value, ...more) =>
      write(
        valueIn(name, value),
        ([fresh]) => store.replaceSetting(name, before, fresh ?? value, ...more),
      ),
  };
}

/** Something sealed, and what it is tied to. */
type Tied = readonly [Sealed, Binding];

function grantIn({ key, grant, generation }: Account): Tied {
  return [grant, { owner: key, purpose: "grant", generation }];
}

function textIn({ account, sealed }: StoredId): Tied {
  return [sealed, { owner: account, purpose: "id", generation: 0 }];
}

function valueIn(name: string, value: Uint8Array | undefined): readonly Tied[] {
  const bound = settingBinding(name);
  return value !== undefined && bound !== undefined && isSealed(value) ? [[value as Sealed, bound]] : [];
}

/** `act` begins in the same moment in which all of it was seen to be sealed with the data key of now. */
async function writeWith<R>(
  { vault, follow }: { readonly vault: KeyedVault; readonly follow: () => Promise<void> },
  given: readonly Tied[],
  act: (sealed: readonly Sealed[]) => Awaitable<R>,
): Promise<R> {
  let all = given;
  while (true) {
    while (vault.changing !== undefined) await vault.changing;
    const isStale = (): boolean => all.some(([sealed]) => vault.isStale(sealed));
    if (!isStale()) {
      try {
        return await act(all.map(([sealed]) => sealed));
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "locked") throw error;
        await follow();
        if (!isStale() || vault.locked !== undefined) throw error;
      }
    }
    all = await Promise.all(
      all.map(async ([sealed, bound]): Promise<Tied> =>
        vault.isStale(sealed) ? [await vault.reseal(sealed, bound), bound] : [sealed, bound]
      ),
    );
  }
}
