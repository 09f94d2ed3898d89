import assert from 'node:assert/strict';
import { parseTemplate } from '../../../src/templates/parse.ts';
import { locatePaths } from '../../../src/templates/paths/locate.ts';
import type { Expression, Node } from '../../../src/templates/syntax/tree.ts';

function expressionsOf(nodes: readonly Node[]): (readonly [Expression, number])[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'text') return [];
    if (node.kind === 'placeholder') return [[node.expression, node.offset] as const];
    const own = node.kind === 'if' ? node.condition : node.over;
    return [[own, node.offset] as const, ...expressionsOf(node.body), ...expressionsOf(node.otherwise)];
  });
}

describe('locatePaths', () => {
  // `^` stands before each path.
  const cases: readonly string[] = [
    '{{^a}}',
    '{{ ^data.a }}',
    '{{~^data.a~}}',
    '{{{^data.a}}}',
    '{{&^data.a}}',
    '{{json ^json.a}}',
    '{{eq ^data.x ^data}}',
    '{{eq "data.x" ^data.x}}',
    "{{eq 'a b' ^a}}",
    '{{and (eq ^a "a") (not ^a) ^b}}',
    '{{json (json ^a) pretty=^a}}',
    '{{#if ^if}}1{{else if ^else}}2{{/if}}',
    '{{#each ^each}}{{^this}}{{^../each}}{{else}}{{^.}}{{/each}}',
    '{{# with  ^with }}{{/with}}',
    '{{#unless (or ^a ^a)}}{{/unless}}',
    '{{~#if ^a~}}{{~ else  if  ^a ~}}{{/if}}',
    '{{^data.[odd }x].y}}{{^a/b}}',
    '{{join ^data.list ", "}}{{^a}}',
    '{{replace ^a "a" ^a}}',
  ];
  for (const marked of cases) {
    it(`finds each path of ${marked}`, () => {
      const text = marked.replaceAll('^', '');
      const wanted = [...marked.matchAll(/\^/g)].map(({ index }, before) => index - before);
      const parsed = parseTemplate(text);
      assert.ok(parsed.ok, JSON.stringify(parsed));
      const found = expressionsOf(parsed.nodes).flatMap(([expression, offset]) => [
        ...locatePaths(text, offset, expression).values(),
      ]);
      assert.deepEqual(
        found.sort((a, b) => a - b),
        wanted,
      );
    });
  }

  it('stays in the tag where it cannot tell', () => {
    const text = '{{eq "}}" data.x}} data.x';
    const parsed = parseTemplate(text);
    assert.ok(parsed.ok);
    const offsets = expressionsOf(parsed.nodes).flatMap(([expression]) => [
      ...locatePaths(text, 0, expression).values(),
    ]);
    assert.deepEqual(offsets, [0]);
  });
});
