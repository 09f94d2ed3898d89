import assert from 'node:assert/strict';
import type { CheckTask } from '../../../src/templates/index.ts';
import { createChecker, standInEvent } from '../../../src/templates/index.ts';
import { exact } from '../../schemas/contract.ts';

const SCHEMA = JSON.stringify({
  type: 'object',
  required: ['event_type', 'event_time', 'data'],
  properties: {
    event_type: { type: 'string' },
    event_time: { type: 'string', format: 'event-time' },
    data: { type: 'object', properties: { n: { type: 'number' }, s: { type: 'string' } } },
  },
});
const EVENT = '{"event_type":"a.b","event_time":1732104000.10,"data":{"n":12345678901234567890,"s":"x"}}';
const SOURCE = '["{{event_type}}","{{event_time}}","{{schema}}","{{id}}","{{received_at}}",{{data.n}}]';
const TASK: CheckTask = {
  source: SOURCE,
  payload: { schema: SCHEMA, samples: [{ name: 'own', text: EVENT }] },
  wants: 'details',
};

const RENDERED =
  '["a.b","1732104000.10","audit","evt_00000000-0000-7000-8000-000000000000","2026-01-01T00:00:00.000Z",12345678901234567890]';

describe('createChecker', () => {
  it('renders samples as the events that they would become, numbers as they are spelled', () => {
    const [own] = createChecker()(TASK).samples;
    assert.deepEqual([own?.name, own?.body], ['own', RENDERED]);
  });

  it('renders a stored event and a posted one alike', () => {
    const posted = standInEvent(exact(EVENT));
    const [event, own] = createChecker()({ ...TASK, event: posted }).samples;
    assert.deepEqual([event?.name, event?.body, own?.body], ['event', RENDERED, RENDERED]);
    const stored = { ...posted, id: 'evt_1', receivedAt: new Date('2026-11-20T12:00:00.000Z') };
    const [recorded] = createChecker()({ ...TASK, event: structuredClone(stored) }).samples;
    assert.equal(
      recorded?.body,
      RENDERED.replace(/evt_[0-9a-f-]+/, 'evt_1').replace('2026-01-01T00:00:00', '2026-11-20T12:00:00'),
    );
  });

  it('adds events that are generated from the schema after its own', () => {
    const names = createChecker()(TASK).samples.map(({ name }) => name);
    assert.equal(names[0], 'own');
    assert.ok(names.length > 1);
    assert.equal(new Set(names).size, names.length);
  });

  it('gives the plan to who wants it, and the rest to others', () => {
    const checker = createChecker();
    const [details, plan] = [checker(TASK), checker({ ...TASK, wants: 'plan' })];
    assert.equal(details.plan, undefined);
    assert.ok(details.samples.length > 0 && details.placeholders.length > 0);
    assert.equal(plan.plan?.source, SOURCE);
    assert.deepEqual([plan.samples, plan.placeholders], [[], []]);
    assert.deepEqual(plan.warnings, details.warnings);
  });

  it('tells payload schemas apart by their content, however many there are', () => {
    const checker = createChecker();
    for (let round = 0; round < 2; round += 1) {
      for (let n = 0; n < 20; n += 1) {
        const samples = [{ name: `own ${String(n)}`, text: EVENT.replace('"x"', `"${String(n)}"`) }];
        const [own] = checker({ ...TASK, source: '"{{data.s}}"', payload: { schema: SCHEMA, samples } }).samples;
        assert.deepEqual([own?.name, own?.body], [`own ${String(n)}`, `"${String(n)}"`]);
      }
    }
  });
});
