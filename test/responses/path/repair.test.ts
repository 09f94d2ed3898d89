import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseQuery } from '../../../src/responses/path/parser.ts';
import { nearestPath } from '../../../src/responses/path/repair.ts';

describe('nearestPath', () => {
  const meant: [written: string, meant: string | undefined][] = [
    ['$.data.a-b.c', "$.data['a-b'].c"],
    ['$.headers.content-type', "$.headers['content-type']"],
    ['$..a-b', "$..['a-b']"],
    ['$.data.1st', "$.data['1st']"],
    ['$.data.items[0].@type', "$.data.items[0]['@type']"],
    ['data.items[0]', '$.data.items[0]'],
    ['.data', '$.data'],
    ['@.data', '$.data'],
    [' $.data.ok\n', '$.data.ok'],
    ['$.data[?@.a == 1 and @.b == 2]', '$.data[?@.a == 1 && @.b == 2]'],
    ['$.data[?@.a === 1]', '$.data[?@.a == 1]'],
    ['$.items[(@.length-1)].id', '$.items[-1].id'],
    ['$.data[', undefined],
    ['$.data^', undefined],
    ['', undefined],
  ];
  for (const [written, path] of meant) {
    it(`takes ${JSON.stringify(written)} for ${path ?? 'nothing it knows'}`, () => {
      assert.equal(nearestPath(written), path);
    });
  }

  it('only ever offers a path that is valid', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('$.[]\'"ab-0 @?=()*^~\\')), maxLength: 20 }),
        (text) => {
          const offered = nearestPath(text);
          if (offered !== undefined) parseQuery(offered);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('ends fast on whatever it is given', () => {
    const started = process.hrtime.bigint();
    for (const unit of ['.-', '[(@.length - ', ' and ', '=', '.[', '[a', '@/ -', '  ', '$'])
      nearestPath(unit.repeat(512 / unit.length));
    assert.ok(process.hrtime.bigint() - started < 2_000_000_000n);
  });
});
