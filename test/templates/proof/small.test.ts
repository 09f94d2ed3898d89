// All small templates, by brute force: the engine accepts exactly those that no outcome of their conditions breaks. Of
// three pieces and more each stands in one of the frames here, and in all of them in the long run.
import assert from 'node:assert/strict';
import type { Alphabet } from './random/small.ts';
import { brokenBy, differenceOf, framed, FRAMES, FULL, LISTS, sequences } from './random/small.ts';

describe('all small templates', function () {
  this.timeout(120_000);
  const runs: readonly (readonly [name: string, alphabet: Alphabet, size: number])[] = [
    ['one piece', FULL, 1],
    ['two pieces', FULL, 2],
    ['three pieces', FULL, 3],
    ['four pieces of lists', { ...LISTS, pieces: ['[', ']', ',', '1'] }, 4],
  ];
  for (const [name, alphabet, size] of runs) {
    it(`are accepted exactly if brute force accepts them: ${name}`, () => {
      const differences: string[] = [];
      let accepted = 0;
      const all = sequences(alphabet, size);
      for (const [index, nodes] of all.entries()) {
        for (const frame of size < 3 ? FRAMES : [FRAMES[index % FRAMES.length] ?? assert.fail()]) {
          const template = framed(nodes, frame);
          const difference = differenceOf(template);
          if (difference !== undefined) differences.push(difference);
          if (brokenBy(template) === undefined) accepted += 1;
        }
      }
      assert.equal(differences.slice(0, 20).join('\n'), '', `${String(differences.length)} of ${String(all.length)}`);
      assert.ok(accepted > all.length / 50, `only ${String(accepted)} are right`);
    });
  }
});
