// The one assertion of all view tests: what is shown is what the contract describes.
import assert from 'node:assert/strict';
import type { ExactJson } from '../../../src/domain/json.ts';
import { isObject } from '../../../src/domain/json.ts';
import { schemas, undescribed } from '../../schemas/contract.ts';

/** Asserts that a view is what its schema describes: it fits, says nothing more, and has no `undefined` in it. */
export function assertView(name: string, view: ExactJson): void {
  assert.deepEqual(schemas.faults(name, view), []);
  assert.deepEqual(undescribed(name, view), []);
  assertDefined(view, '');
}

function assertDefined(value: unknown, pointer: string): void {
  assert.notEqual(value, undefined, `${pointer} is undefined`);
  if (Array.isArray(value)) value.forEach((item, index) => assertDefined(item, `${pointer}/${String(index)}`));
  if (isObject(value)) Object.entries(value).forEach(([key, member]) => assertDefined(member, `${pointer}/${key}`));
}
