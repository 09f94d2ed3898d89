import assert from 'node:assert/strict';
import type { Address, Connector, Lookup } from '../../src/egress/connector.ts';
import { createConnector } from '../../src/egress/connector.ts';
import { createEgressPolicy } from '../../src/egress/policy.ts';
import { createLookup } from '../../src/egress/resolve.ts';
import type { DnsServer, Zone } from './dns-server.ts';
import { startDns } from './dns-server.ts';

const V4 = '192.0.2.1';
const V6 = '2001:0db8:0000:0000:0000:0000:0000:0001';
const MANY = Array.from({ length: 60 }, (_, index) => `192.0.2.${String(index + 1)}`);
const HANGING = Array.from({ length: 10 }, (_, index) => `hanging${String(index)}.example.com`);
const SERVFAIL = 2;
const REFUSED = 5;

const ZONE: Zone = {
  'both.example.com': { A: [V4], AAAA: [V6] },
  'four.example.com': { A: [V4] },
  'six.example.com': { AAAA: [V6] },
  'none.example.com': {},
  'many.example.com': { A: MANY },
  'half.example.com': { A: [V4], AAAA: 'silence' },
  'half-failed.example.com': { A: SERVFAIL, AAAA: [V6] },
  'failed.example.com': { A: SERVFAIL, AAAA: SERVFAIL },
  'refused.example.com': { A: REFUSED, AAAA: REFUSED },
  'half-known.example.com': { A: [], AAAA: SERVFAIL },
  ...Object.fromEntries(HANGING.map((name) => [name, { A: 'silence', AAAA: 'silence' }])),
};

describe('createLookup', () => {
  const never = new AbortController().signal;
  const fromHosts: Address = { address: '203.0.113.9', family: 4 };
  let dns: DnsServer;
  let system: string[];

  beforeEach(async () => {
    dns = await startDns(ZONE);
    system = [];
  });
  afterEach(() => dns.close());

  function lookupWith(newResolver = () => dns.newResolver()): Lookup {
    return createLookup({
      newResolver,
      askSystem: (host) => {
        system.push(host);
        if (host === 'nowhere.example.com') return Promise.reject(coded('ENOTFOUND'));
        return Promise.resolve([fromHosts]);
      },
      isNamed: (host) => host === 'named.example.com',
    });
  }

  const found: readonly (readonly [host: string, addresses: readonly string[]])[] = [
    ['both.example.com', [V4, '2001:db8::1']],
    ['four.example.com', [V4]],
    ['six.example.com', ['2001:db8::1']],
    ['many.example.com', MANY],
    ['half-failed.example.com', ['2001:db8::1']],
  ];
  for (const [host, addresses] of found) {
    it(`finds what ${host} has, IPv4 first, without the system`, async () => {
      const answer = await lookupWith()(host, never);
      assert.deepEqual(
        answer.map(({ address }) => address),
        addresses,
      );
      for (const { address, family } of answer) assert.equal(family, address.includes(':') ? 6 : 4);
      assert.deepEqual(system, []);
    });
  }

  it('waits for the second family only a moment, and asks for it no second time', async () => {
    assert.deepEqual(await lookupWith()('half.example.com', never), [{ address: V4, family: 4 }]);
    assert.deepEqual(
      dns.asked.filter((question) => question.startsWith('AAAA')),
      ['AAAA half.example.com'],
    );
  });

  for (const host of ['unknown.example.com', 'none.example.com']) {
    it(`asks the system for ${host}, which DNS does not know`, async () => {
      assert.deepEqual(await lookupWith()(host, never), [fromHosts]);
      assert.deepEqual(system, [host]);
    });
  }

  it('asks the system where no DNS server can be reached', async () => {
    const refusing = (): Promise<never> => Promise.reject(coded('ECONNREFUSED'));
    const lookup = lookupWith(() => Object.assign(dns.newResolver(), { resolve4: refusing, resolve6: refusing }));
    assert.deepEqual(await lookup('both.example.com', never), [fromHosts]);
  });

  it('says what the system says where neither knows the name', async () => {
    await assert.rejects(lookupWith()('nowhere.example.com', never), { code: 'ENOTFOUND' });
  });

  const passing: readonly (readonly [host: string, code: string])[] = [
    ['hanging0.example.com', 'ETIMEOUT'],
    ['failed.example.com', 'ESERVFAIL'],
    ['refused.example.com', 'EREFUSED'],
    ['half-known.example.com', 'ESERVFAIL'],
  ];
  for (const [host, code] of passing) {
    it(`rejects ${host} with ${code}, and does not make the system wait for it`, async () => {
      const lookup = lookupWith(() => dns.newResolver({ timeout: 50, tries: 1 }));
      await assert.rejects(lookup(host, never), { code });
      assert.deepEqual(system, []);
    });
  }

  it('asks only the system for a name that the operator has named', async () => {
    assert.deepEqual(await lookupWith()('named.example.com', never), [fromHosts]);
    assert.deepEqual(dns.asked, []);
  });

  it('resolves a name while ten hang, and lets go of those with their signal', async () => {
    const lookup = lookupWith();
    const controller = new AbortController();
    const hanging = HANGING.map((host) => lookup(host, controller.signal).catch((error: unknown) => error));
    await dns.askedAtLeast(2 * HANGING.length);
    assert.deepEqual(await lookup('four.example.com', never), [{ address: V4, family: 4 }]);
    controller.abort();
    for (const error of await Promise.all(hanging)) assert.equal((error as NodeJS.ErrnoException).code, 'ECANCELLED');
  });

  it('gives the system one name at a time, and none whose dial is over', async () => {
    const begun: string[] = [];
    let answer: (addresses: readonly Address[]) => void = () => undefined;
    const lookup = createLookup({
      newResolver: () => dns.newResolver(),
      askSystem: (host) => {
        begun.push(host);
        return host === 'a.example.com' ? new Promise((resolve) => (answer = resolve)) : Promise.resolve([fromHosts]);
      },
      isNamed: () => false,
    });
    const controller = new AbortController();
    const first = lookup('a.example.com', never);
    await dns.askedAtLeast(2);
    while (begun.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const over = lookup('b.example.com', controller.signal).catch((error: unknown) => error);
    const last = lookup('c.example.com', never);
    await dns.askedAtLeast(6);
    controller.abort();
    assert.deepEqual(begun, ['a.example.com']);
    answer([]);
    assert.deepEqual([await first, await last], [[], [fromHosts]]);
    assert.ok((await over) instanceof Error);
    assert.deepEqual(begun, ['a.example.com', 'c.example.com']);
  });

  it('is told when the dial is over, by its limit or by an abort', async () => {
    const signals: AbortSignal[] = [];
    const connector = (connectTimeoutMs: number): Connector =>
      createConnector({
        policy: createEgressPolicy({ allow: [], connect: [] }),
        lookup: (host, signal) => {
          signals.push(signal);
          return lookupWith()(host, signal);
        },
        monotonicMs: () => performance.now(),
        connectTimeoutMs,
        port: 1,
      });
    const error = await new Promise<Error | undefined>(
      (resolve) => void connector(50)('hanging0.example.com', resolve),
    );
    assert.equal((error as NodeJS.ErrnoException).code, 'CONNECT_TIMEOUT');
    const aborted = new Promise<Error | undefined>((resolve) => {
      const dial = connector(5000)('hanging1.example.com', resolve);
      void dns.askedAtLeast(dns.asked.length + 1).then(() => dial.abort(new Error('enough')));
    });
    assert.equal((await aborted)?.message, 'enough');
    assert.deepEqual(
      signals.map(({ aborted: isOver }) => isOver),
      [true, true],
    );
  });
});

function coded(code: string): Error {
  return Object.assign(new Error('x'), { code });
}
