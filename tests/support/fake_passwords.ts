import type { Passwords } from "../../src/core/ports.ts";
import { digestOf, Secret } from "../../src/core/secret.ts";

/** Keeps the contract at no cost, and counts what would have cost something. */
export class FakePasswords implements Passwords {
  /** How many were hashed or compared. */
  work = 0;
  /** While set, each comparison waits for it. */
  gate: Promise<void> | undefined;

  async hash(password: Secret): Promise<string> {
    this.work++;
    const salt = crypto.randomUUID();
    return `${salt}$${await saltedDigest(salt, password)}`;
  }

  async matches(password: Secret, hash: string): Promise<boolean> {
    this.work++;
    await this.gate;
    const [salt = "", digest] = hash.split("$");
    return await saltedDigest(salt, password) === digest;
  }
}

function saltedDigest(salt: string, password: Secret): Promise<string> {
  return digestOf(new Secret(`${salt} ${password.reveal()}`));
}
