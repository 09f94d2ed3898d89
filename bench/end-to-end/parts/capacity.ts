// How much goes through: the engine beside the ceiling, and in the full run beside what people write by hand; then how
// long events take at half of that.
import type { Row } from '../../support/table.ts';
import { SQLITE } from '../home.ts';
import { makePeers } from '../peers.ts';
import type { Contestant, Run } from '../run.ts';
import { atLeast, inTurn, ratio } from '../run.ts';
import { ceiling, hookwright, saturation, shapeOf } from '../shapes.ts';
import { halfLoadOn } from './half-load.ts';

const OURS: Contestant = { name: 'hookwright', start: hookwright() };
const WANTED_OF_CEILING = { 'one-webhook': 0.65, 'ten-webhooks': 0.7 };
const WANTED_OF_PEERS: readonly (readonly [peer: string, times: number])[] = [
  ['BullMQ', 2],
  ['pg-boss', 4],
];

/** One webhook, ten webhooks, half load; in the full run batches, too. */
export async function benchCapacity(run: Run): Promise<Row[]> {
  const { peers, rows } = run.scale.isFull ? await madePeers(run) : { peers: [], rows: [] };
  return [
    ...rows,
    ...(await oneShape(run, 'one-webhook', peers)),
    ...(await oneShape(run, 'ten-webhooks', [])),
    ...(run.scale.isFull ? await batches(run) : []),
    ...(await halfLoadOn(run, SQLITE)),
  ];
}

// Where they cannot be installed, the rest is measured all the same.
async function madePeers(run: Run): Promise<{ readonly peers: readonly Contestant[]; readonly rows: Row[] }> {
  try {
    return { peers: await makePeers(run.say), rows: [] };
  } catch (error) {
    return { peers: [], rows: [{ name: 'peers', measured: String(error), wanted: 'installed', met: false }] };
  }
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
