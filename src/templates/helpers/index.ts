// The fixed set of helpers. There is no way to add one at run time: a template means the same everywhere.
import { CHANGE_HELPERS } from './changes.ts';
import { ENCODING_HELPERS } from './encodings.ts';
import type { Helper } from './helper.ts';
import { JSON_HELPERS } from './json.ts';
import { LIST_HELPERS } from './lists.ts';
import { LOGIC_HELPERS } from './logic.ts';
import { NUMBER_HELPERS } from './numbers.ts';
import { OBJECT_HELPERS } from './objects.ts';
import { TEXT_HELPERS } from './text.ts';
import { TIME_HELPERS } from './times.ts';

/** The helpers by group, one file each. No name stands twice. */
export const HELPER_GROUPS: readonly (readonly Helper[])[] = [
  JSON_HELPERS,
  LOGIC_HELPERS,
  TEXT_HELPERS,
  ENCODING_HELPERS,
  LIST_HELPERS,
  OBJECT_HELPERS,
  NUMBER_HELPERS,
  TIME_HELPERS,
  CHANGE_HELPERS,
];

/** All helpers by name. */
export const HELPERS: ReadonlyMap<string, Helper> = new Map(
  HELPER_GROUPS.flat().map((helper) => [helper.name, helper]),
);
