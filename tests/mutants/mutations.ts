import { GUARD_MUTATIONS } from "./guard_mutations.ts";
import type { Mutation } from "./mutation.ts";
import { POLICY_MUTATIONS } from "./policy_mutations.ts";
import { REFRESH_MUTATIONS } from "./refresh_mutations.ts";
import { SHARED_MUTATIONS } from "./shared_mutations.ts";

/** Every mutation. */
export const MUTATIONS: readonly Mutation[] = [
  ...REFRESH_MUTATIONS,
  ...SHARED_MUTATIONS,
  ...POLICY_MUTATIONS,
  ...GUARD_MUTATIONS,
];
