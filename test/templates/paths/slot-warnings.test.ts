import assert from 'node:assert/strict';
import { AUDIT, fields, hintsOf, OWN, payloadOf, text, warningsOf } from './checking.ts';

describe('warnInString, of objects', () => {
  it('shows both ways out, with the path as written', () => {
    const source = '"{{data.metadata}}"';
    assert.deepEqual(warningsOf(AUDIT, source), ['object_in_string @ {{data.metadata}}']);
    const [hint = ''] = hintsOf(AUDIT, source);
    assert.match(hint, /^Drop the quotes around \{\{data\.metadata\}\} to send it as JSON/);
    assert.match(
      hint,
      /\{\{data\.metadata\.request_ip\}\}\. If its JSON as text is meant, say so with \{\{json data\.metadata\}\}\.$/,
    );
  });

  it('does not ask to drop quotes that hold more', () => {
    const [hint = ''] = hintsOf(AUDIT, '"at {{data.metadata}}"');
    assert.match(hint, /^To send it as JSON, give \{\{data\.metadata\}\} a member of its own, without quotes/);
  });

  it('offers to join a list', () => {
    const schema = fields({ tags: { type: 'array', items: text } });
    assert.match(hintsOf(schema, '"{{data.tags}}"')[0] ?? '', /\{\{join data\.tags ", "\}\}/);
    assert.match(
      hintsOf(schema, '"{{sort data.tags}}"')[0] ?? '',
      /\{\{join \(sort data\.tags\) ", "\}\}.*\{\{json \(sort data\.tags\)\}\}/,
    );
  });

  it('is not told of text, of what may be text, and of what json makes text', () => {
    const schema = fields({ any: {}, either: { type: ['string', 'object'] }, object: { type: 'object' } });
    assert.deepEqual(warningsOf(schema, '"{{data.any}}{{data.either}}{{json data.object}}{{event_type}}"'), []);
  });
});

describe('warnInString, of JSON in strings', () => {
  it('is not told of what has no quotes and no backslashes', () => {
    const inner = (value: string): string => `{"a":"{\\"b\\":\\"${value}\\"}"}`;
    const schema = fields({ name: text, count: { type: 'integer' }, active: { type: 'boolean' } });
    for (const value of ['data.count', 'data.active', '@root.id', 'event_time', 'received_at', 'length data.name'])
      assert.deepEqual(warningsOf(schema, inner(`{{${value}}}`)), [], value);
    for (const value of ['sha256 data.name', 'unixSeconds event_time', 'isoDate received_at', 'eq data.name "x"'])
      assert.deepEqual(warningsOf(schema, inner(`{{${value}}}`)), [], value);
    for (const value of ['event_type', 'data.name', 'upper data.name', 'concat data.count'])
      assert.equal(warningsOf(schema, inner(`{{${value}}}`)).length, 1, value);
  });

  const cases: readonly (readonly [what: string, source: string, place: string, form: RegExp])[] = [
    [
      'between quotes',
      String.raw`"{\"a\":\"{{data.name}}\"}"`,
      '{{data.name}}',
      /^Write \\"a\\":\{\{json data\.name\}\}, without the quotes/,
    ],
    [
      'in the second member',
      String.raw`"{\"a\":{{json data.name}}, \"b\" : \"{{data.title}}\"}"`,
      '{{data.title}}',
      /^Write \\"b\\" : \{\{json data\.title\}\}/,
    ],
    ['in a list', String.raw`"[\"x\", \"{{data.name}}\"]"`, '{{data.name}}', /^Write \{\{json data\.name\}\}, without/],
    [
      'in more text',
      String.raw`"{\"a\":\"by {{data.name}}\"}"`,
      '{{data.name}}',
      /\{\{json \(concat "…" data\.name\)\}\}/,
    ],
    [
      'without quotes',
      String.raw`"{\"a\":{{data.name}}}"`,
      '{{data.name}}',
      /^Write \\"a\\":\{\{json data\.name\}\}\.$/,
    ],
    [
      'a call',
      String.raw`"{\"a\":\"{{upper data.name}}\"}"`,
      '{{upper data.name}}',
      /\{\{json \(upper data\.name\)\}\}/,
    ],
    [
      'json with quotes around',
      String.raw`"{\"a\":\"{{json data.name}}\"}"`,
      '{{json data.name}}',
      /^Write \\"a\\":\{\{json data\.name\}\}, without/,
    ],
    [
      'behind a block',
      String.raw`"{ {{#if data.count}}\"a\":1,{{/if}}\"b\":\"{{data.name}}\"}"`,
      '{{data.name}}',
      /\\"b\\":\{\{json/,
    ],
  ];
  for (const [what, source, place, form] of cases) {
    it(`shows the form that holds: ${what}`, () => {
      assert.deepEqual(warningsOf(OWN, source), [`json_in_string @ ${place}`]);
      assert.match(hintsOf(OWN, source)[0] ?? '', form);
    });
  }

  const fine: readonly (readonly [string, string])[] = [
    ['json', String.raw`"{\"a\":{{json data.name}},\"b\":[{{json data.tags}}]}"`],
    ['what is written as JSON anyway', String.raw`"{\"a\":{{data.count}},\"b\":{{data.actor}},\"c\":{{data.active}}}"`],
    ['quotes in a sentence', String.raw`"Target: \"{{data.name}}\", by \"{{data.name}}\""`],
    ['brackets in a sentence', String.raw`"[{{data.name}}] {{data.name}}: {{data.name}}, {{data.name}}"`],
    ['real JSON', '{"a":"{{data.name}}"}'],
    ['a string after one with JSON', String.raw`["{\"a\":1}","{{data.name}}"]`],
  ];
  for (const [what, source] of fine) {
    it(`says nothing of ${what}`, () => {
      assert.deepEqual(warningsOf(OWN, source), []);
    });
  }

  it('counts the backslashes of JSON in JSON in a string', () => {
    const source = String.raw`"{\"a\":{{json data.name}},\"b\":\"x \\\"{{data.name}}\\\"\",\"c\":{{json data.name}}}"`;
    assert.deepEqual(warningsOf(OWN, source), ['json_in_string @ {{data.name}}']);
  });
});

describe('warnInValue', () => {
  it('is told of an optional or nullable field that is written as a value, once', () => {
    const source = '[{{data.title}},{{data.score}},{{data.title}},{{json data.tags}},{{data.name}},{{data.any}}]';
    assert.deepEqual(warningsOf(OWN, source), [
      'may_be_null @ {{data.title}}',
      'may_be_null @ {{data.score}}',
      'may_be_null @ {{json data.tags}}',
    ]);
  });

  it('gives a fallback of the right type', () => {
    assert.deepEqual(
      hintsOf(OWN, '[{{data.title}},{{data.score}},{{data.tags}}]').map((hint) => hint.replace(/^.*write /, '')),
      [
        '{{default data.title "none"}}, or "{{data.title}}" for an empty text.',
        '{{default data.score 0}}.',
        '{{#if data.tags}}{{data.tags}}{{else}}[]{{/if}}.',
      ],
    );
  });

  const guarded: readonly string[] = [
    '{{#if data.title}}{{data.title}}{{else}}1{{/if}}',
    '{{#unless data.title}}1{{else}}{{data.title}}{{/unless}}',
    '{{#if data.tags.[0]}}{{data.tags}}{{else}}1{{/if}}',
    '{{#with data.title}}{{this}}{{else}}1{{/with}}',
    '[{{#each data.tags}}{{@root.data.tags}},{{/each}}]',
    '{{#if (and data.active data.title)}}{{data.title}}{{else}}1{{/if}}',
    '{{#if (or (not data.title) data.active)}}1{{else}}{{data.title}}{{/if}}',
    '{{#if (eq data.title "x")}}{{data.title}}{{else}}1{{/if}}',
    '{{#if (ne data.title null)}}{{data.title}}{{else}}1{{/if}}',
    '{{#if (gt data.score 1)}}{{data.score}}{{else}}1{{/if}}',
    '{{#if (in data.title "a" "b")}}{{data.title}}{{else}}1{{/if}}',
    '{{#if (length data.tags)}}{{data.tags}}{{else}}1{{/if}}',
    '{{#if data.active}}1{{else if data.title}}{{data.title}}{{else}}2{{/if}}',
    '{{#with data}}{{#if title}}{{@root.data.title}}{{else}}1{{/if}}{{else}}1{{/with}}',
    '{{default data.title "x"}}',
    '{{coalesce data.title data.name}}',
    '"{{data.title}}"',
  ];
  for (const source of guarded) {
    it(`is not told where the field is there or has a fallback: ${source}`, () => {
      assert.deepEqual(warningsOf(OWN, source), []);
    });
  }

  const unguarded: readonly string[] = [
    '{{#if data.title}}1{{else}}{{data.title}}{{/if}}',
    '{{#if data.active}}{{data.title}}{{else}}1{{/if}}',
    '{{#if (or data.active data.title)}}{{data.title}}{{else}}1{{/if}}',
    '{{#if (ne data.title "x")}}{{data.title}}{{else}}1{{/if}}',
    '{{#if (eq data.title null)}}{{data.title}}{{else}}1{{/if}}',
    '{{#if (eq data.title data.name)}}{{data.title}}{{else}}1{{/if}}',
    '[{{#if data.title}}1{{else}}2{{/if}},{{data.title}}]',
  ];
  for (const source of unguarded) {
    it(`is told where the condition says something else: ${source}`, () => {
      assert.deepEqual(warningsOf(OWN, source), ['may_be_null @ {{data.title}}']);
    });
  }

  it('is told of a field that its parent may lack, although the parent is there', () => {
    assert.deepEqual(warningsOf(OWN, '{{#with data.actor}}[{{name}},{{email}}]{{else}}1{{/with}}'), [
      'may_be_null @ {{email}}',
    ]);
    assert.deepEqual(warningsOf(OWN, '[{{#each data.issues}}{{status}},{{note}},{{/each}}]'), [
      'may_be_null @ {{note}}',
    ]);
  });

  it('is told of a field whose parent may be missing', () => {
    const schema = payloadOf({
      type: 'object',
      properties: { actor: { type: 'object', required: ['name'], properties: { name: text } } },
    });
    assert.deepEqual(warningsOf(schema, '{{data.actor.name}}'), ['may_be_null @ {{data.actor.name}}']);
    assert.deepEqual(warningsOf(schema, '{{#if data.actor}}{{data.actor.name}}{{else}}1{{/if}}'), []);
  });
});
