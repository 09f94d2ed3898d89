// Helpers between values and their JSON text.
import { readJson } from '../../domain/json-read.ts';
import { jsonText } from '../values.ts';
import { isComposite, kindOf, textOf, valueHelper } from './arguments.ts';
import type { Helper, HelperCall } from './helper.ts';

/** `{{json data.metadata}}` gives `{"team":"core"}`; with `pretty=true` on lines of their own. Missing gives `null`. */
const json: Helper = {
  ...valueHelper(
    'json',
    [1, 1],
    '{{json data.metadata}}',
    ([value], call) => jsonText(value, call.options['pretty'] === true ? '  ' : '', call),
    { flags: ['pretty'] },
  ),
  returns: 'json',
};

/** `{{parseJson data.raw}}` gives the value that a text holds, read as strictly as events are. */
const parseJson = valueHelper('parseJson', [1, 1], '{{parseJson data.raw}}', ([value], call) => {
  if (isComposite(value)) {
    call.warn(`parseJson takes text; it was given ${kindOf(value)}, which needs no parsing.`);
    return undefined;
  }
  const text = textOf(value);
  return text === undefined ? undefined : parsed(text, call);
});

/** `json parseJson`. */
export const JSON_HELPERS: readonly Helper[] = [json, parseJson];

// Measured, as what a step of anything else takes: reading is slow where it is strict, and its faults take positions.
const STEPS = { text: 200, character: 2 } as const;

function parsed(text: string, call: HelperCall): unknown {
  call.spend(STEPS.text + STEPS.character * text.length);
  const reading = readJson(text);
  const document = reading.ok ? reading.documents[0] : undefined;
  const fault = reading.ok ? document?.faults[0] : reading.fault;
  if (fault === undefined) return document?.value;
  const { line = 1, column = 1 } = fault.position ?? {};
  const place = `line ${String(line)}, column ${String(column)} of it`;
  call.warn(`parseJson cannot use this text (${place}): ${fault.detail}`);
  return undefined;
}
