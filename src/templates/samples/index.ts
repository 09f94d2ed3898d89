// Events made from a payload schema, to try templates with what its own samples do not show.
import type { ExactJson, ExactJsonObject, JsonObject } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type { SchemaReader } from '../paths/schema/shape.ts';
import { createSchemaReader } from '../paths/schema/shape.ts';
import type { Mode } from './generator.ts';
import { Generator } from './generator.ts';
import { usableTime } from './scalars.ts';

/** A generated event, as it would be posted. */
export interface Sample {
  readonly name: Mode;
  readonly event: ExactJsonObject;
}

const MODES: readonly Mode[] = ['minimal', 'maximal', 'empty lists', 'hostile', 'absent'];

/**
 * Five events that follow a payload schema: only what it requires; all that it declares; the same with empty lists and
 * open objects; with the most difficult values that it allows; and with each optional field null, or left out where null
 * is not allowed. The same schema always gives the same events. They are valid, unless the schema asks for what cannot
 * be read off it, such as a text by a pattern without an example. Never throws.
 */
export function generateSamples(payloadSchema: JsonObject): readonly Sample[] {
  const reader = createSchemaReader(payloadSchema);
  return MODES.map((name) => ({ name, event: postable(generate(reader, name)) }));
}

function generate(reader: SchemaReader, mode: Mode): ExactJson | undefined {
  const shape = reader.shapeOf(reader.document);
  const generator = new Generator(reader, mode);
  const event = generator.value(shape, 0);
  const isWhole = mode !== 'hostile' || generator.hasLongText;
  return isWhole ? event : new Generator(reader, mode, 'in a field').value(shape, 0);
}

// Whatever the schema says, an event has a type and a time.
function postable(made: ExactJson | undefined): ExactJsonObject {
  const event = isObject(made) ? made : {};
  const type = event['event_type'];
  return {
    ...event,
    event_type: typeof type === 'string' ? type : 'sample.generated',
    event_time: usableTime(event['event_time']),
  };
}
