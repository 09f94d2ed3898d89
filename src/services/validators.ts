// Tries response validators on a sample response, before a webhook is saved with them.
import type { Fault } from '../domain/errors.ts';
import type { ValidatorResult } from '../domain/invocation.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import { readValidators } from '../domain/webhook-settings.ts';
import { checkPaths, validatorFaults } from '../responses/validators.ts';

/** What each validator says, or what is wrong with one of them. */
export type TriedValidators =
  | { readonly ok: true; readonly results: readonly ValidatorResult[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Tries validators; `input` has passed the schema `validators-check-request`. */
export function tryValidators(input: JsonObject): TriedValidators {
  const validators = readValidators(input['response_validators']);
  const faults = validatorFaults(validators, '/response_validators');
  if (faults.length > 0) return { ok: false, faults };
  const response = input['response'];
  return { ok: true, results: checkPaths(validators, sampleResponse(isObject(response) ? response : {})) };
}

function sampleResponse(response: JsonObject): { status: number; headers: Record<string, string>; data?: Json } {
  const { status, headers, data } = response;
  const sample = { status: typeof status === 'number' ? status : 200, headers: lowerCased(headers) };
  return data === undefined ? sample : { ...sample, data };
}

function lowerCased(headers: Json | undefined): Record<string, string> {
  const entries = isObject(headers) ? Object.entries(headers) : [];
  return Object.fromEntries(
    entries.map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : '']),
  );
}
