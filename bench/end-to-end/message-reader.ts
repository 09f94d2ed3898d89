// Reads HTTP/1.1 messages with a content-length off a socket, requests and answers alike, at as little cost as can be:
// generator and receiver share the processors with what is measured.

/** A whole message. Times are those of `feed`. */
export interface Message {
  /** First line and headers, without the blank line. */
  readonly head: string;
  readonly body: Buffer;
  readonly firstByteAt: number;
  readonly completeAt: number;
}

const HEAD_END = '\r\n\r\n';

/** Takes what a socket gives and tells of each message once it is complete. */
export class MessageReader {
  readonly #onMessage: (message: Message) => void;
  #pending: Buffer | undefined;
  #firstByteAt = 0;

  constructor(onMessage: (message: Message) => void) {
    this.#onMessage = onMessage;
  }

  /** Takes the next bytes. Throws where they are no message that it can read. */
  feed(chunk: Buffer, at: number): void {
    if (this.#pending === undefined) this.#firstByteAt = at;
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    let offset = 0;
    while (offset < bytes.length) {
      const headEnd = bytes.indexOf(HEAD_END, offset);
      if (headEnd === -1) break;
      const head = bytes.toString('latin1', offset, headEnd);
      const bodyStart = headEnd + HEAD_END.length;
      const end = bodyStart + contentLength(head);
      if (bytes.length < end) break;
      this.#onMessage({ head, body: bytes.subarray(bodyStart, end), firstByteAt: this.#firstByteAt, completeAt: at });
      this.#firstByteAt = at;
      offset = end;
    }
    this.#pending = offset < bytes.length ? bytes.subarray(offset) : undefined;
  }
}

/** The length that a head announces; 0 where it says nothing. Throws for a body in chunks. */
export function contentLength(head: string): number {
  const length = headerOf(head, 'content-length');
  if (length !== undefined) return Number(length);
  if (headerOf(head, 'transfer-encoding') !== undefined)
    throw new Error('The benchmark reads bodies with a content-length only, and this one comes in chunks.');
  return 0;
}

/** The value of a header, by its name in lower case. */
export function headerOf(head: string, name: string): string | undefined {
  const lower = head.toLowerCase();
  const at = lower.indexOf(`\r\n${name}:`);
  if (at === -1) return undefined;
  const start = at + name.length + 3;
  const end = head.indexOf('\r\n', start);
  return head.slice(start, end === -1 ? undefined : end).trim();
}

/** The status of an answer's head. */
export function statusOf(head: string): number {
  return Number(head.slice(9, 12));
}
