// What people write by habit: the message proposes a tag, and the template with that tag in it is accepted.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileTemplate } from '../../../../src/templates/index.ts';
import { faultsOf, placesOf, render } from '../../harness.ts';

/** The one message about a template. */
function hintOf(source: string): string {
  const [fault, ...others] = faultsOf(source);
  assert.deepEqual(others, [], 'no further fault comes from this one');
  return fault?.hint ?? '';
}

function assertAccepted(source: string): void {
  const compiled = compileTemplate(source);
  assert.ok(compiled.ok, `${source} ${JSON.stringify(compiled.ok ? '' : compiled.faults)}`);
}

describe('hints for tags as other languages write them', () => {
  const placeholders: readonly (readonly [tag: string, meant: string])[] = [
    // JavaScript
    ['{{JSON.stringify(data)}}', '{{json data}}'],
    ['{{JSON.stringify data}}', '{{json data}}'],
    ['{{JSON.stringify(data, null, 2)}}', '{{json data pretty=true}}'],
    ['{{to_json data}}', '{{json data}}'],
    ['{{upper(data.x)}}', '{{upper data.x}}'],
    ['{{concat(data.a, " ", data.b)}}', '{{concat data.a " " data.b}}'],
    ['{{concat data.a, " ", data.b}}', '{{concat data.a " " data.b}}'],
    ['{{data.x.trim().toUpperCase()}}', '{{upper (trim data.x)}}'],
    ['{{(data.x).trim()}}', '{{trim data.x}}'],
    ['{{data.tags.join(", ")}}', '{{join data.tags ", "}}'],
    ['{{data.a + " by " + data.b}}', '{{concat data.a " by " data.b}}'],
    ['{{data.a + data.b}}', '{{add data.a data.b}}'],
    ['{{data.a - 1}}', '{{subtract data.a 1}}'],
    ['{{data.a * 1000}}', '{{multiply data.a 1000}}'],
    ['{{data.a / data.b}}', '{{divide data.a data.b}}'],
    ['{{data.action ?? "x"}}', '{{default data.action "x"}}'],
    ['{{data.action || "x"}}', '{{default data.action "x"}}'],
    ['{{data.a == data.b}}', '{{eq data.a data.b}}'],
    ['{{data.a !== 1}}', '{{ne data.a 1}}'],
    ['{{data.a = 1}}', '{{eq data.a 1}}'],
    ['{{data.source ? 1 : 2}}', '{{#if data.source}}1{{else}}2{{/if}}'],
    ['{{data.source ? "y" : data.b}}', '{{#if data.source}}y{{else}}{{data.b}}{{/if}}'],
    [
      '{{data.a > 1 ? true : data.b ? null : -1}}',
      '{{#if (gt data.a 1)}}true{{else}}{{#if data.b}}null{{else}}-1{{/if}}{{/if}}',
    ],
    ["{{data['my-key']}}", '{{data.my-key}}'],
    ['{{data["my key"]}}', '{{data.[my key]}}'],
    ['{{data.list[0].id}}', '{{data.list.[0].id}}'],
    ['{{data.list.0}}', '{{data.list.[0]}}'],
    ['{{data.list[0]?.id}}', '{{data.list.[0].id}}'],
    ['{{data.metadata.@type}}', '{{data.metadata.[@type]}}'],
    ['{{data.null}}', '{{data.[null]}}'],
    ['{{upper data.metadata.true}}', '{{upper data.metadata.[true]}}'],
    ['{{data.this}}', '{{data.[this]}}'],
    // Jinja, Liquid
    ['{{ data.source | default("x") }}', '{{default data.source "x"}}'],
    ['{{ data.source | default("x", true) }}', '{{default data.source "x"}}'],
    ['{{ data.source | default: "x" }}', '{{default data.source "x"}}'],
    ['{{ data.tags | join(", ") }}', '{{join data.tags ", "}}'],
    ['{{ data.x | truncate: 10 }}', '{{truncate data.x 10}}'],
    ['{{ data.x | replace: "a", "b" }}', '{{replace data.x "a" "b"}}'],
    ['{{ data.x | upper | trim }}', '{{trim (upper data.x)}}'],
    ['{{ data.x | map: "id" | join: ", " }}', '{{join (pluck data.x "id") ", "}}'],
    ['{{ data.x | escape }}', '{{data.x}}'],
    ['{{ data.x | e | upper }}', '{{upper data.x}}'],
    ['{{ event_time | date: "%Y" }}', '{{formatDate event_time "YYYY"}}'],
    ['{{ event_time | date: "%Y-%m-%d %H:%M" }}', '{{formatDate event_time "YYYY-MM-DD HH:mm"}}'],
    ['{{ event_time | date: "long ago" }}', '{{formatDate event_time "YYYY-MM-DD"}}'],
    ['{{moment event_time "YYYY"}}', '{{formatDate event_time "YYYY"}}'],
    ['{{uppercase data.x}}', '{{upper data.x}}'],
    ['{{starts_with data.x "a"}}', '{{startsWith data.x "a"}}'],
    ['{{string.upper data.x}}', '{{upper data.x}}'],
    // Go
    ['{{ .data.action }}', '{{data.action}}'],
    ['{{.id}}', '{{id}}'],
    ['{{ .null }}', '{{[null]}}'],
    ['{{ .data.x | upper }}', '{{upper data.x}}'],
    ['{{upper .data.x}}', '{{upper data.x}}'],
    ['{{eq .a .b}}', '{{eq a b}}'],
    ['{{default .a "x"}}', '{{default a "x"}}'],
    ['{{- data.x -}}', '{{~data.x~}}'],
    ['{{- data.x }}', '{{~data.x}}'],
    ['{{ data.x -}}', '{{data.x~}}'],
    // Blocks without their sign
    ['{{ if .x }}', '{{#if x}} … {{/if}}'],
    ['{{ if x }}', '{{#if x}} … {{/if}}'],
    ['{{- if eq .x "y" -}}', '{{~#if (eq x "y")~}} … {{/if}}'],
    ['{{ unless data.x }}', '{{#unless data.x}} … {{/unless}}'],
    ['{{ range .xs }}', '{{#each xs}} … {{/each}}'],
    ['{{ for x in data.xs }}', '{{#each data.xs as |x|}} … {{/each}}'],
    ['{{ with .x }}', '{{#with x}} … {{/with}}'],
  ];
  for (const [tag, meant] of placeholders) {
    it(`proposes ${meant} for ${tag}`, () => {
      const hint = hintOf(`{"a":"${tag}"}`);
      assert.ok(hint.startsWith(`Write ${meant}`), hint);
      assert.match(hint, /\.$/);
      assertAccepted(`{"a":"${meant.replace(' … ', '1')}"}`);
    });
  }

  const blocks: readonly (readonly [tag: string, meant: string])[] = [
    ['{{#if !@last}}', '{{#if (not @last)}}'],
    ['{{#if not data.x}}', '{{#if (not data.x)}}'],
    ['{{#if eq data.a "x"}}', '{{#if (eq data.a "x")}}'],
    ['{{#if data.a eq "x"}}', '{{#if (eq data.a "x")}}'],
    ['{{#if data.a == "x"}}', '{{#if (eq data.a "x")}}'],
    ['{{#if data.a="x"}}', '{{#if (eq data.a "x")}}'],
    ['{{#if (data.a == "x")}}', '{{#if (eq data.a "x")}}'],
    ['{{#if data.a == "x" && data.b > 1}}', '{{#if (and (eq data.a "x") (gt data.b 1))}}'],
    ['{{#if data.a and data.b or not data.c}}', '{{#if (or (and data.a data.b) (not data.c))}}'],
    ['{{#if data.tags contains "x"}}', '{{#if (contains data.tags "x")}}'],
    ['{{#if data.tags.includes("x")}}', '{{#if (contains data.tags "x")}}'],
    ['{{#if data.tags | length > 3}}', '{{#if (gt (length data.tags) 3)}}'],
    ['{{#if data.x is defined}}', '{{#if (ne data.x null)}}'],
    ['{{#if data.x is not defined}}', '{{#if (eq data.x null)}}'],
    ['{{#if data.x is not none}}', '{{#if (ne data.x null)}}'],
    ['{{#if data.x == None}}', '{{#if (eq data.x null)}}'],
    ['{{#if .data.action}}', '{{#if data.action}}'],
    ['{{#unless data.a == 1}}', '{{#unless (eq data.a 1)}}'],
    ['{{~#if data.a == 1~}}', '{{~#if (eq data.a 1)~}}'],
    ['{{#each data.xs as x}}', '{{#each data.xs as |x|}}'],
    ['{{#each data.xs as |x, i|}}', '{{#each data.xs as |x i|}}'],
    ['{{#each x in data.xs}}', '{{#each data.xs as |x|}}'],
    ['{{#each data.list.0 as |x|}}', '{{#each data.list.[0] as |x|}}'],
    ['{{#with data.x as y}}', '{{#with data.x as |y|}}'],
    // Blocks that there are not
    ['{{#eq data.a "x"}}', '{{#if (eq data.a "x")}} … {{/if}}'],
    ['{{#is data.a "x"}}', '{{#if (eq data.a "x")}} … {{/if}}'],
    ['{{#isnt data.a "x"}}', '{{#if (ne data.a "x")}} … {{/if}}'],
    ['{{#if_eq data.a "x"}}', '{{#if (eq data.a "x")}} … {{/if}}'],
    ['{{#ifEquals data.a "x"}}', '{{#if (eq data.a "x")}} … {{/if}}'],
    ['{{#ifCond data.a "==" "x"}}', '{{#if (eq data.a "x")}} … {{/if}}'],
    ['{{#compare data.a "!=" "x"}}', '{{#if (ne data.a "x")}} … {{/if}}'],
    ['{{#compare data.a 1 operator=">"}}', '{{#if (gt data.a 1)}} … {{/if}}'],
    ['{{#unlessEq data.a "x"}}', '{{#unless (eq data.a "x")}} … {{/unless}}'],
    ['{{#ifNot data.a}}', '{{#if (not data.a)}} … {{/if}}'],
    ['{{#in data.a "x" "y"}}', '{{#if (in data.a "x" "y")}} … {{/if}}'],
    ['{{#If data.a}}', '{{#if data.a}} … {{/if}}'],
    ['{{#foreach data.xs}}', '{{#each data.xs}} … {{/each}}'],
    ['{{#for x in data.xs}}', '{{#each data.xs as |x|}} … {{/each}}'],
    ['{{#for key, x in data.xs}}', '{{#each data.xs as |x key|}} … {{/each}}'],
    ['{{#for (const x of data.xs)}}', '{{#each data.xs as |x|}} … {{/each}}'],
  ];
  for (const [tag, meant] of blocks) {
    it(`proposes ${meant} for ${tag}`, () => {
      const [, name = ''] = /#(\w+)/.exec(tag) ?? [];
      const hint = hintOf(`{"a":"${tag}1{{/${name}}}"}`);
      assert.ok(hint.includes(`Write ${meant}`), hint);
      assertAccepted(`{"a":"${meant.includes(' … ') ? meant.replace(' … ', '1') : `${meant}1{{/${name}}}`}"}`);
    });
  }

  const middles: readonly (readonly [tag: string, meant: string])[] = [
    ['{{elseif data.b}}', '{{else if data.b}}'],
    ['{{elsif data.b == 1}}', '{{else if (eq data.b 1)}}'],
    ['{{elif .b}}', '{{else if b}}'],
    ['{{else-if data.b}}', '{{else if data.b}}'],
    ['{{else if !data.b}}', '{{else if (not data.b)}}'],
    ['{{else if eq data.b 1}}', '{{else if (eq data.b 1)}}'],
    ['{{else if .b}}', '{{else if b}}'],
    ['{{- else -}}', '{{~else~}}'],
  ];
  for (const [tag, meant] of middles) {
    it(`proposes ${meant} for ${tag}`, () => {
      const hint = hintOf(`{"a":{{#if data.a}}1${tag}2{{/if}}}`);
      assert.ok(hint.includes(`Write ${meant}.`), hint);
      assertAccepted(`{"a":"{{#if data.a}}1${meant}2{{/if}}"}`);
    });
  }

  it('proposes what is in a string without quotes, elsewhere with them', () => {
    const hints = faultsOf('{"a":"by {{x ? "y" : "n"}}",\n "b":{{x ? "y" : 1}}}').map(({ hint }) => hint);
    assert.deepEqual(hints, ['Write {{#if x}}y{{else}}n{{/if}}.', 'Write {{#if x}}"y"{{else}}1{{/if}}.']);
    assert.equal(hintOf(`"${'a'.repeat(1000)} {{x ? "y" : "n"}}"`), 'Write {{#if x}} … {{else}} … {{/if}}.');
  });

  it('proposes arguments as arguments', () => {
    assert.equal(hintOf('{"a":{{json (uppercase data.x)}}}'), 'Write (upper data.x).');
    assert.equal(hintOf('{"a":{{#if (isEqual data.x 1)}}1{{else}}2{{/if}}}'), 'Write (eq data.x 1).');
    assert.equal(hintOf('{"a":{{json (upper .x)}}}'), 'Write (upper x).');
    assert.equal(hintOf('{"a":{{default (data.x) 1}}}'), 'Write data.x.');
  });
});

const TEAMS = /^If Teams is to fill this in, write a backslash .*: \\\{\{DATE\(\{\{received_at\}\}, SHORT\)\}\}\./;

describe('hints where no tag can be proposed', () => {
  const cases: readonly (readonly [source: string, hint: RegExp])[] = [
    ['{"a":"{{now "iso"}}"}', /^A template has no clock: write the time of the event, \{\{isoDate event_time\}\}/],
    ['{"a":"{{date event_time}}"}', /^Did you mean formatDate\? Write it like \{\{formatDate event_time "/],
    ['{"a":"{{foo data.x}}"}', /^Helpers are json, /],
    ['{"a":"{{ net data.x }}"}', /^Helpers are json, /],
    ['{"a":"{{ data.x | shout }}"}', /^There is no helper shout\. A helper stands first and its arguments after it/],
    ['{"a":"{{shout(data.x)}}"}', /^There is no helper shout\. A helper stands first/],
    ['{"a":"{{data.tags[@index]}}"}', /use lookup: \{\{lookup data\.list @index\}\}\.$/],
    ['{"a":"{{ .x | shout .y }}"}', /^A path begins with a name: remove the dot before it\.$/],
    ['{"a":"{{#foo data.x}}1{{/foo}}"}', /^Blocks are if, unless, each, with\.$/],
    ['{"a":"{{#eahc data.x}}1{{/eahc}}"}', /Did you mean \{\{#each\}\}\?$/],
    [
      '{"a":"{{#switch data.x}}1{{/switch}}"}',
      /Write \{\{#if \(eq data\.x "a"\)\}\} … \{\{else if \(eq data\.x "b"\)\}\}/,
    ],
    ['{"a":"{{#upper data.x}}1{{/upper}}"}', /Write \{\{upper data\.x\}\}, without \{\{\/upper\}\}\.$/],
    ['{"a":"{{#data.x}}1{{/data.x}}"}', /\{\{#with data\.x\}\} … \{\{\/with\}\} for an object, \{\{#each data\.x\}\}/],
    ['{"a":"{{#if data.x}}1{{#else}}2{{/if}}"}', /^Write it without #, as in \{\{else\}\} or/],
    ['{"a":"{{if data.x}}1{{/if}}"}', /^Open it with \{\{#if …\}\}: a block begins with #\.$/],
    ['{"a":"{{- end -}}"}', /^Close each block by its name, as in \{\{\/if\}\}\.$/],
    ['{"a":{{#if (foo data.a (eq 1 2)}}1{{else}}2{{/if}}}', /^A parenthesis is not closed\. Each helper/],
    ['{"a":"{{DATE()}}"}', TEAMS],
    ['{"a":"{{TIME(2024-01-01T00:00:00Z)}}"}', TEAMS],
    ['{"a":"{{DATE({{received_at}}, SHORT)}}"}', TEAMS],
  ];
  for (const [source, hint] of cases) {
    it(`says of ${source} ${hint.source.slice(0, 40)}`, () => {
      assert.match(hintOf(source), hint);
    });
  }

  it('says that a parenthesis is missing, or is one too many', () => {
    const missing = hintOf('{"a":{{#if (eq data.a "x"}}1{{else}}2{{/if}}}');
    assert.equal(missing, 'A parenthesis is not closed. Write {{#if (eq data.a "x")}}.');
    const surplus = hintOf('{"a":{{upper (trim data.a)) }}}');
    assert.equal(surplus, 'A parenthesis is closed that was not opened. Write {{upper (trim data.a)}}.');
  });

  it('reads no tag that is longer than anybody writes', () => {
    assert.match(hintOf(`{"a":"{{ data.${'x'.repeat(200)} | upper }}"}`), /^A tag holds a path such as/);
    assert.match(hintOf(`{"a":"{{uppercase data.${'x'.repeat(200)}}}"}`), /^Did you mean upper\?/);
  });
});

describe('tags with the quotes of JSON, or with tags inside', () => {
  const cases: readonly (readonly [tag: string, meant: string])[] = [
    [String.raw`{{default data.source \"n/a\"}}`, '{{default data.source "n/a"}}'],
    [String.raw`{{formatDate event_time \"YYYY\"}}`, '{{formatDate event_time "YYYY"}}'],
    [String.raw`{{default data.source \'n/a\'}}`, "{{default data.source 'n/a'}}"],
    [String.raw`{{data.source | default(\"n/a\")}}`, '{{default data.source "n/a"}}'],
    ['{{default data.a {{data.b}}}}', '{{default data.a data.b}}'],
    ['{{default data.a {{ upper data.b }} }}', '{{default data.a (upper data.b)}}'],
    ['{{concat {{a}} "; " {{b}}}}', '{{concat a "; " b}}'],
  ];
  for (const [tag, meant] of cases) {
    it(`proposes ${meant} for ${tag}`, () => {
      const source = `{"a":"${tag}"}`;
      assert.deepEqual(placesOf(source), ['1:7 syntax']);
      assert.ok(hintOf(source).endsWith(`: ${meant}.`), hintOf(source));
      assertAccepted(`{"a":"${meant}"}`);
    });
  }

  it('are told with all else that is wrong, and as the blocks that they are', () => {
    const blocks = String.raw`{{#if (eq a \"x\")}}1{{else if (eq a \"y\")}}2{{else}}3{{/if}}`;
    assert.deepEqual(placesOf(`{"a":${blocks},"b":{{jsno x}}}`), ['1:6 syntax', '1:27 syntax', '1:73 unknown_helper']);
    assert.match(hintOf('{"a":{{#if (eq {{a}} "x")}}1{{else}}2{{/if}}}'), /: \{\{#if \(eq a "x"\)\}\}\.$/);
  });

  it('are not seen where a tag is not closed and others follow', () => {
    for (const source of ['{"a":{{x , "b":{{y}}}', '{"a":"{{x","b":"{{y}}"}', '{"o":{"a":{{x, "b":{{y}}}}'])
      assert.match(placesOf(source)[0] ?? '', /unclosed_tag$/);
    assert.equal(hintOf(String.raw`{"a":"{{json \"x}}"}`).includes('backslash'), false);
  });

  it('have backslashes where Handlebars has them', () => {
    assert.equal(render(String.raw`["{{default data.x "a\"b"}}", {{data.[a\"b]}}]`), String.raw`["a\"b", null]`);
  });
});

describe('faults that would only come from another', () => {
  const cases: readonly (readonly [source: string, ...faults: string[]])[] = [
    ['{"a":{{#if a}}1{{elseif b}}2{{/if}}}', '1:16 unknown_helper'],
    ['[{{#each xs}}{{this}}{{#if !@last}},{{/if}}{{/each}}]', '1:28 syntax'],
    ['[{{#each xs}}{{this}}{{#if (jsno x)}},{{/if}}{{/each}}]', '1:28 unknown_helper'],
    ['{"a":{{#if eq a "x"}}1{{/if}}}', '1:6 block_arguments'],
    ['{"a":{{#each range .x}}1{{/each}}}', '1:14 syntax'],
    ['{"a":{{ if eq .x "y" }}1{{ end }}}', '1:6 unknown_helper'],
    ['{"a":{{#for k, v in xs}}1{{/for}}}', '1:13 syntax'],
    ['{"a":{{x |}}} 1', '1:10 syntax', '1:15 more_text'],
  ];
  for (const [source, ...faults] of cases) {
    it(`are not told of ${source}`, () => {
      assert.deepEqual(placesOf(source), faults);
    });
  }
});

describe('any tag', () => {
  const pieces = fc.constantFrom(
    ...['data.action', '.x', '"x"', "'y'", '1', '|', '||', '&&', '==', '=', '?', ':', '(', ')', ',', '!', 'not', 'and'],
    ...['or', 'in', 'contains', 'upper', 'default', 'join', 'eq', 'JSON.stringify(', 'data.trim()', 'date', '"%Y"'],
    ...['if', 'else', 'elseif', 'for', 'x', 'each', 'range', 'with', 'as', '[0]', '.0', '.@type', '.null', '~', '-'],
    ...['end', '@Last', '../x', 'this', '.', 'null', 'pretty=true', 'length', 'truncate', '+', '/', 'escape', '\\"'],
    ...['{{', '}}', 'is', 'none', 'é', 'a-b'],
  );

  it('gets a hint that is a sentence, and whose proposal is accepted', () => {
    const parts = fc.array(fc.tuple(fc.constantFrom(' ', ' ', ''), pieces), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(parts, (tokens) => {
        const compiled = compileTemplate(`{"a":"{{${tokens.flat().join('')}}}"}`);
        for (const { hint = '' } of compiled.ok ? [] : compiled.faults) {
          assert.match(hint, /[.?]$/);
          const proposal = /^(?:A parenthesis [^.]*\. )?Write (\{\{.*\}\})[.:]/s.exec(hint)?.[1];
          if (proposal !== undefined) assertAccepted(`{"a":"${inItsBlock(proposal.replaceAll(' … ', '1'))}"}`);
        }
      }),
      { numRuns: 3000, examples: [[[['', 'x ? y : else']]], [[['', 'else .null']]]] },
    );
  });
});

// A part of a block, with the rest of the block.
function inItsBlock(tag: string): string {
  if (/^\{\{~?else/.test(tag)) return `{{#if a}}1${tag}2{{/if}}`;
  const end = /^\{\{~?\/(\w+)/.exec(tag)?.[1];
  return end === undefined ? tag : `{{#${end} a}}1${tag}`;
}
