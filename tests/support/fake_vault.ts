import type { AccountKey, Grant, Sealed, SealedGrant } from "../../src/core/account.ts";
import { AppError } from "../../src/core/error.ts";
import type { Binding, Vault } from "../../src/core/ports.ts";
import { Secret } from "../../src/core/secret.ts";

/** Hides the text from a careless eye, so that a test for leaks does not find it at rest. */
const MASK = 0x5a;

/** A vault without keys: reversible, but it opens nothing under another binding than the one it sealed with. */
export class FakeVault implements Vault {
  /** Set it to lock the vault. */
  locked: string | undefined = undefined;

  async sealGrant(grant: Grant, account: AccountKey, generation: number): Promise<SealedGrant> {
    const { access, refresh, ...plain } = grant;
    const text = JSON.stringify({ ...plain, access: access.reveal(), refresh: refresh.reveal() });
    return await this.seal(new Secret(text), { owner: account, purpose: "grant", generation }) as SealedGrant;
  }

  async openGrant(sealed: SealedGrant, account: AccountKey, generation: number): Promise<Grant> {
    const text = await this.open(sealed, { owner: account, purpose: "grant", generation });
    const plain = JSON.parse(text.reveal());
    return {
      access: new Secret(plain.access),
      refresh: new Secret(plain.refresh),
      scopes: plain.scopes,
      issuedAt: plain.issuedAt,
      expiresAt: plain.expiresAt,
    };
  }

  async seal(text: Secret, binding: Binding): Promise<Sealed> {
    await this.#ready();
    const bytes = new TextEncoder().encode(`${label(binding)}\n${text.reveal()}`);
    return bytes.map((byte) => byte ^ MASK) as Sealed;
  }

  async open(sealed: Sealed, binding: Binding): Promise<Secret> {
    await this.#ready();
    const text = new TextDecoder().decode(sealed.map((byte) => byte ^ MASK));
    const head = `${label(binding)}\n`;
    if (text.startsWith(head)) return new Secret(text.slice(head.length));
    throw new AppError("locked", "Cannot open ciphertext: it was not sealed under this binding");
  }

  async #ready(): Promise<void> {
    await Promise.resolve();
    if (this.locked !== undefined) throw new AppError("locked", `Cannot use the key: ${this.locked}`);
  }
}

function label({ owner, purpose, generation }: Binding): string {
  return `${owner} ${purpose} ${generation}`;
}

/** A vault that is open. */
export function fakeVault(): FakeVault {
  return new FakeVault();
}
