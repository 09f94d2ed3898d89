import assert from 'node:assert/strict';
import { parseTemplate } from '../../../src/templates/parse.ts';
import { checkPaths } from '../../../src/templates/paths/index.ts';
import { OWN, text, AUDIT, check, errorsOf, fields, hintsOf, placeholdersOf, warningsOf } from './checking.ts';

describe('checkPaths', () => {
  describe('placeholders', () => {
    it('are given with path, type and slot, in the order of the text', () => {
      assert.deepEqual(
        placeholdersOf(AUDIT, '{"{{id}}":"{{data.actor_name}}","m":{{data.metadata}},"x":{{data.metadata.team}}}'),
        [
          'id: string string',
          'data.actor_name: string|null string',
          'data.metadata: object|null value',
          'data.metadata.team?: unknown value',
        ],
      );
    });

    it('have the type that templates see, whatever the sender may write', () => {
      const source = '["{{id}}","{{schema}}","{{event_type}}","{{event_time}}","{{received_at}}",{{this}}]';
      assert.deepEqual(placeholdersOf(AUDIT, source), [
        'id: string string',
        'schema: string string',
        'event_type: string string',
        'event_time: string string',
        'received_at: string string',
        'this: object value',
      ]);
    });

    it('are named from the event on inside of blocks', () => {
      const source = `[{{#each data.issues}}"{{status}} {{this.note}} {{@index}} {{@key}} {{@first}} {{../data.name}}
        {{@root.data.count}}",{{/each}}"{{#with data.actor}}{{name}}{{../data.name}}{{/with}}"]`.replace(/\n\s*/, ' ');
      const types = Object.fromEntries(check(OWN, source).placeholders.map(({ path, type }) => [path, type]));
      assert.deepEqual(types, {
        'data.issues[].status': 'string',
        'data.issues[].note': 'string',
        '@index': 'number',
        '@key': 'number',
        '@first': 'boolean',
        'data.name': 'string',
        'data.count': 'integer',
        'data.actor.name': 'string',
      });
      assert.ok(check(OWN, source).placeholders.every(({ known }) => known));
    });

    it('know block parameters, maps and places of lists', () => {
      const source = `"{{#each data.labels as |value key|}}{{value}}{{key}}{{value.length}}{{/each}}
        {{data.issues.[0].status}}{{data.issues.length}}{{data.name.length}}{{data.name.[0]}}"`.replace(/\n\s*/, '');
      assert.deepEqual(placeholdersOf(OWN, source), [
        'data.labels.*: string string',
        '@key: string string',
        'data.labels.*.length: number string',
        'data.issues[0].status: string string',
        'data.issues.length: number string',
        'data.name.length: number string',
        'data.name.0: string string',
      ]);
    });

    it('show a call as it is written, with the type of its result', () => {
      const source =
        '["{{ upper data.name }}",{{length data.tags}},{{json data.tags}},"{{json data.tags}}",{{first data.nme}}]';
      assert.deepEqual(placeholdersOf(OWN, source), [
        'upper data.name: string string',
        'length data.tags: number|null value',
        'json data.tags: array value',
        'json data.tags: string string',
        'first data.nme?: unknown value',
      ]);
    });

    it('are unknown where they lead nowhere, which is told elsewhere', () => {
      assert.deepEqual(placeholdersOf(OWN, '"{{../x}}{{@index}}"'), [
        '../x?: unknown string',
        '@index?: unknown string',
      ]);
      assert.deepEqual(warningsOf(OWN, '"{{../x}}{{@index}}"'), []);
    });

    it('have no slot where the proof gave none', () => {
      const parsed = parseTemplate('{{data.name}}');
      assert.ok(parsed.ok);
      const { placeholders, warnings } = checkPaths(parsed.text, parsed.nodes, new Map(), OWN);
      assert.deepEqual(placeholders, [{ path: 'data.name', offset: 0, slot: undefined, type: 'string', known: true }]);
      assert.deepEqual(warnings, []);
    });
  });

  describe('unknown_field', () => {
    const cases: readonly (readonly [
      what: string,
      source: string,
      errors: string[],
      warnings: string[],
      hint: string,
    ])[] = [
      ['a name beside', '"{{data.actr_name}}"', [], ['data.actr_name'], 'Did you mean data.actor_name?'],
      ['a name in other letters', '"{{data.actorName}}"', [], ['data.actorName'], 'Did you mean data.actor_name?'],
      ['a forgotten data', '"{{actor_name}}"', ['actor_name'], [], 'Did you mean data.actor_name?'],
      ['a dot for a line', '"{{data.actor.name}}"', [], ['data.actor.name'], 'Did you mean data.actor_name?'],
      [
        'a part of names',
        '"{{data.actor}}"',
        [],
        ['data.actor'],
        'Did you mean data.actor_id, data.actor_name or data.actor_type?',
      ],
      ['data too often', '"{{data.event_type}}"', [], ['data.event_type'], 'Did you mean event_type?'],
      [
        'nothing near',
        '"{{user.email}}"',
        ['user.email'],
        [],
        'An event has id, schema, event_type, event_time, received_at, data.',
      ],
      ['a condition', '{{#if data.sorce}}1{{else}}2{{/if}}', [], ['data.sorce'], 'Did you mean data.source?'],
      ['an argument', '"{{upper (trim data.sorce)}}"', [], ['data.sorce'], 'Did you mean data.source?'],
      [
        'a field of a text',
        '"{{data.action.xyzzy}}"',
        [],
        ['data.action.xyzzy'],
        'Remove it, or look up the fields of the payload schema.',
      ],
      [
        'the event from inside a block',
        '"{{#with data}}{{event_type}}{{/with}}"',
        [],
        ['event_type'],
        'Did you mean @root.event_type?',
      ],
    ];
    for (const [what, source, errors, warnings, hint] of cases) {
      it(`is found with what was meant: ${what}`, () => {
        const found = (list: string[]): string[] => list.map((one) => `unknown_field @ ${one}`);
        assert.deepEqual(errorsOf(AUDIT, source), found(errors));
        assert.deepEqual(warningsOf(AUDIT, source), found(warnings));
        assert.deepEqual(hintsOf(AUDIT, source), [hint]);
      });
    }

    it('refuses what the schema forbids, and warns of what it only does not know', () => {
      const source = '"{{data.nme}} {{data.actor.emial}}"';
      assert.deepEqual(errorsOf(OWN, source), ['unknown_field @ data.nme']);
      assert.deepEqual(warningsOf(OWN, source), ['unknown_field @ data.actor.emial']);
    });

    it('names the fields of the blocks around', () => {
      const schema = fields({
        groups: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              title: text,
              users: { type: 'array', items: { type: 'object', properties: { mail: text } } },
            },
          },
        },
      });
      const source = '"{{#each data.groups}}{{#each users}}{{titel}} {{mial}}{{/each}}{{/each}}"';
      assert.deepEqual(hintsOf(schema, source), ['Did you mean ../title?', 'Did you mean mail?']);
    });

    it('is told once for a path, and not of what lies below', () => {
      const source = '"{{#with data.actr}}{{name}}{{#each x.y}}{{z}}{{/each}}{{/with}}{{data.sorce.a.b}}"';
      assert.deepEqual(warningsOf(AUDIT, source), ['unknown_field @ data.actr', 'unknown_field @ data.sorce.a.b']);
    });

    it('is told for each place of a tag', () => {
      assert.deepEqual(warningsOf(AUDIT, '{{#if (and data.x1 (eq "data.x2" data.x2))}}1{{else}}2{{/if}}'), [
        'unknown_field @ data.x1',
        'unknown_field @ data.x2',
      ]);
      assert.equal(check(AUDIT, '{{#if (eq "data.x2" data.x2)}}1{{else}}2{{/if}}').warnings[0]?.offset, 20);
    });

    const open: readonly (readonly [string, unknown])[] = [
      ['no schema', {}],
      ['true', true],
      ['an object without declared fields', { type: 'object' }],
      ['fields by a pattern', { type: 'object', properties: { a: text }, patternProperties: { '^x': {} } }],
      [
        'other fields with a schema',
        { type: 'object', properties: { a: text }, additionalProperties: { type: ['string', 'object'] } },
      ],
      ['a reference that leads nowhere', { $ref: '#/$defs/missing', properties: { a: text } }],
      ['a reference out of the document', { $ref: 'urn:other#/$defs/x', type: 'object', properties: { a: text } }],
      ['one of several that is open', { anyOf: [{ type: 'object', properties: { a: text } }, { type: 'object' }] }],
      ['a keyword that is not followed', { type: 'object', properties: { a: text }, dependentSchemas: {} }],
    ];
    for (const [what, schema] of open) {
      it(`is not told where it cannot be known: ${what}`, () => {
        const source = '"{{data.thing.b}}{{#with data.thing.b}}{{c.d}}{{/with}}"';
        assert.deepEqual(
          [...errorsOf(fields({ thing: schema }), source), ...warningsOf(fields({ thing: schema }), source)],
          [],
        );
      });
    }

    const closed: readonly (readonly [string, unknown])[] = [
      ['additionalProperties', { type: 'object', properties: { a: text }, additionalProperties: false }],
      ['unevaluatedProperties', { type: 'object', allOf: [{ properties: { a: text } }], unevaluatedProperties: false }],
      ['a property that may not be', { type: 'object', properties: { a: text, b: false } }],
      ['a reference', { $ref: '#/$defs/closed' }],
      ['each of several', { oneOf: [{ $ref: '#/$defs/closed' }, { type: 'object', additionalProperties: false }] }],
    ];
    for (const [what, schema] of closed) {
      it(`is an error where fields are forbidden by ${what}`, () => {
        const payload = fields({ thing: schema }, { closed: closed[0]?.[1] });
        assert.deepEqual(errorsOf(payload, '"{{data.thing.b}}"'), ['unknown_field @ data.thing.b']);
        assert.deepEqual(errorsOf(payload, '"{{data.thing.a}}"'), []);
        assert.deepEqual(warningsOf(payload, '"{{data.thing.a}}{{data.thing.b}}"'), []);
      });
    }

    it('follows references in circles', () => {
      const tree = {
        type: 'object',
        properties: {
          name: text,
          left: { $ref: '#/$defs/tree' },
          kids: { type: 'array', items: { $ref: '#/$defs/tree' } },
        },
      };
      const schema = fields({ tree: { $ref: '#/$defs/tree' } }, { tree });
      assert.deepEqual(placeholdersOf(schema, '"{{data.tree.left.left.left.kids.[3].name}}"'), [
        'data.tree.left.left.left.kids[3].name: string string',
      ]);
      assert.deepEqual(warningsOf(schema, '"{{#each data.tree.kids}}{{#each left.kids}}{{nmae}}{{/each}}{{/each}}"'), [
        'unknown_field @ nmae',
      ]);
    });

    it('knows the fields of all that holds together and of each alternative', () => {
      const branch = (name: string): unknown => ({ type: 'object', properties: { [name]: text } });
      const schema = fields(
        {
          all: { allOf: [branch('a'), { $ref: '#/$defs/b' }] },
          any: { anyOf: [branch('a'), { type: 'null' }, branch('b')] },
          if: { type: 'object', properties: { a: text }, if: branch('b'), then: branch('c'), else: branch('d') },
        },
        { b: branch('b') },
      );
      assert.deepEqual(warningsOf(schema, '"{{data.all.a}}{{data.all.b}}{{data.all.cc}}"'), [
        'unknown_field @ data.all.cc',
      ]);
      assert.deepEqual(warningsOf(schema, '"{{data.any.a}}{{data.any.b}}{{data.any.cc}}"'), [
        'unknown_field @ data.any.cc',
      ]);
      assert.deepEqual(warningsOf(schema, '"{{data.if.a}}{{data.if.b}}{{data.if.c}}{{data.if.d}}{{data.if.x}}"'), [
        'unknown_field @ data.if.x',
      ]);
    });
  });

  describe('unknown_field, of the event', () => {
    const loop = (body: string): string => `[{{#each data.metadata.list}}${body},{{/each}}]`;

    it('is said of a field of the event inside a block that stands on something unknown', () => {
      assert.deepEqual(warningsOf(AUDIT, loop('"{{event_type}} {{data.action}}"')), [
        'unknown_field @ event_type',
        'unknown_field @ data.action',
      ]);
      assert.match(hintsOf(AUDIT, loop('"{{data.action}}"'))[0] ?? '', /write @root\.data\.action\.$/);
      assert.deepEqual(warningsOf(AUDIT, '{{#with data.metadata}}"{{data.actor_name}}"{{else}}0{{/with}}'), [
        'unknown_field @ data.actor_name',
      ]);
    });

    it('is not said of other names, of the event itself, and of what is declared where it is looked up', () => {
      for (const body of [
        '"{{id}}"',
        '"{{schema}}"',
        '{{data}}',
        '"{{name}}"',
        '"{{data.name}}"',
        '"{{this.x.data.action}}"',
      ])
        assert.deepEqual(warningsOf(AUDIT, loop(body)), [], body);
      assert.deepEqual(warningsOf(AUDIT, loop('"{{@root.event_type}} {{../event_type}}"')), []);
      assert.deepEqual(warningsOf(AUDIT, '"{{event_type}} {{data.action}}"'), []);
      const own = fields({ list: { type: 'array', items: { type: 'object', properties: { event_type: text } } } });
      assert.deepEqual(warningsOf(own, '[{{#each data.list}}"{{event_type}}",{{/each}}]'), []);
    });
  });

  describe('unknown_field, of texts without quotes', () => {
    const cases: readonly (readonly [tag: string, hint: string])[] = [
      ['{{#if (eq data.action deleted)}}1{{/if}}', 'If a text is meant, put it in quotes: "deleted".'],
      ['{{default data.source none}}', 'If a text is meant, put it in quotes: "none".'],
      ['{{sort data.list by=weight}}', 'If a text is meant, put it in quotes: "weight".'],
      ['{{omit data actor_id}}', 'The name of a member stands in quotes: "actor_id".'],
      ['{{json (pick data actor_id)}}', 'The name of a member stands in quotes: "actor_id".'],
      ['{{pluck data.list kind}}', 'The name of a member stands in quotes: "kind".'],
      ['{{default data.source “none”}}', 'Text stands in straight quotes: "none".'],
      ['{{actor_id}}', 'Did you mean data.actor_id?'],
      ['{{upper data.actr_id}}', 'Did you mean data.actor_id?'],
      ['{{upper this.actor_id}}', 'Did you mean data.actor_id?'],
    ];
    for (const [tag, hint] of cases) {
      it(`says of ${tag}: ${hint}`, () => {
        const { findings, warnings } = check(AUDIT, `["${tag}"]`);
        const [unknown] = [...findings, ...warnings].filter(({ code }) => code === 'unknown_field');
        assert.equal(unknown?.hint, hint);
      });
    }
  });

  describe('comma_in_string', () => {
    const inString = (json: string): string => `{"a":"${json.replaceAll('"', '\\"')}"}`;
    const told = ['comma_in_string @ {{#each data.metadata.tags}}'];
    const each = (body: string): string => `{{#each data.metadata.tags}}${body}{{/each}}`;

    it('is said of a loop that leaves a comma before a bracket of the JSON in a string', () => {
      assert.deepEqual(warningsOf(AUDIT, inString(`{"tags":[${each('{{json this}},')}]}`)), told);
      assert.deepEqual(warningsOf(AUDIT, inString(`[${each('{{json this}}, ')} ]`)), told);
      assert.deepEqual(warningsOf(AUDIT, inString(`{${each('"{{@key}}":{{json this}},')}\\n}`)).slice(-1), told);
      assert.deepEqual(warningsOf(AUDIT, inString(`[${each('{{#if this}}{{json this}},{{/if}}')}]`)), told);
    });

    it('is not said where a member follows, no comma is left, or the string is no JSON', () => {
      for (const json of [
        `[${each('{{json this}},')}1]`,
        `[${each('{{#unless @first}},{{/unless}}{{json this}}')}]`,
        `[${each('{{json this}}{{#unless @last}},{{/unless}}')}]`,
        `[${each('{{json this}}{{#if (not @last)}}, {{/if}} ')}]`,
        `[${each('{{json this}}{{#if @last}}{{else}},{{/if}}')}]`,
        `[${each('{{#with this}}1{{#unless @last}},{{/unless}}{{/with}}')}]`,
        `Tags [${each('{{json this}},')}]`,
        `[1,2]${each('{{json this}},')}.`,
      ])
        assert.deepEqual(warningsOf(AUDIT, inString(json)), [], json);
      assert.deepEqual(warningsOf(AUDIT, `[${each('{{json this}},')}]`), []);
    });
  });

  describe('not_iterable', () => {
    it('is told of what has no items', () => {
      const source =
        '[{{#each data.name}}1,{{/each}}{{#each data.count}}1,{{/each}}{{#each (upper data.name)}}1,{{/each}}]';
      assert.deepEqual(warningsOf(OWN, source), [
        'not_iterable @ data.name',
        'not_iterable @ data.count',
        'not_iterable @ {{#each (upper data.name)}}',
      ]);
    });

    it('is not told of lists, objects, and what may be one', () => {
      const source = `[{{#each data.issues}}1,{{/each}}{{#each data.actor}}1,{{/each}}{{#each data.labels}}1,{{/each}}
        {{#each data.any}}1,{{/each}}{{#each (split data.name ",")}}1,{{/each}}{{#each data.tags}}1,{{/each}}]`;
      assert.deepEqual(warningsOf(OWN, source), []);
    });
  });

  describe('path_through_list', () => {
    it('shows the loop that was meant', () => {
      const source = '"{{data.issues.status}}"';
      assert.deepEqual(warningsOf(OWN, source), ['path_through_list @ data.issues.status']);
      assert.deepEqual(hintsOf(OWN, source), [
        'Write {{#each data.issues}}…{{status}}…{{/each}}, or {{data.issues.[0].status}} for the first one only.',
      ]);
    });

    it('finds it in conditions and inside of blocks', () => {
      assert.deepEqual(
        warningsOf(OWN, '{{#if data.issues.status}}1{{else}}"{{#with data.issues}}{{note.x}}{{/with}}"{{/if}}'),
        ['path_through_list @ data.issues.status', 'path_through_list @ note.x'],
      );
      assert.match(
        hintsOf(OWN, '"{{#with data.issues}}{{note.x}}{{/with}}"')[0] ?? '',
        /^Write \{\{#each this\}\}…\{\{note\.x\}\}/,
      );
    });

    it('is not told of places and of the length', () => {
      assert.deepEqual(
        warningsOf(OWN, '"{{data.issues.[0].status}}{{data.issues.1.status}}{{data.issues.length}}"'),
        [],
      );
    });
  });

  it('says nothing of a template that does all this well', () => {
    const source = `{
      "text": "{{data.actor_name}} {{data.action}} {{data.target_name}}",
      "metadata": {{#if data.metadata}}{{data.metadata}}{{else}}{}{{/if}},
      "inner": "{\\"a\\":{{json data.source}}}",
      "fields": [{{#each data.metadata}}{"key": "{{@key}}", "value": "{{json this}}"},{{/each}}],
      "kind": {{default data.actor_type "unknown"}}
    }`;
    const { findings, warnings } = check(AUDIT, source);
    assert.deepEqual([...findings, ...warnings], []);
  });
});
