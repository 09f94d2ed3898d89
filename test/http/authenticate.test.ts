import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import type { Permission, Role } from '../../src/domain/access.ts';
import type { KeyJudgement } from '../../src/domain/api-key.ts';
import type { Refusal } from '../../src/domain/refusals.ts';
import type { AdmitDeps, Asked } from '../../src/http/authenticate.ts';
import { actorIn, admit, whileAdmitted } from '../../src/http/authenticate.ts';
import { addressOf, isFromHere, readCredentials } from '../../src/http/credentials.ts';
import { createLimits } from '../../src/http/limits.ts';
import { Slowing, slowdownMs } from '../../src/http/slowing.ts';
import { keyRevokedMeanwhile } from '../../src/services/known-keys.ts';
import { keyWith } from '../store/fixtures.ts';

function requestFrom(ip: string, headers: Record<string, string> = {}): Request {
  return { headers, ip, socket: { remoteAddress: ip } } as unknown as Request;
}

function newResponse() {
  const headers = new Map<string, string>();
  const response = Object.assign(new EventEmitter(), {
    locals: {},
    headersSent: false,
    setHeader: (name: string, value: string) => void headers.set(name.toLowerCase(), value),
    append: (name: string, value: string) => void headers.set(name.toLowerCase(), value),
  });
  return { response: response as unknown as Response, headers };
}

const asked = (permission: Permission, changes: Partial<Asked> = {}): Asked => ({
  permission,
  acceptsBasic: false,
  isLimited: true,
  ...changes,
});

function setup(options: { readonly role?: Role; readonly judgement?: KeyJudgement; readonly perKey?: number } = {}) {
  const actor = { keyId: 'key_1', keyName: 'k', organizationId: 'org_1', role: options.role ?? 'auditor' };
  const seen: { texts: string[]; slowed: number[]; used: string[]; refused: Refusal[]; reasons: string[] } = {
    texts: [],
    slowed: [],
    used: [],
    refused: [],
    reasons: [],
  };
  const clock = { ms: 0 };
  const deps: AdmitDeps = {
    recognise: async (text) => {
      seen.texts.push(text);
      return options.judgement ?? { ok: true, actor };
    },
    limits: createLimits({ perKey: options.perKey ?? 600, monotonicMs: () => clock.ms }),
    slow: async (failures) => void seen.slowed.push(failures),
    keyUsed: (keyId) => void seen.used.push(keyId),
    report: { authenticationFailed: ({ reason }) => void seen.reasons.push(reason) },
    refused: (refusal) => void seen.refused.push(refusal),
  };
  return { deps, actor, seen, clock };
}

const KEY = { authorization: 'Bearer x' };

describe('admit', () => {
  it('lets metrics be read from this machine without a key, and from elsewhere or through a proxy only with one', async () => {
    const { deps, actor } = setup();
    const from = (ip: string, headers = {}) =>
      admit(deps, asked('metrics:read'), requestFrom(ip, headers), newResponse().response);
    for (const ip of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) assert.equal(await from(ip), undefined, ip);
    for (const ip of ['10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1', '::ffff:1.127.0.1']) {
      await assert.rejects(from(ip), { kind: 'unauthenticated' }, ip);
      assert.equal(await from(ip, KEY), actor);
    }
    for (const name of ['forwarded', 'via', 'x-real-ip', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']) {
      await assert.rejects(from('127.0.0.1', { [name]: 'x' }), { code: 'key_missing' }, name);
    }
  });

  it('asks nobody where a route is public', async () => {
    const { deps, seen } = setup();
    assert.equal(await admit(deps, asked('public'), requestFrom('192.0.2.1', KEY), newResponse().response), undefined);
    assert.deepEqual(seen.texts, []);
  });

  it('forbids what the role does not grant, having said who it was', async () => {
    const { deps, actor } = setup({ role: 'source' });
    const { response } = newResponse();
    const asking = admit(deps, asked('webhooks:read'), requestFrom('192.0.2.1', KEY), response);
    await assert.rejects(asking, { kind: 'forbidden', code: 'permission_missing' });
    assert.equal(actorIn(response), actor);
  });

  it('tells of the use of a key when the answer has gone', async () => {
    const { deps, seen } = setup({ role: 'admin' });
    const { response } = newResponse();
    await admit(deps, asked('webhooks:read'), requestFrom('192.0.2.1', KEY), response);
    assert.deepEqual(seen.used, []);
    response.emit('close');
    assert.deepEqual(seen.used, ['key_1']);
  });

  it('counts requests by key, and says in headers what is left', async () => {
    const { deps, clock } = setup({ role: 'admin', perKey: 2 });
    const ask = async (changes: Partial<Asked> = {}) => {
      const { response, headers } = newResponse();
      await admit(deps, asked('webhooks:read', changes), requestFrom('192.0.2.1', KEY), response).catch(
        (error: unknown) => headers.set('error', (error as { code: string }).code),
      );
      return headers;
    };
    const first = await ask();
    assert.match(first.get('ratelimit') ?? '', /^"requests"; r=1; t=60$/);
    assert.match(first.get('ratelimit-policy') ?? '', /^"requests"; q=2; w=60; pk=:.+:$/);
    await ask();
    const third = await ask();
    assert.deepEqual([third.get('error'), third.get('retry-after')], ['rate_limited', '60']);
    assert.equal((await ask({ isLimited: false })).get('error'), undefined, 'intake has limits of its own');
    clock.ms = 60_000;
    assert.equal((await ask()).get('error'), undefined);
  });

  it('slows what is refused, tells of it, and after 20 in a minute from an address says so with 429', async () => {
    const key = keyWith({ name: 'old' });
    const { deps, seen, clock } = setup({ judgement: { ok: false, reason: 'expired', key } });
    const fail = async (ip: string) => {
      const { response, headers } = newResponse();
      const error = await admit(deps, asked('webhooks:read'), requestFrom(ip, KEY), response).then(
        () => assert.fail(),
        (reason: unknown) => reason as { code: string },
      );
      return [error.code, headers.get('retry-after')];
    };
    for (let n = 1; n <= 20; n += 1) assert.deepEqual(await fail('2001:db8::1'), ['key_unknown', undefined]);
    clock.ms = 10_000;
    assert.deepEqual(await fail('2001:db8::ffff'), ['too_many_failed_authentications', '50'], 'the same network');
    assert.deepEqual(await fail('2001:db8:0:1::1'), ['key_unknown', undefined]);
    assert.deepEqual(seen.slowed.slice(0, 3), [1, 2, 3]);
    assert.deepEqual(seen.slowed.slice(-2), [21, 1]);
    assert.deepEqual(seen.refused[0], { kind: 'refused', key, reason: 'expired', address: '2001:db8::1' });
    assert.equal(seen.reasons.length, 22);
    clock.ms = 60_000;
    assert.deepEqual(await fail('2001:db8::1'), ['key_unknown', undefined]);
  });

  it('lets a good key in from an address that was refused too often', async () => {
    const failing = setup({ judgement: { ok: false, reason: 'unknown', key: undefined } });
    const ask = (deps: AdmitDeps) =>
      admit(deps, asked('webhooks:read'), requestFrom('192.0.2.1', KEY), newResponse().response);
    for (let n = 0; n < 30; n += 1) await assert.rejects(ask(failing.deps));
    const { deps, actor } = setup({ role: 'admin' });
    assert.equal(await ask({ ...deps, limits: failing.deps.limits }), actor);
  });

  it('neither slows nor limits who sends no key at all: many clients begin so', async () => {
    const { deps, seen } = setup();
    for (let n = 0; n < 30; n += 1) {
      const asking = admit(deps, asked('webhooks:read'), requestFrom('192.0.2.1'), newResponse().response);
      await assert.rejects(asking, { code: 'key_missing' });
    }
    assert.deepEqual([seen.slowed, seen.refused], [[], []]);
    assert.equal(seen.reasons.length, 30);
  });
});

describe('whileAdmitted', () => {
  it('refuses who was admitted by a key that was revoked before anything was done', async () => {
    const { deps, actor, seen } = setup({ role: 'admin' });
    const { response } = newResponse();
    const request = requestFrom('192.0.2.1', KEY);
    await admit(deps, asked('events:write'), request, response);
    const key = keyWith();
    const revoked: AdmitDeps = { ...deps, recognise: async () => ({ ok: false, reason: 'revoked', key }) };
    const work = async (): Promise<string> => {
      assert.equal(actorIn(response), actor);
      throw keyRevokedMeanwhile();
    };
    const working = whileAdmitted(revoked, asked('events:write'), request, response, work);
    await assert.rejects(working, { kind: 'unauthenticated', code: 'key_unknown' });
    assert.deepEqual([seen.reasons, seen.slowed, seen.refused.length], [['revoked'], [1], 1]);
    response.emit('close');
    assert.deepEqual([actorIn(response), seen.used], [undefined, []]);
  });

  it('gives what the work gives, and throws what it throws otherwise', async () => {
    const { deps, seen } = setup();
    const run = (work: () => Promise<number>): Promise<number> =>
      whileAdmitted(deps, asked('events:write'), requestFrom('192.0.2.1', KEY), newResponse().response, work);
    assert.equal(await run(async () => 7), 7);
    const error = new Error('x');
    await assert.rejects(
      run(() => Promise.reject(error)),
      error,
    );
    assert.deepEqual(seen.texts, []);
  });
});

describe('readCredentials', () => {
  const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
  const table: readonly (readonly [header: string | undefined, acceptsBasic: boolean, text: string | undefined])[] = [
    [undefined, true, undefined],
    ['', true, undefined],
    ['Bearer hw_1', false, 'hw_1'],
    ['bearer   hw_1', true, 'hw_1'],
    ['Bearer', true, undefined],
    ['Bearer a b', true, undefined],
    ['hw_1', true, undefined],
    ['Digest x', true, undefined],
    [basic('jira:hw_1'), true, 'hw_1'],
    [basic(':hw_1'), true, 'hw_1'],
    [basic('user:with:colons'), true, 'with:colons'],
    [basic('hw_1'), true, 'hw_1'],
    [basic('jira:hw_1'), false, undefined],
  ];
  for (const [header, acceptsBasic, text] of table) {
    it(`reads ${String(header)} ${acceptsBasic ? 'with' : 'without'} Basic as ${String(text)}`, () => {
      const credentials = readCredentials(header, acceptsBasic);
      assert.equal(credentials.kind === 'key' ? credentials.text : undefined, text);
    });
  }

  it('says where Basic is understood', () => {
    const credentials = readCredentials(basic('a:b'), false);
    assert.match(credentials.kind === 'unreadable' ? credentials.detail : '', /rest\/auditing.*Bearer/);
  });
});

describe('addressOf', () => {
  const table: readonly (readonly [ip: string | undefined, peer: string | undefined, address: string])[] = [
    ['192.0.2.1', '127.0.0.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '127.0.0.1', '192.0.2.1'],
    ['2001:db8::1', '127.0.0.1', '2001:db8::1'],
    ['<script>', '10.0.0.1', '10.0.0.1'],
    ['2001:db8::1%eth0', '127.0.0.1', '2001:db8::1'],
    ['::ffff:192.0.2.1%x.y-z', '127.0.0.1', '192.0.2.1'],
    ['unknown', '::ffff:10.0.0.1', '10.0.0.1'],
    ['unknown', 'fe80::1%eth0', 'fe80::1'],
    ['192.0.2.1:443', '127.0.0.1', '192.0.2.1'],
    ['[2001:db8::1]:443', '127.0.0.1', '2001:db8::1'],
    ['192.0.2.1:443:1', '127.0.0.1', '127.0.0.1'],
    [undefined, undefined, ''],
  ];
  for (const [ip, remoteAddress, address] of table) {
    it(`is ${address} of ${String(ip)} through ${String(remoteAddress)}`, () => {
      assert.equal(addressOf({ ip, socket: { remoteAddress } } as Request), address);
    });
  }
});

describe('isFromHere', () => {
  it('is so for a program on this machine that no proxy speaks for', () => {
    assert.equal(isFromHere(requestFrom('127.0.0.1')), true);
    assert.equal(isFromHere(requestFrom('127.0.0.1', { host: 'x', 'x-forwarding': '1' })), true);
    assert.equal(isFromHere(requestFrom('127.0.0.1', { 'x-forwarded-port': '443' })), false);
    assert.equal(isFromHere(requestFrom('192.0.2.1')), false);
  });
});

describe('Slowing', () => {
  it('grows from 100 ms to a second', () => {
    assert.deepEqual([1, 2, 9, 10, 11, 1000].map(slowdownMs), [100, 200, 900, 1000, 1000, 1000]);
  });

  it('lets no more than a hundred answers wait at once, and none after the stop', async () => {
    const waiting: { pauseMs: number; end: () => void }[] = [];
    const pause = (pauseMs: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        waiting.push({ pauseMs, end: resolve });
        signal.addEventListener('abort', () => resolve());
      });
    const slowing = new Slowing({ pause });
    const slowed = Array.from({ length: 100 }, () => slowing.slow(3));
    assert.deepEqual([waiting.length, waiting[0]?.pauseMs], [100, 300]);
    await slowing.slow(3);
    assert.equal(waiting.length, 100, 'the hundred-and-first is answered at once');
    waiting[0]?.end();
    await slowed[0];
    const again = slowing.slow(1);
    assert.equal(waiting.length, 101);
    slowing.stop();
    await Promise.all([...slowed, again]);
    await slowing.slow(1);
    assert.equal(waiting.length, 101);
  });
});
