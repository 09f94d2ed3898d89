import assert from 'node:assert/strict';
import type { Actor } from '../../src/domain/access.ts';
import { AppError, unavailable } from '../../src/domain/errors.ts';
import { readProductFiles } from '../../src/product-files.ts';
import { createCatalogue } from '../../src/services/catalogue.ts';
import type { TemplateTrialDeps, TemplateWorkshop } from '../../src/services/template-check.ts';
import { approveTemplate, tryTemplate } from '../../src/services/template-check.ts';
import type { CheckTask } from '../../src/templates/index.ts';
import { createChecker } from '../../src/templates/index.ts';
import { exact, schemas } from '../schemas/contract.ts';
import { eventWith, OTHER_ORGANIZATION, ORGANIZATION, webhookWith } from '../store/fixtures.ts';

const catalogue = createCatalogue(readProductFiles().payloads);
const ACTOR: Actor = { keyId: 'key_1', keyName: 'k', organizationId: ORGANIZATION, role: 'integrator' };
const BUSY: TemplateWorkshop = {
  check: () => Promise.reject(unavailable('templates_busy', 'Too many.', 2)),
};

function setup(workshop?: TemplateWorkshop) {
  const tasks: CheckTask[] = [];
  const kept: string[] = [];
  const checker = createChecker();
  const recording: TemplateWorkshop = {
    check: async (task) => {
      tasks.push(task);
      return checker(task);
    },
  };
  const event = eventWith({ body: '{"event_type":"a","event_time":"1.5","data":{"actor_name":"Mara"}}' });
  const webhook = webhookWith({ bodyTemplate: '"old"' });
  const deps: TemplateTrialDeps & { templates: { keep(plan: { source: string }): never } } = {
    schemas,
    workshop: workshop ?? recording,
    catalogue,
    payloads: { names: catalogue.names, faults: (name, value) => schemas.faults(name, value) },
    templates: { keep: ({ source }) => kept.push(source) as never },
    store: {
      events: {
        byId: async (organizationId, id) =>
          organizationId === event.organizationId && id === event.id ? event : undefined,
      },
      webhooks: {
        byIdMasked: async (organizationId, id) =>
          organizationId === webhook.organizationId && id === webhook.id ? webhook : undefined,
      },
    },
  };
  return { deps, tasks, kept, event, webhook };
}

describe('approveTemplate', () => {
  it('makes a template ready that is approved, and no other', async () => {
    const { deps, kept } = setup();
    assert.deepEqual(await approveTemplate(deps, '[1]', 'audit'), { faults: [], warnings: [] });
    const refused = await approveTemplate(deps, '[1', 'audit');
    assert.equal(refused.faults[0]?.pointer, '/body_template');
    const doubtful = await approveTemplate(deps, '"{{data.actor_nme}}"', 'audit');
    assert.deepEqual([doubtful.faults.length, doubtful.warnings.length], [0, 1]);
    assert.deepEqual(kept, ['[1]', '"{{data.actor_nme}}"']);
  });

  it('makes the proof alone for a schema that there is not', async () => {
    const { deps } = setup();
    assert.deepEqual(await approveTemplate(deps, '"{{data.actor_nme}}"', 'gone'), { faults: [], warnings: [] });
  });

  it('approves nothing while the workshop is busy', async () => {
    const { deps, kept } = setup(BUSY);
    await assert.rejects(approveTemplate(deps, '[1]', 'audit'), (error) => {
      assert.ok(error instanceof AppError);
      return error.kind === 'unavailable' && error.retryAfterSec === 2;
    });
    assert.deepEqual(kept, []);
  });
});

describe('tryTemplate', () => {
  it('sends the workshop the event as it is stored and the template that is compared with', async () => {
    const { deps, tasks, event, webhook } = setup();
    const report = await tryTemplate(deps, ACTOR, {
      body_template: '"{{data.actor_name}}"',
      event_id: event.id,
      compare_with: webhook.id,
    });
    assert.deepEqual([tasks[0]?.event, tasks[0]?.compareWith], [event, '"old"']);
    assert.equal(report.samples[0]?.body, '"Mara"');
    assert.deepEqual(report.comparison, { ok: true, patch: '[{"op":"replace","path":"","value":"Mara"}]' });
  });

  it('finds nothing of another organization, and asks the workshop nothing then', async () => {
    const { deps, tasks, event, webhook } = setup();
    const stranger = { ...ACTOR, organizationId: OTHER_ORGANIZATION };
    for (const extra of [{ event_id: event.id }, { compare_with: webhook.id }]) {
      await assert.rejects(tryTemplate(deps, stranger, { body_template: '[1]', ...extra }), { kind: 'not_found' });
    }
    assert.deepEqual(tasks, []);
  });

  it('throws every fault of schema and event at once', async () => {
    const { deps, tasks, event } = setup();
    const input = exact('{"body_template":"[1]","schema":"audti","event":{"event_time":"soon"}}');
    await assert.rejects(tryTemplate(deps, ACTOR, { ...input, event_id: event.id }), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual(error.faults.map(({ pointer, code }) => `${pointer} ${code}`).sort(), [
        '/event one_of_many',
        '/event/data required',
        '/event/event_time format',
        '/event/event_type required',
        '/schema unknown_schema',
      ]);
      return true;
    });
    assert.deepEqual(tasks, []);
  });

  it('has no comparison but a warning where the webhook sends no body', async () => {
    const { deps } = setup();
    const silent = webhookWith({ bodyTemplate: undefined, method: 'GET' });
    const store = { ...deps.store, webhooks: { byIdMasked: async () => silent } };
    const report = await tryTemplate({ ...deps, store }, ACTOR, { body_template: '[1]', compare_with: silent.id });
    assert.equal(report.comparison?.ok, false);
    assert.deepEqual(
      report.warnings.map(({ pointer, code }) => `${pointer} ${code}`),
      ['/compare_with not_compared'],
    );
  });
});
