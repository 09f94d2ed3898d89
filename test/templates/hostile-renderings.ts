// Templates and events that are made to take long or to take room while they are rendered. Each template is accepted,
// and each event is one that intake accepts. The bounded tests look at how they end, the long ones at what they cost.
import type { ExactJson } from '../../src/domain/json.ts';
import { JsonNumber } from '../../src/domain/json.ts';

/** A template, the data of an event, and how rendering ends: well, or with a limit, as its message says. */
export interface HostileRendering {
  readonly name: string;
  readonly source: string;
  readonly data: ExactJson;
  readonly ends: 'ok' | 'output' | 'turns' | 'steps' | 'text';
}

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const parts = (count: number, part: string): string => part.repeat(count);

const numbers = (count: number): number[] => many(count, (at) => (at * 7919) % 10);
const members = (count: number): ExactJson => Object.fromEntries(many(count, (at) => [`k${at.toString(36)}`, 1]));
const nested = (levels: number): ExactJson => many(levels, () => 0).reduce<ExactJson>((value) => [value], 'x');
const nestedObjects = (levels: number): ExactJson =>
  many(levels, () => 0).reduce<ExactJson>((value) => ({ a: value }), 'x');

// Each fills an event.
const LARGE: readonly (readonly [name: string, data: ExactJson])[] = [
  ['numbers', numbers(120_000)],
  ['empty lists', many(80_000, () => [])],
  ['small objects', many(30_000, () => ({ a: 1 }))],
  ['deep lists', many(1900, () => nested(58))],
  ['deep objects', many(700, () => nestedObjects(58))],
  ['20,000 members', members(20_000)],
  ['quotes', '"'.repeat(120_000)],
  ['emoji', '😀'.repeat(60_000)],
  ['control characters', '\u0001'.repeat(40_000)],
];

/** One value of the size of an event, written as often as the output has room for, and looked at in conditions. */
export const LARGE_VALUES: readonly HostileRendering[] = LARGE.flatMap(([name, data]): HostileRendering[] => [
  { name: `a value: ${name}`, source: '{{data}}', data, ends: 'ok' },
  { name: `in a string: ${name}`, source: '"{{data}}"', data, ends: 'ok' },
  {
    name: `in conditions: ${name}`,
    source: `[${parts(199, '{{#if (json data)}}1,{{/if}}')}]`,
    data,
    ends: endOf(name),
  },
]);

function endOf(name: string): 'steps' | 'text' {
  return name === 'quotes' || name === 'emoji' || name === 'control characters' ? 'text' : 'steps';
}

const LOOP = numbers(20_000);
const LONG = 'a'.repeat(200_000);
const inLoop = (body: string): string => `[{{#each data.l}}${body}{{/each}}]`;
const asked = (call: string, times = 3): string => parts(times, `{{#if (${call})}}1,{{/if}}`);

/** Loops, paths, blocks and commas. */
export const LOOPS: readonly HostileRendering[] = [
  { name: '20,000 turns', source: '[{{#each data}}{{this}},{{/each}}]', data: LOOP, ends: 'ok' },
  { name: '20,001 turns', source: '[{{#each data}}{{this}},{{/each}}]', data: [...LOOP, 1], ends: 'turns' },
  {
    name: 'tags that write nothing',
    source: `"{{#each data}}${parts(1990, '{{x}}')}{{/each}}"`,
    data: LOOP,
    ends: 'steps',
  },
  {
    name: 'tags that write little',
    source: `"{{#each data}}${parts(20, '{{this}}')}{{/each}}"`,
    data: LOOP,
    ends: 'ok',
  },
  {
    name: 'loops in loops, 3 deep',
    source: '[{{#each data}}{{#each @root.data}}{{#each @root.data}}{{this}},{{/each}}{{/each}}{{/each}}]',
    data: numbers(100),
    ends: 'turns',
  },
  { name: '22,000 members', source: '[{{#each data}}{{this}},{{/each}}]', data: members(22_000), ends: 'turns' },
  {
    name: 'deep paths',
    source: inLoop(parts(40, `"{{@root.data.p.${many(60, () => 'a').join('.')}}}",`)),
    data: { l: LOOP, p: nestedObjects(60) },
    ends: 'steps',
  },
  {
    name: 'paths of 64 names',
    source: inLoop(parts(40, `{{a${parts(63, '.a')}}},`)),
    data: { l: LOOP },
    ends: 'steps',
  },
  { name: 'conditions', source: inLoop(parts(199, '{{#if this}}1,{{/if}}')), data: { l: LOOP }, ends: 'steps' },
  {
    name: 'conditions on numbers of 900 digits',
    source: inLoop(parts(199, '{{#if ../data.n}}{{/if}}')),
    data: { l: LOOP, n: new JsonNumber(`0.${'3'.repeat(900)}`) },
    ends: 'steps',
  },
  {
    name: 'else-ifs',
    source: inLoop(`{{#if x}}1,${many(190, (at) => `{{else if ../x${String(at)}}}1,`).join('')}{{/if}}`),
    data: { l: LOOP },
    ends: 'steps',
  },
  {
    name: 'with in with',
    source: inLoop(parts(66, '{{#with this}}{{#with this}}{{/with}}{{/with}}')),
    data: { l: LOOP },
    ends: 'steps',
  },
  {
    name: 'superfluous commas',
    source: inLoop(parts(75, '{{#if ../id}}1,{{/if}}')),
    data: { l: numbers(1600) },
    ends: 'ok',
  },
  {
    name: '2,000 placeholders of text',
    source: `[${parts(2000, '"{{data}}",')}]`,
    data: 'a"'.repeat(300),
    ends: 'output',
  },
  {
    name: 'a long text in a loop',
    source: '[{{#each data.l}}"{{../data.t}}",{{/each}}]',
    data: { l: LOOP, t: LONG },
    ends: 'output',
  },
];

/** Helpers that are asked again and again. */
export const HELPERS_AT_WORK: readonly HostileRendering[] = [
  helping('json of a number', 'json ../data.n', { n: 5 }, 'steps'),
  helping(
    'json of json, 8 deep',
    'json (json (json (json (json (json (json (json ../data.t)))))))',
    { t: '"' },
    'text',
  ),
  helping('parseJson of no JSON', 'parseJson ../data.t', { t: 'abc' }, 'steps'),
  helping(
    'parseJson of deep lists',
    'parseJson ../data.t',
    { t: parts(1000, `${parts(50, '[')}${parts(50, ']')},`) },
    'steps',
  ),
  helping('sort', 'sort ../data.t', { t: many(20_000, (at) => `s${String((at * 7919) % 20_000)}`) }, 'steps'),
  helping('unique', 'unique ../data.t', { t: many(20_000, (at) => `s${String(at)}`) }, 'steps'),
  helping('concat of lists', 'concat ../data.t ../data.t ../data.t', { t: numbers(30_000) }, 'steps'),
  helping('join', 'join ../data.t ","', { t: numbers(30_000) }, 'steps'),
  helping('split into characters', 'split ../data.t ""', { t: LONG }, 'steps'),
  helping('replace by a long text', 'replace ../data.t "a" ../data.t', { t: LONG }, 'text'),
  helping('sha256', 'sha256 ../data.t', { t: '😀'.repeat(40_000) }, 'steps'),
  helping(
    'formatDate',
    'formatDate ../data.t "YYYY-MM-DD HH:mm:ss.SSS Z" "Europe/Berlin"',
    { t: '2024-11-20T12:00:00Z' },
    'steps',
  ),
  helping(
    'multiply numbers of 900 digits',
    'multiply ../data.n ../data.n',
    { n: new JsonNumber(`1${'7'.repeat(290)}`) },
    'steps',
  ),
  helping('changes', 'changes ../data.t null', { t: members(10_000) }, 'steps'),
  helping('keys of 15,000 members', 'keys ../data.t', { t: members(15_000) }, 'steps'),
  helping('eq of large lists', 'eq ../data.t ../data.t', { t: numbers(50_000) }, 'steps'),
];

function helping(
  name: string,
  call: string,
  data: Readonly<Record<string, ExactJson>>,
  ends: HostileRendering['ends'],
): HostileRendering {
  return { name, source: inLoop(asked(call)), data: { l: LOOP, ...data }, ends };
}
