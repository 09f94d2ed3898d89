// The receiver of `measure.ts`, a process of its own: counts deliveries by event and webhook, and says so when asked.
import { createServer } from 'node:https';

/** What has arrived. Times are of the receiver's clock, in milliseconds. */
export interface Count {
  /** Each event once for each webhook. */
  readonly deliveries: number;
  /** Requests beyond that. */
  readonly twice: number;
  readonly lastAtMs: number;
  readonly nowMs: number;
}

const seen = new Set<string>();
let twice = 0;
let lastAtMs = 0;

const server = createServer({ key: process.env['KEY'], cert: process.env['CERT'] }, (request, response) => {
  const delivery = `${String(request.headers['hookwright-event'])} ${request.url ?? ''}`;
  request.resume().on('end', () => {
    if (seen.has(delivery)) twice += 1;
    seen.add(delivery);
    lastAtMs = performance.now();
    response.writeHead(200, { 'content-length': 2 }).end('ok');
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.(address.port);
});
process.on('message', () => process.send?.({ deliveries: seen.size, twice, lastAtMs, nowMs: performance.now() }));
