import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExactJson } from '../../src/domain/json.ts';
import { JsonNumber, toPlain, writeExact } from '../../src/domain/json.ts';
import { readJson } from '../../src/domain/json-read.ts';
import { compilePlan, compileTemplate, renderTemplate } from '../../src/templates/index.ts';
import type { RenderResult } from '../../src/templates/index.ts';
import { parseTemplate } from '../../src/templates/parse.ts';
import type { Slot } from '../../src/templates/proof/slot.ts';
import { anyJson, anyText, contextOf, foreign, isNumber, placeholdersOf, render, tryRender } from './harness.ts';

const exact = (text: string): ExactJson => {
  const reading = readJson(text);
  assert.ok(reading.ok, text);
  return reading.documents[0]?.value ?? null;
};

// What a value is when it stands in a string: the first row of the table in TEMPLATES.md section 1.
function asText(value: ExactJson): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : writeExact(value);
}

const APONO_SAMPLE = `{ "event_type": "{{event_type}}", "event_time": "{{event_time}}", "data": { "timestamp": "{{data.timestamp}}", "action":
"{{data.action}}", "actor_id": "{{data.actor_id}}", "actor_name": "{{data.actor_name}}", "actor_type": "{{data.actor_type}}",
"source": "{{data.source}}", "target_id": "{{data.target_id}}", "target_type": "{{data.target_type}}", "target_name": "{{data.target_name}}",
"metadata": "{{data.metadata}}", "current_target_object": "{{data.current_target_object}}", "previous_target_object": "{{data.previous_target_object}}"
} }`;

describe('renderTemplate', () => {
  it('reads back every value from a value slot, numbers by their spelling', () => {
    const { template } = accepted('{"a":{"b":{{data.x}},"c":[{{{data.x}}}]}}');
    fc.assert(
      fc.property(anyJson, (x) => {
        const result = renderTemplate(template, contextOf({ x }));
        assert.ok(result.ok);
        assert.equal(result.body, `{"a":{"b":${writeExact(x)},"c":[${writeExact(x)}]}}`);
        assert.deepEqual(JSON.parse(result.body), {
          a: { b: JSON.parse(writeExact(x)), c: [JSON.parse(writeExact(x))] },
        });
      }),
    );
  });

  it('reads back every value from a string slot, in values and in keys', () => {
    const { template } = accepted('{"k {{data.x}}":"{{data.x}}","t":"<{{data.x}}|{{data.x}}>"}');
    fc.assert(
      fc.property(anyJson, (x) => {
        const result = renderTemplate(template, contextOf({ x }));
        assert.ok(result.ok);
        const text = asText(x);
        assert.deepEqual(Object.entries(JSON.parse(result.body)), [
          [`k ${text}`, text],
          ['t', `<${text}|${text}>`],
        ]);
      }),
    );
  });

  it('keeps the spelling of numbers as received', () => {
    const numbers = '[12345678901234567890,1.10,1e2,1E+2,-0,0.0,1e-7,100]';
    assert.equal(render('{{data}}', exact(numbers)), numbers);
    assert.equal(render('"{{data}}"', exact(numbers)), `"${numbers}"`);
    fc.assert(
      fc.property(anyJson.filter(isNumber), (x) => {
        assert.equal(render('["{{data}}",{{data}}]', x), `["${writeExact(x)}",${writeExact(x)}]`);
      }),
    );
  });

  it('never lets a value out of its string, whatever characters it has', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        assert.deepEqual(JSON.parse(render('{"a":"{{data.a}}","{{data.b}}!":"{{data.a}}{{data.b}}"}', { a, b })), {
          a,
          [`${b}!`]: `${a}${b}`,
        });
      }),
    );
  });

  it('gives JSON, or says why there is none, for random templates and events', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      '"a":',
      '1',
      'null',
      '{{data.x}}',
      '"{{data.y}}"',
      '{{#if data.x}}',
      '{{else}}',
      '{{/if}}',
      '{{#each data.xs}}',
      '{{/each}}',
      '{{json this}}',
      '\\',
    );
    let rendered = 0;
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 10 }),
        anyJson,
        anyJson,
        fc.array(anyJson, { maxLength: 3 }),
        (parts, x, y, xs) => {
          for (const source of [parts.join(''), `{"a":[${parts.join('')}]}`]) {
            const compiled = compileTemplate(source);
            if (!compiled.ok) continue;
            const result = renderTemplate(compiled.template, contextOf({ x, y, xs }));
            if (result.ok) JSON.parse(result.body);
            else assert.equal(result.outcome, 'template_error');
            rendered += result.ok ? 1 : 0;
          }
        },
      ),
      { numRuns: 800 },
    );
    assert.ok(rendered > 40, String(rendered));
  });

  it('renders the sample of Apono’s documentation, with objects in quotes, for any event', () => {
    const { template } = accepted(APONO_SAMPLE);
    const fields = [...APONO_SAMPLE.matchAll(/\{\{data\.(\w+)\}\}/g)].map(([, name]) => String(name));
    assert.equal(fields.length, 12);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...fields), anyJson), (data) => {
        const result = renderTemplate(template, contextOf(data));
        assert.ok(result.ok);
        const expected = Object.fromEntries(fields.map((name) => [name, asText(data[name] ?? null)]));
        assert.deepEqual(JSON.parse(result.body), {
          event_type: 'access_flow.updated',
          event_time: '1732104000.123456789',
          data: expected,
        });
      }),
    );
  });

  it('says where the rendered text stops being JSON, there and in the template', () => {
    const result = renderUnproven('{\n{{#each data}}\n"{{this}}": 1\n{{/each}}\n}', ['string'], ['a', 'b']);
    assert.deepEqual(result, {
      ok: false,
      outcome: 'template_error',
      message:
        'The rendered text is not JSON at line 3, column 1 (line 3, column 1 of the template): a comma or "}" is expected here. There stands: "b": 1',
      fault: {
        position: { line: 3, column: 1, offset: 17 },
        excerpt: '"b": 1',
        expected: 'a comma or "}" is expected here.',
      },
    });
  });

  it('points at the tag whose value is in the wrong place, and at the end where something is missing', () => {
    const misplaced = renderUnproven('[{{#if data}}1{{/if}} {{#unless x}}{{data}}{{/unless}}]', ['value'], 5);
    assert.ok(!misplaced.ok);
    assert.deepEqual(misplaced.fault?.position, { line: 1, column: 36, offset: 35 });
    const cut = renderUnproven('{"a":[1,{{data}}', ['value'], 5);
    assert.ok(!cut.ok);
    assert.equal(cut.fault?.position.column, 9);
    const empty = renderUnproven('{{#if data.x}}1{{/if}}', [], {});
    assert.ok(!empty.ok);
    assert.match(empty.message, /the text ends where a value is expected/);
  });

  it('stops after 1 MiB of output, counted in bytes', () => {
    const [tooMuch, fits] = ['é'.repeat(512 * 1024), 'é'.repeat(512 * 1024 - 1)];
    assert.equal(Buffer.byteLength(render('"{{data}}"', fits)), 1024 * 1024);
    assert.deepEqual(tryRender('"{{data}}"', tooMuch), {
      ok: false,
      outcome: 'render_too_large',
      message: 'Rendering was stopped: more than 1 MiB of output.',
      limit: 'bytes',
    });
  });

  it('stops after 20,000 loop turns in all, and after too much work in helpers', () => {
    const items = Array.from({ length: 100 }, () => 1);
    const nested = '[{{#each data}}{{#each ../data}}{{#each @root.data}}{{/each}}{{/each}}{{/each}}]';
    assert.deepEqual(tryRender(nested, items), {
      ok: false,
      outcome: 'render_too_large',
      message: 'Rendering was stopped: more than 20,000 loop turns.',
      limit: 'turns',
    });
    assert.equal(
      render(
        '[{{#each data}}{{/each}}]',
        Array.from({ length: 20_000 }, () => 1),
      ),
      '[]',
    );
    const compared = '[{{#each data.l}}{{#if (json @root.data.x)}}{{/if}}{{/each}}]';
    const work = tryRender(compared, { l: Array.from({ length: 10_000 }, () => 1), x: 'a'.repeat(100_000) });
    assert.deepEqual(work.ok ? '' : work.outcome, 'render_too_large');
  });

  it('stops after 1,000,000 steps, also where nothing is written', () => {
    const items = Array.from({ length: 2000 }, () => 1);
    // A placeholder is one step, its name another; the text before and after the loop, and the loop itself, are four.
    const source = (tags: number): string => `"{{#each data}}${'{{gone}}'.repeat(tags)}{{/each}}"`;
    assert.equal(render(source(249), items), '""');
    assert.deepEqual(tryRender(source(250), items), {
      ok: false,
      outcome: 'render_too_large',
      message: 'Rendering was stopped: more than 1,000,000 steps of work.',
      limit: 'steps',
    });
  });

  it('finds the place of a fault behind tags that wrote nothing', () => {
    const result = renderUnproven(
      '[{{#each data}}{{#if this.gone}}1{{/if}}{{/each}} {{#if true}}"a{{x.y}}b" "{{x}}"{{/if}}]',
      ['string', 'string'],
      [1],
    );
    assert.ok(!result.ok);
    assert.equal(result.fault?.position.column, 75);
  });

  it('never throws, even for values that no event can hold', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    const result = tryRender('{{data}}', foreign(deep));
    assert.deepEqual(result.ok ? '' : result.outcome, 'template_error');
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    assert.equal(render('{{data}}', foreign(cyclic)), '[null]');
    assert.equal(render('{{data}}', foreign(new JsonNumber('1.0'))), '1.0');
  });

  it('gives the same bytes each time, and shares nothing between renderings', () => {
    const { template } = accepted('[{{#each data}}"{{@index}} {{this}}"{{#unless @last}},{{/unless}}{{/each}}]');
    const first = renderTemplate(template, contextOf(['a', 'b']));
    renderTemplate(template, contextOf(['x', 'y', 'z']));
    assert.deepEqual(renderTemplate(template, contextOf(['a', 'b'])), first);
    assert.deepEqual(first, { ok: true, body: '["0 a","1 b"]', warnings: [] });
  });

  it('does not change what it is given', () => {
    fc.assert(
      fc.property(anyJson, (data) => {
        const before = writeExact(data);
        tryRender('[{{data}},"{{data}}",{{json data pretty=true}}]', data);
        assert.equal(writeExact(data), before);
        assert.deepEqual(toPlain(data), toPlain(data));
      }),
    );
  });
});

function accepted(source: string) {
  const compiled = compileTemplate(source);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled;
}

// The check of what was rendered is a second net under the proof, and is tried without it.
function renderUnproven(source: string, slots: readonly Slot[], data: ExactJson): RenderResult {
  const parsed = parseTemplate(source);
  assert.ok(parsed.ok);
  const { text, nodes } = parsed;
  const places = placeholdersOf(nodes).map(({ offset }, index) => [offset, slots[index] ?? 'unreachable'] as const);
  const plan = { source, sha256: '', text, nodes, slots: new Map(places), marks: new Set<number>(), warnings: [] };
  return renderTemplate(compilePlan(plan), contextOf(data));
}
