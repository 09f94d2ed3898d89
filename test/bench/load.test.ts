// What the load generator posts, and what it makes of answers.
import assert from 'node:assert/strict';
import { EventMaker, markIn, MARKS_A_RUN } from '../../bench/end-to-end/events.ts';
import { isCertainlyNotStored, Ledger } from '../../bench/end-to-end/ledger.ts';

describe('EventMaker', () => {
  const maker = new EventMaker(7);

  it('makes events of 1.2 kB that differ, the same for the same seed', () => {
    const texts = new Set<string>();
    for (let mark = 0; mark < 64; mark += 1) {
      const text = maker.body(mark).toString('utf8');
      texts.add(text);
      assert.equal(text, new EventMaker(7).body(mark).toString('utf8'));
    }
    assert.equal(texts.size, 64);
    assert.ok(maker.meanBytes > 1100 && maker.meanBytes < 1300, String(maker.meanBytes));
  });

  it('puts a mark into each that is found again, also in a list', () => {
    for (const mark of [0, 1, 99_999_999, MARKS_A_RUN, 9999 * MARKS_A_RUN + 12_345_678])
      assert.equal(markIn(maker.body(mark)), mark);
    const events = JSON.parse(maker.batch(500, 3).toString('utf8')) as readonly object[];
    assert.deepEqual(
      events.map((event) => markIn(Buffer.from(JSON.stringify(event)))),
      [500, 501, 502],
    );
    assert.equal(markIn(Buffer.from('{"event_type":"webhook.created"}')), -1);
  });
});

describe('Ledger', () => {
  const message = (head: string, body = ''): Parameters<Ledger['answered']>[1] => ({
    head,
    body: Buffer.from(body),
    firstByteAt: 5,
    completeAt: 6,
  });

  it('sends again only what was certainly not stored, after Retry-After', () => {
    const ledger = new Ledger(4, 2);
    const busy = message('HTTP/1.1 503 Service Unavailable\r\nretry-after: 3', '{"code":"intake_busy"}');
    assert.equal(ledger.answered(0, busy), 3000);
    assert.equal(ledger.answered(0, message('HTTP/1.1 202 Accepted', '{"events":[]}')), undefined);
    assert.equal(ledger.answered(1, message('HTTP/1.1 500 Internal Server Error', 'oops')), undefined);
    const { acknowledgedAt, repeated, unclear, firstProblem, statuses } = ledger.result(4, 1);
    assert.deepEqual([...acknowledgedAt], [6, 6, 0, 0]);
    assert.deepEqual({ repeated, unclear, firstProblem }, { repeated: 1, unclear: 2, firstProblem: '500 oops' });
    assert.deepEqual(statuses, { '202': 1, '500': 1, '503': 1 });
  });

  it('calls what was never answered unclear, and not what was', () => {
    const ledger = new Ledger(3, 1);
    for (const number of [0, 1, 2]) ledger.sent(number, 1);
    ledger.answered(0, message('HTTP/1.1 202 Accepted', '{"events":[]}'));
    ledger.broke(1, new Error('The connection was closed.'));
    const { unclear, firstProblem } = ledger.result(3, 1);
    assert.deepEqual({ unclear, firstProblem }, { unclear: 2, firstProblem: 'The connection was closed.' });
    const mute = new Ledger(300, 10);
    assert.equal(mute.result(30, 1).unclear, 30);
    assert.match(mute.result(30, 1).firstProblem ?? '', /No answer/);
  });

  it('takes no other refusal for one that stored nothing', () => {
    assert.equal(isCertainlyNotStored(503, Buffer.from('{"code":"database_unavailable"}')), false);
    assert.equal(isCertainlyNotStored(503, Buffer.from('{"detail":"…, so nothing was stored."}')), true);
    assert.equal(isCertainlyNotStored(429, Buffer.from('')), true);
  });
});
