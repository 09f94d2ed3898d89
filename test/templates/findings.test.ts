import assert from 'node:assert/strict';
import type { Finding } from '../../src/templates/findings.ts';
import { toFaults, withFurther } from '../../src/templates/findings.ts';

const TEXT = 'x'.repeat(50) + '\n'.repeat(2000);

function findings(count: number): Finding[] {
  return Array.from({ length: count }, (_, offset) => ({ code: 'syntax', offset, detail: 'd', hint: 'h' }));
}

describe('toFaults', () => {
  it('shows all of a usual number, in the order of the text, each place and code once', () => {
    const faults = toFaults(TEXT, [...findings(21).reverse(), ...findings(21)]);
    assert.deepEqual(
      faults.map(({ code, position }) => [code, position?.offset]),
      findings(21).map(({ offset }) => ['template_syntax', offset]),
    );
  });

  it('shows twenty of many, and says last how many more there are and where they begin', () => {
    for (const [count, more] of [
      [22, '2'],
      [1500, '1,480'],
    ] as const) {
      const faults = toFaults(TEXT, findings(count).reverse());
      const [last, ...others] = faults.slice(20);
      assert.ok(last && others.length === 0);
      assert.deepEqual([last.pointer, last.code], ['/body_template', 'more_faults']);
      assert.equal(last.detail, `There are ${more} more of these in the template; the first of them is here.`);
      assert.deepEqual(last.position, { line: 1, column: 21, offset: 20 });
      assert.ok(last.excerpt && last.hint);
    }
  });
});

describe('withFurther', () => {
  it('keeps the one that speaks of more behind those that are added', () => {
    const [further] = toFaults(TEXT, [{ code: 'empty', offset: 0, detail: 'd', hint: 'h' }]);
    assert.ok(further);
    const codes = withFurther(toFaults(TEXT, findings(22)), [further]).map(({ code }) => code);
    assert.deepEqual(codes.slice(19), ['template_syntax', 'template_empty', 'more_faults']);
  });
});
