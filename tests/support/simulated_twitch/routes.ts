// Which endpoint answers which request. A wrong method gets what an unknown path gets.

import { jsonAnswer, notFound, reasonPhrase, Refusal } from "./answers.ts";
import { answerActivate, answerAuthorize } from "./authorize.ts";
import { answerHelix, type HelixUse } from "./helix.ts";
import { answerDevice, answerRevoke, answerToken, answerValidate } from "./oauth.ts";
import type { Endpoint, Parameters } from "./requests.ts";
import type { World } from "./world.ts";

/** The true answer to a request; what it changes is changed when the promise settles. */
export async function answered(
  world: World,
  helixUse: HelixUse,
  request: Request,
  { endpoint, params }: { endpoint: Endpoint; params: Parameters },
): Promise<Response> {
  try {
    switch (`${request.method} ${endpoint}`) {
      case "POST token":
        return answerToken(world, params);
      case "POST device":
        return answerDevice(world, params);
      case "POST revoke":
        return answerRevoke(world, params);
      case "GET validate":
        return answerValidate(world, request);
      case "POST authorize":
        if (params["decision"] === undefined) return notFound(); // nothing but the consent page posts here
        return answerAuthorize(world, request, params);
      case "GET authorize":
        return answerAuthorize(world, request, params);
      case "GET activate":
      case "POST activate":
        return answerActivate(world, request, params);
      default:
        return endpoint === "helix" ? await answerHelix(world, helixUse, request) : notFound();
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, message } = error;
    const errorField = world.switches.errorField ? { error: reasonPhrase(status) } : {};
    return jsonAnswer(status, { ...errorField, status, message });
  }
}
