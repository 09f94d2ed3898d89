// The code that receivers copy from docs/signing.md, run as it is.
import assert from 'node:assert/strict';
import type { Signing, SigningScheme } from '../src/domain/signature.ts';
import { signatureHeader, signingFacts, signingSecretFrom } from '../src/domain/signature.ts';
import { codeBlocks, readText } from './support/markdown.ts';

type Verify = (key: string, headers: Readonly<Record<string, string>>, body: string) => unknown;

// A module without a file of its own finds packages by their full address only.
async function load(source: string): Promise<Verify> {
  const code = source.replace("'standardwebhooks'", JSON.stringify(import.meta.resolve('standardwebhooks')));
  const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
  return ((await import(url)) as { readonly verify: Verify }).verify;
}

function signed(scheme: SigningScheme, body: string, sentAt: Date) {
  const secret = signingSecretFrom(scheme, new Uint8Array(32).fill(5));
  const facts = signingFacts(secret) ?? assert.fail('no secret');
  const signing: Signing = { secret, ...facts, previous: undefined };
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const signature = signatureHeader(signing, { messageId: 'dlv_1', timestamp, body }, sentAt);
  const headers = { 'webhook-id': 'dlv_1', 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  return { secret, publicKey: signing.publicKey ?? '', headers };
}

describe('docs/signing.md', () => {
  const [byPackage = '', byPublicKey = ''] = codeBlocks(readText('docs/signing.md'), 'js');
  const body = '{"text":"Zoë 😀"}';
  const hourAgo = (): Date => new Date(Date.now() - 3_600_000);

  it('verifies with the package: what was signed, and neither what was changed nor what is old', async () => {
    const verify = await load(byPackage);
    const { secret, headers } = signed('hmac-sha256', body, new Date());
    assert.deepEqual(verify(secret, headers, body), JSON.parse(body));
    assert.throws(() => verify(secret, headers, body.replace('Zoë', 'Zoe')), /No matching signature/);
    assert.throws(() => verify(secret, signed('hmac-sha256', body, hourAgo()).headers, body), /too old/);
  });

  it('verifies by a public key, the same', async () => {
    const verify = await load(byPublicKey);
    const { publicKey, headers } = signed('ed25519', body, new Date());
    assert.equal(verify(publicKey, headers, body), true);
    assert.equal(verify(publicKey, headers, body.replace('Zoë', 'Zoe')), false);
    assert.equal(verify(publicKey, signed('ed25519', body, hourAgo()).headers, body), false);
  });
});
