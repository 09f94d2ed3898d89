// The thread that sends. It has connections of its own, and nothing else of the engine: no database, no log, no keys.
import { parentPort } from 'node:worker_threads';
import { createExchanger } from '../egress/exchange.ts';
import { createEgressPolicy } from '../egress/policy.ts';
import type { FromThread, Setup, ToThread } from './messages.ts';
import { createServing } from './serving.ts';
import { sharedMs } from './shared-clock.ts';

const port = parentPort;
if (port === null) throw new Error('This file is the thread of a sender, and no program.');

function post(message: FromThread): void {
  port?.postMessage(message);
}

function begin({ exceptions, connectionsPerOrigin, userAgent }: Setup): (message: ToThread) => void {
  const exchanger = createExchanger({ policy: createEgressPolicy(exceptions), connectionsPerOrigin });
  return createServing({
    send: (request, signal) => exchanger.send(request, signal),
    clock: () => new Date(),
    userAgent,
    sharedMs,
    later: setImmediate,
    answer: post,
  });
}

port.once('message', (setup: Setup) => {
  port.on('message', begin(setup));
  post('ready');
});
