// A sender in a process of its own, for what Node reads from the environment when it starts. Its first message says
// where to send; it answers with what came of each exchange.
import type { ExchangeResult } from '../../src/domain/exchange.ts';
import { createExchanger } from '../../src/egress/exchange.ts';
import { createEgressPolicy } from '../../src/egress/policy.ts';
import { startReceiver } from '../support/tls-receiver.ts';
import type { Certificate } from '../support/tls-receiver.ts';
import { watchDialling } from './dialling.ts';

/** Where to send. */
export interface SenderOrders {
  /** Trusted by this process as a public authority is. */
  readonly certificate: Certificate;
  readonly untrusted: { readonly host: string; readonly port: number };
}

/** What came of it: a status or an outcome each. */
export interface SenderAnswer {
  readonly untrusted: string;
  /** One after the other to the same host, whose DNS turns inwards after the first. */
  readonly turning: readonly string[];
  readonly begun: readonly (readonly string[])[];
}

const PUBLIC = '93.184.216.34';
const TURNING = 'turning.example.com';

process.once('message', (orders: SenderOrders) => {
  void run(orders).then((answer) => {
    process.send?.(answer);
    process.disconnect();
  });
});

async function run({ certificate, untrusted }: SenderOrders): Promise<SenderAnswer> {
  const receiver = await startReceiver((_request, response) => response.end('{}'), { host: TURNING, certificate });
  const dialling = await watchDialling((address) => address === PUBLIC, receiver);
  const answers = [PUBLIC, '127.0.0.1'];
  let now = 0;
  const sender = createExchanger({
    policy: createEgressPolicy({ allow: [], connect: [{ ...untrusted, address: '127.0.0.1' }] }),
    lookup: async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }],
    monotonicMs: () => now,
    connectionsPerOrigin: 1,
  });
  const send = async (host: string): Promise<string> => {
    const request = { method: 'POST' as const, url: `https://${host}/`, headers: [], body: '{}', timeoutMs: 5000 };
    const result = await sender.send(request);
    // Until the pool has its connection back.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return said(result);
  };
  const turning = [await send(TURNING), await send(TURNING)];
  now = 61_000;
  turning.push(await send(TURNING));
  const begun = [...dialling.begun];
  const refused = await send(untrusted.host);
  await sender.close();
  await dialling.stop();
  return { untrusted: refused, turning, begun };
}

function said({ response, failure }: ExchangeResult): string {
  return failure?.outcome ?? String(response?.status);
}
