/** The list of what is in an executable, from the lock: CycloneDX 1.6 in JSON. */

/** What the list tells of the program. */
export interface SbomInput {
  readonly name: string;
  readonly version: string;
  /** The version of Deno whose runtime is in the executable. */
  readonly deno: string;
  /** When the version was made, in milliseconds. */
  readonly madeAt: number;
  /** The text of deno.lock. */
  readonly lock: string;
}

interface Lock {
  readonly npm?: Record<string, { readonly integrity: string; readonly dependencies?: readonly string[] }>;
}

/** The same input gives the same bytes. Throws if a package of the lock has no digest. */
export async function sbom({ name, version, deno, madeAt, lock }: SbomInput): Promise<string> {
  const npm = (JSON.parse(lock) as Lock).npm ?? {};
  const packages = Object.keys(npm).sort();
  const program = `pkg:generic/${name}@${version}`;
  const runtime = `pkg:github/denoland/deno@v${deno}`;
  return `${
    JSON.stringify(
      {
        bomFormat: "CycloneDX",
        specVersion: "1.6",
        serialNumber: `urn:uuid:${await uuidOf(`${program} ${runtime} ${lock}`)}`,
        version: 1,
        metadata: {
          timestamp: new Date(madeAt).toISOString(),
          component: { type: "application", "bom-ref": program, name, version, purl: program },
        },
        components: [
          { type: "platform", "bom-ref": runtime, name: "deno", version: deno, purl: runtime },
          ...packages.map((id) => component(id, npm[id]?.integrity ?? "")),
        ],
        dependencies: [
          { ref: program, dependsOn: [runtime, ...packages.map(purlOf)] },
          ...packages.map((id) => ({
            ref: purlOf(id),
            dependsOn: (npm[id]?.dependencies ?? []).map((wanted) => purlOf(resolved(wanted, packages))),
          })),
        ],
      },
      null,
      2,
    )
  }\n`;
}

function component(id: string, integrity: string) {
  const [, digest] = /^sha512-([A-Za-z0-9+/=]+)$/.exec(integrity) ?? [];
  if (digest === undefined) throw new Error(`Cannot list ${id}: the lock has no SHA-512 of it`);
  const content = Array.from(atob(digest), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join(
    "",
  );
  const [name, version] = parts(id);
  return {
    type: "library",
    "bom-ref": purlOf(id),
    name,
    version,
    purl: purlOf(id),
    hashes: [{ alg: "SHA-512", content }],
  };
}

/** `name@version`, where a version may carry the versions of peers after an underscore. */
function parts(id: string): [name: string, version: string] {
  const at = id.indexOf("@", 1);
  return [id.slice(0, at), id.slice(at + 1).split("_")[0] ?? ""];
}

function purlOf(id: string): string {
  const [name, version] = parts(id);
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

/** The lock leaves the version away where only one is there. */
function resolved(wanted: string, packages: readonly string[]): string {
  return packages.find((id) => id === wanted || parts(id)[0] === wanted) ?? wanted;
}

/** An identifier that follows from the text: version 8 of RFC 9562. */
async function uuidOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const digits = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ]
    .join("-");
}
