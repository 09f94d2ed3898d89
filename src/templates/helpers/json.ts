// The helper `json` gives any value in JSON text. In a string it is escaped there, so JSON inside JSON holds.
import { jsonText } from '../values.ts';
import type { Helper } from './helper.ts';

/** `{{json data.metadata}}` gives `{"team":"core"}`; with `pretty=true` on lines of their own. Missing gives `null`. */
export const json: Helper = {
  name: 'json',
  returns: 'json',
  arity: { min: 1, max: 1 },
  options: ['pretty'],
  example: '{{json data.metadata}}',
  call: ([value], { options }) => jsonText(value, options['pretty'] === true ? '  ' : ''),
};
