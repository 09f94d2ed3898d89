// Body templates: rendering against what a careful author does with the stock library, and what the proof costs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ExactJson, ExactJsonObject } from '../src/domain/json.ts';
import { isList, isObject, writeExact } from '../src/domain/json.ts';
import { readJson } from '../src/domain/json-read.ts';
import { compileTemplate } from '../src/templates/compile.ts';
import type { TemplateContext } from '../src/templates/context.ts';
import { planTemplate } from '../src/templates/plan.ts';
import { renderTemplate } from '../src/templates/render.ts';
import { LARGEST } from '../test/templates/hostile-templates.ts';
import { busyMs } from './support/busy-time.ts';
import { compare, median } from './support/compare.ts';
import type { StockRenderer } from './support/stock.ts';
import { escapingStock, plainStock } from './support/stock.ts';
import type { Row } from './support/table.ts';

const EFFORT = { warmUpRounds: 100, rounds: 1500, callsARound: 100 };
const DEFAULT = fileText('../templates/audit/default.hbs');

/** Rendering with the default template, as ratios: how many times as fast as stock Handlebars and `JSON.parse`. */
export function benchRendering(): Row[] {
  const data = sampleData('access flow updated');
  const texts = Object.fromEntries(Object.entries(data).filter(([, value]) => typeof value === 'string'));
  return [
    contest('audit event with objects, against an escaping helper', 1.3, data, escapingStock(DEFAULT)),
    contest('audit event of text fields, against noEscape', 1, texts, plainStock(DEFAULT)),
  ];
}

function contest(name: string, wanted: number, data: ExactJsonObject, stock: StockRenderer): Row {
  // Each side reads the event as in life, from bytes: the engine with its own reader, the other with JSON.parse.
  const read = exact(fromBytes(writeExact(data)));
  assert.ok(isObject(read));
  const context = contextAround(read);
  const plain: unknown = JSON.parse(fromBytes(writeExact(context)));
  assert.ok(isObject(plain));
  const compiled = compileTemplate(DEFAULT);
  assert.ok(compiled.ok);
  const ours = (): string => {
    const result = renderTemplate(compiled.template, context);
    return result.ok ? result.body : result.message;
  };
  const theirs = (): string => stock(plain);
  assert.equal(ours(), theirs());
  const { ratio, microseconds } = compare(ours, theirs, EFFORT);
  const times = `${microseconds.ours.toFixed(1)} µs, stock ${microseconds.theirs.toFixed(1)} µs`;
  return {
    name,
    measured: `${ratio.toFixed(2)} times as fast (${times})`,
    wanted: String(wanted),
    met: ratio >= wanted,
  };
}

/** The proof of a template of 2 KiB, and of the largest that are allowed: warm, and the first time in a process. */
export function benchProof(): Row[] {
  const small = proofRow('2 KiB', ordinaryTemplate());
  const large = LARGEST.map(({ name, source }) => proofRow(name, source));
  return [
    { ...small, wanted: 'under 5 ms warm', met: small.warmMs < 5 },
    ...large.map((row) => ({ ...row, wanted: 'under 100 ms', met: Math.max(row.warmMs, row.coldMs) < 100 })),
  ];
}

interface ProofRow extends Pick<Row, 'name' | 'measured'> {
  readonly warmMs: number;
  readonly coldMs: number;
}

const WARM_PLANS = 15;
const COLD_PLANS = 5;

function proofRow(name: string, source: string): ProofRow {
  assert.ok(planTemplate(source).ok, name);
  const warmMs = median(Array.from({ length: WARM_PLANS }, () => warmPlan(source)));
  const coldMs = median(Array.from({ length: COLD_PLANS }, () => coldPlan(source)));
  return { name, measured: `${warmMs.toFixed(1)} ms warm, ${coldMs.toFixed(1)} ms cold`, warmMs, coldMs };
}

function warmPlan(source: string): number {
  const startedAt = busyMs();
  planTemplate(source);
  return busyMs() - startedAt;
}

function coldPlan(source: string): number {
  const script = fileURLToPath(new URL('support/plan-once.ts', import.meta.url));
  return Number(execFileSync(process.execPath, ['--import', 'tsx', script], { input: source, encoding: 'utf8' }));
}

// The default template, twice, with conditions and a loop: what people write, and 2 KiB of it.
function ordinaryTemplate(): string {
  const loop = '[{{#each data.current_target_object.approvers}}{{#if id}}"{{type}} {{id}}",{{/if}}{{/each}}]';
  const source = `{"loop":${loop},{{#if data.source}}"by":"{{data.source}}",{{/if}}"one":${DEFAULT},"two":${DEFAULT}}`;
  return source.padEnd(2048);
}

function sampleData(name: string): ExactJsonObject {
  const samples = exact(fileText('../schemas/payloads/audit.samples.json'));
  assert.ok(isList(samples));
  const sample = samples.find((one) => isObject(one) && one['name'] === name);
  const event = isObject(sample) ? sample['event'] : undefined;
  const data = isObject(event) ? event['data'] : undefined;
  assert.ok(isObject(data));
  return data;
}

function contextAround(data: ExactJsonObject): TemplateContext {
  return {
    id: 'evt_01937e5a-0000-7000-8000-000000000000',
    schema: 'audit',
    event_type: 'access_flow.updated',
    event_time: '1763643871.009310042',
    received_at: '2025-11-20T13:04:31.120Z',
    data,
  };
}

// Text that is part of a larger one keeps the larger one's width: with any Japanese in it, two bytes a character.
function fromBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

function exact(text: string): ExactJson {
  const reading = readJson(text);
  assert.ok(reading.ok);
  return reading.documents[0]?.value ?? null;
}

function fileText(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
