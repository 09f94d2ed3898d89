import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dropSuperfluousCommas, MARK } from '../../src/templates/commas.ts';
import { anyText, render } from './harness.ts';

function withMarks(text: string): string {
  return text.replaceAll('·', MARK);
}

describe('dropSuperfluousCommas', () => {
  // A dot stands for a mark.
  const table: readonly (readonly [text: string, result: string])[] = [
    ['', ''],
    ['[1, 2]', '[1, 2]'],
    ['[1·2]', '[1,2]'],
    ['[1·]', '[1]'],
    ['[·1]', '[1]'],
    ['[·]', '[]'],
    ['{·}', '{}'],
    ['{"a":1·}', '{"a":1}'],
    ['{·"a":1}', '{"a":1}'],
    ['[1··2]', '[1,2]'],
    ['[1 · · 2]', '[1 ,  2]'],
    ['[1 ·\n· ]', '[1 \n ]'],
    ['[ \n·\t1]', '[ \n\t1]'],
    ['[1 \r·\r 2]', '[1 \r,\r 2]'],
    ['[1,·2]', '[1,2]'],
    ['[1, ·2]', '[1, 2]'],
    ['[1·,2]', '[1,2]'],
    ['[1·  ,2]', '[1  ,2]'],
    ['[1·2·3·]', '[1,2,3]'],
    ['[1·[·]·{·}·]', '[1,[],{}]'],
    ['[[1]·[2]·]', '[[1],[2]]'],
    ['["a"·"b"·null]', '["a","b",null]'],
    ['["[","]"·"{","}"·","]', '["[","]","{","}",","]'],
    ['·', ''],
    ['·1', '1'],
    ['1·', '1'],
    ['1· ', '1 '],
  ];
  for (const [text, result] of table) {
    it(`makes ${JSON.stringify(text)} to ${JSON.stringify(result)}`, () => {
      assert.equal(dropSuperfluousCommas(withMarks(text)), result);
    });
  }

  it('gives back a text without marks as it is', () => {
    fc.assert(
      fc.property(
        anyText.filter((text) => !text.includes(MARK)),
        (text) => assert.equal(dropSuperfluousCommas(text), text),
      ),
    );
  });

  // By tokens: a mark is a comma between two members, which are what no mark, comma or opening bracket is.
  type Token = readonly [kind: 'open' | 'close' | 'value' | 'comma' | 'mark' | 'blank', text: string];
  const token = fc.oneof(
    fc.constantFrom<Token>(['open', '['], ['open', '{'], ['close', ']'], ['close', '}'], ['comma', ',']),
    fc.constantFrom<Token>(['value', '"[,"'], ['value', '12'], ['value', '"]"'], ['value', 'true'], ['value', '"\\""']),
    { arbitrary: fc.constant<Token>(['mark', MARK]), weight: 2 },
    fc.constantFrom(' ', '\n', '\t', '\r', '  ').map((text): Token => ['blank', text]),
  );

  function reference(tokens: readonly Token[]): string {
    return tokens.map((token, index) => (token[0] === 'mark' ? decided(tokens, index) : token[1])).join('');
  }

  function decided(tokens: readonly Token[], index: number): string {
    const isInk = ([kind]: Token): boolean => kind !== 'blank' && kind !== 'mark';
    const [before = 'open'] = tokens.slice(0, index).findLast(isInk) ?? [];
    const [after = 'close'] = tokens.slice(index).find(isInk) ?? [];
    const [next] = tokens.slice(0, index).findLast(([kind]) => kind !== 'blank') ?? [];
    const isBetween = ['value', 'close'].includes(before) && ['value', 'open'].includes(after);
    return isBetween && next !== 'mark' ? ',' : '';
  }

  it('drops what a reference drops that goes by tokens', () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 14 }), (tokens) => {
        assert.equal(dropSuperfluousCommas(tokens.map(([, text]) => text).join('')), reference(tokens));
      }),
      { numRuns: 3000 },
    );
  });

  it('makes JSON of JSON whose commas are marks, with more of them strewn in where members may be', () => {
    const json = fc.letrec<{ value: string }>((tie) => {
      const marks = fc.array(fc.constantFrom(MARK, ' ', '\n'), { maxLength: 3 }).map((parts) => parts.join(''));
      const members = (member: fc.Arbitrary<string>): fc.Arbitrary<string> =>
        fc
          .tuple(marks, fc.array(fc.tuple(member, marks), { maxLength: 4 }))
          .map(([start, list]) => start + list.map(([text, end]) => text + MARK + end).join(''));
      return {
        value: fc.oneof(
          { depthSize: 'small' },
          fc.oneof(fc.string(), fc.integer(), fc.boolean()).map((value) => JSON.stringify(value)),
          members(tie('value')).map((text) => `[${text}]`),
          members(fc.tuple(fc.string(), tie('value')).map(([key, value]) => `${JSON.stringify(key)}:${value}`)).map(
            (text) => `{${text}}`,
          ),
        ),
      };
    }).value;
    fc.assert(
      fc.property(json, (text) => {
        const result = dropSuperfluousCommas(text);
        const bare = (of: string): string => of.replace(/[\u0001,\s]/g, ''); // eslint-disable-line no-control-regex
        assert.equal(bare(JSON.stringify(JSON.parse(result))).length > 0, true);
        assert.equal(bare(result), bare(text));
      }),
    );
  });

  it('takes time that grows with the text, not with its square', () => {
    const run = `[1${MARK}${' '.repeat(200_000)}${MARK}2]`;
    assert.equal(dropSuperfluousCommas(run).trim().replace(/ +/, ' '), '[1, 2]');
    const many = `[${`1${MARK}`.repeat(100_000)}]`;
    assert.equal(dropSuperfluousCommas(many).length, 200_001);
  });

  it('is all that happens to the text of a template, whatever characters stand before a comma', () => {
    const source = '["🙂🙂 é\\u0001",{{#each data.xs}}"{{this}}🙂",{{/each}}]';
    assert.equal(render(source, { xs: ['a', '🙂,]'] }), '["🙂🙂 é\\u0001","a🙂","🙂,]🙂"]');
    assert.equal(render(source, { xs: [] }), '["🙂🙂 é\\u0001"]');
    assert.equal(render(source, { xs: [MARK] }), '["🙂🙂 é\\u0001","\\u0001🙂"]');
  });
});
