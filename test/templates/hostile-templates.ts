// Templates as large as the limits allow, made to be hard to prove, and texts that are made to be hard to read. The tests
// of limits and the benchmark of the proof share them.

/** A template or text, with a name for messages. */
export interface HostileText {
  readonly name: string;
  readonly source: string;
}

const SOURCE_BYTES = 64 * 1024;

/** Templates that keep all limits; each is accepted. The first is plain work, the others are made to be hard. */
export const LARGEST: readonly HostileText[] = [
  { name: '64 KiB, 198 blocks', source: object(conditionals(198), 200) },
  { name: '200 blocks, 10 deep', source: object(times(20, (tower) => nested(tower, 10))) },
  { name: '200 blocks, 10 deep, each asked twice', source: object(times(20, (tower) => nested(tower % 10, 10))) },
  { name: '2,000 placeholders', source: `[${times(2000, (at) => `{{data.f${String(at)}}}`).join(',')}]` },
  { name: '2,000 placeholders in one string', source: `"${times(2000, (at) => `{{data.f${String(at)}}}`).join(' ')}"` },
  { name: '66 loops in loops, 3 deep', source: `[${times(66, (at) => loops(at)).join(',')}]` },
  { name: '66 filtering loops, 3 deep', source: `[${times(50, (at) => filteringLoops(at)).join('')}]` },
  { name: '199 else-ifs', source: elseIfs(199) },
  { name: '100 conditions asked twice', source: object([...conditionals(100), ...conditionals(100)]) },
  {
    name: '100 conditions asked again from behind',
    source: object([...conditionals(100), ...conditionals(100).reverse()]),
  },
  { name: '60 loops with @first and @last', source: `[${times(60, (at) => firstAndLast(at)).join(',')}]` },
  {
    name: '50 strings opened by conditions',
    source: `["${times(200, (at) => `{{#if data.f${String(at)}}}", "{{/if}}`).join('')}"]`,
  },
];

/** Templates that keep all limits, but whose blocks go together in more ways than can be checked: refused. */
export const ENTANGLED: readonly HostileText[] = [
  { name: '200 conditions that need each other', source: object(times(100, (at) => entangled(at))) },
];

/** Texts that are made to be slow to read, each with the code of the first thing that is said about it. */
export const HOSTILE_TEXTS: readonly (HostileText & { readonly code: string | undefined })[] = [
  { name: 'mustaches', code: 'raw_block', source: full('{{') },
  { name: 'four braces', code: 'raw_block', source: full('{{{{') },
  { name: 'opened blocks', code: 'limit_exceeded', source: full('{{#if a}}') },
  { name: 'opened loops', code: 'limit_exceeded', source: full('{{#each a}}') },
  { name: 'closed blocks', code: 'limit_exceeded', source: full('{{/if}}') },
  { name: 'parentheses in a tag', code: 'limit_exceeded', source: `{{${'('.repeat(65_000)}}}` },
  { name: 'nested sub-expressions, open', code: 'unclosed_tag', source: full('{{json (json ') },
  { name: 'nested sub-expressions, 8 deep', code: 'limit_exceeded', source: `[${subExpressions(300)}]` },
  { name: '4,500 else-ifs', code: 'limit_exceeded', source: `{{#if a}}1${'{{else if b}}1'.repeat(4500)}{{/if}}` },
  { name: 'backslashes', code: 'invalid_literal', source: full('\\') },
  { name: 'literal mustaches', code: 'limit_exceeded', source: full('\\{{') },
  { name: 'quotes', code: 'more_text', source: full('"') },
  { name: 'quotes in tags', code: 'unclosed_tag', source: full('{{"') },
  { name: 'brackets in tags', code: 'unclosed_tag', source: full('{{[') },
  { name: '1,999 comments', code: 'no_body', source: '{{!x}}'.repeat(1999) },
  { name: 'comments, open', code: 'unclosed_tag', source: full('{{!--') },
  { name: 'empty tags', code: 'empty_tag', source: full('{{}}') },
  { name: 'a path of 2,900 names', code: 'limit_exceeded', source: `{{${'a.'.repeat(2900)}a}}` },
  { name: 'split paths', code: 'limit_exceeded', source: full('{{a..b}} ') },
  { name: 'unknown helpers', code: 'limit_exceeded', source: full('{{jsn a}} ') },
  { name: 'a tag of blanks', code: undefined, source: `{{x${' '.repeat(65_000)}}}` },
  { name: 'brackets', code: 'limit_exceeded', source: full('[') },
  { name: 'commas', code: undefined, source: `[${','.repeat(65_000)}]` },
  { name: 'equal keys', code: 'duplicate_key', source: `{${'"k":1,'.repeat(8000)}}` },
  { name: 'different keys', code: undefined, source: `{${times(5000, (at) => `"k${String(at)}":1`).join(',')}}` },
  { name: 'missing commas', code: 'missing_comma', source: `[${'1 '.repeat(20_000)}]` },
];

function full(part: string): string {
  return part.repeat(Math.floor(SOURCE_BYTES / part.length));
}

function subExpressions(count: number): string {
  return `{{${'json ('.repeat(7)}json a${')'.repeat(7)}}},`.repeat(count);
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

// Members, with blanks up to the size wanted.
function object(members: readonly string[], fillTo = 0): string {
  const filler = ' '.repeat(Math.max(0, Math.floor((fillTo * 320) / members.length) - 100));
  const text = `{"first":1${members.map((member) => `${filler}${member}`).join('')}}`;
  return fillTo === 0 ? text : text.padEnd(SOURCE_BYTES);
}

function conditionals(count: number): string[] {
  return times(count, (at) => `{{#if data.f${String(at)}}},"k${String(at)}":"{{data.f${String(at)}}}"{{/if}}`);
}

function nested(tower: number, levels: number): string {
  const names = times(levels, (level) => `${String(tower)}_${String(level)}`);
  const opened = names.map((name) => `{{#if data.t${name}}},"k${name}":{"a":1`).join('');
  const closed = names.map((name) => `}{{else}},"e${name}":{{data.e}}{{/if}}`);
  return opened + closed.reverse().join('');
}

function loops(at: number): string {
  const name = String(at);
  const inner = '{{#each this}}{{this}},{{/each}}';
  return `{"a${name}":[{{#each data.l${name}}}[{{#each this}}[${inner}],{{/each}}],{{/each}}]}`;
}

function filteringLoops(at: number): string {
  const name = String(at);
  const inner = '{{#each this}}{{#if ok}}"{{this}}",{{/if}}{{/each}}';
  return `{{#each data.l${name}}}{{#each this}}${inner}{{/each}}{{/each}}`;
}

function elseIfs(count: number): string {
  const chain = times(count, (at) => `{{else if data.f${String(at)}}}"{{data.f${String(at)}}}"`).join('');
  return `{"a":{{#if data.x}}1${chain}{{else}}null{{/if}}}`;
}

function entangled(at: number): string {
  const [one, two] = [String(at), String((at * 37) % 100)];
  return `{{#if data.f${one}}}{{#unless data.f${two}}},"k${one}":{{data.f${one}}}{{/unless}}{{/if}}`;
}

function firstAndLast(at: number): string {
  const name = String(at);
  return `[{{#each data.l${name}}}{{#if @first}}1{{else}},2{{/if}}{{#if @last}},3{{/if}}{{/each}}]`;
}
