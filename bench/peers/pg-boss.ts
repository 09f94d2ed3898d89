// The sender that people write with pg-boss on PostgreSQL. How it came to these settings is in README.md.
import { PgBoss } from 'pg-boss';
import type { Job } from './parts/events.ts';
import { gather } from './parts/gather.ts';
import { startIntake } from './parts/intake.ts';
import { startPulling } from './parts/pull.ts';
import { createRenderer } from './parts/render.ts';
import { createSender } from './parts/sender.ts';
import { readSettings } from './parts/settings.ts';
import { stopOnSignal } from './parts/stop.ts';

const QUEUE = 'webhooks';
// Nothing but the delay until a retry that is due, or until a job of another process, is seen.
const POLL_MS = 500;

const settings = readSettings(process.env, 'DATABASE_URL');
const render = createRenderer();
const sender = createSender(settings);
const report = (error: unknown): void => void process.stderr.write(`${String(error)}\n`);

const boss = new PgBoss({ connectionString: settings.queueUrl, max: settings.tuned('pool', 10) });
boss.on('error', report);
await boss.start();
// A table of its own. Three tries: the first and two more, after about 1 and 2 s.
const retries = { retryLimit: 2, retryDelay: 1, retryBackoff: true };
await boss.createQueue(QUEUE, { policy: 'standard', partition: true, ...retries });

const batches = { most: settings.tuned('most', 200), parallel: settings.tuned('parallel', 2) };
const insert = gather<Job>(
  (jobs) =>
    boss.insert(
      QUEUE,
      jobs.map((data) => ({ data })),
    ),
  batches,
);
const complete = gather<string>((ids) => boss.complete(QUEUE, [...ids]), batches);

// pg-boss's own `work` waits for the slowest of a batch before it fetches the next; this goes on as soon as half is done.
const puller = startPulling(
  {
    fetch: (batchSize) => boss.fetch<Job>(QUEUE, { batchSize }),
    work: async ({ id, data }) => {
      try {
        await sender.post(data.webhook, data.id, render(data.event));
      } catch (error) {
        await boss.fail(QUEUE, id, { message: String(error) });
        return;
      }
      await complete([id]);
    },
    failed: report,
  },
  { inWork: settings.tuned('inWork', 200), everyMs: POLL_MS },
);

const intake = await startIntake(settings, async (jobs) => {
  await insert(jobs);
  puller.wake();
});
stopOnSignal([() => intake.close(), () => puller.stop(), () => boss.stop({ graceful: true }), () => sender.close()]);
