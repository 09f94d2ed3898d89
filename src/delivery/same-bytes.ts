// The body of an earlier invocation, sent again as it was: nothing is rendered.
import type { Invocation } from '../domain/invocation.ts';
import { hasItsBytes } from '../domain/invocation.ts';
import type { BodyRenderer } from './attempt.ts';

const GONE =
  'It was to send the bytes of an earlier invocation, which are not kept any more. ' +
  'Redeliver it without same_bytes: its body is rendered then.';

/** Gives the recorded body for any event; `undefined` where none was sent. Refuses where its bytes are gone or masked. */
export function recordedBody(earlier: Invocation | undefined): BodyRenderer | undefined {
  const end = earlier?.end;
  const request = end?.request;
  if (end === undefined || request === undefined || !hasItsBytes(request)) {
    return () => ({ ok: false, outcome: 'template_error', message: GONE, templateSha256: undefined });
  }
  const { body } = request;
  if (body === undefined) return undefined;
  return () => ({ ok: true, body, warnings: [], templateSha256: end.templateSha256 });
}
