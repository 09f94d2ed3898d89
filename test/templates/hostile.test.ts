import assert from 'node:assert/strict';
import { writeExact } from '../../src/domain/json.ts';
import { planTemplate } from '../../src/templates/index.ts';
import { HELPERS_AT_WORK, LARGE_VALUES, LOOPS } from './hostile-renderings.ts';
import type { HostileRendering } from './hostile-renderings.ts';
import { ENTANGLED, HOSTILE_TEXTS, LARGEST } from './hostile-templates.ts';
import { placesOf, tryRender } from './harness.ts';

const MAX_EVENT_BYTES = 256 * 1024;

const MESSAGES: Readonly<Record<HostileRendering['ends'], string>> = {
  ok: '',
  output: 'Rendering was stopped: more than 1 MiB of output.',
  turns: 'Rendering was stopped: more than 20,000 loop turns.',
  steps: 'Rendering was stopped: more than 1,000,000 steps of work.',
  text: 'Rendering was stopped: more than 4 MiB of text made by helpers.',
};

describe('rendering what is made to be hard', () => {
  for (const { name, source, data, ends } of [...LARGE_VALUES, ...LOOPS, ...HELPERS_AT_WORK]) {
    it(`ends with ${ends}: ${name}`, () => {
      assert.ok(Buffer.byteLength(writeExact(data)) < MAX_EVENT_BYTES, 'no event is as large as this');
      const result = tryRender(source, data);
      if (result.ok) assert.equal(ends, 'ok');
      else assert.deepEqual([result.outcome, result.message], ['render_too_large', MESSAGES[ends]]);
    });
  }
});

describe('planning what is made to be hard', () => {
  for (const { name, source } of LARGEST) {
    it(`accepts ${name}`, () => {
      const planned = planTemplate(source);
      assert.ok(planned.ok, JSON.stringify(planned).slice(0, 500));
    });
  }

  for (const { name, source } of ENTANGLED) {
    it(`gives up on ${name}`, () => {
      assert.match(placesOf(source).join(), /too_complex$/);
    });
  }

  for (const { name, source, code } of HOSTILE_TEXTS) {
    it(`${code === undefined ? 'accepts' : `refuses with ${code}`}: ${name}`, () => {
      const planned = planTemplate(source);
      const [first] = planned.ok ? [] : planned.faults;
      assert.equal(first?.code.replace(/^template_/, ''), code);
    });
  }
});
