// One exchange from start to settlement: follows it through its phases, reads the answer up to its cap, and ends once.
import type { Dispatcher } from 'undici';
import type { ExchangeFailure, ExchangeResult, HeaderLines, IncomingResponse, Timings } from '../domain/exchange.ts';
import type { Dial } from './connector.ts';
import type { ExchangePhase } from './failures.ts';
import {
  connectingFailure,
  deadlineFailure,
  excessFailure,
  exchangeFailure,
  interimFailure,
  interruptedFailure,
  isCallersMistake,
  isUnsentBody,
  statusFailure,
  switchingFailure,
} from './failures.ts';

/** The bytes of a response's body that are read; the rest is never received. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Interim answers (1xx) that are waited past. */
export const MAX_INTERIM_ANSWERS = 20;

// Far more than headers and body may have, even where the body comes in chunks of one byte.
const MAX_READ_BYTES = 1024 * 1024;

/** What an attempt takes. Its deadline begins to run when it is made. */
export interface AttemptDeps {
  readonly host: string;
  readonly timeoutMs: number;
  readonly monotonicMs: () => number;
}

/** The connection that an attempt was given. Its dial is replaced when it is dialled anew. */
export interface Wire {
  attempt: Attempt | undefined;
  dial: Dial | undefined;
}

/** One exchange: a handler for undici's `dispatch`, with its deadline. */
export class Attempt implements Dispatcher.DispatchHandler {
  settled = false;
  /** What came of it. Rejects only where the request itself cannot be sent, which is a bug of the caller. */
  readonly result: Promise<ExchangeResult>;
  readonly #deps: AttemptDeps;
  readonly #startedAt: number;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #settle: (result: ExchangeResult) => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  #wire: Wire | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #sendAt: number | undefined;
  #sentAt: number | undefined;
  #headAt: number | undefined;
  #head: { readonly status: number; readonly headers: HeaderLines } | undefined;
  #isComplete = false;
  #bodyBytes = 0;
  #readBefore = 0;
  #interimAnswers = 0;

  constructor(deps: AttemptDeps) {
    this.#deps = deps;
    this.result = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    this.#startedAt = deps.monotonicMs();
    this.#timer = setTimeout(() => this.#end(deadlineFailure(deps.host, this.#phase, deps.timeoutMs)), deps.timeoutMs);
  }

  /** Breaks it off: `not_sent` before the first byte, `unknown` after. */
  interrupt(): void {
    this.#end(interruptedFailure(this.#deps.host, this.#phase));
  }

  /** Ends it where more was read than headers and body may have: nothing else bounds what the parser passes over. */
  limitReading(): void {
    if (this.#sendAt === undefined || this.#bytesRead - this.#readBefore <= MAX_READ_BYTES) return;
    this.#end(excessFailure(this.#deps.host, this.#headAt === undefined ? 'wait' : 'receive'));
  }

  /** Takes the connection that the pool has chosen. */
  board(wire: Wire): void {
    this.#wire = wire;
    wire.attempt = this;
  }

  /** Called right before the first byte is written: the last moment at which nothing has been sent. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.settled) {
      controller.abort(new Error('The exchange is over.'));
      return;
    }
    this.#controller = controller;
    this.#sendAt = this.#deps.monotonicMs();
    this.#readBefore = this.#bytesRead;
    // The request is written in this same turn; what the kernel did not take makes the socket wait for `drain`.
    queueMicrotask(() => {
      const socket = this.#wire?.dial?.socket;
      if (socket?.writableNeedDrain === true) socket.once('drain', () => this.#markSent());
      else this.#markSent();
    });
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (this.settled) return;
    // Its own assertion fails where undici gets one without the header `upgrade`.
    if (status === 101) {
      this.#markSent();
      this.#end(switchingFailure(this.#deps.host));
      return;
    }
    // The parser lets three digits pass, and undici's assertions fail on these (RFC 9110 §15: 100 to 599).
    if (status < 100) {
      this.#markSent();
      this.#end(statusFailure(this.#deps.host));
      return;
    }
    // Interim answers (RFC 9110 §15.2): the one that counts follows.
    if (status < 200) {
      this.#passOver();
      return;
    }
    this.#markSent();
    this.#headAt = this.#deps.monotonicMs();
    this.#head = { status, headers: headerLines(controller.rawHeaders) };
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.settled) return;
    const room = MAX_BODY_BYTES - this.#bodyBytes;
    this.#chunks.push(chunk.subarray(0, room));
    this.#bodyBytes += Math.min(chunk.length, room);
    if (chunk.length > room) this.#end(undefined, true);
    else this.limitReading();
  }

  onResponseEnd(): void {
    this.#isComplete = true;
    this.#end(undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.settled) return;
    if (isCallersMistake(error)) {
      this.#close();
      this.#fail(new Error(`The request to ${this.#deps.host} cannot be sent as it is.`, { cause: error }));
      return;
    }
    this.#end(isUnsentBody(this.#head?.status, error) ? undefined : this.#failureOf(error));
  }

  #passOver(): void {
    this.#interimAnswers += 1;
    if (this.#interimAnswers <= MAX_INTERIM_ANSWERS) return;
    this.#markSent();
    this.#end(interimFailure(this.#deps.host, MAX_INTERIM_ANSWERS));
  }

  // Of the connection, which may have served others before.
  get #bytesRead(): number {
    return this.#wire?.dial?.socket?.bytesRead ?? 0;
  }

  get #phase(): ExchangePhase {
    if (this.#headAt !== undefined) return 'receive';
    if (this.#sentAt !== undefined) return 'wait';
    if (this.#sendAt !== undefined) return 'send';
    const phase = this.#ownDial?.phase ?? 'queued';
    return phase === 'open' ? 'queued' : phase;
  }

  // A kept-alive connection was dialled for an earlier exchange: its phases are not this one's.
  get #ownDial(): Dial | undefined {
    const dial = this.#wire?.dial;
    return dial !== undefined && dial.startedAt >= this.#startedAt ? dial : undefined;
  }

  #failureOf(error: Error): ExchangeFailure {
    const phase = this.#phase;
    if (phase === 'send' || phase === 'wait' || phase === 'receive') {
      return exchangeFailure(this.#deps.host, phase, error, this.#head?.status);
    }
    // The line wraps what the connector said, so that undici does not act on its code.
    return connectingFailure(this.#deps.host, phase === 'queued' ? 'connect' : phase, error.cause ?? error);
  }

  #markSent(): void {
    if (!this.settled) this.#sentAt ??= this.#deps.monotonicMs();
  }

  #end(failure: ExchangeFailure | undefined, truncated = false): void {
    if (this.settled) return;
    const now = this.#deps.monotonicMs();
    const result: ExchangeResult = {
      response: this.#response(truncated || failure !== undefined),
      failure,
      timings: this.#timings(now),
      peer: this.#sendAt === undefined ? this.#ownDial?.peer : this.#wire?.dial?.peer,
    };
    this.#close();
    this.#settle(result);
  }

  // Destroys the socket, unless the exchange is complete: then undici has already taken it back.
  #close(): void {
    this.settled = true;
    clearTimeout(this.#timer);
    const dial = this.#ownDial;
    // An idle connection must not keep its last attempt, with request and answer: both would grow old in memory.
    if (this.#wire?.attempt === this) this.#wire.attempt = undefined;
    if (this.#isComplete) return;
    const over = new Error('The exchange is over.');
    if (this.#controller !== undefined) this.#controller.abort(over);
    else dial?.abort(over);
  }

  #response(truncated: boolean): IncomingResponse | undefined {
    if (this.#head === undefined) return undefined;
    const { status, headers } = this.#head;
    const [first] = this.#chunks;
    const body = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    return { status, headers, httpVersion: '1.1', body, bodyBytes: body.length, truncated };
  }

  // Waiting for a connection to be chosen, and then for the chosen one to take the request.
  #blocked(dial: Dial | undefined, now: number): number {
    const taken = this.#sendAt ?? now;
    if (dial === undefined) return taken - this.#startedAt;
    return dial.startedAt - this.#startedAt + (dial.phase === 'open' ? taken - dial.phaseStartedAt : 0);
  }

  #timings(now: number): Timings {
    const dial = this.#ownDial;
    const running = (phase: 'dns' | 'connect' | 'ssl'): number =>
      dial === undefined ? -1 : dial.phase === phase ? now - dial.phaseStartedAt : dial[phase];
    return {
      blocked: rounded(this.#blocked(dial, now)),
      dns: rounded(running('dns')),
      connect: rounded(running('connect')),
      ssl: rounded(running('ssl')),
      send: between(this.#sendAt, this.#sentAt ?? now),
      wait: between(this.#sentAt, this.#headAt ?? now),
      receive: between(this.#headAt, now),
      total: rounded(now - this.#startedAt),
    };
  }
}

function between(from: number | undefined, to: number): number {
  return from === undefined ? -1 : rounded(to - from);
}

// Microseconds are more than the clock of a receiver can be compared with.
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

// RFC 9110 §5.5: field values are bytes; Latin-1 keeps each of them.
function headerLines(raw: Dispatcher.DispatchController['rawHeaders']): HeaderLines {
  if (!Array.isArray(raw)) return [];
  const lines: (readonly [name: string, value: string])[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) lines.push([latin1(raw[index]), latin1(raw[index + 1])]);
  return lines;
}

function latin1(bytes: Buffer | string | undefined): string {
  return typeof bytes === 'string' ? bytes : (bytes?.toString('latin1') ?? '');
}
