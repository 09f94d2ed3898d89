import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { sourceOf } from '../../../src/domain/audit/source.ts';
import type { ExactJson } from '../../../src/domain/json.ts';
import { withData } from './support.ts';

describe('sourceOf', () => {
  const rows: readonly (readonly [data: ExactJson, source: string | undefined])[] = [
    [{ metadata: { ip: '203.0.113.24' } }, '203.0.113.24'],
    [{ metadata: { request_ip: '2001:db8::4a1' } }, '2001:db8::4a1'],
    [{ metadata: { sourceIp: '::ffff:10.0.0.1' } }, '::ffff:10.0.0.1'],
    [{ metadata: { 'X-Forwarded-For': '127.0.0.1, 192.168.22.33' } }, '127.0.0.1,192.168.22.33'],
    [{ metadata: { remote_address: ['127.0.0.1', '::1'] } }, '127.0.0.1,::1'],
    [{ metadata: { address: '10.0.0.1' } }, '10.0.0.1'],
    [{ metadata: { ip: '10.0.0.1', client_ip: '10.0.0.2' } }, '10.0.0.2'],
    [{ metadata: { client_ip: 'unknown', ip: '10.0.0.1' } }, '10.0.0.1'],
    [{ attributes: { location: { ip: '10.0.0.1' } } }, '10.0.0.1'],
    [{ location: { ip: '10.0.0.1' }, ip: '10.0.0.2' }, '10.0.0.1'],
    [{ source: '10.0.0.1' }, '10.0.0.1'],
    [{ source: 'API' }, undefined],
    [{ metadata: { address: '1 Main Street' } }, undefined],
    [{ metadata: { ip: '256.0.0.1' } }, undefined],
    [{ metadata: { ip: '1.2.3' } }, undefined],
    [{ metadata: { ip: '10.0.0.1:8080' } }, undefined],
    [{ metadata: { ip: '1::2::3' } }, undefined],
    [{ metadata: { ip: '' } }, undefined],
    [{ metadata: { ip: [] } }, undefined],
    [{ metadata: { ip: [1] } }, undefined],
    [{ metadata: { ip: { v4: '10.0.0.1' } } }, undefined],
    [{ metadata: { ip: Array.from({ length: 21 }, () => '10.0.0.1') } }, undefined],
    [{ metadata: null }, undefined],
    [null, undefined],
  ];
  for (const [data, source] of rows) {
    it(`finds ${source ?? 'nothing'} in ${JSON.stringify(data).slice(0, 100)}`, () => {
      assert.equal(sourceOf(withData(data)), source);
    });
  }

  it('looks for the names that are documented, in their order', () => {
    const page = readFileSync(new URL('../../../docs/audit-log.md', import.meta.url), 'utf8');
    const [, list = ''] = /in this order: ((?:`\w+`(?:, )?)+)/.exec(page) ?? [];
    const names = [...list.matchAll(/\w+/g)].map(([name]) => name);
    assert.ok(names.length >= 10);
    for (const [index, name] of names.entries()) {
      const later = names.slice(index).reverse();
      const metadata = Object.fromEntries(later.map((one) => [one, one === name ? '10.0.0.1' : '10.0.0.2']));
      assert.equal(sourceOf(withData({ metadata })), '10.0.0.1', name);
    }
  });
});
