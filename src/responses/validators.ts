// Response validators: checked when they are saved, compiled once, run on every response.
import type { Fault } from '../domain/errors.ts';
import type { ValidatorResult } from '../domain/invocation.ts';
import type { ExactJson } from '../domain/json.ts';
import { pointerTo } from '../domain/text.ts';
import type { ResponseValidator } from '../domain/webhook.ts';
import type { ResponseDocument, SampleResponse } from './document.ts';
import { sampleDocument } from './document.ts';
import { equalsAny, stepsToCompare } from './equality.ts';
import type { JsonPath, Selection } from './jsonpath.ts';
import { parsePath, readsMember, selectValues } from './jsonpath.ts';
import { PathBudget } from './path/budget.ts';
import type { Hide, Words } from './wording.ts';
import { createWords, recordedActual, sayFailed, saySelectedNothing, sayPassed, sayUnevaluated } from './wording.ts';

/** How many validators a webhook may have, and values each of them may expect. */
export const MAX_VALIDATORS = 20;
export const MAX_EXPECTED_VALUES = 50;

/** A validator that is ready to run; without a `path`, `problem` says why it can only fail. */
export interface CompiledValidator {
  readonly rule: ResponseValidator;
  readonly path: JsonPath | undefined;
  readonly problem: string;
}

/** Everything that is wrong with a list of validators. `pointer` is the list's place in the request. */
export function validatorFaults(validators: readonly ResponseValidator[], pointer = '/response_validators'): Fault[] {
  return [
    ...countFaults(validators.length, pointer),
    // Those beyond the limit have to go in any case.
    ...validators
      .slice(0, MAX_VALIDATORS)
      .flatMap((validator, index) => [
        ...pathFaults(validator, pointerTo(pointerTo(pointer, index), 'json_path')),
        ...expectedFaults(validator.expectedValues, pointerTo(pointerTo(pointer, index), 'expected_values')),
      ]),
  ];
}

function countFaults(count: number, pointer: string): Fault[] {
  if (count <= MAX_VALIDATORS) return [];
  return [
    {
      pointer,
      code: 'too_many_validators',
      detail: `There are ${String(count)} validators; a webhook has at most ${String(MAX_VALIDATORS)}.`,
      hint: 'Put values that may all be answered into one validator’s expected_values.',
    },
  ];
}

function pathFaults(validator: ResponseValidator, pointer: string): Fault[] {
  const reading = parsePath(validator.jsonPath, pointer);
  return reading.ok ? [] : [reading.fault];
}

function expectedFaults(values: readonly unknown[], pointer: string): Fault[] {
  const looked = values.slice(0, MAX_EXPECTED_VALUES);
  const wrong = looked.flatMap((value, index) => (isScalar(value) ? [] : [notScalar(pointerTo(pointer, index))]));
  if (values.length >= 1 && values.length <= MAX_EXPECTED_VALUES) return wrong;
  return [
    {
      pointer,
      code: 'expected_values_count',
      detail: `A validator expects 1 to ${String(MAX_EXPECTED_VALUES)} values, not ${String(values.length)}.`,
      hint: 'List each value that the path may select, for example ["ok", "accepted"].',
    },
    ...wrong,
  ];
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function notScalar(pointer: string): Fault {
  return {
    pointer,
    code: 'expected_value_not_scalar',
    detail: 'An expected value is a string, a number, true, false or null.',
    hint: 'Let the path go down to single values, for example $.data.items[*].state.',
  };
}

/** Makes validators ready to run. Never throws: one that cannot be parsed any more fails on every response. */
export function compileValidators(validators: readonly ResponseValidator[]): CompiledValidator[] {
  return validators.map((rule) => {
    const reading = parsePath(rule.jsonPath);
    if (reading.ok) return { rule, path: reading.path, problem: '' };
    return { rule, path: undefined, problem: reading.fault.detail };
  });
}

/** Whether the result of any of these validators can depend on the response's body. */
export function readsBody(validators: readonly CompiledValidator[]): boolean {
  return validators.some(readsData);
}

function readsData({ path }: CompiledValidator): boolean {
  return path !== undefined && readsMember(path, 'data');
}

/**
 * Runs validators: one passes when its path selects at least one value and every selected value equals one of the
 * expected ones. What cannot be evaluated fails, and so does what the budget of steps that all of them share is not
 * enough for. `actual` and `message` are cut to a few hundred characters a value;
 * `hide` takes secrets out of them before they are cut, since half a secret is not found afterwards.
 */
export function checkValidators(
  validators: readonly CompiledValidator[],
  document: ResponseDocument,
  hide: Hide = (text) => text,
): ValidatorResult[] {
  const words = createWords(hide);
  const budget = new PathBudget();
  return validators.map((validator) => check(validator, document, words, budget));
}

function check(
  validator: CompiledValidator,
  document: ResponseDocument,
  words: Words,
  budget: PathBudget,
): ValidatorResult {
  const { rule } = validator;
  const selection = select(validator, document, budget);
  const values = selection.ok ? selection.values : [];
  const unexpected = values.filter((value) => !equalsAny(value, rule.expectedValues));
  return {
    ...rule,
    actual: recordedActual(values, words),
    passed: values.length > 0 && unexpected.length === 0,
    message: selection.ok
      ? saySelected(validator, document, values, unexpected, words)
      : sayUnevaluated(rule, selection.reason),
  };
}

// What was selected is compared only if that can be paid for, too.
function select(validator: CompiledValidator, document: ResponseDocument, budget: PathBudget): Selection {
  const { rule, path, problem } = validator;
  if (path === undefined) return { ok: false, reason: problem };
  return selectValues(path, document.root, budget, (value) => stepsToCompare(value, rule.expectedValues));
}

function saySelected(
  validator: CompiledValidator,
  document: ResponseDocument,
  values: readonly ExactJson[],
  unexpected: readonly ExactJson[],
  words: Words,
): string {
  const reason = readsData(validator) ? document.noData : undefined;
  if (values.length === 0) return saySelectedNothing(validator.rule, reason);
  return unexpected.length === 0
    ? sayPassed(validator.rule, values, words)
    : sayFailed(validator.rule, values, unexpected, words);
}

/** Tries validators on a made-up response, without a webhook and without sending anything. */
export function checkPaths(validators: readonly ResponseValidator[], sample: SampleResponse): ValidatorResult[] {
  return checkValidators(compileValidators(validators), sampleDocument(sample));
}
