import assert from 'node:assert/strict';
import type { Actor } from '../../src/domain/access.ts';
import { unavailable } from '../../src/domain/errors.ts';
import { writeSettings } from '../../src/domain/webhook-settings.ts';
import type { TestingDeps } from '../../src/services/testing.ts';
import { testDraft, testWebhook } from '../../src/services/testing.ts';
import { eventWith, NOW, ORGANIZATION, settingsWith, webhookWith } from '../store/fixtures.ts';

const ACTOR: Actor = { keyId: 'key_1', keyName: 'k', organizationId: ORGANIZATION, role: 'integrator' };
const AWAY = unavailable('templates_busy', 'The thread broke.', 5);
const EVENT = { sample: undefined, event: undefined, eventId: 'evt_1' };

// A workshop that is away; whatever is done besides is noted.
function setup() {
  const done: string[] = [];
  const note = (what: string) => async (): Promise<never> => {
    done.push(what);
    return assert.fail(what);
  };
  const store = {
    events: { lock: async () => eventWith({ id: 'evt_1' }), byId: async () => eventWith({ id: 'evt_1' }) },
    webhooks: { byId: async () => webhookWith({ bodyTemplate: '[1]' }), byIdMasked: async () => undefined },
    invocations: { insertStart: note('recorded') },
    record: note('recorded'),
  };
  const deps: TestingDeps = {
    check: {
      schemas: { faults: () => [] },
      payloads: { names: ['audit'] },
      urlFaults: () => [],
      checkTemplate: () => Promise.reject(AWAY),
    },
    payloads: { names: ['audit'], faults: () => [], samples: () => [] },
    store: { ...store, transaction: (work) => work(store) },
    newId: (prefix) => `${prefix}_1`,
    clock: () => NOW,
    ownEvents: note('told'),
    prepare: () => Promise.reject(AWAY),
    attempt: note('sent'),
    wake: () => undefined,
    healthChanged: () => undefined,
    report: { attemptFinished: () => undefined },
  };
  return { deps, done };
}

describe('testing while the template cannot be made ready', () => {
  const { signal } = new AbortController();

  it('is unavailable for a saved webhook, and nothing is recorded', async () => {
    const { deps, done } = setup();
    await assert.rejects(testWebhook(deps, ACTOR, 'whk_1', EVENT, signal), AWAY);
    assert.deepEqual(done, []);
  });

  it('is unavailable for a draft, and nothing is recorded', async () => {
    const { deps, done } = setup();
    const webhook = { ...writeSettings(settingsWith({ bodyTemplate: '[1]' })) };
    await assert.rejects(testDraft(deps, ACTOR, { webhook }, EVENT, signal), AWAY);
    assert.deepEqual(done, []);
  });
});

describe('testing when the process ends meanwhile', () => {
  it('has recorded the invocation and the audit event before the request leaves, in one transaction', async () => {
    const { deps } = setup();
    const done: string[] = [];
    const committed: string[] = [];
    const store = {
      ...deps.store,
      invocations: { insertStart: async ({ id }: { id: string }) => void done.push(id) },
    };
    const dying: TestingDeps = {
      ...deps,
      store: { ...store, transaction: async (work) => work(store).finally(() => committed.push(...done.splice(0))) },
      ownEvents: async (_store, { type, metadata }) => void done.push(type, JSON.stringify(metadata)),
      prepare: () => undefined,
      attempt: () => Promise.reject(new Error(`killed after ${committed.join(' ')}`)),
    };
    await assert.rejects(testWebhook(dying, ACTOR, 'whk_1', EVENT, new AbortController().signal), {
      message: 'killed after inv_1 webhook.tested {"invocation_id":"inv_1","draft":false}',
    });
  });
});
