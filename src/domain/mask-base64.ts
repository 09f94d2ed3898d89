// The base64 spellings of a secret, also as a part of a longer text.

/**
 * The base64 forms of a text, longest first, in both alphabets: whole, and the middle part that is the same wherever the
 * text stands within a longer one. Its three alignments come from three octets becoming four characters (RFC 4648 §4).
 */
export function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const whole = bytes.toString('base64');
  const standard = [whole, whole.replace(/=+$/, ''), ...[0, 1, 2].map((shift) => middle(bytes, shift))];
  const urlSafe = standard.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set([...standard, ...urlSafe])].sort((a, b) => b.length - a.length);
}

// Without the characters that the octets before and behind have a part in.
function middle(bytes: Buffer, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  const bare = encoded.replace(/=+$/, '');
  const start = shift === 0 ? 0 : shift + 1;
  const end = (bytes.length + shift) % 3 === 0 ? bare.length : bare.length - 1;
  return bare.slice(start, end);
}
