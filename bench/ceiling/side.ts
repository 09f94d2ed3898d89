// What the two variants of the ceiling have in common.
import type { IncomingHttpHeaders } from 'node:http';
import type { Work } from './in-memory-queue.ts';

/** What a variant is made from. */
export interface Setup {
  /** `https://<address>:<port>/ok` */
  readonly receiverUrl: string;
  /** PEM of the receiver's certificate. */
  readonly ca: string;
  readonly key: string;
  readonly webhooks: number;
}

/** An event that was taken in, and the requests that it is due. */
export interface Taken {
  readonly id: string;
  readonly sends: readonly Work[];
}

/** Takes in and sends, without storing anything. */
export interface Side {
  isAdmitted(authorization: string | undefined): boolean;
  /** Throws where the body is not taken. */
  accept(body: Buffer, headers: IncomingHttpHeaders): Promise<readonly Taken[]>;
}

/** The URL of each webhook: that of the receiver with a number. */
export function webhookUrls(base: string, { webhooks }: Setup): string[] {
  return Array.from({ length: webhooks }, (_none, index) => `${base}?w=${String(index)}`);
}

/** Says on standard error that a request came to nothing; the reconciliation counts it as lost. */
export function sayFailed(what: unknown): void {
  process.stderr.write(`ceiling: ${String(what)}\n`);
}
