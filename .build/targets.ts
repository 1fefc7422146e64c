/** The machines that executables are made for. */

/** As Deno names them. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/** One of them. */
export type Target = typeof TARGETS[number];

/** The name of the program and of its executable. */
export const PROGRAM_NAME = "companion-token-server";

/** The target of that name, or undefined. */
export function targetNamed(name: string): Target | undefined {
  return TARGETS.find((target) => target === name);
}

/** `.exe` where executables must be called so. */
export function suffixOf(target: Target): string {
  return target.includes("windows") ? ".exe" : "";
}

/** What a release calls the executable. */
export function releaseName(target: Target): string {
  return `${PROGRAM_NAME}-${target}${suffixOf(target)}`;
}
