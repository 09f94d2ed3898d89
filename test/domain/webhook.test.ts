import assert from 'node:assert/strict';
import { nameKey, sendsBody } from '../../src/domain/webhook.ts';

describe('nameKey', () => {
  it('is the same for names that differ in case only', () => {
    assert.equal(nameKey('Audit Log'), nameKey('AUDIT log'));
    assert.notEqual(nameKey('Audit Log'), nameKey('Audit-Log'));
  });
});

describe('sendsBody', () => {
  const table = [
    ['POST', undefined, true],
    ['PUT', undefined, true],
    ['PATCH', undefined, true],
    ['GET', undefined, false],
    ['DELETE', undefined, false],
    ['GET', '{}', true],
    ['DELETE', '{}', true],
    ['POST', '{}', true],
  ] as const;
  for (const [method, bodyTemplate, sends] of table) {
    it(`is ${String(sends)} for ${method} ${bodyTemplate === undefined ? 'without' : 'with'} a template`, () => {
      assert.equal(sendsBody({ method, bodyTemplate }), sends);
    });
  }
});
