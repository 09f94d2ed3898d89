import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Signing, SigningScheme } from '../../src/domain/signature.ts';
import {
  signatureHeader,
  signingFacts,
  signingSecretFrom,
  signingSecretProblem,
  withoutPrefix,
} from '../../src/domain/signature.ts';

// The vectors that the libraries of Standard Webhooks (HMAC) and Svix (Ed25519) test themselves with.
const VECTOR = { messageId: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330', body: '{"test": 2432232314}' };
const HMAC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ED25519 = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
const ED25519_PUBLIC = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
const NOW = new Date(1_614_265_330_000);

function signingWith(secret: string, previous?: { readonly secret: string; readonly until: Date }): Signing {
  const facts = (text: string) => signingFacts(text) ?? assert.fail(text);
  return {
    secret,
    ...facts(secret),
    previous: previous === undefined ? undefined : { ...facts(previous.secret), ...previous },
  };
}

function verifiesByPublicKey(publicKey: string, header: string, text: string): boolean {
  const x = Buffer.from(withoutPrefix(publicKey), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const signatures = header.split(' ').flatMap((one) => (one.startsWith('v1a,') ? [one.slice(4)] : []));
  return signatures.some((one) => verify(null, Buffer.from(text), key, Buffer.from(one, 'base64')));
}

describe('signatureHeader', () => {
  it('gives the published signatures', () => {
    assert.equal(signatureHeader(signingWith(HMAC), VECTOR, NOW), 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
    assert.equal(
      signatureHeader(signingWith(ED25519), VECTOR, NOW),
      'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
    );
  });

  it('is verified by the independent package for both secrets during an overlap, and by the new one alone after it', () => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const [fresh, old] = [1, 2].map((byte) => signingSecretFrom('hmac-sha256', new Uint8Array(32).fill(byte)));
    const until = new Date(Number(timestamp) * 1000 + 1);
    const signing = signingWith(fresh ?? '', { secret: old ?? '', until });
    for (const body of ['{"text":"Zoë 😀 – \\u0041"}', undefined]) {
      const headersAt = (now: Date) => ({
        'webhook-id': 'msg_1',
        'webhook-timestamp': timestamp,
        'webhook-signature': signatureHeader(signing, { messageId: 'msg_1', timestamp, body }, now),
      });
      const accepts = (secret: string | undefined, now: Date): boolean => {
        try {
          new Webhook(secret ?? '').verify(body ?? '', headersAt(now));
          return true;
        } catch {
          return false;
        }
      };
      const during = new Date(until.getTime() - 1);
      assert.deepEqual([accepts(fresh, during), accepts(old, during)], [true, true]);
      assert.deepEqual([accepts(fresh, until), accepts(old, until)], [true, false]);
      assert.equal(accepts(HMAC, during), false);
      const [first] = headersAt(during)['webhook-signature'].split(' ');
      assert.equal(first, headersAt(until)['webhook-signature'], 'that of the new secret stands first');
    }
  });

  it('signs with an Ed25519 key what its public key verifies, next to a signature by HMAC', () => {
    const secret = signingSecretFrom('ed25519', new Uint8Array(32).fill(7));
    const signing = signingWith(secret, { secret: HMAC, until: new Date(NOW.getTime() + 1) });
    const header = signatureHeader(signing, VECTOR, NOW);
    const text = `${VECTOR.messageId}.${VECTOR.timestamp}.${VECTOR.body}`;
    assert.match(header, /^v1a,\S+ v1,\S+$/);
    assert.equal(verifiesByPublicKey(signing.publicKey ?? '', header, text), true);
    assert.equal(verifiesByPublicKey(signing.publicKey ?? '', header, `${text} `), false);
    assert.equal(verifiesByPublicKey(ED25519_PUBLIC, header, text), false);
  });
});

describe('signingFacts', () => {
  it('tells the scheme by the prefix, and the public key of an Ed25519 key from its seed alone, too', () => {
    assert.deepEqual(signingFacts(HMAC), { scheme: 'hmac-sha256', publicKey: undefined });
    assert.deepEqual(signingFacts(ED25519), { scheme: 'ed25519', publicKey: ED25519_PUBLIC });
    const seed = Buffer.from(withoutPrefix(ED25519), 'base64').subarray(0, 32).toString('base64');
    assert.deepEqual(signingFacts(`whsk_${seed}`), { scheme: 'ed25519', publicKey: ED25519_PUBLIC });
    assert.equal(signingFacts(ED25519_PUBLIC), undefined);
  });
});

describe('signingSecretProblem', () => {
  const base64 = (bytes: number): string => Buffer.alloc(bytes, 0xa7).toString('base64');
  const cases: readonly (readonly [string, RegExp | undefined])[] = [
    [HMAC, undefined],
    [ED25519, undefined],
    [`whsec_${base64(24)}`, undefined],
    [`whsec_${base64(64)}`, undefined],
    [`whsec_${base64(25).replace(/=+$/, '')}`, undefined],
    [`whsec_${base64(23)}`, /23 bytes; 24 to 64/],
    [`whsec_${base64(65)}`, /65 bytes; 24 to 64/],
    [`whsk_${base64(32)}`, undefined],
    [`whsk_${base64(33)}`, /33 bytes; an Ed25519 key has 32 .* or 64/],
    [`whsk_${base64(64)}`, /last 32 bytes are not the public key/],
    ['whsec_', /no base64/],
    ['whsec_not base64 at all, is it?', /no base64/],
    [`whsec_${base64(24)}\n`, /no base64/],
    [`whsec_${Buffer.alloc(32, 0xfb).toString('base64url')}`, /no base64/],
    [ED25519_PUBLIC, /neither whsec_ nor whsk_/],
    ['', /neither whsec_ nor whsk_/],
    ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', /neither whsec_ nor whsk_/],
  ];
  for (const [secret, expected] of cases) {
    it(`${expected === undefined ? 'takes' : 'refuses'} ${JSON.stringify(secret.slice(0, 40))}`, () => {
      const problem = signingSecretProblem(secret);
      if (expected === undefined) assert.equal(problem, undefined);
      else assert.match(problem ?? '', expected);
      assert.ok(secret.length < 7 || problem?.includes(secret.slice(7)) !== true, 'it does not repeat the secret');
    });
  }
});

describe('signingSecretFrom', () => {
  it('makes secrets with which nothing is wrong', () => {
    const schemes: readonly SigningScheme[] = ['hmac-sha256', 'ed25519'];
    for (const scheme of schemes) {
      const secret = signingSecretFrom(scheme, new Uint8Array(32).fill(9));
      assert.equal(signingSecretProblem(secret), undefined);
      assert.equal(signingFacts(secret)?.scheme, scheme);
    }
  });
});
