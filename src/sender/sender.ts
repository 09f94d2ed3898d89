// Attempts made in threads of their own: on the main thread an attempt is one message there and one back.
import type { Attempt, AttemptResult } from '../delivery/attempt.ts';
import type { LineDeps } from './line.ts';
import { startLine } from './line.ts';

/** Makes attempts in other threads. */
export interface Sender {
  /** As `attempt` of the layer `delivery`. An attempt that its thread did not survive ends `unknown`. */
  attempt(input: Attempt, signal: AbortSignal): Promise<AttemptResult>;
  /** Ends the threads. What is under way ends `unknown`. */
  stop(): Promise<void>;
}

/** Starts that many threads, at least one, and waits until they are ready. Rejects where one cannot start. */
export async function startSender(deps: LineDeps, threads: number): Promise<Sender> {
  const starting = await Promise.allSettled(Array.from({ length: threads }, () => startLine(deps)));
  const lines = starting.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(lines.map((line) => line.stop()));
  };
  const failed = starting.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return {
    attempt: (input, signal) => {
      // Always the same one for a webhook, since connections belong to their thread.
      const line = lines[shareOf(input.start.webhookId, lines.length)];
      if (line === undefined) throw new Error('A sender was started without threads.');
      return line.attempt(input, signal);
    },
    stop,
  };
}

/** Which of `count` threads a webhook belongs to: ids end in random digits. */
export function shareOf(webhookId: string | undefined, count: number): number {
  const random = Number.parseInt(webhookId?.slice(-6) ?? '', 16);
  return Number.isNaN(random) ? 0 : random % count;
}
