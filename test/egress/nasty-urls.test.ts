import assert from 'node:assert/strict';
import type { Address } from '../../src/egress/connector.ts';
import { BlockedAddressError, createConnector } from '../../src/egress/connector.ts';
import type { Exchanger } from '../../src/egress/exchange.ts';
import { createExchanger } from '../../src/egress/exchange.ts';
import { createEgressPolicy } from '../../src/egress/policy.ts';
import type { Dialling } from './dialling.ts';
import { watchDialling } from './dialling.ts';
import { answering, closeAll, requestOf, sendTo } from './exchange-setup.ts';
import type { Answers } from './nasty-urls.ts';
import { DNS_ANSWERS, GOOD_URLS, REDIRECTS, REFUSED_URLS } from './nasty-urls.ts';

const policy = createEgressPolicy({ allow: [], connect: [] });
const PUBLIC = '93.184.216.34';
// In the tables every answer that is to be dialled is public as a whole.
const DIALLED = new Set(
  Object.values(DNS_ANSWERS)
    .flat(2)
    .flatMap(([addresses, expected]) => (expected === 'dialled' ? addresses.split(',') : [])),
);

describe('the nasty URLs', () => {
  let dialling: Dialling;
  let exchanger: Exchanger;
  let answers: string[] = [];
  let asked = 0;

  const lookup = async (): Promise<readonly Address[]> => {
    asked += 1;
    const list = (answers.shift() ?? '').split(',');
    return list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };

  before(async () => {
    dialling = await watchDialling((address) => DIALLED.has(address));
    exchanger = createExchanger({ policy, lookup });
  });
  beforeEach(() => {
    dialling.forget();
    asked = 0;
  });
  after(async () => {
    await exchanger.close();
    await dialling.stop();
  });

  it('are at least 250, and at least 20 good ones', () => {
    const connections = Object.values(DNS_ANSWERS).flat(2);
    const refused = Object.values(REFUSED_URLS).flat().length;
    assert.ok(refused + GOOD_URLS.length + connections.length + REDIRECTS.length >= 400);
    assert.ok(GOOD_URLS.length >= 20);
    assert.ok(connections.filter(([, expected]) => expected === 'dialled').length >= 20);
  });

  // A literal or a name that got past the check of the URL all the same.
  const connect = createConnector({ policy, lookup, monotonicMs: () => 0, connectTimeoutMs: 1000, port: 443 });
  function connectTo(host: string): Promise<Error | undefined> {
    answers = ['127.0.0.1'];
    return new Promise((resolve) => connect(host, (error) => resolve(error)));
  }

  for (const [what, urls] of Object.entries(REFUSED_URLS)) {
    describe(`refused at save: ${what}`, () => {
      for (const [url, codes] of urls) {
        it(`${JSON.stringify(url).slice(0, 80)}: ${codes}`, async () => {
          const faults = policy.urlFaults(url);
          assert.equal(faults.map(({ code }) => code).join(' '), codes);
          assert.ok(faults.every(({ pointer, detail, hint }) => pointer === '/url' && detail !== '' && hint));
          const { failure } = await exchanger.send(requestOf({ url }));
          assert.equal(failure?.outcome, 'blocked_address');
          assert.equal(asked, 0, 'DNS was asked');
          assert.deepEqual(dialling.begun, []);
          const host = URL.canParse(url) ? new URL(url).hostname : '';
          if (host === '' || policy.isAllowedAddress('', host.replace(/^\[(.*)\]$/, '$1'))) return;
          assert.ok((await connectTo(host)) instanceof BlockedAddressError, `the connector dials ${host}`);
          assert.deepEqual(dialling.begun, []);
        });
      }
    });
  }

  async function play(url: string, connections: Answers): Promise<void> {
    answers = connections.map(([addresses]) => addresses);
    for (const [index, [addresses, expected]] of connections.entries()) {
      dialling.forget();
      const { failure } = await exchanger.send(requestOf({ url }));
      assert.equal(asked, index + 1, 'DNS is asked once for each connection');
      if (expected === 'refused') {
        assert.deepEqual([failure?.outcome, failure?.phase], ['blocked_address', 'dns']);
        assert.deepEqual(dialling.begun, []);
      } else {
        // The listener speaks no TLS: coming so far is enough.
        assert.deepEqual([failure?.outcome, failure?.phase], ['tls_error', 'ssl'], failure?.message);
        assert.deepEqual(dialling.begun, [addresses.split(',')]);
        assert.equal(dialling.arrived(), 1);
      }
    }
  }

  describe('saved and dialled', () => {
    for (const url of GOOD_URLS) {
      it(url.slice(0, 80), async () => {
        assert.deepEqual(policy.urlFaults(url), []);
        await play(url, [[PUBLIC, 'dialled']]);
      });
    }
  });

  let count = 0;
  for (const [what, rows] of Object.entries(DNS_ANSWERS)) {
    describe(`DNS answers: ${what}`, () => {
      for (const connections of rows) {
        count += 1;
        const url = `https://name-${String(count)}.example.com/`;
        const title = connections.map(([addresses, expected]) => `${addresses} is ${expected}`).join(', then ');
        it(title, () => play(url, connections));
      }
    });
  }

  describe('a redirect', () => {
    after(closeAll);

    for (const [index, location] of REDIRECTS.entries()) {
      const status = [301, 302, 303, 307, 308][index % 5] ?? 302;
      it(`of ${String(status)} to ${location} is the answer, and nothing else is dialled`, async () => {
        const receiver = await answering((_request, response) =>
          response.writeHead(status, { location, refresh: `0; url=${location}`, 'content-location': location }).end(),
        );
        dialling.forget();
        const { response, failure } = await sendTo(receiver);
        assert.deepEqual([response?.status, failure], [status, undefined]);
        assert.deepEqual(dialling.begun, [['127.0.0.1']]);
        assert.equal(receiver.connections(), 1);
      });
    }
  });
});
