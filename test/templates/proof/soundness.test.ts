// Random templates against random events: what was accepted renders what an independent interpreter expects, and what
// was refused is refused for a reason (TEMPLATES.md section 7). The long form is templates.faults.ts.
import assert from 'node:assert/strict';
import type { Summary } from './random/run.ts';
import { explain, runTemplates } from './random/run.ts';
import { placesOf } from '../harness.ts';

const SEED = 20_250_114;
const TEMPLATES = 2000;

describe('random templates and events', function () {
  this.timeout(120_000);
  let summary: Summary;

  before(`runs ${String(TEMPLATES)} templates of seed ${String(SEED)}`, () => {
    summary = runTemplates(SEED, 0, TEMPLATES);
  });

  it('renders each accepted template as the reference does, and names a true rule in each refusal by one', () => {
    const shown = summary.failed.slice(0, 5).map((index) => explain(SEED, index));
    assert.equal(shown.join('\n\n'), '', `${String(summary.failed.length)} templates`);
  });

  it('finds an event that breaks at least 99 of 100 templates that are refused for their structure', () => {
    const unwitnessed = summary.unwitnessed.map((index) => explain(SEED, index)).join('\n\n');
    assert.ok(summary.unwitnessed.length <= summary.byEvents / 100, unwitnessed);
  });

  it('has enough of both kinds, and next to none that is too complex', () => {
    const share = (part: number): number => part / summary.templates;
    assert.ok(share(summary.accepted) >= 0.3, `accepted: ${String(share(summary.accepted))}`);
    assert.ok(share(summary.refused) >= 0.3, `refused: ${String(share(summary.refused))}`);
    assert.ok(share(summary.tooComplex) <= 0.01, `too complex: ${String(share(summary.tooComplex))}`);
  });
});

describe('templates that chance would hardly find', () => {
  const refused: readonly (readonly [source: string, place: string])[] = [
    ['[{{#each xs}}{{#if a}}"x",{{else}}5{{/if}}{{/each}}]', '1:23 missing_comma'],
    [
      '{"a":{{#if xs.length includeZero=true}}{{#if xs includeZero=true}}1{{/if}}{{else}}2{{/if}}}',
      '1:91 missing_value',
    ],
    ['[{{#each xs}}{{#if @last}}{{#if @first}}"x" "y"{{/if}}{{/if}}{{/each}}]', '1:45 missing_comma'],
  ];
  for (const [source, place] of refused) {
    it(`refuses ${source}`, () => {
      assert.deepEqual(placesOf(source), [place]);
    });
  }
});
