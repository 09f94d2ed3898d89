// What a person reads at the first start: where it is, the key, and three commands that work when they are pasted.

/** What the text is made from. */
export interface Welcome {
  readonly version: string;
  readonly url: string;
  /** Where others reach it, if that is somewhere else. */
  readonly publicUrl: string | undefined;
  /** The first admin key where it was made just now; it is shown this once. */
  readonly firstKey: string | undefined;
  /** There where the key of the environment makes nobody an admin of the installation; `why` ends a sentence. */
  readonly unfitKey: { readonly keyId: string; readonly why: string } | undefined;
  /** The folder, or the URL of the database without its password. */
  readonly dataDir: string;
  readonly sandbox: boolean;
  /** Whether others than this machine reach it, without TLS as far as it knows. */
  readonly isExposed: boolean;
}

const WEBHOOK = JSON.stringify({ name: 'first webhook', url: 'https://sandbox.hookwright.test/echo' });
const EVENT = JSON.stringify({
  event_type: 'access_flow.updated',
  event_time: '1763640000.123456789',
  data: { action: 'updated', actor_name: 'Ada Park', target_type: 'access flow', target_name: 'Production read' },
});

/** Three shell commands: make a webhook to the sandbox receiver, post an event, list its invocations. */
export function firstSteps(url: string, key: string): readonly string[] {
  const authorization = `-H "authorization: Bearer ${key}"`;
  const json = "-H 'content-type: application/json'";
  return [
    `curl -s ${url}/v1/webhooks ${authorization} ${json} -d '${WEBHOOK}'`,
    `curl -s ${url}/v1/events ${authorization} ${json} -d '${EVENT}'`,
    `curl -s '${url}/v1/invocations?kind=delivery' ${authorization}`,
  ];
}

const EXPOSED = [
  '',
  'It listens on a public address without TLS: keys and events can be read on the way. Put a proxy with TLS in',
  'front of it, and say so with HOOKWRIGHT_PUBLIC_URL (https) and HOOKWRIGHT_TRUST_PROXY.',
];

/** The whole text. */
export function welcomeText(welcome: Welcome): string {
  const lines = [
    `Hookwright ${welcome.version} listens on ${welcome.url}`,
    ...(welcome.publicUrl === undefined ? [] : [`It is reached at ${welcome.publicUrl}`]),
    `Its data is in ${welcome.dataDir}`,
    ...(welcome.isExposed ? EXPOSED : []),
    ...(welcome.unfitKey === undefined ? [] : ['', unfitKeySentence(welcome.unfitKey)]),
    ...(welcome.firstKey === undefined ? [] : firstKeyLines(welcome, welcome.firstKey)),
  ];
  return `\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n\n`;
}

function unfitKeySentence({ keyId, why }: NonNullable<Welcome['unfitKey']>): string {
  return `HOOKWRIGHT_ADMIN_KEY makes nobody an admin of this installation: its key ${keyId} ${why}.`;
}

function firstKeyLines(welcome: Welcome, key: string): string[] {
  const shown = ['', 'The first admin key. It is shown this once; only its hash is kept:', '', `  ${key}`];
  if (!welcome.sandbox) return shown;
  const [webhook = '', event = '', invocations = ''] = firstSteps(welcome.url, key);
  return [
    ...shown,
    '',
    'Make a webhook to the built-in sandbox receiver:',
    '',
    webhook,
    '',
    'Post an event:',
    '',
    event,
    '',
    'See its invocation:',
    '',
    invocations,
  ];
}
