import assert from 'node:assert/strict';
import type { StructureFault } from '../../../../src/templates/proof/json/structure-faults.ts';
import { ALWAYS, Bdd } from '../../../../src/templates/proof/logic/bdd.ts';
import { Conditions } from '../../../../src/templates/proof/logic/conditions.ts';
import { ProofFaults } from '../../../../src/templates/proof/report/faults.ts';
import { ask, bigBdd, NAMES } from '../logic/asking.ts';
import { refusals } from './telling.ts';

const FAULT: StructureFault = { code: 'no_body', detail: 'Wrong.', hint: 'Mend it.' };
const OTHER: StructureFault = { code: 'more_text', detail: 'Wrong, too.', hint: 'Mend it, too.' };

describe('ProofFaults', () => {
  it('gives what was found in the order of the text, each with the way that leads there and the turns', () => {
    const bdd = bigBdd();
    const conditions = new Conditions(bdd, NAMES);
    const faults = new ProofFaults(bdd);
    faults.add(FAULT, 7, ask(conditions, 'a').holds, ['in the first turn']);
    faults.add(OTHER, 7, ALWAYS, []);
    faults.add(FAULT, 3, bdd.not(ask(conditions, 'b').holds), []);
    assert.deepEqual(faults.findings(conditions, 'some text'), [
      { ...FAULT, offset: 3, when: ['b is absent'] },
      { ...FAULT, offset: 7, when: ['a is present', 'in the first turn'] },
      { ...OTHER, offset: 7, when: [] },
    ]);
  });

  it('gives each place and code once, for all ways that lead there', () => {
    const bdd = bigBdd();
    const conditions = new Conditions(bdd, NAMES);
    const faults = new ProofFaults(bdd);
    const a = ask(conditions, 'a').holds;
    faults.add(FAULT, 3, a, []);
    faults.add({ ...FAULT, detail: 'Said another way.' }, 3, bdd.not(a), []);
    assert.deepEqual(faults.findings(conditions, ''), [{ ...FAULT, offset: 3, when: [] }]);
  });

  it('keeps to the turns that it found first, and to the ways that lead to those', () => {
    const bdd = bigBdd();
    const conditions = new Conditions(bdd, NAMES);
    const faults = new ProofFaults(bdd);
    const [a, b] = [ask(conditions, 'a').holds, ask(conditions, 'b').holds];
    faults.add(FAULT, 3, bdd.and(a, b), ['in the first turn']);
    faults.add(FAULT, 3, a, []);
    assert.deepEqual(faults.findings(conditions, '')[0]?.when, ['a is present', 'b is present', 'in the first turn']);
    faults.add(FAULT, 3, a, ['in the last turn']);
    assert.deepEqual(faults.findings(conditions, '')[0]?.when, ['a is present', 'b is present', 'in the first turn']);
    faults.add(FAULT, 3, a, ['in the first turn']);
    assert.deepEqual(faults.findings(conditions, '')[0]?.when, ['a is present', 'in the first turn']);
  });

  it('explains the first 21, one more than are shown, and remembers 1,000', () => {
    const bdd = bigBdd();
    const conditions = new Conditions(bdd, NAMES);
    const faults = new ProofFaults(bdd);
    for (let offset = 1100; offset > 100; offset -= 1) faults.add(FAULT, offset, ALWAYS, []);
    faults.add(FAULT, 5, ALWAYS, []);
    const findings = faults.findings(conditions, '');
    assert.deepEqual(
      findings.map(({ offset }) => offset),
      Array.from({ length: 1000 }, (_, index) => 101 + index),
    );
    assert.equal(findings.filter(({ when }) => when !== undefined).length, 21);
    assert.deepEqual(findings[20]?.when, []);
  });

  it('says nothing of the way where that is too much work', () => {
    const bdd = new Bdd({ nodes: 1000, operations: 2 });
    const conditions = new Conditions(bdd, NAMES);
    const faults = new ProofFaults(bdd);
    const both = bdd.and(ask(conditions, 'x').holds, bdd.not(ask(conditions, 'y').holds));
    faults.add(FAULT, 3, both, ['in the first turn']);
    assert.deepEqual(faults.findings(conditions, ''), [{ ...FAULT, offset: 3, when: ['in the first turn'] }]);
  });

  it('does not hide a mistake of its own', () => {
    const bdd = bigBdd();
    const faults = new ProofFaults(bdd);
    faults.add(FAULT, 3, bdd.variable(0), []);
    const conditions = new Conditions(bdd, NAMES);
    conditions.variable = () => {
      throw new RangeError('broken');
    };
    assert.throws(() => faults.findings(conditions, ''), RangeError);
  });
});

describe('the hint at a missing comma', () => {
  const plain = 'Put a comma between them. Commas too many do no harm.';
  const table: readonly (readonly [source: string, hint: string])[] = [
    ['[1 2]', plain],
    ['[\n1 2]', plain],
    ['[1\n2]', 'End line 1 with a comma. Commas too many do no harm.'],
    ['[\n  1  \n\n  2]', 'End line 2 with a comma. Commas too many do no harm.'],
    ['{"a": {\r\n}\r\n"b": 1}', 'End line 2 with a comma. Commas too many do no harm.'],
    ['[1\n:2]', 'Only a key in an object is followed by a colon.'],
    ['{"a": "{{x}}"\n "b": 1}', 'End line 1 with a comma. Commas too many do no harm.'],
    ['{"a": {{x}}\n "b": 1}', 'End line 1 with a comma. Commas too many do no harm.'],
    ['[1\n{{#if a}}\n{{! a note }}\n2{{/if}}]', 'End line 1 with a comma. Commas too many do no harm.'],
    // The member before is the one that was written, not the one that stands before.
    ['[\n{{#each xs}}\n{\n"a": 1\n}\n{{/each}}\n]', 'End line 5 with a comma. Commas too many do no harm.'],
    ['[\n{{#each xs}}\n{{this}}\n{{/each}}\n]', 'End line 3 with a comma. Commas too many do no harm.'],
    ['[\n{{#if a}}\n1\n{{else}}\n2,\n{{/if}}\n3]', 'End line 3 with a comma. Commas too many do no harm.'],
    ['[\n{{#if a}}\n1\n{{else}}\n2\n{{/if}}\n3]', 'End lines 3 and 5 with a comma. Commas too many do no harm.'],
    ['[\n1 {{! one }}\n2]', 'Put a comma at line 2, column 2. Commas too many do no harm.'],
    ['[{{#each xs}}{"a":\n1}{{/each}}]', 'Put a comma at line 2, column 3. Commas too many do no harm.'],
    ['[{{#each xs}}{{this}}{{/each}}]', 'Put a comma at line 1, column 22. Commas too many do no harm.'],
    [
      '[{{#if a}}1{{else}}2{{/if}}\n3]',
      'Put a comma at line 1, column 12 and line 1, column 21. Commas too many do no harm.',
    ],
  ];
  for (const [source, hint] of table) {
    it(`in ${JSON.stringify(source)} is: ${hint}`, () => {
      assert.equal(refusals(source)[0]?.hint, hint);
    });
  }

  it('is what a fault brings along where it is of another kind', () => {
    assert.equal(refusals('{}\n{}')[0]?.code, 'template_more_text');
    assert.match(refusals('{}\n{}')[0]?.hint ?? '', /^A body is one JSON text/);
  });
});
