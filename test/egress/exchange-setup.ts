// What the tests of the exchange share: receivers and exchangers that are closed after each case.
import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import type { Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ExchangeFailure, ExchangeResult, OutgoingRequest } from '../../src/domain/exchange.ts';
import type { Exchanger, ExchangerDeps } from '../../src/egress/exchange.ts';
import { createExchanger } from '../../src/egress/exchange.ts';
import type { ConnectRule } from '../../src/egress/policy.ts';
import { createEgressPolicy } from '../../src/egress/policy.ts';
import type { Receiver, ReceiverOptions } from '../support/tls-receiver.ts';
import { listen, startRawReceiver, startReceiver } from '../support/tls-receiver.ts';

export const HOST = 'receiver.example.com';

/** Stands in the query and in a header of every request; no message may hold it. */
export const SECRET = 's3cret-value';

const closables: { close(): Promise<void> }[] = [];

function keep<Closable extends { close(): Promise<void> }>(closable: Closable): Closable {
  closables.push(closable);
  return closable;
}

/** Closes what a case has opened. */
export async function closeAll(): Promise<void> {
  await Promise.all(closables.splice(0).map((closable) => closable.close()));
}

export function exchanger(rules: readonly ConnectRule[], deps: Partial<ExchangerDeps> = {}): Exchanger {
  return keep(createExchanger({ policy: createEgressPolicy({ allow: [], connect: rules }), ...deps }));
}

/** An HTTPS server that answers with `listener`. */
export async function answering(listener: RequestListener, options?: ReceiverOptions): Promise<Receiver> {
  return keep(await startReceiver(listener, options));
}

/** A TLS server that hands over bare sockets. */
export async function raw(onConnection: (socket: TLSSocket) => void, options?: ReceiverOptions): Promise<Receiver> {
  return keep(await startRawReceiver(onConnection, options));
}

/** A TLS server that does something as soon as the head of a request is there. */
export function rawAnswer(answer: (socket: TLSSocket) => void): Promise<Receiver> {
  return raw((socket) => socket.once('data', () => answer(socket)));
}

/** A TCP server without TLS. */
export async function bare(server: Server): Promise<Receiver> {
  return keep(await listen(server, HOST, ''));
}

export async function sendTo(receiver: Receiver, request: Partial<OutgoingRequest> = {}): Promise<ExchangeResult> {
  return exchanger([receiver.rule]).send(requestOf(request));
}

export async function failureFrom(
  receiver: Receiver,
  request: Partial<OutgoingRequest> = {},
): Promise<ExchangeFailure> {
  const { failure } = await sendTo(receiver, request);
  assert.ok(failure !== undefined, 'a failure was expected');
  assert.ok(!failure.message.includes(SECRET), failure.message);
  return failure;
}

export function requestOf(request: Partial<OutgoingRequest> = {}): OutgoingRequest {
  return {
    method: 'POST',
    url: `https://${HOST}/hook?token=${SECRET}`,
    headers: [
      ['content-type', 'application/json'],
      ['x-key', SECRET],
    ],
    body: '{}',
    timeoutMs: 2000,
    ...request,
  };
}

export function text(body: Uint8Array | undefined): string {
  return Buffer.from(body ?? []).toString('utf8');
}

export function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
