import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { AREAS, EVENT_LEVELS, LEVELS } from '../../src/domain/audit/areas.ts';
import { DELIVERY_STATES } from '../../src/domain/delivery.ts';
import { INVOCATION_KINDS } from '../../src/domain/invocation.ts';
import { isObject } from '../../src/domain/json.ts';
import { OUTCOME_NAMES, OUTCOMES } from '../../src/domain/outcomes.ts';
import { DEFAULT_RETRY_POLICY, DEFAULT_TIMEOUT_SEC, METHODS } from '../../src/domain/webhook.ts';
import { documents, readText, resolve, schemas } from './contract.ts';

type Node = Readonly<Record<string, unknown>>;

// Their names are those of HAR and of Jira.
const NAMED_BY_OTHERS = /^(?:har|auditing-.*)$/;

const COMMON = 'urn:hookwright:api:common#/$defs/';
const FIELDS = 'urn:hookwright:api:webhook-fields#/$defs/';

function visit(node: unknown, at: string, see: (node: Node, at: string) => void): void {
  if (Array.isArray(node)) node.forEach((item, index) => visit(item, `${at}/${String(index)}`, see));
  if (!isObject(node)) return;
  see(node, at);
  for (const [key, member] of Object.entries(node)) {
    if (key !== 'examples' && key !== 'default' && key !== 'enum') visit(member, `${at}/${key}`, see);
  }
}

describe('schemas/', () => {
  for (const [name, document] of Object.entries(documents)) {
    it(`${name} compiles, and its $id is a URN that ends in its name`, () => {
      assert.doesNotThrow(() => schemas.faults(name, null));
      assert.match(String(document['$id']), new RegExp(`^urn:hookwright:(api|payloads):${name}$`));
      assert.equal(document['$schema'], 'https://json-schema.org/draft/2020-12/schema');
    });

    it(`${name} describes itself and every property, in snake_case`, () => {
      assert.ok(document['title'], 'title');
      visit(document, name, (node, at) => {
        if (!isObject(node['properties']) || at.endsWith('/properties')) return;
        for (const [key, member] of Object.entries(node['properties'])) {
          const described = isObject(member) && (member['description'] ?? member['$ref']);
          assert.ok(described, `${at}/properties/${key} has no description`);
          if (!NAMED_BY_OTHERS.test(name)) assert.match(key, /^[a-z][a-z0-9_]*$/, at);
        }
      });
    });

    it(`${name} refers by whole URNs that lead somewhere`, () => {
      visit(document, name, (node, at) => {
        if (typeof node['$ref'] !== 'string') return;
        assert.match(node['$ref'], /^urn:hookwright:api:[a-z-]+(#\/.+)?$/, at);
        assert.ok(resolve(node['$ref']), at);
      });
    });

    it(`${name} requires only what it describes`, () => {
      visit(document, name, (node, at) => {
        const { required, properties } = node;
        if (Array.isArray(required) && isObject(properties) && !at.endsWith('/properties')) {
          for (const member of required) assert.ok(String(member) in properties, `${at} requires ${String(member)}`);
        }
      });
    });
  }

  it('gives only examples and defaults that fit', () => {
    const ajv = new Ajv2020({ strict: false, allowUnionTypes: true });
    addFormats.default(ajv);
    ajv.addFormat('event-time', true);
    for (const document of Object.values(documents)) ajv.addSchema(document);
    let seen = 0;
    for (const document of Object.values(documents)) {
      visit(document, String(document['$id']), (node, at) => {
        if (at.endsWith('/properties')) return;
        const values = [
          ...(Array.isArray(node['examples']) ? node['examples'] : []),
          ...('default' in node ? [node['default']] : []),
        ];
        const [id = '', ...steps] = at.split('/');
        if (values.length === 0) return;
        const fits = ajv.compile({ $ref: `${id}#${steps.map((step) => `/${step}`).join('')}` });
        for (const value of values) assert.ok(fits(value), `${at}: ${JSON.stringify(value)}`);
        seen += values.length;
      });
    }
    assert.ok(seen > 30);
  });

  it('lists the same names as the domain', () => {
    assert.deepEqual(resolve(`${COMMON}outcome`)['enum'], OUTCOME_NAMES);
    assert.deepEqual(resolve(`${COMMON}delivery_state`)['enum'], DELIVERY_STATES);
    assert.deepEqual(resolve(`${COMMON}invocation_kind`)['enum'], INVOCATION_KINDS);
    assert.deepEqual(resolve(`${FIELDS}method`)['enum'], METHODS);
    assert.deepEqual(resolve('urn:hookwright:api:auditing-coverage#/$defs/level')['enum'], LEVELS);
    const { required } = resolve('urn:hookwright:api:auditing-coverage#/properties/levelByArea');
    assert.deepEqual(required, AREAS);
    assert.deepEqual(resolve('urn:hookwright:api:event-accepted#/properties/area')['enum'], AREAS);
    assert.deepEqual(resolve('urn:hookwright:api:event-accepted#/properties/level')['enum'], EVENT_LEVELS);
    const phases = new Set([resolve(`${COMMON}phase`)['enum']].flat());
    for (const outcome of OUTCOME_NAMES)
      OUTCOMES[outcome].phases.forEach((phase) => assert.ok(phases.has(phase), phase));
  });

  it('shows the defaults that the domain applies', () => {
    assert.equal(resolve(`${FIELDS}timeout_in_sec`)['default'], DEFAULT_TIMEOUT_SEC);
    assert.deepEqual(resolve(`${FIELDS}retry_policy`)['default'], {
      delays_in_sec: DEFAULT_RETRY_POLICY.delaysInSec,
      jitter: DEFAULT_RETRY_POLICY.jitter,
    });
  });
});

describe('webhook-create', () => {
  const minimal = { name: 'Audit to SIEM', url: 'https://siem.example.com/collect' };
  const codes = (change: Record<string, unknown>): string[] =>
    schemas.faults('webhook-create', { ...minimal, ...change }).map(({ pointer, code }) => `${pointer} ${code}`);

  it('takes a name and a URL alone', () => {
    assert.deepEqual(codes({}), []);
  });

  const table: readonly [member: string, accepted: readonly unknown[], refused: readonly unknown[]][] = [
    ['name', ['a', 'Prüfung 1_b-c', 'x'.repeat(64)], ['', ' a', 'a ', 'a.b', 'x'.repeat(65), null, 1]],
    ['active', [true, false], [null, 'true', 1]],
    ['schema', ['audit'], ['', 5, 'x'.repeat(65)]],
    [
      'event_types',
      [[], ['a.*', '*']],
      [['a', 'a'], [''], ['x'.repeat(201)], 'a', Array.from({ length: 101 }, String)],
    ],
    ['filter', [null, {}, { 'data.source': 'API' }], [[], 'x']],
    ['type', ['http'], ['integration', null]],
    ['method', ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'], ['post', 'HEAD', null]],
    ['url', ['https://a.example'], ['', null, `https://${'a'.repeat(2048)}`]],
    ['headers', [{}, { Authorization: 'x' }], [{ a: 1 }, { a: null }, [], null]],
    ['public_headers', [[], ['X-A']], [['X-A', 'X-A'], [''], null]],
    ['body_template', [null, '{}', ''], [{}, 'x'.repeat(65_537)]],
    ['timeout_in_sec', [1, 60], [0, 61, 1.5, '10', null]],
    ['custom_validation_error_message', [null, 'x'], [5, 'x'.repeat(501)]],
    [
      'retry_policy',
      [{}, { delays_in_sec: [] }, { jitter: 0 }, { jitter: 1, delays_in_sec: [1, 604_800] }],
      [
        { jitter: 2 },
        { delays_in_sec: [0] },
        { delays_in_sec: [604_801] },
        { delays_in_sec: new Array(21).fill(1) },
        { delay: 1 },
        null,
      ],
    ],
    [
      'response_validators',
      [[], [{ json_path: '$.status', expected_values: [200, 'a', true, null] }]],
      [
        [{ json_path: '', expected_values: [1] }],
        [{ json_path: '$', expected_values: [] }],
        [{ json_path: '$', expected_values: [{}] }],
        [{ json_path: '$', expected_values: new Array(51).fill(1) }],
        new Array(21).fill({ json_path: '$', expected_values: [1] }),
      ],
    ],
  ];
  for (const [member, accepted, refused] of table) {
    it(`holds the limits of ${member}`, () => {
      for (const value of accepted) assert.deepEqual(codes({ [member]: value }), [], JSON.stringify(value));
      for (const value of refused) {
        const found = codes({ [member]: value });
        assert.notEqual(found.length, 0, JSON.stringify(value).slice(0, 80));
        for (const one of found) assert.ok(one.startsWith(`/${member}`), one);
      }
    });
  }

  it('knows no members but its own', () => {
    assert.deepEqual(codes({ id: 'whk_1' }), ['/id unknown_field']);
  });
});

describe('webhook-patch', () => {
  it('takes any member, null where there is a default to go back to, and nothing else', () => {
    const fine = {
      active: null,
      method: null,
      headers: { Authorization: null, 'X-A': 'b' },
      retry_policy: { jitter: null },
      filter: null,
    };
    assert.deepEqual(schemas.faults('webhook-patch', fine), []);
    assert.deepEqual(schemas.faults('webhook-patch', {}), []);
    const faults = schemas.faults('webhook-patch', { name: null, timeout_in_sec: 99, methd: 'PUT' });
    assert.deepEqual(
      faults.map(({ pointer, code }) => `${pointer} ${code}`),
      ['/methd unknown_field', '/name wrong_type', '/timeout_in_sec out_of_range'],
    );
  });

  it('has exactly the members of webhook-create', () => {
    const members = (name: string): string[] => Object.keys(documents[name]?.['properties'] as object);
    assert.deepEqual(members('webhook-patch'), members('webhook-create'));
  });
});

describe('test requests', () => {
  it('take an event, a sample, or nothing, and no other member', () => {
    assert.deepEqual(schemas.faults('test-request', {}), []);
    assert.deepEqual(schemas.faults('test-request', { sample: 'access flow updated' }), []);
    const webhook = { name: 'a', url: 'https://a.example' };
    assert.deepEqual(schemas.faults('draft-test-request', { webhook, event: {} }), []);
    for (const [name, request] of [
      ['test-request', { evnt: {} }],
      ['draft-test-request', { webhook, evnt: {} }],
    ] as const) {
      assert.deepEqual(
        schemas.faults(name, request).map((fault) => fault.code),
        ['unknown_field'],
      );
    }
  });
});

describe('event-input', () => {
  it('takes one event or several', () => {
    const event = { event_type: 'a', event_time: '1', data: {} };
    assert.deepEqual(schemas.faults('event-input', event), []);
    assert.deepEqual(schemas.faults('event-input', [event, event]), []);
    assert.notDeepEqual(schemas.faults('event-input', []), []);
  });
});

describe('every schema file', () => {
  it('names no host', () => {
    for (const name of Object.keys(documents)) {
      const folder = name === 'audit' ? 'payloads' : 'api';
      const text = readText(`schemas/${folder}/${name}.schema.json`).replaceAll('https://json-schema.org/', '');
      for (const [url] of text.matchAll(/https?:\/\/[^"\s]+/g)) assert.match(url, /\.example\b|\.example\.com\b/);
    }
  });
});
