// The sandbox's certificate: made at start, held in memory only, trusted for the sandbox's name only.
import { generate } from 'selfsigned';

/** A private key and its certificate, both PEM. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** Makes a key and a self-signed certificate for one host name, valid for a year from now. */
export async function makeCertificate(host: string): Promise<KeyPair> {
  // The dates are the machine's: that is the clock by which TLS judges them.
  const pems = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
    ],
  });
  return { key: pems.private, cert: pems.cert };
}
