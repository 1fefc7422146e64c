/** The steps of the first start: which there are, which are done, and which somebody put off. */
import type { Store } from "./ports.ts";

/** In their order. */
export const STEPS = ["companion", "app", "account", "notices", "recovery"] as const;

export type Step = (typeof STEPS)[number];

/** `later`: somebody has put it off. */
export type StepState = "done" | "later" | "open";

/** One step and how it stands. */
export interface StepView {
  readonly step: Step;
  readonly state: StepState;
}

/** What somebody has said about the steps that are not done. */
export interface PutOff {
  readonly steps: readonly Step[];
  /** The home page is to speak of them no more. */
  readonly quiet: boolean;
}

const NAME = "start";

/** The step of a path or a form; undefined if it is none. */
export function stepNamed(value: unknown): Step | undefined {
  return STEPS.find((step) => step === value);
}

/** Every step, in order. */
export function stepViews(done: ReadonlySet<Step>, putOff: PutOff): readonly StepView[] {
  return STEPS.map((step) => ({
    step,
    state: done.has(step) ? "done" : putOff.steps.includes(step) ? "later" : "open",
  }));
}

/** Where the wizard goes on: the first step that is neither done nor put off, from `after` on; undefined at the end. */
export function nextStep(views: readonly StepView[], after?: Step): Step | undefined {
  const from = after === undefined ? 0 : views.findIndex(({ step }) => step === after) + 1;
  return views.slice(from).find(({ state }) => state === "open")?.step;
}

/** What was put off; nothing if it cannot be understood. */
export async function loadPutOff(store: Pick<Store, "setting">): Promise<PutOff> {
  const bytes = await store.setting(NAME);
  const stored = bytes === undefined ? undefined : parsed(new TextDecoder().decode(bytes));
  const steps = Array.isArray(stored?.steps) ? stored.steps.flatMap((one) => stepNamed(one) ?? []) : [];
  return { steps, quiet: stored?.quiet === true };
}

/** Stores it, in clear. Throws `AppError` `disk`. */
export async function savePutOff(store: Pick<Store, "saveSetting">, putOff: PutOff): Promise<void> {
  await store.saveSetting(NAME, new TextEncoder().encode(JSON.stringify(putOff)));
}

function parsed(text: string): { steps?: unknown; quiet?: unknown } | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
