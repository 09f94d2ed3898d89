import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StringMode } from '../../../../src/templates/proof/json/configuration.ts';
import { stepInString } from '../../../../src/templates/proof/json/strings.ts';

const table: readonly (readonly [text: string, at: number, mode: StringMode, to: string, fault?: string])[] = [
  ['abc', 0, 'string', 'string@3'],
  ['ab"c', 0, 'string', 'closed@3'],
  ['"b"c', 1, 'string', 'closed@3'],
  ['ab\\"c', 0, 'string', 'escape@3'],
  ['ab\nc', 0, 'string', 'broken@2', 'A string goes on over the end of a line; JSON strings cannot.'],
  ['ab\u001fc', 0, 'string', 'broken@2', 'A string holds a control character; JSON strings cannot.'],
  ['ab\u007f\u2028 c', 0, 'string', 'string@6'],
  ['\\nb', 1, 'escape', 'string@2'],
  ['\\ub', 1, 'escape', 'hex4@2'],
  ['a\\qb', 2, 'escape', 'string@2 shown@1', '"\\q" is no escape of JSON.'],
  ['qb', 0, 'escape', 'string@0 shown@0', '"\\q" is no escape of JSON.'],
  ['F', 0, 'hex4', 'hex3@1'],
  ['1', 0, 'hex1', 'string@1'],
  ['g', 0, 'hex2', 'string@0', 'After \\u JSON expects four hex digits, not "g".'],
];

describe('stepInString', () => {
  for (const [text, at, mode, to, fault] of table) {
    it(`goes from ${mode} at ${String(at)} of ${JSON.stringify(text)} to ${to}`, () => {
      const step = stepInString(text, at, mode);
      const shown = step.faultAt === undefined ? '' : ` shown@${String(step.faultAt)}`;
      assert.equal(`${step.mode}@${String(step.at)}${shown}`, to);
      assert.equal(step.fault?.detail, fault);
    });
  }

  it('closes every string that JSON writes at its last quote, and sees no fault before', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const text = JSON.stringify(value);
        let mode: StringMode = 'string';
        let at = 1;
        for (;;) {
          const step = stepInString(text, at, mode);
          assert.equal(step.fault, undefined);
          at = step.at;
          if (step.mode === 'closed') break;
          assert.ok(step.mode !== 'broken' && at < text.length);
          mode = step.mode;
        }
        assert.equal(at, text.length);
      }),
    );
  });
});
