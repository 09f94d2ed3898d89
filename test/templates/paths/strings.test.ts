import assert from 'node:assert/strict';
import {
  endsWithInnerQuote,
  innerKeyBefore,
  innerSlot,
  OUTSIDE,
  readPlaceholder,
  readText,
} from '../../../src/templates/paths/strings.ts';
import type { StringState } from '../../../src/templates/paths/strings.ts';

// `@` stands for a placeholder.
function read(text: string): StringState {
  return text
    .split('@')
    .reduce<StringState>(
      (state, piece, index) => readText(index === 0 ? state : readPlaceholder(state), piece),
      OUTSIDE,
    );
}

describe('innerSlot', () => {
  const cases: readonly (readonly [text: string, slot: ReturnType<typeof innerSlot>])[] = [
    ['', 'none'],
    ['{"a":', 'none'],
    ['{"a":"', 'none'],
    [String.raw`{"a":"{\"b\":`, 'value'],
    [String.raw`{"a":"{\"b\": `, 'value'],
    [String.raw`{"a":"{\n  \"b\":\n  `, 'value'],
    [String.raw`{"a":"{\"b\":\"`, 'text'],
    [String.raw`{"a":"{\"b\":\"@ and `, 'text'],
    [String.raw`{"a":"{\"b\":\"@\",\"c\":`, 'value'],
    [String.raw`{"a":"{\"b\":@`, 'none'],
    [String.raw`{"a":"{\"b\":@,\"`, 'text'],
    [String.raw`"[{\"b\":[`, 'value'],
    [String.raw`"[[\"`, 'text'],
    [String.raw`"[@, \"`, 'none'],
    [String.raw`"say: \"`, 'none'],
    [String.raw`"{ no quote: `, 'none'],
    [String.raw`"{\"a\":\"x\\\"`, 'text'],
    [String.raw`"{\"a\":\"x\\\"@\\\"\",\"b\":`, 'value'],
    [String.raw`"{\"a\":\"x\\\\\",`, 'value'],
    [String.raw`"{\"a\":1}","`, 'none'],
    [String.raw`"{\"a\":\\","{\"b\":`, 'value'],
  ];
  for (const [text, slot] of cases) {
    it(`is ${slot} after ${text}`, () => {
      assert.equal(innerSlot(read(text)), slot);
      assert.equal(
        innerSlot(
          Array.from(text).reduce(
            (state, one) => (one === '@' ? readPlaceholder(state) : readText(state, one)),
            OUTSIDE,
          ),
        ),
        slot,
      );
    });
  }

  it('remembers how a long string began', () => {
    assert.equal(innerSlot(read(String.raw`"{\"a\":\"${'x'.repeat(5000)}\",\"b\":\"`)), 'text');
  });
});

describe('innerKeyBefore', () => {
  it('gives the key with its quotes, where one comes directly before', () => {
    assert.equal(innerKeyBefore(read(String.raw`"{\"a\":\"`)), String.raw`\"a\":`);
    assert.equal(innerKeyBefore(read(String.raw`"{\"a b\" : `)), String.raw`\"a b\" : `);
    assert.equal(innerKeyBefore(read(String.raw`"{\"a\":\"x`)), undefined);
    assert.equal(innerKeyBefore(read(String.raw`"[\"`)), undefined);
  });
});

describe('endsWithInnerQuote', () => {
  it('sees the quote before a placeholder', () => {
    assert.equal(endsWithInnerQuote(read(String.raw`"{\"a\":\"`)), true);
    assert.equal(endsWithInnerQuote(read(String.raw`"{\"a\":\"x`)), false);
  });
});
