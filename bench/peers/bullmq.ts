// The sender that people write with BullMQ on Redis. How it came to these settings is in README.md.
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Job } from './parts/events.ts';
import { gather } from './parts/gather.ts';
import { startIntake } from './parts/intake.ts';
import { createRenderer } from './parts/render.ts';
import { createSender } from './parts/sender.ts';
import { readSettings } from './parts/settings.ts';
import { stopOnSignal } from './parts/stop.ts';

const QUEUE = 'webhooks';
const JOB = 'send';
const KEPT = { count: 10_000 };
const JOB_OPTIONS = { attempts: 3, backoff: { type: 'exponential', delay: 1000, jitter: 0.5 } };

const settings = readSettings(process.env, 'REDIS_URL');
const render = createRenderer();
const sender = createSender(settings);

// BullMQ asks for null: its commands wait for a connection that comes back.
const connect = (): Redis => new Redis(settings.queueUrl, { maxRetriesPerRequest: null });
const [adding, working] = [connect(), connect()];

const queue = new Queue<Job>(QUEUE, { connection: adding, defaultJobOptions: JOB_OPTIONS });
const worker = new Worker<Job>(
  QUEUE,
  async ({ data: { id, webhook, event } }) => sender.post(webhook, id, render(event)),
  {
    connection: working,
    concurrency: settings.tuned('concurrency', 64),
    removeOnComplete: KEPT,
    removeOnFail: KEPT,
  },
);
const report = (error: Error): void => void process.stderr.write(`${String(error)}\n`);
worker.on('error', report);
queue.on('error', report);

const add = gather<Job>((jobs) => queue.addBulk(jobs.map((data) => ({ name: JOB, data }))), {
  most: settings.tuned('most', 100),
  parallel: settings.tuned('parallel', 1),
});
const intake = await startIntake(settings, add);
stopOnSignal([
  () => intake.close(),
  () => worker.close(),
  () => queue.close(),
  () => adding.quit(),
  () => working.quit(),
  () => sender.close(),
]);
