import { POLICY_MUTATIONS } from "./policy_mutations.ts";
import { REFRESH_MUTATIONS } from "./refresh_mutations.ts";

/** Every mutation. */
export const MUTATIONS = [...REFRESH_MUTATIONS, ...POLICY_MUTATIONS];
