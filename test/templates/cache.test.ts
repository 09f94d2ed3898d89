import assert from 'node:assert/strict';
import { createTemplateCache } from '../../src/templates/index.ts';

describe('createTemplateCache', () => {
  const templateOf = (cache: ReturnType<typeof createTemplateCache>, source: string) => {
    const result = cache.compile(source);
    assert.ok(result.ok);
    return result.template;
  };

  it('compiles the same source once', () => {
    const cache = createTemplateCache(2);
    assert.equal(templateOf(cache, '[1]'), templateOf(cache, '[1]'));
    assert.notEqual(templateOf(cache, '[1]'), templateOf(cache, '[2]'));
  });

  it('lets the least recently used go first', () => {
    const cache = createTemplateCache(2);
    const [one, two] = [templateOf(cache, '[1]'), templateOf(cache, '[2]')];
    templateOf(cache, '[1]');
    templateOf(cache, '[3]');
    assert.equal(cache.size, 2);
    assert.equal(templateOf(cache, '[1]'), one);
    assert.notEqual(templateOf(cache, '[2]'), two);
  });

  it('gives the faults of a refused template and does not keep it', () => {
    const cache = createTemplateCache(2);
    assert.equal(cache.compile('{{x').ok, false);
    assert.equal(cache.compile('{{x').ok, false);
    assert.equal(cache.size, 0);
  });

  it('shares nothing with another cache', () => {
    assert.notEqual(templateOf(createTemplateCache(1), '[1]'), templateOf(createTemplateCache(1), '[1]'));
  });
});
