import assert from 'node:assert/strict';
import { unavailable } from '../../src/domain/errors.ts';
import { readProductFiles } from '../../src/product-files.ts';
import { createCatalogue } from '../../src/services/catalogue.ts';
import { prepareBody } from '../../src/services/rendering.ts';
import { createTemplateCache, planTemplate } from '../../src/templates/index.ts';
import { eventWith, NOW, settingsWith } from '../store/fixtures.ts';

const catalogue = createCatalogue(readProductFiles().payloads);

function setup(plan = async (source: string) => planTemplate(source)) {
  return { templates: createTemplateCache({ plan, capacity: 100_000 }), catalogue };
}

describe('prepareBody', () => {
  const event = eventWith({
    id: 'evt_1',
    eventType: 'a.b',
    eventTime: '1.50',
    body: '{"event_type":"a.b","event_time":"1.50","data":{"n":12345678901234567890,"s":"q\\"é"},"extra":"x"}',
  });
  const render = async (bodyTemplate: string | undefined, schema = 'audit', some = event, deps = setup()) =>
    (await prepareBody(deps, settingsWith({ bodyTemplate, schema })))(some);

  it('offers exactly what the template documentation names, numbers as they were received', async () => {
    const source =
      '{"id":"{{id}}","schema":"{{schema}}","type":"{{event_type}}","time":"{{event_time}}","at":"{{received_at}}","n":{{data.n}},"s":"{{data.s}}","x":{{extra}}}';
    const rendering = await render(source);
    assert.ok(rendering.ok);
    assert.equal(
      rendering.body,
      `{"id":"evt_1","schema":"audit","type":"a.b","time":"1.50","at":"${NOW.toISOString()}","n":12345678901234567890,"s":"q\\"é","x":null}`,
    );
    assert.match(rendering.templateSha256 ?? '', /^[0-9a-f]{64}$/);
  });

  it('takes the default of the payload schema where there is no template', async () => {
    const own = catalogue.schema('audit')?.defaultTemplate;
    const [byDefault, byHand] = [await render(undefined), await render(own)];
    assert.ok(byDefault.ok && byHand.ok);
    assert.equal(byDefault.body, byHand.body);
    assert.equal(byDefault.templateSha256, byHand.templateSha256);
    JSON.parse(byDefault.body);
  });

  it('fails, without throwing, where the schema or the template cannot be used any more', async () => {
    const noSchema = await render(undefined, 'gone');
    assert.deepEqual([noSchema.ok, noSchema.templateSha256], [false, undefined]);
    assert.match('message' in noSchema ? noSchema.message : '', /"gone"/);
    const broken = await render('{"a":{{}');
    assert.equal(broken.ok ? '' : broken.outcome, 'template_error');
  });

  it('renders every sample with the default template to JSON', async () => {
    for (const { name, text } of catalogue.schema('audit')?.samples ?? []) {
      const rendering = await render(undefined, 'audit', eventWith({ body: text }));
      assert.ok(rendering.ok, name);
      JSON.parse(rendering.body);
    }
  });

  it('says of a template that an earlier version accepted that this one refuses it, where and why', async () => {
    const rendering = await render('{\n  "a": {{}}');
    assert.ok(!rendering.ok);
    assert.equal(rendering.outcome, 'template_error');
    assert.match(rendering.message, /accepted by an earlier version .* refused by this one at line 2, column 8: /);
    assert.match(rendering.message, /\/v1\/templates\/check/);
  });

  it('rejects where a template cannot be planned now, which says nothing about it', async () => {
    const away = unavailable('templates_busy', 'The thread broke.', 5);
    const deps = setup(() => Promise.reject(away));
    await assert.rejects(render('[1]', 'audit', event, deps), away);
  });

  it('plans a template once, and renders without leaving the tick from then on', async () => {
    let plans = 0;
    const deps = setup(async (source) => {
      plans += 1;
      return planTemplate(source);
    });
    await Promise.all([render('[{{data.n}}]', 'audit', event, deps), render('[{{data.n}}]', 'audit', event, deps)]);
    const ready = prepareBody(deps, settingsWith({ bodyTemplate: '[{{data.n}}]' }));
    assert.ok(!(ready instanceof Promise), 'it waits for nothing');
    assert.ok(ready(event).ok);
    assert.equal(plans, 1);
  });
});
