// Who is asking, before anything of the request's body is read.
import type { Request } from 'express';
import type { Actor, Permission } from '../domain/access.ts';
import { may } from '../domain/access.ts';
import { AppError } from '../domain/errors.ts';

/** Finds the holder of a key, or throws `unauthenticated`. */
export type Authenticate = (keyText: string) => Promise<Actor>;

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/**
 * The actor of a request, or none where the route is public, or is `/metrics` read from this machine. Throws
 * `unauthenticated` or `forbidden`.
 */
export async function admit(
  authenticate: Authenticate,
  permission: Permission,
  request: Pick<Request, 'headers' | 'socket'>,
): Promise<Actor | undefined> {
  if (permission === 'public') return undefined;
  const header = request.headers.authorization;
  if (header === undefined && permission === 'metrics:read' && isLoopback(request)) return undefined;
  const actor = await authenticate(bearerToken(header));
  if (!may(actor.role, permission)) {
    throw new AppError('forbidden', 'permission_missing', `The role "${actor.role}" may not do this (${permission}).`, {
      hint: 'Use a key with another role.',
    });
  }
  return actor;
}

function isLoopback(request: Pick<Request, 'socket'>): boolean {
  return LOOPBACK.test(request.socket.remoteAddress ?? '');
}

function bearerToken(header: string | undefined): string {
  const token = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
  if (token !== undefined) return token;
  const detail = header === undefined ? 'No API key was sent.' : 'The Authorization header is not "Bearer <key>".';
  throw new AppError('unauthenticated', 'key_missing', detail, {
    hint: 'Send the header Authorization: Bearer hw_…; the first key is printed at the first start.',
  });
}
