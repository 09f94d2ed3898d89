// The long form of soundness.test.ts: `npm run test:faults`. TEST_TEMPLATES says how many templates (250,000
// unless told), TEST_SEED which; it ends by itself and prints what fails, made small.
import assert from 'node:assert/strict';
import type { Summary } from './random/run.ts';
import { explain, runTemplates, together } from './random/run.ts';
import { differenceOf, framed, FRAMES, FULL, LISTS, sequences } from './random/small.ts';

const TEMPLATES = Number(process.env['TEST_TEMPLATES'] ?? 250_000);
const SEED = Number(process.env['TEST_SEED'] ?? 1);
const STEP = 10_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function shares({ templates, accepted, refused, tooComplex, byEvents, unwitnessed }: Summary): string {
  const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`;
  return [
    `${String(templates)} templates`,
    `${percent(accepted, templates)} accepted`,
    `${percent(refused, templates)} refused`,
    `${percent(tooComplex, templates)} too complex`,
    `${percent(unwitnessed.length, byEvents)} of refusals without a witness`,
  ].join(', ');
}

describe(`random templates, ${String(TEMPLATES)} of seed ${String(SEED)}`, function () {
  this.timeout(0);

  it('holds for all of them', () => {
    let all = runTemplates(SEED, 0, 0);
    for (let from = 0; from < TEMPLATES; from += STEP) {
      const part = runTemplates(SEED, from, Math.min(TEMPLATES, from + STEP));
      for (const index of part.failed.slice(0, 5)) say(explain(SEED, index));
      all = together(all, part);
      say(shares(all));
    }
    say(`without a witness: ${all.unwitnessed.slice(0, 50).join(', ')}`);
    assert.deepEqual(all.failed, []);
    assert.ok(all.unwitnessed.length <= all.byEvents / 100, shares(all));
    assert.ok(all.accepted >= all.templates * 0.3 && all.refused >= all.templates * 0.3, shares(all));
    assert.ok(all.tooComplex <= all.templates * 0.01, shares(all));
  });
});

describe('all small templates, three to five pieces', function () {
  this.timeout(0);
  const runs = [
    [FULL, 3],
    [FULL, 4],
    [LISTS, 4],
    [{ pieces: ['[', ']', ',', '1'], depth: 2 }, 5],
    [{ pieces: ['"', ',', '1'], depth: 3 }, 5],
    [{ pieces: ['"', '{{x}}'], depth: 2 }, 5],
  ] as const;
  for (const [alphabet, size] of runs) {
    it(`are accepted exactly if brute force accepts them: ${String(size)} of ${alphabet.pieces.join(' ')}`, () => {
      const all = sequences(alphabet, size);
      const differences: string[] = [];
      for (const frame of FRAMES) {
        for (const nodes of all) {
          const difference = differenceOf(framed(nodes, frame));
          if (difference !== undefined) differences.push(difference);
        }
        say(`${String(all.length)} in ${frame.join(' … ')}: ${String(differences.length)} differences so far`);
      }
      assert.equal(differences.slice(0, 50).join('\n'), '');
    });
  }
});
