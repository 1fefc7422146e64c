import assert from "node:assert/strict";
import { sbom } from "../../.build/sbom.ts";

const SHA512 = { integrity: `sha512-${btoa("d".repeat(64))}` };
const LOCK = JSON.stringify({
  version: "5",
  npm: {
    "one@1.2.3": { ...SHA512, dependencies: ["@scope/two", "three@4.0.0"] },
    "@scope/two@2.0.0": SHA512,
    "three@4.0.0": SHA512,
    "three@3.0.0_one@1.2.3": SHA512,
  },
});
const INPUT = { name: "program", version: "0.1.0", deno: "2.9.6", madeAt: Date.UTC(2026, 0, 2), lock: LOCK };

Deno.test("sbom() lists the runtime and every package of the lock with its digest", async () => {
  const list = JSON.parse(await sbom(INPUT));
  assert.deepEqual([list.bomFormat, list.specVersion, list.version], ["CycloneDX", "1.6", 1]);
  assert.match(
    list.serialNumber,
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.equal(list.metadata.timestamp, "2026-01-02T00:00:00.000Z");
  assert.deepEqual(list.components.map(({ purl }: { purl: string }) => purl), [
    "pkg:github/denoland/deno@v2.9.6",
    "pkg:npm/%40scope/two@2.0.0",
    "pkg:npm/one@1.2.3",
    "pkg:npm/three@3.0.0",
    "pkg:npm/three@4.0.0",
  ]);
  assert.deepEqual(list.components[1].hashes, [{ alg: "SHA-512", content: "64".repeat(64) }]);
});

Deno.test("sbom() says who needs whom, by names that are in the list", async () => {
  const list = JSON.parse(await sbom(INPUT));
  const references = new Set(
    [list.metadata.component, ...list.components].map((one: { "bom-ref": string }) => one["bom-ref"]),
  );
  for (const { ref, dependsOn } of list.dependencies) {
    assert.ok(references.has(ref) && dependsOn.every((one: string) => references.has(one)), ref);
  }
  const one = list.dependencies.find(({ ref }: { ref: string }) => ref === "pkg:npm/one@1.2.3");
  assert.deepEqual(one.dependsOn, ["pkg:npm/%40scope/two@2.0.0", "pkg:npm/three@4.0.0"]);
});

Deno.test("sbom() gives the same bytes for the same input, and another number for another", async () => {
  assert.equal(await sbom(INPUT), await sbom({ ...INPUT }));
  const other = JSON.parse(await sbom({ ...INPUT, version: "0.1.1" }));
  assert.notEqual(other.serialNumber, JSON.parse(await sbom(INPUT)).serialNumber);
});

Deno.test("sbom() refuses a package without a digest", async () => {
  const lock = JSON.stringify({ npm: { "one@1.2.3": { integrity: "" } } });
  await assert.rejects(sbom({ ...INPUT, lock }), /Cannot list one@1\.2\.3/);
});

Deno.test("sbom() understands the lock of this project", async () => {
  const lock = await Deno.readTextFile(new URL("../../deno.lock", import.meta.url));
  const { components } = JSON.parse(await sbom({ ...INPUT, lock }));
  assert.equal(components.length, 1 + Object.keys(JSON.parse(lock).npm).length);
});
