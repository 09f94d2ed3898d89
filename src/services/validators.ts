// Tries response validators on a sample response, before a webhook is saved with them.
import type { Fault } from '../domain/errors.ts';
import type { ValidatorResult } from '../domain/invocation.ts';
import type { ExactJson, ExactJsonObject } from '../domain/json.ts';
import { isObject, toPlain } from '../domain/json.ts';
import { readValidators } from '../domain/webhook-settings.ts';
import type { SampleResponse } from '../responses/document.ts';
import { sampleFaults } from '../responses/sample.ts';
import { checkPaths, validatorFaults } from '../responses/validators.ts';

/** What each validator says, or what is wrong with the validators and the sample. */
export type TriedValidators =
  | { readonly ok: true; readonly results: readonly ValidatorResult[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Tries validators; `input` has passed the schema `validators-check-request`. The numbers of its `response` count as
 * they are spelled, as those of a receiver do.
 */
export function tryValidators(input: ExactJsonObject): TriedValidators {
  const validators = readValidators(toPlain(input['response_validators'] ?? []));
  const response = input['response'];
  const sample = sampleResponse(isObject(response) ? response : {});
  const faults = [...validatorFaults(validators, '/response_validators'), ...sampleFaults(sample, '/response')];
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, results: checkPaths(validators, sample) };
}

function sampleResponse(response: ExactJsonObject): SampleResponse {
  const { status, headers, data } = response;
  const sample = { status: statusOf(status), headers: lowerCased(headers) };
  return data === undefined ? sample : { ...sample, data };
}

function statusOf(status: ExactJson | undefined): number {
  const plain = toPlain(status ?? null);
  return typeof plain === 'number' ? plain : 200;
}

function lowerCased(headers: ExactJson | undefined): Record<string, string> {
  const entries = isObject(headers) ? Object.entries(headers) : [];
  return Object.fromEntries(
    entries.map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : '']),
  );
}
