import assert from 'node:assert/strict';
import { checkTemplate } from '../../../src/templates/checking/check.ts';
import { literalWarnings } from '../../../src/templates/checking/literals.ts';
import type { Finding } from '../../../src/templates/findings.ts';
import { HELPERS } from '../../../src/templates/helpers/index.ts';
import { draftTemplate } from '../../../src/templates/plan.ts';

function warningsOf(source: string): Finding[] {
  const drafted = draftTemplate(source);
  assert.ok(drafted.ok, JSON.stringify(drafted));
  return literalWarnings(drafted.draft.text, drafted.draft.nodes);
}

function inTag(inside: string): Finding[] {
  return warningsOf(`"{{${inside}}}"`);
}

const NEVER = ' No event makes this work.';

describe('literalWarnings', () => {
  for (const [inside, detail, hint] of [
    [
      'formatDate event_time "yyyy-MM-dd"',
      'formatDate does not know yyyy in a format; text stands in [brackets].',
      'Did you mean "YYYY-MM-DD"?',
    ],
    [
      'formatDate data.time data.format "Berlin"',
      'formatDate does not know the time zone; it takes IANA names such as Europe/Berlin.',
      'Did you mean "Europe/Berlin"?',
    ],
    [
      'formatDate event_time "HH" ""',
      'formatDate does not know the time zone; it takes IANA names such as Europe/Berlin.',
      'Leave the time zone out for UTC, or write an IANA name such as "Europe/Berlin".',
    ],
    [
      'formatDate event_time "yyyy" "Berlin"',
      'formatDate does not know yyyy in a format; text stands in [brackets]. ' +
        'formatDate does not know the time zone; it takes IANA names such as Europe/Berlin.',
      'Did you mean "YYYY"? Did you mean "Europe/Berlin"?',
    ],
    [
      'formatDate event_time 8 true',
      'formatDate takes text as the format; it was given a number. ' +
        'formatDate takes text as the time zone; it was given a boolean.',
      'Write it like {{formatDate event_time "YYYY-MM-DD HH:mm:ss.SSS Z" "Europe/Berlin"}}.',
    ],
    [
      'sort data.list descending="true"',
      'sort takes true or false as its option descending; it was given text.',
      'Write descending=true, without quotes.',
    ],
    [
      'sort data.list by=data.key descending="yes"',
      'sort takes true or false as its option descending; it was given text.',
      'Write descending=true, or leave it out.',
    ],
    [
      'lt data.count true',
      'lt compares two numbers or two texts; it was given a boolean.',
      'Write it like {{lt data.seconds 3600}}.',
    ],
    [
      'lt "abc" 3',
      'lt compares two numbers or two texts; it was given text and a number.',
      'Write it like {{lt data.seconds 3600}}.',
    ],
  ] as const) {
    it(`warns of ${inside}`, () => {
      assert.deepEqual(inTag(inside), [{ code: 'helper_arguments', offset: 1, detail: detail + NEVER, hint }]);
    });
  }

  for (const inside of [
    ...['"YY"', '"Do"', '"a"', '"%Y-%m-%d"', 'true', '"HH" "+02:00"'].map((rest) => `formatDate event_time ${rest}`),
    'formatDate "yesterday" "YYYY"',
    'isoDate "2024-02-30T00:00:00Z"',
    'unixSeconds event_time floor=1',
    'unixMillis event_time floor="false"',
    ...['-1', '2.5', '"10"', 'true'].flatMap((count) => [
      `truncate data.a ${count}`,
      `mask data.a ${count}`,
      `first data.a ${count}`,
      `last data.a ${count}`,
    ]),
    ...['2.5', '"1"', 'false'].flatMap((position) => [`slice data.a ${position}`, `slice data.a data.b ${position}`]),
    'mask data.a with="xx"',
    'mask data.a with=""',
    'round data.a 0.5',
    'round data.a "many"',
    'add data.a "abc"',
    'add data.a 1 false',
    'subtract "" data.a',
    'multiply data.a "1,5"',
    'divide data.a 0',
    'divide data.a "0.0"',
    'divide data.a data.b digits=1.5',
    'gte false data.a',
    'json data pretty=2',
    'base64 data.a url="yes"',
    'sha256 data.a encoding="md5"',
    'parseJson "{"',
    'join "a,b" ","',
    'sort "a"',
    'unique 1',
    'pluck data.a 1.5',
    'pick data.a true',
    'omit "a" data.b',
    'lookup data.a false',
    'keys "a"',
    'changes data.a "b"',
  ]) {
    it(`warns of ${inside}`, () => {
      const [warning, ...others] = inTag(inside);
      assert.deepEqual(others, []);
      assert.ok(warning);
      assert.ok(warning.detail.startsWith(inside.split(' ')[0] ?? ''));
      assert.ok(warning.detail.endsWith(NEVER));
      assert.match(warning.hint, /^[A-Z].+[.?]$/);
    });
  }

  for (const inside of [
    'formatDate event_time "YYYY-MM-DD" "europe/berlin"',
    'formatDate data.a data.b data.c',
    'truncate data.a 0',
    'truncate data.a null',
    'truncate data.a data.b end=data.c',
    'mask data.a with="•"',
    'mask data.a 4 with=null',
    'slice data.a -3 -1',
    'first data.a 2',
    'round data.a -3',
    'add data.a "2.5"',
    'divide 5 data.a',
    'divide 0.00000000000000000001 data.a digits=2',
    `multiply data.a ${'9'.repeat(300)}`,
    `add data.a ${'9'.repeat(300)}`,
    'lt data.a "abc"',
    'lt data.a 3',
    'lt data.a null',
    'contains data.a true',
    'in data.a true "b" 3',
    'concat "a" data.a',
    'sort data.a by=data.b descending=true',
    'sort data.a by="name" descending=data.b',
    'unixSeconds event_time floor=null',
    'json data pretty=data.a',
    'lookup "text" data.a',
    'pluck data.a 0',
    'first data.a (truncate data.b 2)',
    'default data.a "none"',
    'and data.a true "x"',
    'replace data.a " " ""',
  ]) {
    it(`says nothing of ${inside}`, () => assert.deepEqual(inTag(inside), []));
  }

  for (const helper of HELPERS.values()) {
    it(`says nothing of the example of ${helper.name}`, () => {
      assert.deepEqual(warningsOf(`[${helper.example}]`), []);
    });
  }

  it('stands at the call, in blocks and in other calls, once for each', () => {
    const source = '"{{#if (lt data.a true)}}{{concat (truncate data.a -1) (upper (truncate data.a -1))}}{{/if}}"';
    assert.deepEqual(
      warningsOf(source).map(({ offset }) => source.slice(offset, offset + 9)),
      ['(lt data.', '(truncate', '(truncate'],
    );
    assert.equal(new Set(warningsOf(source).map(({ offset }) => offset)).size, 3);
  });

  it('says nothing of a call that has an error of its own', () => {
    assert.deepEqual(inTag('truncate data.a -1 -1'), []);
    assert.deepEqual(inTag('divide 0'), []);
  });

  it('gives hints for as many as are shown, and then the example', () => {
    const hints = warningsOf(`"${'{{formatDate id "HH" "Berlin"}}'.repeat(22)}"`).map(({ hint }) => hint);
    const example = HELPERS.get('formatDate')?.example ?? '';
    assert.deepEqual(new Set(hints.slice(0, 20)), new Set(['Did you mean "Europe/Berlin"?']));
    assert.deepEqual(hints.slice(20), [`Write it like ${example}.`, `Write it like ${example}.`]);
  });

  it('ends with as much work as a rendering may do', () => {
    const zones = Array.from({ length: 1000 }, (_, index) => `{{formatDate id "HH" "Nowhere${String(index)}"}}`);
    const found = warningsOf(`"${zones.join('')}"`).length;
    assert.ok(found > 100 && found < 200, String(found));
    const numbers = Array.from({ length: 20 }, () => '"1e-300"').join(' ');
    assert.deepEqual(warningsOf(`"${`{{add ${numbers}}}`.repeat(200)}"`), []);
  });
});

describe('checkTemplate', () => {
  it('warns of literals that no event can make work, with and without a payload schema', () => {
    const source = '{\n  "at": "{{formatDate event_time "yyyy-MM-dd"}}"\n}';
    const payload = { schema: { type: 'object' }, samples: [], generated: [] };
    for (const given of [undefined, payload]) {
      const { plan, errors, warnings } = checkTemplate({ source, payload: given });
      assert.ok(plan !== undefined);
      assert.deepEqual(errors, []);
      assert.deepEqual(
        warnings.map(({ code, position }) => [code, position?.line, position?.column]),
        [['template_helper_arguments', 2, 10]],
      );
    }
  });

  it('warns of literals in a template that is refused for something else', () => {
    const { errors, warnings } = checkTemplate({ source: '{"a" "{{truncate id -1}}"}', payload: undefined });
    assert.deepEqual([errors.length, warnings.length], [1, 1]);
  });
});
