// What the lean way of intake is made of: parts of the API as express serves it, and what looks after its uploads.
import { post } from '../http/handlers/events.ts';
import type { LeanDeps } from '../http/lean-intake.ts';
import type { HttpDeps } from '../http/routes.ts';
import { POST_EVENTS } from '../http/routes/events.ts';
import type { ServerDeps } from '../http/server.ts';
import { Uploads } from '../http/uploads.ts';
import type { Admission } from './admission.ts';
import type { Undo } from './tools.ts';

/** What it is made of. */
export interface LeanParts {
  readonly admission: Pick<Admission, 'deps' | 'keys'>;
  readonly undo: Undo[];
}

// How exactly the time of an upload is kept.
const LOOK_AROUND_MS = 500;

/** Makes it. `serving` is what express serves by, too. */
export function leanDeps(
  { admission, undo }: LeanParts,
  serving: ServerDeps<HttpDeps>,
  addressOf: LeanDeps['addressOf'],
): LeanDeps {
  const { handlers, intake, newId, report } = serving;
  const uploads = new Uploads(intake);
  const looking = setInterval(() => uploads.lookAround(), LOOK_AROUND_MS);
  undo.push(() => Promise.resolve().then(() => clearInterval(looking)));
  return {
    route: POST_EVENTS,
    post: (request) => post(handlers, request),
    keys: admission.keys,
    gate: intake.gate,
    uploads,
    addressOf,
    newId,
    monotonicMs: () => serving.monotonicMs(),
    keyUsed: (keyId) => admission.deps.keyUsed(keyId),
    report,
  };
}
