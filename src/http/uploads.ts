// Bodies that are being read without express. One look around for all of them says which come too slowly: a timer for
// each would cost more than reading it.
import type { IncomingMessage } from 'node:http';
import type { IntakeDeps } from './intake.ts';
import { tooSlow, UPLOAD_MS } from './intake.ts';
import { unreadable } from './failures.ts';

/** What reading touches. */
export type UploadDeps = Pick<IntakeDeps, 'report' | 'monotonicMs'>;

interface Upload {
  readonly begunAtMs: number;
  giveUp(): void;
}

/** The bodies under way. */
export class Uploads {
  readonly #deps: UploadDeps;
  // In the order in which they began.
  readonly #underWay = new Set<Upload>();

  constructor(deps: UploadDeps) {
    this.#deps = deps;
  }

  /** The body of a request. Rejects with `body_too_slow`, or with `unreadable_request` where the caller has gone. */
  read(request: IncomingMessage): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const take = (chunk: Buffer): void => void chunks.push(chunk);
      const upload = {
        begunAtMs: this.#deps.monotonicMs(),
        giveUp: () => {
          request.off('data', take);
          reject(tooSlow(this.#deps));
        },
      };
      this.#underWay.add(upload);
      request.on('data', take);
      request.on('end', () => {
        this.#underWay.delete(upload);
        const [first] = chunks;
        resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks));
      });
      request.on('close', () => {
        if (this.#underWay.delete(upload)) reject(unreadable());
      });
    });
  }

  /** Gives up what has been under way for 30 seconds. */
  lookAround(): void {
    const latestMs = this.#deps.monotonicMs() - UPLOAD_MS;
    for (const upload of this.#underWay) {
      if (upload.begunAtMs > latestMs) return;
      this.#underWay.delete(upload);
      upload.giveUp();
    }
  }
}
