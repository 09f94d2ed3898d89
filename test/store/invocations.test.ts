import assert from 'node:assert/strict';
import type { ExactJson } from '../../src/domain/json.ts';
import { writeExact } from '../../src/domain/json.ts';
import { MAX_JSON_DEPTH, readJson } from '../../src/domain/json-read.ts';
import type { InvocationFilter } from '../../src/domain/search.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import {
  after,
  claimAll,
  endWith,
  ORGANIZATION,
  OTHER_ORGANIZATION,
  seedDeliveries,
  setup,
  startWith,
} from './fixtures.ts';

for (const kind of DATABASES) {
  describe(`store.invocations on ${kind.name}`, () => {
    let test: Setup;

    beforeEach(async () => {
      test = await setup(kind);
    });

    afterEach(() => test.remove());

    const record = async (start: Partial<ReturnType<typeof startWith>>, end: Parameters<typeof endWith>[0]) => {
      const invocation = { start: startWith(start), end: endWith(end) };
      await test.store.invocations.insertStart(invocation.start);
      await test.store.record([{ invocationId: invocation.start.id, end: invocation.end }]);
      return invocation;
    };

    it('gives back the values of validators as received: numbers by their spelling, and as deep as they nest', async () => {
      const deep = `${'['.repeat(MAX_JSON_DEPTH)}1.10${']'.repeat(MAX_JSON_DEPTH)}`;
      const text = `[12345678901234567890,1.10,1e2,-0,1e-7,{"a":[1.0,"1.0",null]},${deep}]`;
      const reading = readJson(text, MAX_JSON_DEPTH + 1);
      assert.ok(reading.ok);
      const values = reading.documents[0]?.value as readonly ExactJson[];
      const rule = { jsonPath: '$.data.*', expectedValues: [1, 1e21, '1.10'], passed: false, message: 'No.' };
      const kept = { ...rule, actual: { found: 'values', values } } as const;
      const { start } = await record({}, { validators: [kept, { ...rule, actual: { found: 'nothing' } }] });
      const read = await test.store.invocations.byId(ORGANIZATION, start.id);
      const [first, second] = read?.end?.validators ?? [];
      assert.ok(first?.actual.found === 'values');
      assert.equal(writeExact(first.actual.values), text);
      assert.deepEqual(first.expectedValues, rule.expectedValues);
      assert.deepEqual(second, { ...rule, actual: { found: 'nothing' } });
    });

    it('gives back exactly what was recorded: with a response, with a failure, and with neither', async () => {
      const ends = [
        endWith({ nextAttemptAt: after(60), nextAttemptReason: 'Retry 1 of 3' }),
        endWith({ outcome: 'dns_error', phase: 'dns', errorCode: 'ENOTFOUND', response: undefined, peer: undefined }),
        endWith({
          outcome: 'template_error',
          phase: 'render',
          request: undefined,
          response: undefined,
          timings: undefined,
          peer: undefined,
          validators: [],
          warnings: [],
          templateSha256: undefined,
        }),
        endWith({ request: { ...endWith().request!, body: undefined, bodySha256: undefined, bodyBytes: 0 } }),
        endWith({
          response: { ...endWith().response!, body: 'AAH/', bodyEncoding: 'base64', truncated: true },
          peer: { address: '2001:db8::1', port: 443, tlsVersion: 'TLSv1.3' },
        }),
      ];
      for (const end of ends) {
        const invocation = await record({}, end);
        assert.deepEqual(await test.store.invocations.byId(ORGANIZATION, invocation.start.id), invocation);
      }
    });

    it('shows an open one without an end, and all to their organization only', async () => {
      const start = startWith();
      await test.store.invocations.insertStart(start);
      assert.deepEqual(await test.store.invocations.byId(ORGANIZATION, start.id), { start, end: undefined });
      assert.equal(await test.store.invocations.byId(OTHER_ORGANIZATION, start.id), undefined);
    });

    it('leaves the bodies out of lists', async () => {
      const { start, end } = await record({}, {});
      const { items } = await test.store.invocations.list(ORGANIZATION, {}, { limit: 5, after: undefined });
      const request = { ...end.request!, body: undefined };
      assert.deepEqual(items, [{ start, end: { ...end, request, response: { ...end.response!, body: '' } } }]);
    });

    it('filters by each field, alone and together', async () => {
      const { deliveries, webhook } = await seedDeliveries(test.store, 1);
      const [claimed] = await claimAll(test.store);
      const own = claimed!.invocation.id;
      const server = await record(
        { startedAt: after(60) },
        { outcome: 'server_error', response: { ...endWith().response!, status: 503, body: 'Out of 100% luck_!' } },
      );
      const failed = await record(
        { startedAt: after(120) },
        {
          outcome: 'dns_error',
          message: 'No such host',
          response: undefined,
          request: { ...endWith().request!, url: 'https://elsewhere.example/', body: 'needle' },
        },
      );
      const [s, f] = [server.start.id, failed.start.id];
      const cases: [InvocationFilter, string[]][] = [
        [{}, [f, s, own]],
        [{ webhookId: webhook.id }, [own]],
        [{ eventId: deliveries[0]!.eventId }, [own]],
        [{ deliveryId: deliveries[0]!.id }, [own]],
        [{ kind: 'test' }, [f, s]],
        [{ outcome: 'sending' }, [own]],
        [{ outcome: 'server_error' }, [s]],
        [{ status: 503 }, [s]],
        [{ statusClass: 5 }, [s]],
        [{ statusClass: 2 }, []],
        [{ startedAfter: after(60), startedBefore: after(120) }, [s]],
        [{ text: 'ELSEWHERE' }, [f]],
        [{ text: 'no such' }, [f]],
        [{ text: 'needle' }, [f]],
        [{ text: '100% luck_!' }, [s]],
        [{ text: '0_ luck' }, []],
        [{ text: 'needle', kind: 'delivery' }, []],
      ];
      for (const [filter, expected] of cases) {
        const page = await test.store.invocations.list(ORGANIZATION, filter, { limit: 10, after: undefined });
        assert.deepEqual(
          page.items.map(({ start }) => start.id),
          expected,
          JSON.stringify(filter),
        );
      }
    });

    it('pages without a gap or a repetition while new ones arrive', async () => {
      const starts = Array.from({ length: 7 }, () => startWith());
      for (const start of starts) await test.store.invocations.insertStart(start);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await test.store.invocations.list(ORGANIZATION, { kind: 'test' }, { limit: 3, after: cursor });
        seen.push(...page.items.map(({ start }) => start.id));
        cursor = page.lastId;
        await test.store.invocations.insertStart(startWith());
      } while (cursor !== undefined);
      assert.deepEqual(seen, starts.map(({ id }) => id).toReversed());
    });
  });
}
