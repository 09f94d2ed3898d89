import assert from 'node:assert/strict';
import { hopsOf } from '../../src/http/hops.ts';
import { isAuditingPath } from '../../src/http/jira-answer.ts';
import { ROUTES } from '../../src/http/routes.ts';
import type { TestApp } from '../support/app.ts';
import { startApp } from '../support/app.ts';

describe('hopsOf', () => {
  const table: readonly (readonly [header: string | undefined, hops: number])[] = [
    [undefined, 0],
    ['0', 0],
    ['3', 3],
    ['4, 4', 4],
    ['1,7 , 2', 7],
    ['+4', Number.MAX_SAFE_INTEGER],
    ['4.0', Number.MAX_SAFE_INTEGER],
    ['', Number.MAX_SAFE_INTEGER],
    ['four', Number.MAX_SAFE_INTEGER],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ];
  for (const [header, hops] of table) {
    it(`reads ${String(header).slice(0, 20)} as ${String(hops)}`, () => assert.equal(hopsOf(header), hops));
  }
});

describe('what a webhook sends', () => {
  let test: TestApp;
  before(async () => {
    test = await startApp();
  });
  after(() => test.stop());

  for (const route of ROUTES.filter(({ method }) => method !== 'get')) {
    const isIntake = route.id === 'postEvents';
    it(`${isIntake ? 'is counted' : 'is refused'} by ${route.id}`, async () => {
      const path = route.path.replaceAll(/\{\w+\}/g, 'none');
      const headers = { 'hookwright-hop': '1' };
      const { status, body } = await test.call(route.method, path, { headers, body: {} });
      const said = isAuditingPath(route.path) ? [400, body[0].errors[0].key] : [422, body.code];
      assert.equal(status === said[0] && said[1] === 'loop_detected', !isIntake);
    });
  }

  it('is counted once more by each engine, and refused when nobody can read the count', async () => {
    const event = { event_type: 'a.b', event_time: '1', data: {} };
    for (const [hop, expected] of [
      ['3', 202],
      ['3, 4', 422],
      ['+1', 422],
    ] as const) {
      const { status } = await test.call('POST', '/v1/events', { headers: { 'hookwright-hop': hop }, body: event });
      assert.equal(status, expected, hop);
    }
  });
});
