// How many engines a request has come through: what counts is in a header that every request of an engine carries.
import type { RequestHandler } from 'express';
import { AppError } from '../domain/errors.ts';

const HOP = 'hookwright-hop';
const UNREADABLE = Number.MAX_SAFE_INTEGER;

/**
 * The hops of a request by the value of its header `hookwright-hop`; 0 where there is none. Of several, as proxies join them, the most
 * counts, and what cannot be read counts as too many: a loop must not go on because something changed the header.
 */
export function hopsOf(header: string | undefined): number {
  if (header === undefined) return 0;
  const given = header.split(',').map((part) => part.trim());
  if (!given.every((part) => /^\d{1,15}$/.test(part))) return UNREADABLE;
  return Math.max(...given.map(Number));
}

/**
 * Refuses what a webhook sends to a route that would act on it, other than the intake, which counts: such a loop has no
 * event whose hops could be counted. Throws `invalid` (`loop_detected`).
 */
export const refuseWebhooks: RequestHandler = (request, _response, next) => {
  if (request.headers[HOP] === undefined) {
    next();
    return;
  }
  throw new AppError('invalid', 'loop_detected', `A webhook called this: the request has the header ${HOP}.`, {
    hint: 'A webhook may post events; no other route that writes takes requests of an engine. Change its URL.',
  });
};
