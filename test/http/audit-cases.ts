// What each writing route does, and what the audit log of the engine says of it: the data of audit.test.ts.
// Answers and events are looked into as deep as they are.
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
export type Found = any;
export type Names = Readonly<Record<string, string>>;

/** An event that is expected. `changes` has, for each member that is looked at, what it was and what it is. */
export interface Told {
  readonly type: string;
  /** Of what kind of thing, and which. */
  readonly target: string | null;
  readonly name?: string;
  readonly metadata: Record<string, unknown>;
  /** Which of the two forms of the thing the event has. */
  readonly shows: 'neither' | 'current' | 'both' | 'previous';
  readonly changes?: Record<string, readonly [previous: unknown, current: unknown]> | undefined;
}

export interface Case {
  readonly route: string;
  readonly what?: string;
  readonly path?: string;
  readonly body?: (ids: Names) => unknown;
  /** Who asks, where it is not the admin of the installation. */
  readonly by?: 'theirKey';
  readonly status: number;
  /** What is kept of the answer for later cases. */
  readonly keeps?: Readonly<Record<string, string>>;
  readonly tells: (ids: Names, answer: Found) => readonly Told[];
  /** What the other organization is told. */
  readonly tellsThem?: (ids: Names, answer: Found) => readonly Told[];
}

export const HEADER_SECRET = 'canary-header-of-the-audit-test';
export const SIGNING_SECRET = `whsec_${Buffer.from('canary-signing-secret-of-thirty2').toString('base64')}`;

const settings = ({ url }: Names) => ({
  name: 'audited',
  url,
  event_types: ['work.done'],
  headers: { 'X-Token': HEADER_SECRET },
  signing: { secret: SIGNING_SECRET },
});

export const nothing = (): readonly Told[] => [];

const webhook = (action: string, version: number, shows: Told['shows'], changes: Told['changes'] = {}) => {
  return ({ webhook_id: id }: Names): readonly Told[] => [
    { type: `webhook.${action}`, target: id ?? '', name: 'audited', metadata: { version }, shows, changes },
  ];
};

const delivery = (action: string, of: string, details: (answer: Found) => Record<string, unknown>) => {
  return (ids: Names, answer: Found): readonly Told[] => [
    {
      type: `delivery.${action}`,
      target: ids[of] ?? '',
      metadata: { event_id: ids['event_id'], webhook_id: ids['webhook_id'], ...details(answer) },
      shows: 'neither',
    },
  ];
};

const replay = (action: string, state: string, metadata: Record<string, unknown> = {}) => {
  return ({ webhook_id }: Names, { id }: Found): readonly Told[] => [
    {
      type: `replay.${action}`,
      target: id as string,
      metadata,
      shows: 'current',
      changes: { state: [undefined, state], webhook_id: [undefined, webhook_id], select: [undefined, 'all'] },
    },
  ];
};

const key = (action: string, name: string, role: string, changes: Told['changes'] = {}) => {
  return (_ids: Names, { id }: Found): readonly Told[] => [
    {
      type: `key.${action}`,
      target: id as string,
      name,
      metadata: { role },
      shows: action === 'created' ? 'current' : 'both',
      changes,
    },
  ];
};

const organization = (action: string, changes: Told['changes']) => {
  return (_ids: Names, { id, name }: Found): readonly Told[] => [
    {
      type: `organization.${action}`,
      target: id as string,
      name: name as string,
      metadata: {},
      shows: action === 'created' ? 'current' : 'both',
      changes,
    },
  ];
};

const DAY = { years: 0, months: 0, days: 1 };
const KEPT = { events: DAY, deliveries: DAY, invocations: DAY, bodies: DAY, failures: DAY };

const LIMIT = { limits: { max_webhooks: 7 } };
const founded = organization('created', { name: [undefined, 'Theirs'], limits: [undefined, LIMIT.limits] });
const renamed = organization('updated', { name: ['Theirs', 'Renamed'], limits: [LIMIT.limits, LIMIT.limits] });
const renamedAgain = organization('updated', { name: ['Renamed', 'Own name'] });
const firstKey = key('created', 'first admin key', 'admin', { expires_at: [undefined, null] });

// In this order: what a case makes is used by those that follow.
export const CASES: readonly Case[] = [
  { route: 'createWebhook', what: 'dry run', path: '?dry_run=true', body: settings, status: 200, tells: nothing },
  {
    route: 'createWebhook',
    body: settings,
    status: 201,
    keeps: { webhook_id: 'id' },
    tells: (ids, { id }) => webhook('created', 1, 'current', { active: [undefined, true] })({ ...ids, webhook_id: id }),
  },
  {
    route: 'patchWebhook',
    what: 'dry run',
    path: '?dry_run=true',
    body: () => ({ active: false }),
    status: 200,
    tells: nothing,
  },
  { route: 'patchWebhook', what: 'no change', body: () => ({ active: true }), status: 200, tells: nothing },
  {
    route: 'patchWebhook',
    body: () => ({ timeout_in_sec: 7, headers: { 'X-Token': `${HEADER_SECRET}-new` } }),
    status: 200,
    tells: webhook('updated', 2, 'both', {
      timeout_in_sec: [10, 7],
      headers: [{ 'X-Token': '***' }, { 'X-Token': '***' }],
      version: [1, 2],
    }),
  },
  {
    route: 'replaceWebhook',
    body: settings,
    status: 200,
    tells: webhook('updated', 3, 'both', { timeout_in_sec: [7, 10] }),
  },
  {
    route: 'restoreVersion',
    status: 200,
    tells: webhook('updated', 4, 'both', { timeout_in_sec: [10, 7] }),
  },
  {
    route: 'rotateSigning',
    body: () => ({}),
    status: 200,
    keeps: { rotated: 'secret' },
    tells: webhook('updated', 5, 'both', { version: [4, 5] }),
  },
  {
    route: 'testWebhook',
    body: () => ({}),
    status: 200,
    tells: ({ webhook_id: id = '' }, { invocation }) => [
      {
        type: 'webhook.tested',
        target: id,
        name: 'audited',
        metadata: { invocation_id: invocation.id, draft: false },
        shows: 'current',
        changes: { version: [undefined, 5], headers: [undefined, { 'X-Token': '***' }] },
      },
    ],
  },
  {
    route: 'testDraft',
    body: (ids) => ({ webhook: settings(ids) }),
    status: 200,
    tells: (_ids, { invocation }) => [
      {
        type: 'webhook.tested',
        target: null,
        name: 'audited',
        metadata: { invocation_id: invocation.id, draft: true },
        shows: 'current',
        changes: { headers: [undefined, { 'X-Token': '***' }] },
      },
    ],
  },
  {
    route: 'cancelDelivery',
    status: 200,
    tells: delivery('cancelled', 'delivery_id', () => ({ state: 'cancelled' })),
  },
  {
    route: 'redeliverDelivery',
    body: () => ({ new_webhook_id: true }),
    status: 201,
    tells: delivery('redelivered', 'delivery_id', ({ id }) => ({
      new_delivery_id: id,
      new_webhook_id: true,
      same_bytes_of: null,
    })),
  },
  {
    route: 'createReplay',
    what: 'dry run',
    path: '?dry_run=true',
    body: ({ webhook_id }) => ({ webhook_id, select: 'all' }),
    status: 200,
    tells: nothing,
  },
  {
    route: 'createReplay',
    body: ({ webhook_id }) => ({ webhook_id, select: 'all', rate_per_sec: 1 }),
    status: 201,
    keeps: { replay_id: 'id' },
    tells: replay('created', 'running'),
  },
  { route: 'pauseReplay', status: 200, tells: replay('paused', 'paused') },
  { route: 'resumeReplay', status: 200, tells: replay('resumed', 'running') },
  {
    route: 'cancelReplay',
    status: 200,
    tells: replay('cancelled', 'cancelled', { cancel_waiting: true, reason: 'cancelled_by_hand' }),
  },
  {
    route: 'replaceRetention',
    body: () => KEPT,
    status: 200,
    tells: ({ own }) => [
      {
        type: 'audit_log.retention_updated',
        target: own ?? '',
        name: 'Retention',
        metadata: {},
        shows: 'both',
        changes: { bodies: [{ years: 0, months: 0, days: 30 }, KEPT.bodies] },
      },
    ],
  },
  { route: 'replaceRetention', what: 'no change', body: () => KEPT, status: 200, tells: nothing },
  {
    route: 'eraseEvent',
    status: 200,
    tells: ({ event_id }, { invocations, deliveries_cancelled }) => [
      {
        type: 'event.erased',
        target: event_id ?? '',
        metadata: { invocations, deliveries_cancelled },
        shows: 'neither',
      },
    ],
  },
  { route: 'eraseEvent', what: 'once more', status: 200, tells: nothing },
  {
    route: 'createApiKey',
    body: () => ({ name: 'made', role: 'operator' }),
    status: 201,
    keeps: { key_id: 'id', operatorKey: 'key' },
    tells: key('created', 'made', 'operator', { role: [undefined, 'operator'], revoked_at: [undefined, null] }),
  },
  { route: 'patchApiKey', what: 'no change', body: () => ({ name: 'made' }), status: 200, tells: nothing },
  {
    route: 'patchApiKey',
    body: () => ({ name: 'other' }),
    status: 200,
    tells: key('updated', 'other', 'operator', { name: ['made', 'other'] }),
  },
  {
    route: 'revokeApiKey',
    status: 200,
    tells: (ids, answer) => key('revoked', 'other', 'operator', { revoked_at: [null, answer.revoked_at] })(ids, answer),
  },
  { route: 'revokeApiKey', what: 'once more', status: 200, tells: nothing },
  {
    route: 'createOrganization',
    body: () => ({ name: 'Theirs', ...LIMIT }),
    status: 201,
    keeps: { organization_id: 'id' },
    tells: founded,
  },
  {
    route: 'createFirstAdminKey',
    status: 201,
    keeps: { theirKey: 'key' },
    tells: firstKey,
    // With this key, what was told there before can be read, too.
    tellsThem: (ids, answer) => [
      ...founded(ids, { id: ids['organization_id'], name: 'Theirs' }),
      ...firstKey(ids, answer),
    ],
  },
  { route: 'patchOrganization', what: 'no change', body: () => LIMIT, status: 200, tells: nothing },
  { route: 'patchOrganization', body: () => ({ name: 'Renamed' }), status: 200, tells: renamed, tellsThem: renamed },
  {
    route: 'patchOrganization',
    what: 'by its own admin',
    by: 'theirKey',
    body: () => ({ name: 'Own name' }),
    status: 200,
    tells: nothing,
    tellsThem: renamedAgain,
  },
  {
    route: 'deleteWebhook',
    what: 'dry run',
    path: '?dry_run=true',
    status: 204,
    tells: nothing,
  },
  { route: 'deleteWebhook', status: 204, tells: webhook('deleted', 5, 'previous', { active: [true, undefined] }) },
];

// Routes that are no GET and change nothing that anybody manages.
export const SILENT: Readonly<Record<string, string>> = {
  postEvents: 'what is posted is the event',
  checkTemplate: 'stores nothing',
  checkValidators: 'stores nothing',
};
