import assert from "node:assert/strict";
import {
  companionChoice,
  loadCompanionChoice,
  saveCompanionChoice,
} from "../../src/core/companion_choice.ts";
import { loadPutOff, nextStep, savePutOff, stepNamed, stepViews } from "../../src/core/start_steps.ts";
import { MemoryStore } from "../support/memory_store.ts";

Deno.test("nextStep() answers the first open step from a place on, and nothing at the end", () => {
  const views = stepViews(new Set(["companion", "account"]), { steps: ["notices", "account"], quiet: false });
  assert.deepEqual(views.map(({ state }) => state), ["done", "open", "done", "later", "open"]);
  assert.equal(nextStep(views), "app");
  assert.equal(nextStep(views, "app"), "recovery");
  assert.equal(nextStep(views, "recovery"), undefined);
});

Deno.test("stepNamed() and companionChoice() take what there is and nothing else", () => {
  assert.equal(stepNamed("recovery"), "recovery");
  assert.equal(companionChoice("companion-4"), "companion-4");
  for (const other of ["", "constructor", 7, undefined]) {
    assert.equal(stepNamed(other), undefined);
    assert.equal(companionChoice(other), undefined);
  }
});

Deno.test("what was put off and chosen is there after a restart; what cannot be understood is nothing", async () => {
  const store = new MemoryStore();
  assert.deepEqual(await loadPutOff(store), { steps: [], quiet: false });
  assert.equal(await loadCompanionChoice(store), undefined);
  await savePutOff(store, { steps: ["app"], quiet: true });
  await saveCompanionChoice(store, "other");
  assert.deepEqual(await loadPutOff(store), { steps: ["app"], quiet: true });
  assert.equal(await loadCompanionChoice(store), "other");
  for (const text of ["no JSON", "null", '{"steps":["of a later version",7],"quiet":"yes"}']) {
    await store.saveSetting("start", new TextEncoder().encode(text));
    await store.saveSetting("companion", new TextEncoder().encode(text));
    assert.deepEqual(await loadPutOff(store), { steps: [], quiet: false });
    assert.equal(await loadCompanionChoice(store), undefined);
  }
});
