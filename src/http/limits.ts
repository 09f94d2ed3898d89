// How often a key may ask, and an address be refused, in a minute. Counted in the memory of this process.
import type { Request, RequestHandler, Response } from 'express';
import type { Store } from 'express-rate-limit';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { AppError } from '../domain/errors.ts';
import { WindowCounts } from '../domain/window-counts.ts';
import { addressOf } from './credentials.ts';

/** What limits touch. */
export interface LimitDeps {
  /** Requests a minute and key. */
  readonly perKey: number;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
}

/** The limits of one app. */
export interface Limits {
  /** Counts a request of a key. Throws `rate_limited`. */
  countRequest(request: Request, response: Response, keyId: string): Promise<void>;
  /**
   * Counts a failed authentication of an address, an IPv6 address by its network of 64 bits; gives how many there were
   * in its minute. Throws nothing: see `isOver`.
   */
  countFailure(request: Request, response: Response): Promise<{ readonly count: number; readonly isOver: boolean }>;
}

const MINUTE_MS = 60_000;
const FAILURES = 20;
const CAPACITY = 10_000;
// What one network usually gives to one customer at least (RFC 6177 §2).
const IPV6_NETWORK = 64;

/** Makes them. */
export function createLimits(deps: LimitDeps): Limits {
  const requests = new WindowCounts({ windowMs: MINUTE_MS, capacity: CAPACITY });
  const failures = new WindowCounts({ windowMs: MINUTE_MS, capacity: CAPACITY });
  const perKey = limit('requests', deps.perKey, storeOn(requests, deps), (_request, response) =>
    String(response.locals['keyId']),
  );
  const perAddress = limit('failed-authentications', FAILURES, storeOn(failures, deps), networkOf);
  return {
    countRequest: async (request, response) => {
      const isOver = !(await passes(perKey, request, response));
      if (isOver) throw rateLimited(deps.perKey);
    },
    countFailure: async (request, response) => {
      const isOver = !(await passes(perAddress, request, response));
      return { count: failures.read(networkOf(request), deps.monotonicMs()).count, isOver };
    },
  };
}

function networkOf(request: Request): string {
  return ipKeyGenerator(addressOf(request), IPV6_NETWORK);
}

function limit(
  identifier: string,
  most: number,
  store: Store,
  keyGenerator: (request: Request, response: Response) => string,
): RequestHandler {
  return rateLimit({
    identifier,
    windowMs: MINUTE_MS,
    limit: most,
    store,
    keyGenerator,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // The answer is ours; its headers are set by then.
    handler: (_request, _response, next) => next(OVER),
    // They look into the code that calls it, and write to the console.
    validate: false,
  });
}

const OVER = 'over';

// Its middleware says by `next` whether there was room.
function passes(limiter: RequestHandler, request: Request, response: Response): Promise<boolean> {
  return new Promise((resolve, reject) => {
    void limiter(request, response, (said?: unknown) => {
      if (said instanceof Error) reject(said);
      else resolve(said !== OVER);
    });
  });
}

function storeOn(counts: WindowCounts, deps: LimitDeps): Store {
  return {
    localKeys: true,
    increment: (key) => {
      const { count, leftMs } = counts.hit(key, deps.monotonicMs());
      // The library asks for a time of day, and takes the clock's away from it again.
      return { totalHits: count, resetTime: new Date(Date.now() + leftMs) };
    },
    decrement: () => undefined,
    resetKey: () => undefined,
  };
}

// The headers say when.
function rateLimited(most: number): AppError {
  return new AppError('too_many', 'rate_limited', `A key may send ${String(most)} requests a minute here.`, {
    hint: 'Try again after Retry-After seconds. POST /v1/events has no such limit.',
  });
}
