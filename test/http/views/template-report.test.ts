import assert from 'node:assert/strict';
import { templateReportText } from '../../../src/http/views/template-report.ts';
import { createChecker } from '../../../src/templates/index.ts';
import { exact } from '../../schemas/contract.ts';
import { assertView } from './assert-view.ts';

const SCHEMA = '{"type":"object","properties":{"data":{"type":"object","properties":{"n":{"type":"number"}}}}}';
const EVENT = '{"event_type":"a","event_time":"1.5","data":{"n":1.50,"q":"\\"\\n"}}';

const report = (source: string, compareWith?: string, text = EVENT) =>
  createChecker()({
    source,
    payload: { schema: SCHEMA, samples: [{ name: 'a "sample"', text }] },
    compareWith,
    wants: 'details',
  });

describe('templateReportText', () => {
  for (const [what, view] of [
    ['a template that is accepted', report('{\n"n":{{data.n}},"q":"{{data.q}}"}')],
    ['one that is refused', report('{"a":{{data.n}} "b":1}')],
    ['one that cannot be read', report('{{#if x}}')],
    ['a comparison', report('[{{data.n}}]', '[1,{{data.n}}]')],
    ['a long body', report('"{{data.q}}"', undefined, EVENT.replace('1.50', '2').replace('\\n', 'x'.repeat(70_000)))],
  ] as const) {
    it(`is what the contract describes for ${what}`, () => {
      assertView('template-check-result', exact(templateReportText(view)));
    });
  }

  it('gives each body as text and as JSON, numbers in their spelling', () => {
    const text = templateReportText(report('{\n"n":{{data.n}},"q":"{{data.q}}"}'));
    assert.ok(
      text.includes(
        '"name":"a \\"sample\\"","body":"{\\n\\"n\\":1.50,\\"q\\":\\"\\\\\\"\\\\n\\"}","json":{\n"n":1.50,',
      ),
      text,
    );
  });

  it('gives the patch as it is, and null without one', () => {
    assert.match(
      templateReportText(report('[{{data.n}}]', '[1]')),
      /"diff":\[\{"op":"replace","path":"\/0","value":1\.50\}\]/,
    );
    assert.match(templateReportText(report('[1]')), /"diff":null/);
  });
});
