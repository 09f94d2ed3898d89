// Who is asking and whether he may, before anything of the request's body is read.
import type { Request, Response } from 'express';
import type { Actor, Permission } from '../domain/access.ts';
import { may } from '../domain/access.ts';
import type { KeyJudgement, KeyRefusal } from '../domain/api-key.ts';
import { AppError } from '../domain/errors.ts';
import type { Refusal } from '../domain/refusals.ts';
import { isRevokedMeanwhile } from '../services/known-keys.ts';
import { addressOf, isFromHere, readCredentials } from './credentials.ts';
import { leavePlace } from './intake.ts';
import type { Limits } from './limits.ts';

/** What admitting touches. */
export interface AdmitDeps {
  /** Finds the holder of a key. */
  recognise(keyText: string): Promise<KeyJudgement>;
  readonly limits: Limits;
  /** Lets a failed answer wait; bounded, and over at once when the engine stops. */
  slow(failures: number): Promise<void>;
  /** Told after the answer that a key was used. */
  keyUsed(keyId: string): void;
  readonly report: {
    authenticationFailed(fact: {
      readonly reason: KeyRefusal | 'missing';
      readonly keyId: string | undefined;
      readonly address: string;
    }): void;
  };
  /** Told of what belongs into the audit log. */
  refused(refusal: Refusal): void;
}

/** What is asked of who wants in. */
export interface Asked {
  readonly permission: Permission;
  /** Whether Basic is understood besides Bearer. */
  readonly acceptsBasic: boolean;
  /** Whether the requests of a key are counted here. */
  readonly isLimited: boolean;
}

/**
 * The actor of a request, or none where the route is public, or is `/metrics` read from this machine. Throws
 * `unauthenticated`, `forbidden` or `too_many`. `response.locals` has the actor, also where he may not.
 */
export async function admit(
  deps: AdmitDeps,
  asked: Asked,
  request: Request,
  response: Response,
): Promise<Actor | undefined> {
  if (asked.permission === 'public') return undefined;
  const { authorization } = request.headers;
  if (authorization === undefined && asked.permission === 'metrics:read' && isFromHere(request)) return undefined;
  const actor = await identify(deps, asked, request, response);
  response.locals['actor'] = actor;
  response.locals['keyId'] = actor.keyId;
  response.once('close', () => {
    if (actorIn(response) !== undefined) deps.keyUsed(actor.keyId);
  });
  if (asked.isLimited) await deps.limits.countRequest(request, response, actor.keyId);
  if (!may(actor.role, asked.permission)) throw permissionMissing(actor, asked.permission);
  return actor;
}

/**
 * Does `work` for who was admitted. Where his key was revoked before anything was done by it, he is judged anew by what is
 * stored, and refused as anybody whose key is not good.
 */
export async function whileAdmitted<Result>(
  deps: AdmitDeps,
  asked: Asked,
  request: Request,
  response: Response,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isRevokedMeanwhile(error)) throw error;
    delete response.locals['actor'];
    await identify(deps, asked, request, response);
    throw new Error('A key was revoked, and is good.', { cause: error });
  }
}

/** The actor that was admitted, or would have been had he been allowed to. */
export function actorIn(response: Response): Actor | undefined {
  return response.locals['actor'] as Actor | undefined;
}

async function identify(deps: AdmitDeps, asked: Asked, request: Request, response: Response): Promise<Actor> {
  const schemes = asked.acceptsBasic ? ['Basic', 'Bearer'] : ['Bearer'];
  const credentials = readCredentials(request.headers.authorization, asked.acceptsBasic);
  if (credentials.kind === 'missing') {
    // Nobody guesses a key by sending none: it is counted, and neither slowed nor limited.
    deps.report.authenticationFailed({ reason: 'missing', keyId: undefined, address: addressOf(request) });
    throw keyMissing(credentials.detail, schemes);
  }
  if (credentials.kind === 'unreadable') {
    await refuse(deps, { reason: 'malformed', key: undefined }, request, response);
    throw keyMissing(credentials.detail, schemes);
  }
  const judgement = await deps.recognise(credentials.text);
  if (judgement.ok) return judgement.actor;
  await refuse(deps, judgement, request, response);
  throw judgement.reason === 'malformed' ? keyMalformed(schemes) : keyUnknown(schemes);
}

// Returns where the caller is told that his key is not taken; throws where he has been told often enough.
async function refuse(
  deps: AdmitDeps,
  { reason, key }: Omit<Extract<KeyJudgement, { ok: false }>, 'ok'>,
  request: Request,
  response: Response,
): Promise<void> {
  const address = addressOf(request);
  deps.report.authenticationFailed({ reason, keyId: key?.id, address });
  deps.refused({ kind: 'refused', key, reason, address });
  leavePlace(response);
  const { count, isOver } = await deps.limits.countFailure(request, response);
  await deps.slow(count);
  if (isOver) throw tooManyFailures();
}

function tooManyFailures(): AppError {
  return new AppError('too_many', 'too_many_failed_authentications', 'Too many keys were refused from this address.', {
    hint: 'Send a good key, or try again after Retry-After seconds.',
  });
}

function permissionMissing({ role }: Actor, permission: Permission): AppError {
  return new AppError('forbidden', 'permission_missing', `The role "${role}" may not do this (${permission}).`, {
    hint: 'Use a key with another role.',
  });
}

function keyMissing(detail: string, schemes: readonly string[]): AppError {
  return new AppError('unauthenticated', 'key_missing', detail, {
    schemes,
    hint: 'Send the header Authorization: Bearer hw_…; the first key is printed at the first start.',
  });
}

function keyMalformed(schemes: readonly string[]): AppError {
  return new AppError('unauthenticated', 'key_malformed', 'This is not a whole API key: its checksum is not right.', {
    schemes,
    hint: 'It was cut off or mistyped. Copy it again, from hw_ to the end.',
  });
}

// Which part is wrong, and whether it was good once, is in the audit log and not for the caller.
function keyUnknown(schemes: readonly string[]): AppError {
  return new AppError('unauthenticated', 'key_unknown', 'This API key is not known here.', {
    schemes,
    hint: 'Send a key of this installation that has neither expired nor been revoked.',
  });
}
