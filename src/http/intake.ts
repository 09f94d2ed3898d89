// Lets requests with events in, as many as there is room for, and keeps slow uploads from holding a place.
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { AppError, unavailable } from '../domain/errors.ts';
import type { IntakeGate } from '../domain/intake-gate.ts';
import { IntakePlace } from '../domain/intake-gate.ts';

/** Why a request was not let in, or sent out again. */
export type IntakeRefusal = 'busy' | 'slow';

/** What letting in touches. */
export interface IntakeDeps {
  readonly gate: Pick<IntakeGate, 'enter'>;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
  /** Resolves after `pauseMs`, or at once when `signal` is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
  readonly report: { intakeRefused(fact: { readonly reason: IntakeRefusal }): void };
}

/** How long a body may take: 5 MiB at 1.4 Mbit/s. Whoever sends more slowly sends fewer events at a time. */
export const UPLOAD_MS = 30_000;
const RETRY_AFTER_SEC = 1;

/**
 * Gives the request a place, or refuses it with 503 `intake_busy`. It comes before the caller is known, since finding
 * that out is most of what a refusal costs, and many who wait for it would wait long.
 */
export function takePlace(deps: IntakeDeps, maxBytes: number): RequestHandler {
  return (request, response, next) => {
    const place = deps.gate.enter(deps.monotonicMs());
    if (place === undefined) throw turnedAway(deps, request, response, maxBytes);
    response.locals['place'] = place;
    response.once('close', () => place.abandon());
    next();
  };
}

/** Keeps room for the body that is announced, or refuses the request before anything of it is read. */
export function takeRoom(deps: IntakeDeps, maxBytes: number): RequestHandler {
  return (request, response, next) => {
    const hasRoom = placeOf(response)?.grow(announcedBytes(request, maxBytes)) ?? true;
    if (!hasRoom) throw turnedAway(deps, request, response, maxBytes);
    next();
  };
}

/** Reads the body by `read`: within 30 seconds, and, where its length was not announced, no more than there is room for. */
export function readInTime(deps: IntakeDeps, read: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const over = new AbortController();
    const finish: NextFunction = (error?: unknown): void => {
      if (over.signal.aborted) return;
      over.abort();
      next(error);
    };
    if (request.headers['transfer-encoding'] !== undefined) countChunks(deps, request, placeOf(response), finish);
    void deps.pause(UPLOAD_MS, over.signal).then(() => {
      if (!over.signal.aborted) finish(tooSlow(deps));
    });
    // What it returns, and says after it was given up, concerns nobody.
    void read(request, response, finish);
  };
}

/** Runs `work` for a request whose body is there; its place is free when it has ended, also where the caller has gone. */
export async function inItsPlace<Result>(response: Response, work: () => Promise<Result>): Promise<Result> {
  const place = placeOf(response);
  place?.beginWork();
  try {
    return await work();
  } finally {
    place?.leave();
  }
}

/** Gives the place of a request free that will not be taken in, before its answer has gone. */
export function leavePlace(response: Response): void {
  placeOf(response)?.leave();
}

// Node reads what the caller is sending and throws it away: he sees the answer, not a connection that breaks.
function turnedAway(deps: IntakeDeps, request: Request, response: Response, maxBytes: number): Error {
  response.locals['keepConnection'] = hasKnownLength(request, maxBytes);
  return refused(deps);
}

function placeOf(response: Response): IntakePlace | undefined {
  const place: unknown = response.locals['place'];
  return place instanceof IntakePlace ? place : undefined;
}

// What is compressed may come to the most that is read. What is longer than that is refused by the reader of bodies.
function announcedBytes(request: Request, maxBytes: number): number {
  if (!isIdentity(request)) return maxBytes;
  const length = Number(request.headers['content-length'] ?? 0);
  return length <= maxBytes ? length : 0;
}

/** Whether the length of a body was announced, and is not above what is read. */
export function hasKnownLength(request: Pick<Request, 'headers'>, maxBytes: number): boolean {
  return Number(request.headers['content-length'] ?? Number.NaN) <= maxBytes;
}

function isIdentity({ headers }: Request): boolean {
  return (headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity';
}

function countChunks(deps: IntakeDeps, request: Request, place: IntakePlace | undefined, finish: NextFunction): void {
  if (!isIdentity(request)) return;
  request.on('data', (chunk: Buffer) => {
    if (place?.grow(chunk.length) === false) finish(refused(deps));
  });
}

/** The refusal for want of room. 503, not 429: it says nothing of what this caller may send. */
export function busy(): AppError {
  return unavailable('intake_busy', 'Too many events are being taken in; this request was not read.', RETRY_AFTER_SEC);
}

function refused(deps: IntakeDeps): Error {
  deps.report.intakeRefused({ reason: 'busy' });
  return busy();
}

/** The refusal, and its report, of a body that takes longer. */
export function tooSlow(deps: Pick<IntakeDeps, 'report'>): AppError {
  deps.report.intakeRefused({ reason: 'slow' });
  return new AppError(
    'too_slow',
    'body_too_slow',
    `The body did not arrive within ${String(UPLOAD_MS / 1000)} seconds.`,
    {
      hint: 'Nothing was stored. Send fewer events at a time.',
    },
  );
}
