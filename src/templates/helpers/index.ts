// The fixed set of helpers. There is no way to add one at run time: a template means the same everywhere.
import type { Helper } from './helper.ts';
import { json } from './json.ts';

/** All helpers by name. */
export const HELPERS: ReadonlyMap<string, Helper> = new Map([json].map((helper) => [helper.name, helper]));
