// What the template tests share: a context, one-line rendering, and generators of events.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Fault } from '../../src/domain/errors.ts';
import { JsonNumber } from '../../src/domain/json.ts';
import type { ExactJson, ExactJsonObject } from '../../src/domain/json.ts';
import { readJson } from '../../src/domain/json-read.ts';
import type { RenderResult, TemplateContext } from '../../src/templates/index.ts';
import { compileTemplate, renderTemplate } from '../../src/templates/index.ts';
import type { Node, PlaceholderNode } from '../../src/templates/syntax/tree.ts';

/** A context around `data`. */
export function contextOf(data: ExactJson): TemplateContext {
  // Most tests ask nothing about `data` itself, so some give other values.
  const context = data as ExactJsonObject;
  return {
    id: 'evt_018f',
    schema: 'audit',
    event_type: 'access_flow.updated',
    event_time: '1732104000.123456789',
    received_at: '2024-11-20T12:00:01.000Z',
    data: context,
  };
}

/** Values outside of JSON, which the types forbid and a helper could still make. */
export function foreign(value: unknown): ExactJson {
  return value as ExactJson;
}

/** Compiles a template that must be accepted, and renders it. */
export function tryRender(source: string, data: ExactJson = {}): RenderResult {
  const compiled = compileTemplate(source);
  assert.ok(compiled.ok, `refused: ${source} ${JSON.stringify(compiled.ok ? '' : compiled.faults)}`);
  return renderTemplate(compiled.template, contextOf(data));
}

/** The body of a template that must be accepted and must render. */
export function render(source: string, data: ExactJson = {}): string {
  const result = tryRender(source, data);
  assert.ok(result.ok, `not rendered: ${source} ${JSON.stringify(result)}`);
  return result.body;
}

/** The faults of a template that must be refused. */
export function faultsOf(source: string): readonly Fault[] {
  const compiled = compileTemplate(source);
  assert.ok(!compiled.ok, `accepted: ${source}`);
  return compiled.faults;
}

/** The faults as `line:column code`, without the prefix. */
export function placesOf(source: string): string[] {
  return faultsOf(source).map(({ code, position }) => {
    const at = position === undefined ? '-' : `${String(position.line)}:${String(position.column)}`;
    return `${at} ${code.replace(/^template_/, '')}`;
  });
}

/** Any UTF-16 text: whole characters, halves of them, and what JSON and Handlebars find special. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
  fc.string({
    unit: fc.constantFrom('"', '\\', '{', '}', '{{', '}}', '\n', '\u0000', '\u2028', 'u', '<', '&', "'", '1'),
  }),
);

const numberText = fc.stringMatching(/^-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?$/);

/** A number as an event holds it: with its spelling where a double would lose it. */
export const anyNumber = numberText.map((text): ExactJson => {
  const reading = readJson(text);
  return reading.ok ? (reading.documents[0]?.value ?? null) : null;
});

/** Any JSON value as an event holds it. */
export const anyJson = fc.letrec<{ value: ExactJson }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.constant(null), fc.boolean(), anyNumber, anyText),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(
        fc.tuple(
          anyText.filter((key) => key !== '__proto__'),
          tie('value'),
        ),
        { maxLength: 4 },
      )
      .map((members) => Object.fromEntries(members)),
  ),
})).value;

/** Whether a value is a number in either form. */
export function isNumber(value: unknown): boolean {
  return typeof value === 'number' || value instanceof JsonNumber;
}

/** All placeholders of a tree, in the order of the text. */
export function placeholdersOf(nodes: readonly Node[]): PlaceholderNode[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'text') return [];
    return node.kind === 'placeholder' ? [node] : placeholdersOf([...node.body, ...node.otherwise]);
  });
}
