// What a peer is told by its environment: the same for each of them, so that one harness can start them all.
import { readFileSync } from 'node:fs';

/** How a peer is run. */
export interface Settings {
  readonly receiver: URL;
  /** PEM of what the receiver's certificate is verified with. */
  readonly ca: string;
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
  /** How many jobs an event becomes. */
  readonly webhooks: number;
  /** Where the queue is: the URL of Redis or PostgreSQL. */
  readonly queueUrl: string;
  /** A value of `TUNING`, or the default: that is what was fastest when it was measured. */
  tuned(name: string, byDefault: number): number;
}

/** Reads them; `queueVariable` names the variable that holds the URL of the queue. Throws for one that is missing. */
export function readSettings(env: Readonly<Record<string, string | undefined>>, queueVariable: string): Settings {
  const wanted = (name: string): string => {
    const value = env[name];
    if (value === undefined) throw new Error(`${name} is not set.`);
    return value;
  };
  const listen = new URL(`http://${wanted('LISTEN')}`);
  const tuning = new URLSearchParams(env['TUNING'] ?? '');
  return {
    receiver: new URL(wanted('RECEIVER_URL')),
    ca: readFileSync(wanted('RECEIVER_CA'), 'utf8'),
    host: listen.hostname,
    port: Number(listen.port),
    apiKey: wanted('API_KEY'),
    webhooks: Number(env['WEBHOOKS'] ?? 1),
    queueUrl: wanted(queueVariable),
    tuned: (name, byDefault) => Number(tuning.get(name) ?? byDefault),
  };
}
