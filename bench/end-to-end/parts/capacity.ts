// How much goes through: the engine beside the ceiling, and in the full run beside what people write by hand; then how
// long events take at half of that.
import type { Row } from '../../support/table.ts';
import { makePeers } from '../peers.ts';
import { measurementLines } from '../report.ts';
import type { Contestant, Run } from '../run.ts';
import { atLeast, inTurn, ratio } from '../run.ts';
import { atRate, ceiling, hookwright, runProgram, saturation, shapeOf } from '../shapes.ts';

const OURS: Contestant = { name: 'hookwright', start: hookwright() };
const WANTED_OF_CEILING = { 'one-webhook': 0.65, 'ten-webhooks': 0.7 };
const WANTED_OF_PEERS: readonly (readonly [peer: string, times: number])[] = [
  ['BullMQ', 2],
  ['pg-boss', 4],
];

/** One webhook, ten webhooks, half load; in the full run batches, too. */
export async function benchCapacity(run: Run): Promise<Row[]> {
  const peers = run.scale.isFull ? await makePeers(run.say) : [];
  return [
    ...(await oneShape(run, 'one-webhook', peers)),
    ...(await oneShape(run, 'ten-webhooks', peers)),
    ...(run.scale.isFull ? await batches(run) : []),
    ...(await halfLoad(run)),
  ];
}

async function oneShape(run: Run, name: keyof typeof WANTED_OF_CEILING, peers: readonly Contestant[]): Promise<Row[]> {
  const shape = shapeOf(name);
  const contestants = [
    OURS,
    { name: 'ceiling', start: ceiling('product') },
    { name: 'bare ceiling', start: ceiling('bare') },
    ...peers,
  ];
  const rounds = await inTurn(run, `Capacity, ${name}`, shape, contestants, saturation(shape, run.scale.seconds));
  const ours = (other: string, wanted: number): Row =>
    atLeast(`${name}: hookwright to ${other}`, ratio(rounds, ['hookwright', other]), wanted);
  const bare = ratio(rounds, ['hookwright', 'bare ceiling']);
  return [
    ours('ceiling', WANTED_OF_CEILING[name]),
    { name: `${name}: hookwright to bare ceiling`, measured: `${bare.toFixed(2)} times`, wanted: '–', met: true },
    ...WANTED_OF_PEERS.filter(([peer]) => name === 'one-webhook' && rounds.has(peer)).map(([peer, times]) =>
      ours(peer, times),
    ),
  ];
}

async function batches(run: Run): Promise<Row[]> {
  const shape = shapeOf('batch');
  const contestants = [OURS, { name: 'ceiling', start: ceiling('product') }];
  const rounds = await inTurn(
    run,
    'Capacity, 100 events a request',
    shape,
    contestants,
    saturation(shape, run.scale.seconds),
  );
  const measured = `${ratio(rounds, ['hookwright', 'ceiling']).toFixed(2)} times`;
  return [{ name: 'batch: hookwright to ceiling', measured, wanted: '–', met: true }];
}

const WANTED_MS = { p50: 2, p99: 50 };

async function halfLoad(run: Run): Promise<Row[]> {
  const shape = shapeOf('one-webhook');
  const rate = Math.max(Math.floor((run.found.get('hookwright, one-webhook') ?? 0) / 2), 1);
  const measured = await runProgram(run.bench, OURS.start, shape, [atRate(shape, rate, run.scale.seconds * 2)]);
  run.note(measured);
  run.say(`\nHalf load, one webhook\n${measurementLines(measured)}`);
  const queue = measured[0]?.latencies.queue;
  return (['p50', 'p99'] as const).map((which) => {
    const ms = queue?.[which] ?? Number.NaN;
    const wanted = WANTED_MS[which];
    const name = `half load: acknowledgement to first byte, ${which}`;
    return { name, measured: `${ms.toFixed(1)} ms`, wanted: `under ${String(wanted)} ms`, met: ms < wanted };
  });
}
