import assert from 'node:assert/strict';
import type { MetricSources } from '../../src/observe/metrics.ts';
import { createMetrics } from '../../src/observe/metrics.ts';

const sources: MetricSources = {
  version: '1.2.3',
  deliveriesByState: async () => ({ pending: 3, delivered: 40 }),
  inFlight: () => 5,
  intake: () => ({ requests: 7, bytes: 700, oldestSeconds: 1.5 }),
};

describe('createMetrics', () => {
  it('asks for the gauges when it is read', async () => {
    const text = await createMetrics(sources).text();
    assert.match(text, /^hookwright_deliveries\{state="pending"\} 3$/m);
    assert.match(text, /^hookwright_deliveries\{state="delivered"\} 40$/m);
    assert.match(text, /^hookwright_attempts_in_flight 5$/m);
    assert.match(text, /^hookwright_intake_requests 7$/m);
    assert.match(text, /^hookwright_intake_bytes 700$/m);
    assert.match(text, /^hookwright_intake_oldest_seconds 1.5$/m);
    assert.match(text, /^hookwright_build_info\{version="1\.2\.3",node="[\d.]+"\} 1$/m);
    assert.match(text, /^hookwright_database_up 1$/m);
  });

  it('forgets a state that nothing is in any more', async () => {
    const answers = [{ pending: 3 }, { delivered: 3 }];
    const metrics = createMetrics({ ...sources, deliveriesByState: async () => answers.shift() ?? {} });
    await metrics.text();
    assert.ok(!(await metrics.text()).includes('state="pending"'));
  });

  it('can still be read while the database is away, and says that it is', async () => {
    const metrics = createMetrics({ ...sources, deliveriesByState: () => Promise.reject(new Error('away')) });
    metrics.bugs.inc();
    const text = await metrics.text();
    assert.match(text, /^hookwright_http_request_bugs_total 1$/m);
    assert.match(text, /^hookwright_database_up 0$/m);
    assert.ok(!text.includes('hookwright_deliveries{'));
  });

  it('keeps the metrics of two apps apart', async () => {
    const [one, other] = [createMetrics(sources), createMetrics(sources)];
    one.rescued.inc(7);
    assert.match(await one.text(), /^hookwright_deliveries_rescued_total 7$/m);
    assert.match(await other.text(), /^hookwright_deliveries_rescued_total 0$/m);
  });

  it('names its metrics as Prometheus asks: prefix, base unit, _total for counters', async () => {
    const text = await createMetrics(sources).text();
    for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
      assert.match(name, /^hookwright_[a-z_]+$/);
      assert.equal(name.endsWith('_total'), type === 'counter', name);
      if (type === 'histogram') assert.ok(name.endsWith('_seconds'), name);
    }
  });

  it('has no label that names a webhook, an organization or a URL', async () => {
    const text = await createMetrics(sources).text();
    assert.doesNotMatch(text, /\{[^}]*(webhook|organization|url|host|event_type)/);
  });
});
