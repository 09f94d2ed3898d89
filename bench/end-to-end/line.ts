// One kept connection of the load generator, with at most one request on it. Dialled again where the other side closed
// it while nothing was on it.
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { nowMs } from './clock.ts';
import { EventMaker } from './events.ts';
import type { Load } from './generator-messages.ts';
import type { Message } from './message-reader.ts';
import { MessageReader } from './message-reader.ts';

/** Told what became of the request that is on it. */
export interface LineEvents {
  answered(number: number, answer: Message): void;
  broken(number: number, error: Error): void;
}

let maker: { readonly seed: number; readonly events: EventMaker } | undefined;

/** The connection. */
export class Line {
  readonly #url: URL;
  readonly #load: Load;
  readonly #events: LineEvents;
  readonly #maker: EventMaker;
  readonly #headStart: string;
  #socket: Socket | undefined;
  #number: number | undefined;

  constructor(url: string, load: Load, events: LineEvents) {
    this.#url = new URL(url);
    this.#load = load;
    this.#events = events;
    if (maker?.seed !== load.seed) maker = { seed: load.seed, events: new EventMaker(load.seed) };
    this.#maker = maker.events;
    this.#headStart =
      `POST /v1/events HTTP/1.1\r\nhost: ${this.#url.host}\r\nauthorization: Bearer ${load.key}\r\n` +
      'content-type: application/json\r\ncontent-length: ';
  }

  /** Posts the request with this number. */
  post(number: number): void {
    const { batch, firstMark } = this.#load;
    this.#number = number;
    const mark = firstMark + number * batch;
    const body = batch === 1 ? this.#maker.body(mark) : this.#maker.batch(mark, batch);
    const socket = this.#socket ?? this.#dial();
    socket.cork();
    socket.write(`${this.#headStart}${String(body.length)}\r\n\r\n`, 'latin1');
    socket.write(body);
    socket.uncork();
  }

  /** Closes it. */
  close(): void {
    this.#socket?.destroy();
  }

  #dial(): Socket {
    const { hostname, port } = this.#url;
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const reader = new MessageReader((answer) => {
      const number = this.#number;
      this.#number = undefined;
      if (/\r\nconnection: close/i.test(answer.head)) this.#forget(socket);
      if (number !== undefined) this.#events.answered(number, answer);
    });
    socket.on('data', (chunk: Buffer) => reader.feed(chunk, nowMs()));
    socket.on('error', (error) => this.#broke(socket, error));
    socket.once('close', () => this.#broke(socket, new Error('The connection was closed.')));
    this.#socket = socket;
    return socket;
  }

  #forget(socket: Socket): void {
    if (this.#socket === socket) this.#socket = undefined;
    socket.destroy();
  }

  #broke(socket: Socket, error: Error): void {
    if (this.#socket !== socket) return;
    this.#forget(socket);
    const number = this.#number;
    this.#number = undefined;
    if (number !== undefined) this.#events.broken(number, error);
  }
}
