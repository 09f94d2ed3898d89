// JSON Schema → a value that follows it: with as little as it asks for, with all that it declares, or with the worst
// that it allows. The same schema always gives the same value.
import type { ExactJson, ExactJsonObject, JsonObject } from '../../domain/json.ts';
import { canonicalJson, writeExact } from '../../domain/json.ts';
import type { SchemaReader, Shape, TypeName, Variant } from '../paths/schema/shape.ts';
import { listOf } from '../paths/schema/shape.ts';
import { fieldStep, listStep, namesOf } from '../paths/schema/steps.ts';
import { variantTypes } from '../paths/schema/types.ts';
import { allowsNull, exampleMembers, fixedValues, takesExtras, typeByKeywords } from './constraints.ts';
import { deepValue, hostileMembers, hostileTexts, LONG_TEXT, shortHostileText } from './hostile.ts';
import { largest, numberFor, smallest, textFor } from './scalars.ts';

/** What a generated event is made to show. */
export type Mode = 'minimal' | 'maximal' | 'empty lists' | 'hostile' | 'absent';

// A schema that contains itself goes on for ever. From so many levels or values on, only what must be there is made;
// beyond the second numbers, nothing.
const ENOUGH = { depth: 8, values: 800 };
const TOO_MUCH = { depth: 40, values: 3000 };

// Bytes of hostile text, of the 256 KiB that an event may have.
const MOST_TEXT = 96 * 1024;

/** Makes one event. */
export class Generator {
  readonly #reader: SchemaReader;
  readonly #mode: Mode;
  /** The schemas of the objects around the value that is being made. */
  readonly #around: JsonObject[] = [];
  #values = 0;
  #item = 0;
  #isDeep = false;
  #textBytes = 0;
  #longText: 'in a field' | 'in an open object' | 'written';

  /** `longText`: where the one long text of a hostile event goes. */
  constructor(reader: SchemaReader, mode: Mode, longText: 'in a field' | 'in an open object' = 'in an open object') {
    this.#reader = reader;
    this.#mode = mode;
    this.#longText = longText;
  }

  /** Whether there was a place for the long text. */
  get hasLongText(): boolean {
    return this.#longText === 'written';
  }

  /** A value of a shape at a depth; `undefined` where none was found. */
  value(shape: Shape, depth: number): ExactJson | undefined {
    this.#values += 1;
    if (depth > TOO_MUCH.depth || this.#values > TOO_MUCH.values) return undefined;
    const variant = shape.find((one) => this.#typeOf(one) !== 'null') ?? shape[0];
    if (variant === undefined) return undefined;
    const fixed = fixedValues(variant);
    return fixed === undefined ? this.#free(variant, depth) : fixed[this.#turn() % Math.max(1, fixed.length)];
  }

  #free(variant: Variant, depth: number): ExactJson | undefined {
    const { schemas } = variant;
    const hostile = this.#mode === 'hostile';
    const type = this.#typeOf(variant);
    switch (type) {
      case 'object':
        return this.#object(variant, depth);
      case 'array':
        return this.#list(variant, depth);
      case 'integer':
      case 'number':
        return numberFor(schemas, { integer: type === 'integer', hostile }, this.#turn());
      case 'boolean':
        return !hostile;
      case 'null':
        return null;
      case 'string':
        return this.#text(schemas);
    }
  }

  // Usual events show the first example, but the items of a list differ; hostile ones show something else each time.
  #turn(): number {
    return this.#mode === 'hostile' ? this.#values : this.#item;
  }

  // Of several types the first, and the last where the event is to be hostile.
  #typeOf(variant: Variant): TypeName {
    const types = variantTypes(variant);
    if (types === undefined) return typeByKeywords(variant.schemas) ?? (this.#isOpen() ? 'object' : 'string');
    const named = [...types].filter((type) => type !== 'null');
    return (this.#mode === 'hostile' ? named.at(-1) : named[0]) ?? 'null';
  }

  // Where anything is allowed, an object shows more than a text.
  #isOpen(): boolean {
    return this.#mode === 'hostile' || this.#mode === 'empty lists';
  }

  #text(schemas: readonly JsonObject[]): string | undefined {
    if (this.#mode !== 'hostile') return textFor(schemas, [], this.#turn());
    const text = textFor(schemas, this.#wantedTexts(schemas), this.#turn());
    if (text === LONG_TEXT) this.#longText = 'written';
    this.#textBytes += Buffer.byteLength(JSON.stringify(text ?? ''), 'utf8');
    return text;
  }

  #wantedTexts(schemas: readonly JsonObject[]): readonly string[] {
    if (this.#textBytes > MOST_TEXT) return [shortHostileText(this.#turn())];
    const isFree = !schemas.some((schema) => 'pattern' in schema || 'maxLength' in schema);
    const long = isFree && this.#longText === 'in a field' ? [LONG_TEXT] : [];
    return [...long, ...hostileTexts(this.#turn())];
  }

  #isScarce(depth: number, { schemas }: Variant): boolean {
    const [schema] = schemas;
    const repeated = this.#around.filter((one) => one === schema).length;
    return this.#mode === 'minimal' || repeated > 1 || depth > ENOUGH.depth || this.#values > ENOUGH.values;
  }

  #list(variant: Variant, depth: number): ExactJson[] {
    const { schemas } = variant;
    const [least, most] = [largest(schemas, 'minItems', 0), smallest(schemas, 'maxItems', Number.POSITIVE_INFINITY)];
    const isShort = this.#mode === 'empty lists' || this.#isScarce(depth, variant);
    const count = isShort ? least : Math.min(most, Math.max(least, 2 + (depth % 2)));
    const isSet = schemas.some((schema) => schema['uniqueItems'] === true);
    const items: ExactJson[] = [];
    const outer = this.#item;
    // Where items must differ, some are made in vain.
    for (this.#item = 0; items.length < count && this.#item < count * 3; this.#item += 1) {
      const { status, shape } = listStep(this.#reader, variant, String(items.length));
      const item = status === 'declared' ? this.value(shape, depth + 1) : undefined;
      if (item === undefined) break;
      if (!isSet || !items.some((other) => canonicalJson(other) === canonicalJson(item))) items.push(item);
    }
    this.#item = outer;
    return items;
  }

  #object(variant: Variant, depth: number): ExactJsonObject {
    const { schemas } = variant;
    const required = schemas.flatMap((schema) => listOf(schema['required']).filter((name) => typeof name === 'string'));
    const declared = this.#isScarce(depth, variant) ? [] : namesOf([variant]);
    const extras = this.#extras(variant, depth);
    this.#around.push(...schemas.slice(0, 1));
    const members = [...new Set([...declared, ...required])].flatMap((name) => {
      const value = this.#member(variant, name, required.includes(name), depth);
      return value === undefined || name === '__proto__' ? [] : [[name, value] as const];
    });
    this.#around.length -= Math.min(1, schemas.length);
    const room = Math.max(0, smallest(schemas, 'maxProperties', Number.POSITIVE_INFINITY) - members.length);
    const known = Object.fromEntries(members);
    const further = Object.entries(extras).filter(([name]) => !Object.hasOwn(known, name));
    return { ...known, ...Object.fromEntries(further.slice(0, room)) };
  }

  #member(variant: Variant, name: string, isRequired: boolean, depth: number): ExactJson | undefined {
    const { status, shape } = fieldStep(this.#reader, variant, name);
    if (status === 'forbidden') return undefined;
    if (this.#mode === 'absent' && !isRequired) return allowsNull(shape) ? null : undefined;
    return this.value(shape, depth + 1) ?? (isRequired ? null : undefined);
  }

  // Members of an object that may have any: what its examples show, or hostile ones.
  #extras(variant: Variant, depth: number): ExactJsonObject {
    const { schemas } = variant;
    const least = largest(schemas, 'minProperties', 0);
    const isUsual = ['maximal', 'hostile'].includes(this.#mode) && !this.#isScarce(depth, variant);
    if (!takesExtras(schemas) || depth === 0 || (!isUsual && least === 0)) return {};
    const others = fieldStep(this.#reader, variant, EXTRA_NAMES[0]);
    if (others.status === 'declared') return this.#extrasOf(others.shape, Math.max(2, least), depth);
    if (this.#mode === 'hostile') return this.#hostileExtras(variant);
    return namesOf([variant]).length > least ? {} : exampleMembers(schemas);
  }

  #extrasOf(shape: Shape, count: number, depth: number): ExactJsonObject {
    const names = Array.from(
      { length: Math.min(count, 20) },
      (_, index) => EXTRA_NAMES[index] ?? `key ${String(index)}`,
    );
    const members = names.map((name) => [name, this.value(shape, depth + 1)] as const);
    return Object.fromEntries(
      members.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    );
  }

  #hostileExtras(variant: Variant): ExactJsonObject {
    if (this.#textBytes > MOST_TEXT) return { '"': shortHostileText(this.#values) };
    const members = { ...hostileMembers(this.#values), ...this.#deepExtras(variant) };
    this.#textBytes += Buffer.byteLength(writeExact(members), 'utf8');
    return members;
  }

  // Long text and deep nesting stand once in an event, best in an object of which nothing else is known.
  #deepExtras(variant: Variant): ExactJsonObject {
    const isBest = namesOf([variant]).length === 0;
    if (this.#isDeep || (this.#longText === 'in an open object' && !isBest)) return {};
    this.#isDeep = true;
    const nested = deepValue(this.#values);
    if (this.#longText !== 'in an open object') return { nested };
    this.#longText = 'written';
    return { nested, long: LONG_TEXT };
  }
}

const EXTRA_NAMES = ['key "one" \\', 'key {{two}}'] as const;
