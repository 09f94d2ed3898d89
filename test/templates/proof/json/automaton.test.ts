import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readText } from '../../../../src/templates/proof/json/automaton.ts';
import type { Reading } from '../../../../src/templates/proof/json/automaton.ts';
import { isAfterValue, isCompleteNumber, MAX_BRACKETS } from '../../../../src/templates/proof/json/configuration.ts';
import type { Sight } from '../../../../src/templates/proof/json/sights.ts';
import { CONFIGURATIONS, place, read, seen } from './reading.ts';

function accepts({ end, sights }: Reading): boolean {
  if (end === undefined || sights.some(({ kind }) => kind === 'fault')) return false;
  return end.stack === '' && (isAfterValue(end.mode) || isCompleteNumber(end.mode));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

// Without the commas that may be too many: inside of brackets, where no member stands before them or none behind. By
// tokens, and not by characters as the automaton does it.
function withoutExtraCommas(text: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\[^])*"?|[[\]{},:]|[^"[\]{},: \t\n\r]+/g) ?? [];
  const kept: string[] = [];
  let depth = 0;
  tokens.forEach((token, index) => {
    if ('[{'.includes(token)) depth += 1;
    if (']}'.includes(token)) depth -= 1;
    const isFirst = '[{,'.includes(kept.at(-1) ?? '.');
    const isLast = ']},'.includes(tokens[index + 1] ?? '.');
    const isForgiven = token === ',' && depth > 0 && kept.at(-1) !== ':' && (isFirst || isLast);
    if (!isForgiven) kept.push(token);
  });
  return kept.join(' ');
}

const piece = fc.constantFrom(
  ...['[', ']', '{', '}', ',', ',', ':', '"a"', '"', '"k":', '"b":1', ' ', '\n', '\t'],
  ...['0', '1', '-', '.', 'e', 'E+', '12', '-0.5e-7', '01', 'true', 'false', 'null', 'tru', 'e', 'l', 'nul'],
  ...['\\', '\\"', '\\u00', '\\u0041', 'x', '\u0001', '\u00a0', "'", '[]', '{}', '[1,', ',]', ',}', '"\\\\"'],
);
const soup = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

// JSON, with commas and blanks strewn in between its tokens, and sometimes one of its characters changed or gone.
const almostJson = fc
  .tuple(
    fc.json({ maxDepth: 3 }),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(',', ' ', ',,', '\n', '', '1', '"', ':', ']', '}')), { maxLength: 4 }),
  )
  .map(([json, changes]) =>
    changes.reduce((text, [at, inserted]) => {
      const index = at % (text.length + 1);
      return text.slice(0, index) + inserted + text.slice(index + (inserted === '' ? 1 : 0));
    }, json),
  );

describe('readText', () => {
  it('accepts a text exactly where JSON.parse does when commas too many in brackets are taken out', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(soup, almostJson), (text) => {
        const expected = isJson(withoutExtraCommas(text));
        assert.equal(accepts(read(text)), expected, text);
        if (expected) accepted += 1;
      }),
      { numRuns: 6000 },
    );
    assert.ok(accepted > 300, String(accepted));
  });

  it('ends at the same place and sees the same when it is given a text in two parts', () => {
    const told = (reading: Reading, shift: number): string[] =>
      // A key is told only where the whole of it stands in one text.
      seen(
        reading.sights.flatMap((sight): Sight[] => {
          if (sight.kind === 'key') return [];
          return 'at' in sight ? [{ ...sight, at: sight.at + shift }] : [sight];
        }),
      );
    let compared = 0;
    fc.assert(
      fc.property(fc.oneof(soup, almostJson), fc.nat(), (text, at) => {
        const cut = at % (text.length + 1);
        const whole = read(text);
        const first = read(text.slice(0, cut));
        const rest = first.end && readText(CONFIGURATIONS, text.slice(cut), first.end);
        const sights = [...told(first, 0), ...(rest === undefined ? [] : told(rest, cut))];
        // Behind a fault it is a guess what was meant, and where a word is cut it is another one.
        if (whole.sights.some(({ kind }) => kind === 'fault'))
          assert.ok(
            sights.some((sight) => sight.startsWith('!')),
            text,
          );
        else {
          assert.deepEqual(sights, told(whole, 0), text);
          assert.equal(rest?.end, whole.end, text);
          compared += 1;
        }
      }),
      { numRuns: 4000 },
    );
    assert.ok(compared > 300, String(compared));
  });

  it('has an end for every text, goes on after it, and complains once until a member is complete', () => {
    fc.assert(
      fc.property(soup, (text) => {
        const { sights } = read(text);
        let muted = false;
        for (const sight of sights) {
          if (sight.kind === 'fault') assert.ok(!muted, text);
          if (sight.kind === 'fault') muted = true;
          if (sight.kind === 'comma' && !sight.extra) muted = false;
        }
      }),
    );
  });

  const texts: readonly (readonly [text: string, seen: readonly string[], end: string])[] = [
    ['', [], 'value top'],
    [
      ' {"a": [1 , {}],\n"b":"x"} ',
      [
        'open@1',
        'member',
        'key@2 a',
        'open@7',
        'member',
        'comma@10 in list',
        'member',
        'open@12',
        'close+',
        'close',
        'comma@15',
        'member',
        'key@17 b',
        'close',
      ],
      'after top',
    ],
    [
      '[,,1,,2,]',
      [
        'open@0',
        'comma@1+ in list',
        'comma@2+ in list',
        'member',
        'comma@4 in list',
        'comma@5+ in list',
        'member',
        'comma@7 in list',
        'close+',
      ],
      'after top',
    ],
    ['{,"a":1,,}', ['open@0', 'comma@1+', 'member', 'key@2 a', 'comma@7', 'comma@8+', 'close+'], 'after top'],
    ['{"\\u0041\\n":1', ['open@0', 'member', 'key@1 A\n'], 'digits {'],
    ['{"a"  :', ['open@0', 'member', 'key@1 a'], 'value {'],
    ['{"a', ['open@0', 'member'], 'string { key'],
    ['["a","b"', ['open@0', 'member', 'comma@4 in list', 'member'], 'after ['],
    ['{"a\\x":1,"b":2', ['open@0', 'member', '!invalid_escape@3', 'comma@8', 'member', 'key@9 b'], 'digits {'],
    // Faults: recovered from, and told once until the member is over.
    [
      '[1 2 3,4 5]',
      [
        'open@0',
        'member',
        '!missing_comma@3',
        'member',
        'member',
        'comma@6 in list',
        'member',
        '!missing_comma@9',
        'member',
        'close',
      ],
      'after top muted',
    ],
    [
      '[1 2,,3 4]',
      [
        'open@0',
        'member',
        '!missing_comma@3',
        'member',
        'comma@4 in list',
        'comma@5+ in list',
        'member',
        '!missing_comma@8',
        'member',
        'close',
      ],
      'after top muted',
    ],
    [
      '[,1 2,]',
      ['open@0', 'comma@1+ in list', 'member', '!missing_comma@4', 'member', 'comma@5 in list', 'close+'],
      'after top',
    ],
    [
      '{"a":[1 2],"b" 3}',
      [
        'open@0',
        'member',
        'key@1 a',
        'open@5',
        'member',
        '!missing_comma@8',
        'member',
        'close',
        'comma@10',
        'member',
        'key@11 b',
        '!missing_colon@15',
        'close',
      ],
      'after top muted',
    ],
    [
      '[yes, no]',
      ['open@0', 'member', '!invalid_literal@1', 'comma@4 in list', 'member', '!invalid_literal@6', 'close'],
      'after top muted',
    ],
    ["['it is', 1]", ['open@0', 'member', '!invalid_literal@1', 'comma@8 in list', 'member', 'close'], 'after top'],
    [
      '[01, 1.]',
      ['open@0', 'member', '!invalid_literal@1', 'comma@3 in list', 'member', '!invalid_literal@5', 'close'],
      'after top muted',
    ],
    [
      '[-, 1.5.5]',
      ['open@0', 'member', '!invalid_literal@1', 'comma@2 in list', 'member', '!invalid_literal@4', 'close'],
      'after top muted',
    ],
    [
      '[trueish, nul]',
      ['open@0', 'member', '!missing_comma@5', 'member', 'comma@8 in list', 'member', '!invalid_literal@10', 'close'],
      'after top muted',
    ],
    [
      '{name: 1, "b": 2}',
      ['open@0', 'member', '!unquoted_key@1', 'comma@8', 'member', 'key@10 b', 'close'],
      'after top',
    ],
    ["{'name': 1}", ['open@0', 'member', '!unquoted_key@1', 'close'], 'after top muted'],
    ['{"a":1,{"b":2}}', ['open@0', 'member', 'key@1 a', 'comma@6', 'member', '!unquoted_key@7'], 'lost'],
    [
      '{"a":,"b"::2,"c":}',
      [
        'open@0',
        'member',
        'key@1 a',
        '!missing_value@5',
        'comma@5',
        'member',
        'key@6 b',
        '!missing_value@10',
        'comma@12',
        'member',
        'key@13 c',
        '!missing_value@17',
        'close',
      ],
      'after top muted',
    ],
    [
      '{"a",1}',
      ['open@0', 'member', 'key@1 a', '!missing_colon@4', 'comma@4', 'member', '!unquoted_key@5', 'close'],
      'after top muted',
    ],
    ['["a":1]', ['open@0', 'member', '!missing_comma@4', 'close'], 'after top muted'],
    ['[{]}', ['open@0', 'member', 'open@1', '!wrong_bracket@2'], 'lost'],
    [']', ['!wrong_bracket@0'], 'lost'],
    ['{} {}', ['open@0', 'close+', '!more_text@3'], 'lost'],
    ['[],[]', ['open@0', 'close+', '!unexpected_comma@2'], 'lost'],
    [',[1]', ['!unexpected_comma@0', 'open@1', 'member', 'close'], 'after top muted'],
    [
      '{"a":"x\n"b":1}',
      ['open@0', 'member', 'key@1 a', '!unclosed_string@7', 'member', 'key@8 b', 'close'],
      'after top muted',
    ],
    ['{"a\n:1}', ['open@0', 'member', '!unclosed_string@3', 'close'], 'after top muted'],
    [
      '["\\u12G4","\\q"]',
      ['open@0', 'member', '!invalid_escape@6', 'comma@9 in list', 'member', '!invalid_escape@11', 'close'],
      'after top muted',
    ],
    [
      '[1,#,2]',
      ['open@0', 'member', 'comma@2 in list', 'member', '!invalid_literal@3', 'comma@4 in list', 'member', 'close'],
      'after top',
    ],
    ['[//,2]', ['open@0', 'member', '!invalid_literal@1', 'comma@3 in list', 'member', 'close'], 'after top'],
  ];
  for (const [text, sights, end] of texts) {
    it(`sees in ${JSON.stringify(text)} what stands there`, () => {
      const reading = read(text);
      assert.deepEqual(seen(reading.sights), sights);
      assert.equal(place(reading.end), end);
    });
  }

  it('shows a fault where its number or word began, if that is in the text, else at the start of the text', () => {
    assert.deepEqual(seen(read('[12x]').sights), ['open@0', 'member', '!invalid_literal@1', 'close']);
    assert.deepEqual(seen(read(' 2x,y', 'digits', '[').sights), [
      '!missing_comma@1',
      'member',
      'comma@3 in list',
      'member',
      '!invalid_literal@4',
    ]);
    assert.deepEqual(seen(read('2x, 3y', 'digits', '[').sights), [
      '!invalid_literal@0',
      'comma@2 in list',
      'member',
      '!invalid_literal@4',
    ]);
    assert.deepEqual(seen(read(' 1', 'minus', '[').sights), ['!invalid_literal@0', 'member']);
  });

  it('names a word that is wrong, and says only that it ends where there is no word', () => {
    const [wrong] = read('2x', 'digits', '[').sights;
    assert.match(wrong?.kind === 'fault' ? wrong.fault.detail : '', /^2x is no JSON value/);
    const [unfinished] = read(',', 'minus', '[').sights;
    assert.match(unfinished?.kind === 'fault' ? unfinished.fault.detail : '', /ends here before it is complete/);
    const [strange] = read('\u00e9t\u00e9', 'value', '').sights;
    assert.match(strange?.kind === 'fault' ? strange.fault.detail : '', /^été is no JSON value/);
    const [colon] = read(':', 'value', '').sights;
    assert.match(colon?.kind === 'fault' ? colon.fault.detail : '', /^: is no JSON value/);
  });

  it('says which bracket stays open where a colon stands behind an item, and what stands behind a placeholder', () => {
    const detail = (text: string, mode: 'after' | 'slotted' | 'member' | 'value', stack: string): string => {
      const fault = read(text, mode, stack).sights.find(({ kind }) => kind === 'fault');
      return fault?.kind === 'fault' ? fault.fault.detail : '';
    };
    assert.equal(detail(':', 'after', '[{['), 'After a value JSON expects a comma or ], not a colon.');
    assert.equal(detail(':', 'member', '['), 'After a value JSON expects a comma or ], not a colon.');
    assert.equal(detail(':', 'member', '{'), ': is a key, but keys are strings.');
    assert.equal(detail(']', 'value', ''), 'No bracket is open that "]" could close.');
    assert.equal(detail('}', 'after', ''), 'No bracket is open that "}" could close.');
    assert.equal(detail(':', 'after', '{['), 'After a value JSON expects a comma or ], not a colon.');
    assert.equal(detail(':', 'after', '[{'), 'After a value JSON expects a comma or }, not a colon.');
    assert.equal(detail('5', 'slotted', '['), 'After a value JSON expects a comma or a bracket, not "5".');
    assert.equal(detail('5', 'slotted', ''), 'After a value JSON expects a comma or a bracket, not "5".');
    assert.equal(detail('}', 'after', '{['), '"}" cannot close the "[" that is open here.');
  });

  it('keeps quiet about further faults in a member that is not over in the text before', () => {
    assert.deepEqual(seen(read('x 1 2, 3 4', 'after', '[', false, true).sights), [
      'member',
      'member',
      'member',
      'comma@5 in list',
      'member',
      '!missing_comma@9',
      'member',
    ]);
  });

  it('stays quiet over commas too many, which end no member', () => {
    assert.deepEqual(seen(read(',1 2', 'member', '[', false, true).sights), ['comma@0+ in list', 'member', 'member']);
  });

  it('opens as many brackets as the limit allows, and not one more', () => {
    const most = read('['.repeat(MAX_BRACKETS));
    assert.equal(place(most.end), `member ${'['.repeat(64)}`);
    const tooMany = read(`${'['.repeat(MAX_BRACKETS)}{`);
    assert.equal(tooMany.end, undefined);
    assert.deepEqual(seen(tooMany.sights.slice(-2)), ['member', '!limit_exceeded@64']);
  });
});
