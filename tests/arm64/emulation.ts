/** A processor for arm64, as good as it can be had here: qemu, with Debian's libraries and the newest Deno that npm has. */

const ROOT = new URL("../../", import.meta.url).pathname;

/** Files and folders of an emulation. */
export interface Emulation {
  /** Deno for arm64. */
  readonly deno: string;
  /** The command that runs a program for arm64; the program and its arguments follow. */
  readonly command: readonly [string, ...string[]];
}

/** Gets it ready, which takes a network at the first time; a text says why there is none. */
export function emulation(): Emulation | string {
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") return "only Linux on x86-64 emulates arm64 here";
  const { success, stdout, stderr } = new Deno.Command(`${ROOT}.ci/arm64`).outputSync();
  const [folder, problem] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) return `what it takes cannot be had: ${problem?.split("\n").at(-1)}`;
  // A processor with pointer authentication would be emulated three times as slowly.
  return {
    deno: `${folder}/deno`,
    command: [`${folder}/qemu`, "-L", `${folder}/root`, "-cpu", "cortex-a72"],
  };
}
