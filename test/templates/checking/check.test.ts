import assert from 'node:assert/strict';
import type { ExactJson, JsonObject } from '../../../src/domain/json.ts';
import type { TemplateCheckInput } from '../../../src/templates/checking/check.ts';
import { checkTemplate } from '../../../src/templates/checking/check.ts';
import { contextOf } from '../harness.ts';

const SCHEMA: JsonObject = {
  type: 'object',
  required: ['event_type', 'event_time', 'data'],
  properties: {
    event_type: { type: 'string' },
    event_time: { type: 'string', format: 'event-time' },
    data: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'list', 'meta'],
      properties: {
        name: { type: 'string' },
        list: { type: 'array', items: { type: 'string' } },
        meta: { type: 'object' },
      },
    },
  },
};

const PLAIN = { name: 'n', list: ['a'], meta: {} };

type Samples = Readonly<Record<string, ExactJson>>;

function check(source: string, samples: Samples = { plain: PLAIN }, extra = {}, generated: Samples = {}) {
  const input: TemplateCheckInput = {
    source,
    payload: {
      schema: SCHEMA,
      samples: Object.entries(samples).map(([name, data]) => ({ name, context: contextOf(data) })),
      generated: Object.entries(generated).map(([name, data]) => ({ name, context: contextOf(data) })),
    },
    ...extra,
  };
  return checkTemplate(input);
}

const codes = (faults: readonly { code: string }[]) => faults.map(({ code }) => code.replace(/^template_/, ''));

describe('checkTemplate', () => {
  it('gives the plan, the placeholders and what each sample renders', () => {
    const report = check('{"a":"{{data.name}}"}', { one: PLAIN, two: { ...PLAIN, name: 'é"' } });
    assert.deepEqual([report.errors, report.warnings], [[], []]);
    assert.equal(report.plan?.source, '{"a":"{{data.name}}"}');
    assert.deepEqual(
      report.samples.map(({ name, body, bytes, truncated }) => [name, body, bytes, truncated]),
      [
        ['one', '{"a":"n"}', 9, false],
        ['two', '{"a":"é\\""}', 12, false],
      ],
    );
    const [placeholder] = report.placeholders;
    assert.deepEqual(
      [placeholder?.path, placeholder?.line, placeholder?.column, placeholder?.slot, placeholder?.known],
      ['data.name', 1, 7, 'string', true],
    );
    assert.deepEqual([report.normalisesCommas, report.comparison], [false, undefined]);
  });

  it('is plain data, that comes through to another thread as it is', () => {
    const report = check(
      '[{{data.meta}},{{#each data.list}}"{{this}}",{{/each}}]',
      { one: PLAIN },
      { compareWith: '[1]' },
    );
    assert.ok(report.plan !== undefined && report.samples.length > 0);
    assert.deepEqual(structuredClone(report), report);
  });

  it('finds faults of structure and of paths in one go, in the order of the text', () => {
    const report = check('{\n  "a": "{{data.nam}}"\n  "b": "{{data.name}}",\n  "c": {{data.lst}} 1\n}');
    assert.equal(report.plan, undefined);
    const errors = codes(report.errors);
    assert.ok(errors.includes('unknown_field') && errors.includes('missing_comma'), errors.join());
    const offsets = report.errors.map(({ position }) => position?.offset ?? -1);
    assert.deepEqual(
      offsets,
      [...offsets].sort((a, b) => a - b),
    );
    assert.equal(report.placeholders.length, 3);
    assert.deepEqual(report.samples, []);
  });

  it('refuses a path that the schema forbids, and shows all the same what is rendered', () => {
    const report = check('{"a":"{{data.nam}}"}');
    assert.deepEqual(codes(report.errors), ['unknown_field']);
    assert.equal(report.plan, undefined);
    assert.deepEqual(
      report.samples.map(({ body }) => body),
      ['{"a":""}'],
    );
  });

  it('makes the proof alone where there is no payload schema', () => {
    const report = checkTemplate({ source: '{"a":"{{data.nam}}"}', payload: undefined });
    assert.ok(report.plan !== undefined);
    assert.deepEqual([report.errors, report.warnings, report.placeholders, report.samples], [[], [], [], []]);
    assert.deepEqual(codes(checkTemplate({ source: '{"a":{{x}}', payload: undefined }).errors), ['unclosed_bracket']);
  });

  it('gives only faults of a text that cannot be read', () => {
    const report = check('{{#if data.name}}1');
    assert.deepEqual(codes(report.errors), ['unclosed_block']);
    assert.deepEqual([report.plan, report.placeholders, report.samples], [undefined, [], []]);
  });

  const long = { ...PLAIN, list: Array.from({ length: 20_001 }, () => 'x') };

  it('refuses what a sample makes too large, naming the first', () => {
    const report = check('[{{#each data.list}}"{{this}}",{{/each}}]', { fine: PLAIN, long, longer: long });
    assert.deepEqual(codes(report.errors), ['renders_too_large']);
    assert.match(report.errors[0]?.detail ?? '', /^With the sample "long": /);
    assert.equal(report.plan, undefined);
    assert.deepEqual(
      report.samples.map(({ name }) => name),
      ['fine'],
    );
  });

  it('warns only where the event that was asked about is too large', () => {
    const report = check('[{{#each data.list}}"{{this}}",{{/each}}]', { fine: PLAIN }, { event: contextOf(long) });
    assert.deepEqual([codes(report.errors), codes(report.warnings)], [[], ['renders_too_large']]);
    assert.ok(report.plan !== undefined && report.normalisesCommas);
  });

  it('renders the event that was asked about first', () => {
    const event = contextOf({ ...PLAIN, name: 'asked' });
    const report = check('"{{data.name}}"', { one: PLAIN }, { event });
    assert.deepEqual(
      report.samples.map(({ name, body }) => [name, body]),
      [
        ['event', '"asked"'],
        ['one', '"n"'],
      ],
    );
  });

  it('compares with another template by the event, or else by the first sample', () => {
    const event = contextOf({ ...PLAIN, name: 'asked' });
    const patch = (value: string) => ({ ok: true, patch: `[{"op":"replace","path":"","value":"${value}"}]` });
    const compareWith = '"old"';
    assert.deepEqual(check('"{{data.name}}"', { one: PLAIN }, { compareWith }).comparison, patch('n'));
    assert.deepEqual(check('"{{data.name}}"', { one: PLAIN }, { compareWith, event }).comparison, patch('asked'));
  });

  it('says why it cannot compare', () => {
    const reason = (source: string, compareWith: string, event: ExactJson = PLAIN) => {
      const { comparison } = check(source, {}, { compareWith, event: contextOf(event) });
      return comparison?.ok === false ? comparison.reason : undefined;
    };
    const loop = '[{{#each data.list}}"{{this}}",{{/each}}]';
    assert.match(reason('[1]', '[1') ?? '', /refused by this version/);
    assert.match(reason('[1]', loop, long) ?? '', /^The current template: .*20,000/);
    assert.match(reason(loop, '[1]', long) ?? '', /^The edited template: .*20,000/);
    assert.match(reason('[1]', '"{{data.name}}"', { ...PLAIN, name: 'x'.repeat(70_000) }) ?? '', /64 KiB/);
    assert.equal(reason('[1', '[1]'), undefined);
  });

  it('warns only where a generated event is too large, and shows generated ones last', () => {
    const report = check('[{{#each data.list}}"{{this}}",{{/each}}]', { fine: PLAIN }, {}, { long, minimal: PLAIN });
    assert.deepEqual([codes(report.errors), codes(report.warnings)], [[], ['renders_too_large']]);
    assert.match(report.warnings[0]?.detail ?? '', /"long"/);
    assert.deepEqual(
      report.samples.map(({ name }) => name),
      ['fine', 'minimal'],
    );
  });

  it('shows the start of a long body, in whole characters: more of the event that was asked about', () => {
    const data = { ...PLAIN, name: '😀'.repeat(40_000) };
    for (const lead of ['', 'a']) {
      const bytes = 160_002 + lead.length;
      const { samples } = check(`"${lead}{{data.name}}"`, { one: data }, { event: contextOf(data) });
      for (const [sample, longest] of [
        [samples[0], 65_536],
        [samples[1], 16_384],
      ] as const) {
        assert.ok(sample?.truncated && sample.bytes === bytes);
        assert.ok(sample.body.isWellFormed());
        assert.ok(sample.body.length >= longest - 1 && sample.body.length <= longest);
      }
    }
  });

  it('does not call a field null where the JSON before it is broken, as it may stand in a string', () => {
    const optional = { ...SCHEMA, properties: { data: { type: 'object', properties: { gone: { type: 'string' } } } } };
    const warned = (source: string): string[] =>
      codes(checkTemplate({ source, payload: { schema: optional, samples: [], generated: [] } }).warnings);
    assert.deepEqual(warned('{"a":{{data.gone}}}'), ['may_be_null']);
    assert.deepEqual(warned('{"a":"x,"b":"{{data.gone}}"}'), []);
    assert.deepEqual(warned('{"a":{{data.gone}} "b":1}'), ['may_be_null']);
  });
});
