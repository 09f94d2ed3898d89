// Reads the operator's certificate authorities, and says plainly when that cannot be done.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StartupError } from '../store/startup-error.ts';

/** The PEM text of a file of certificates. Throws `StartupError` where it cannot be read or holds none. */
export function readAuthorities(path: string): string {
  const pem = readPem(path);
  try {
    // Reads the first one; a file with none is refused here.
    new X509Certificate(pem);
    return pem;
  } catch (error) {
    throw new StartupError(`${path}, named by HOOKWRIGHT_EGRESS_CA, does not hold certificates in PEM form.`, error);
  }
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartupError(`${path}, named by HOOKWRIGHT_EGRESS_CA, cannot be read.`, error);
  }
}
