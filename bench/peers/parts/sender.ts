// Posts bodies to the receiver: one undici Pool, HTTP/1.1 with keep-alive.
import { Pool } from 'undici';
import type { Settings } from './settings.ts';

/** Posts to the receiver. */
export interface Sender {
  /** Resolves when a receiver has answered 2xx, and rejects otherwise, so that the queue tries again. */
  post(webhook: number, eventId: string, body: string): Promise<void>;
  close(): Promise<void>;
}

const CONNECTIONS = 64;
const TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5000;
const KEEP_ALIVE_MS = 60_000;

/** Makes one. Times are counted from when a connection is free. */
export function createSender({ receiver, ca, webhooks }: Settings): Sender {
  const pool = new Pool(receiver.origin, {
    connections: CONNECTIONS,
    connect: { ca, timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
  });
  const paths = Array.from({ length: webhooks }, (_, index) => pathOf(receiver, index));
  return {
    post: async (webhook, eventId, body) => {
      const headers = { 'content-type': 'application/json', 'hookwright-event': eventId };
      const path = paths[webhook] ?? pathOf(receiver, webhook);
      const response = await pool.request({ path, method: 'POST', headers, body });
      await response.body.dump();
      if (response.statusCode >= 300) throw new Error(`The receiver answered ${String(response.statusCode)}.`);
    },
    close: () => pool.close(),
  };
}

function pathOf(receiver: URL, webhook: number): string {
  const url = new URL(receiver);
  url.searchParams.set('w', String(webhook));
  return url.pathname + url.search;
}
