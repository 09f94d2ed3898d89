// The headers that every answer has, whoever writes it.

/** Answers hold what strangers sent: no browser may guess a type, frame it or keep it. */
export const PROTECTION: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};
