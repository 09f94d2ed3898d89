import assert from 'node:assert/strict';
import { createTemplateCache, planTemplate } from '../../src/templates/index.ts';

function setup(capacity = 100) {
  const planned: string[] = [];
  const cache = createTemplateCache({
    capacity,
    plan: async (source) => {
      planned.push(source);
      return planTemplate(source);
    },
  });
  const load = async (source: string) => {
    const result = await cache.load(source);
    assert.ok(result.ok);
    return result.template;
  };
  return { cache, load, planned };
}

describe('createTemplateCache', () => {
  it('plans the same source once, and has it at hand from then on', async () => {
    const { cache, load, planned } = setup();
    assert.equal(cache.get('[1]'), undefined);
    const template = await load('[1]');
    assert.equal(await load('[1]'), template);
    assert.equal(cache.get('[1]'), template);
    assert.notEqual(await load('[2]'), template);
    assert.deepEqual(planned, ['[1]', '[2]']);
  });

  it('makes one plan for all who ask for it at the same time', async () => {
    const { load, planned } = setup();
    const [one, two] = await Promise.all([load('[1]'), load('[1]')]);
    assert.equal(one, two);
    assert.deepEqual(planned, ['[1]']);
  });

  it('takes a plan that was made elsewhere', async () => {
    const { cache, load, planned } = setup();
    const planning = planTemplate('[1]');
    assert.ok(planning.ok);
    const template = cache.keep(planning.plan);
    assert.equal(cache.get('[1]'), template);
    assert.equal(await load('[1]'), template);
    assert.deepEqual(planned, []);
  });

  it('lets the least recently used go first when there are too many characters', async () => {
    const { cache, load } = setup(6);
    const [one, two] = [await load('[1]'), await load('[2]')];
    cache.get('[1]');
    await load('[3]');
    assert.equal(cache.size, 2);
    assert.equal(cache.get('[1]'), one);
    assert.notEqual(await load('[2]'), two);
  });

  it('uses a template that is larger than all it keeps, and does not keep it', async () => {
    const { cache, load } = setup(6);
    await load('[1]');
    assert.equal((await load('[1234567]')).source, '[1234567]');
    assert.deepEqual([cache.size, cache.get('[1234567]')], [1, undefined]);
  });

  it('gives the faults of a refused template and does not keep it', async () => {
    const { cache, planned } = setup();
    assert.equal((await cache.load('{{x')).ok, false);
    assert.equal((await cache.load('{{x')).ok, false);
    assert.equal(cache.size, 0);
    assert.equal(planned.length, 2);
  });

  it('asks again after a plan that failed', async () => {
    let failures = 1;
    const cache = createTemplateCache({
      capacity: 100,
      plan: async (source) => {
        failures -= 1;
        if (failures >= 0) throw new Error('broke');
        return planTemplate(source);
      },
    });
    await assert.rejects(cache.load('[1]'), /broke/);
    assert.ok((await cache.load('[1]')).ok);
  });

  it('shares nothing with another cache', async () => {
    assert.notEqual(await setup().load('[1]'), await setup().load('[1]'));
  });
});
