import assert from 'node:assert/strict';
import { readProductFiles } from '../../src/product-files.ts';
import { createCatalogue } from '../../src/services/catalogue.ts';
import { checkTemplate, renderBody } from '../../src/services/rendering.ts';
import { createTemplateCache } from '../../src/templates/index.ts';
import { eventWith, NOW, settingsWith } from '../store/fixtures.ts';

const catalogue = createCatalogue(readProductFiles().payloads);
const deps = { templates: createTemplateCache(10), catalogue };

describe('renderBody', () => {
  const event = eventWith({
    id: 'evt_1',
    eventType: 'a.b',
    eventTime: '1.50',
    body: '{"event_type":"a.b","event_time":"1.50","data":{"n":12345678901234567890,"s":"q\\"é"},"extra":"x"}',
  });
  const render = (bodyTemplate: string | undefined, schema = 'audit', some = event) =>
    renderBody(deps, settingsWith({ bodyTemplate, schema }), some);

  it('offers exactly what the template documentation names, numbers as they were received', () => {
    const source =
      '{"id":"{{id}}","schema":"{{schema}}","type":"{{event_type}}","time":"{{event_time}}","at":"{{received_at}}","n":{{data.n}},"s":"{{data.s}}","x":{{extra}}}';
    const rendering = render(source);
    assert.ok(rendering.ok);
    assert.equal(
      rendering.body,
      `{"id":"evt_1","schema":"audit","type":"a.b","time":"1.50","at":"${NOW.toISOString()}","n":12345678901234567890,"s":"q\\"é","x":null}`,
    );
    assert.match(rendering.templateSha256 ?? '', /^[0-9a-f]{64}$/);
  });

  it('takes the default of the payload schema where there is no template', () => {
    const own = catalogue.schema('audit')?.defaultTemplate;
    const [byDefault, byHand] = [render(undefined), render(own)];
    assert.ok(byDefault.ok && byHand.ok);
    assert.equal(byDefault.body, byHand.body);
    assert.equal(byDefault.templateSha256, byHand.templateSha256);
    JSON.parse(byDefault.body);
  });

  it('fails, without throwing, where the schema or the template cannot be used any more', () => {
    const noSchema = render(undefined, 'gone');
    assert.deepEqual([noSchema.ok, noSchema.templateSha256], [false, undefined]);
    assert.match('message' in noSchema ? noSchema.message : '', /"gone"/);
    const broken = render('{"a":{{}');
    assert.equal(broken.ok ? '' : broken.outcome, 'template_error');
  });

  it('renders every sample with the default template to JSON', () => {
    for (const { name, text } of catalogue.schema('audit')?.samples ?? []) {
      const rendering = render(undefined, 'audit', eventWith({ body: text }));
      assert.ok(rendering.ok, name);
      JSON.parse(rendering.body);
    }
  });
});

describe('checkTemplate', () => {
  it('finds what is wrong with a template by itself, and with the samples of its schema', () => {
    assert.deepEqual(checkTemplate(deps, '{"a":"{{data.action}}"}', 'audit').faults, []);
    const [syntax] = checkTemplate(deps, '{"a":{{}', 'audit').faults;
    assert.equal(syntax?.pointer, '/body_template');
    assert.ok(syntax.position);
    const [trial] = checkTemplate(deps, '{"a":"{{data.action}}" "b":1}', 'audit').faults;
    assert.equal(trial?.pointer, '/body_template');
    assert.ok(trial.hint);
  });
});
