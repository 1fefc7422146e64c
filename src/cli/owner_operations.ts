/** What `setup` asks of the owner: the way in, and a new beginning. */
import type { Program } from "./program.ts";
import type { Host } from "./sign_in_operations.ts";

/** How a person gets in. */
export interface DoorJson {
  readonly hasPassword: boolean;
  /**
   * Where to sign in, or while there is no password where to set it: then each holds the setup code. The best first;
   * empty if no server runs that could be asked there.
   */
  readonly links: readonly string[];
}

/** The part of `Operations` that is about the owner. */
export interface OwnerOperations {
  setupLink(input: Record<never, never>): Promise<DoorJson>;
  /** Removes the password and ends all sessions. */
  resetPassword(input: Record<never, never>): Promise<DoorJson>;
}

/** Those operations on a program in this process. */
export function ownerOperations(program: Program, host: Host): OwnerOperations {
  return {
    setupLink: () => Promise.resolve(doorOf(program, host)),
    async resetPassword() {
      await program.owner.resetPassword();
      if (host.lasts) logSetupCode(program, host);
      return doorOf(program, host);
    },
  };
}

/** How a person gets in now. */
export function doorOf({ owner }: Program, host: Pick<Host, "lasts" | "pages">): DoorJson {
  const { hasPassword, setupCode } = owner;
  const path = setupCode === undefined ? "/sign-in" : `/welcome?code=${setupCode.reveal()}`;
  return { hasPassword, links: host.lasts ? host.pages().map((url) => url + path) : [] };
}

/** The setup code for the log, the one secret that may stand there: it works once, and until the next start. */
export function logSetupCode({ owner, deps }: Program, host: Pick<Host, "pages">): void {
  const { setupCode } = owner;
  if (setupCode === undefined) return;
  // The log cuts queries off addresses, so the code stands beside it.
  deps.log.info("no password is set: open the page and enter the setup code", {
    page: `${host.pages()[0]}/sign-in`,
    setupCode: setupCode.reveal(),
  });
}

/** The link for a phone: few of them know names that end in `.local`. */
export function linkForPhone(links: readonly string[]): string | undefined {
  return links.find((link) => /^\d+(\.\d+){3}$/.test(new URL(link).hostname)) ?? links[0];
}
