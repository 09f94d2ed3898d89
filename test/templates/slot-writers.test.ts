// What the writers of slots promise besides their text: that it reads back, that they ask before they work, and that
// each slot gets the writer that it needs.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExactJson } from '../../src/domain/json.ts';
import { JsonNumber, toPlain } from '../../src/domain/json.ts';
import { compileTree } from '../../src/templates/compile.ts';
import { planTemplate } from '../../src/templates/index.ts';
import { Output } from '../../src/templates/output.ts';
import type { Slot } from '../../src/templates/proof/slot.ts';
import { entriesOf, jsonText, stringText } from '../../src/templates/values.ts';
import { anyJson, contextOf, render } from './harness.ts';

const NOT_IN_JSON = /[\u0000-\u001f"]/; // eslint-disable-line no-control-regex -- what must not stand in a string

class Meter {
  readonly spent: number[] = [];
  readonly rooms: number[] = [];
  spend(steps: number): void {
    this.spent.push(steps);
  }
  room(characters: number): void {
    this.rooms.push(characters);
  }
}

function costOf(value: unknown, indent = ''): number {
  const meter = new Meter();
  jsonText(value, indent, meter);
  return meter.spent.reduce((sum, steps) => sum + steps, 0);
}

function roomsFor(value: unknown, indent = ''): readonly number[] {
  const meter = new Meter();
  jsonText(value, indent, meter);
  return meter.rooms;
}

function objectOf(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${String(index)}`, index]));
}

describe('jsonText and stringText', () => {
  it('read back exactly', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const plain = toPlain(value);
        assert.deepEqual(JSON.parse(jsonText(value)), plain);
        assert.deepEqual(JSON.parse(jsonText(value, '\t')), plain);
        const text: unknown = JSON.parse(`"${stringText(value)}"`);
        if (typeof value === 'string') assert.equal(text, value);
        else assert.equal(text, value === null ? '' : jsonText(value));
      }),
    );
  });

  it('write into a string nothing that could end it', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        assert.doesNotMatch(stringText(value).replace(/\\["\\/bfnrtu]/g, ''), NOT_IN_JSON);
      }),
    );
  });

  it('pay for each item and member, and more where there are very many', () => {
    const list = (count: number): number => costOf(Array.from({ length: count }, () => 0));
    assert.ok(list(0) > 0);
    assert.ok(list(1) > list(0));
    assert.equal(list(7) - list(0), 7 * (list(1) - list(0)));
    const object = (count: number): number => costOf(objectOf(count));
    assert.ok(object(0) > 0);
    assert.ok(object(1) > object(0));
    assert.equal(object(1000) - object(0), 1000 * (object(1) - object(0)));
    assert.ok(object(1001) > 2 * object(1000));
    const pretty = (count: number): number => costOf(objectOf(count), ' ');
    assert.deepEqual([pretty(0), pretty(9)], [0, 9 * pretty(1)]);
    assert.ok(pretty(1) > 0);
    assert.equal(costOf('text') + costOf(5) + costOf(null), 0);
    assert.equal(costOf([[[]]]), 2 * list(1) + list(0));
  });

  it('ask for room where a text is longer than 16 KiB, and not before', () => {
    const text = (length: number): string => 'x'.repeat(length);
    // Behind a bracket, with quotes.
    assert.deepEqual(roomsFor([text(16_384 - 3)]), []);
    assert.deepEqual(roomsFor([text(16_384 - 2)]), [16_385]);
    assert.deepEqual(roomsFor([text(16_384), 1]), [16_387, 16_389]);
    assert.deepEqual(roomsFor({ k: text(16_384 - 7) }), []);
    assert.deepEqual(roomsFor({ k: text(16_384 - 6) }), [16_385]);
    // Without its bracket: a line end, a blank and the quotes.
    assert.deepEqual(roomsFor([text(16_384 - 4)], ' '), []);
    assert.deepEqual(roomsFor([text(16_384 - 3)], ' '), [16_385]);
    assert.deepEqual(roomsFor(text(20_000)), []);
  });
});

describe('entriesOf', () => {
  it('goes through plain objects only, with or without a prototype', () => {
    assert.deepEqual(entriesOf(Object.assign(Object.create(null), { a: 1 })), [['a', 1]]);
    class Point {
      readonly x = 1;
    }
    assert.deepEqual(entriesOf(new Point()), []);
  });
});

class CountingOutput extends Output {
  steps = 0;
  override spend(steps: number): void {
    this.steps += steps;
    super.spend(steps);
  }
}

// What a template costs where it writes nothing of the event.
function stepsOf(source: string, data: ExactJson = {}): number {
  const planned = planTemplate(source);
  assert.ok(planned.ok, source);
  const output = new CountingOutput();
  compileTree(planned.plan.nodes, planned.plan)(output, contextOf(data));
  return output.steps;
}

describe('compileTree', () => {
  it('pays for each node, and for each name of its path', () => {
    const text = stepsOf('1');
    assert.ok(text > 0);
    const placeholder = stepsOf('{{a}}');
    assert.ok(placeholder > 0);
    assert.equal(stepsOf('"{{a}}{{a}}"'), stepsOf('"{{a}}"') + placeholder);
    for (const [one, two] of [
      ['{{a}}', '{{a.b}}'],
      ['"{{#if a}}{{/if}}"', '"{{#if a.b}}{{/if}}"'],
      ['"{{#with a}}{{/with}}"', '"{{#with a.b}}{{/with}}"'],
      ['"{{#each a}}{{/each}}"', '"{{#each a.b}}{{/each}}"'],
    ] as const) {
      assert.equal(stepsOf(two) - stepsOf(one), 1, two);
    }
    for (const block of ['if', 'with', 'each']) {
      const once = `{{#${block} a}}{{/${block}}}`;
      assert.ok(stepsOf(`"${once}"`) > stepsOf('""'), block);
      assert.equal(stepsOf(`"${once}${once}"`) - stepsOf(`"${once}"`), stepsOf(`"${once}"`) - 2 * text, block);
    }
  });

  it('pays for what is inside of a block when it is entered', () => {
    const inside = '{{a}}{{a}}{{a}}';
    const source = `"{{#if data.x}}${inside}{{/if}}"`;
    assert.equal(stepsOf(source, { x: 1 }) - stepsOf(source), 3 * stepsOf('{{a}}'));
  });

  it('pays for commas that are decided on later', () => {
    const mark = stepsOf('[1,]') - stepsOf('[1,2]');
    assert.ok(mark > 0);
    assert.equal(stepsOf('[1,2,,]') - stepsOf('[1,2]'), 2 * mark);
  });

  it('pays for asking a long number whether it is 0', () => {
    const source = '"{{#if data.n}}{{/if}}"';
    const long = new JsonNumber(`1${'0'.repeat(6399)}`);
    assert.equal(stepsOf(source, { n: long }) - stepsOf(source, { n: 1 }), 100);
  });

  const placeholder = (slots: ReadonlyMap<number, Slot>) => {
    const planned = planTemplate('{{data.a}}');
    assert.ok(planned.ok);
    return compileTree(planned.plan.nodes, { slots, marks: new Set() });
  };

  it('refuses to compile a placeholder of which nothing is known', () => {
    assert.throws(() => placeholder(new Map()), new Error('A placeholder without a slot was compiled.'));
  });

  it('stops where a placeholder is written to which the proof found no way', () => {
    const write = placeholder(new Map([[0, 'unreachable']]));
    const expected = new Error('The proof found no way to this placeholder, and here it is written.');
    assert.throws(() => write(new Output(), contextOf({})), expected);
  });

  it('writes the JSON of json as it is, and what other helpers give as a value', () => {
    assert.equal(render('[{{json data.s}},{{upper data.s}},{{data.s}}]', { s: 'a' }), '["a","A","a"]');
    assert.equal(render('["{{json data.s}}","{{upper data.s}}"]', { s: 'a' }), '["\\"a\\"","A"]');
  });
});
