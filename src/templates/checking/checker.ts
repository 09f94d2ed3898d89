// Checks templates by messages of text, as they come from another thread, and remembers what it has read of payload
// schemas: there are few of them, and many checks.
import { LRUCache } from 'lru-cache';
import type { Event } from '../../domain/event.ts';
import type { ExactJson, ExactJsonObject } from '../../domain/json.ts';
import { isObject, toPlain } from '../../domain/json.ts';
import { readJson } from '../../domain/json-read.ts';
import { contextOf, standInEvent } from '../context.ts';
import { generateSamples } from '../samples/index.ts';
import type { CheckedPayload, TemplateReport } from './check.ts';
import { checkTemplate } from './check.ts';
import type { NamedContext } from './samples.ts';

/** A payload schema and its own samples, as JSON texts: values with exact numbers do not pass between threads. */
export interface PayloadTexts {
  readonly schema: string;
  readonly samples: readonly { readonly name: string; readonly text: string }[];
}

/** What is to be checked, as plain data. The members are those of `TemplateCheckInput`. */
export interface CheckTask {
  readonly source: string;
  readonly payload: PayloadTexts | undefined;
  readonly event?: Event | undefined;
  readonly compareWith?: string | undefined;
  /** What the answer has besides errors and warnings: the plan, for using the template, or all there is to show. */
  readonly wants: 'plan' | 'details';
}

/** Checks templates. Throws only for texts that are no JSON, which is a bug. */
export type Checker = (task: CheckTask) => TemplateReport;

const PAYLOADS_KEPT = 16;

/** A checker with a memory of its own. */
export function createChecker(): Checker {
  const payloads = new LRUCache<string, CheckedPayload>({ max: PAYLOADS_KEPT });
  const payloadOf = (texts: PayloadTexts): CheckedPayload => {
    const key = JSON.stringify(texts);
    const payload = payloads.get(key) ?? readPayload(texts);
    payloads.set(key, payload);
    return payload;
  };
  return ({ source, payload, event, compareWith, wants }) => {
    const report = checkTemplate({
      source,
      payload: payload === undefined ? undefined : payloadOf(payload),
      event: event === undefined ? undefined : contextOf(event),
      compareWith,
    });
    return wants === 'plan' ? { ...report, placeholders: [], samples: [] } : { ...report, plan: undefined };
  };
}

function readPayload({ schema: schemaText, samples }: PayloadTexts): CheckedPayload {
  const schema = toPlain(read(schemaText));
  if (!isObject(schema)) throw new Error('A payload schema is no object.');
  const own = samples.map(({ name, text }) => ({ name, event: objectOf(read(text)) }));
  return { schema, samples: own.map(contextFor), generated: generateSamples(schema).map(contextFor) };
}

function contextFor({ name, event }: { readonly name: string; readonly event: ExactJsonObject }): NamedContext {
  return { name, context: contextOf(standInEvent(event)) };
}

function read(text: string): ExactJson {
  const reading = readJson(text);
  if (!reading.ok) throw new Error(`A text of a payload schema is no JSON. ${reading.fault.detail}`);
  return reading.documents[0]?.value ?? null;
}

function objectOf(value: ExactJson): ExactJsonObject {
  if (!isObject(value)) throw new Error('A sample event is no object.');
  return value;
}
