import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileFilter, filterFaults } from '../../src/domain/filter.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';

const event = {
  event_type: 'access_flow.updated',
  data: {
    source: 'API',
    count: 7,
    flag: false,
    nothing: null,
    tags: ['red', 'blue'],
    grid: [[1, 2], [3]],
    items: [{ id: 1, labels: ['a'] }, { id: 2, labels: [] }, { name: 'no id' }],
    object: { a: 1, b: { c: 2 } },
    empty: [],
    'length of': 'x',
  },
};

function accepts(filter: JsonObject, value: Json = event): boolean {
  assert.deepEqual(filterFaults(filter), [], 'the filter itself has no faults');
  return compileFilter(filter)(value);
}

type Row = readonly [filter: JsonObject, accepted: boolean];

const OPERATORS: Readonly<Record<string, readonly Row[]>> = {
  'a plain value': [
    [{ 'data.source': 'API' }, true],
    [{ 'data.source': 'api' }, false],
    [{ 'data.count': 7 }, true],
    [{ 'data.count': '7' }, false],
    [{ 'data.flag': false }, true],
    [{ 'data.flag': null }, false],
    [{ 'data.nothing': null }, true],
    [{ 'data.missing': null }, true],
    [{ 'data.tags': 'blue' }, true],
    [{ 'data.tags': ['red', 'blue'] }, true],
    [{ 'data.tags': ['blue', 'red'] }, false],
    [{ 'data.object': { b: { c: 2 }, a: 1 } }, true],
    [{ 'data.object': { a: 1 } }, false],
    [{ 'data.source': 'API', 'data.count': 8 }, false],
    [{}, true],
  ],
  $eq: [
    [{ 'data.count': { $eq: 7 } }, true],
    [{ 'data.count': { $eq: 8 } }, false],
    [{ 'data.object.b': { $eq: { c: 2 } } }, true],
  ],
  $ne: [
    [{ 'data.source': { $ne: 'Terraform' } }, true],
    [{ 'data.source': { $ne: 'API' } }, false],
    [{ 'data.tags': { $ne: 'red' } }, false],
    [{ 'data.missing': { $ne: 'x' } }, true],
    [{ 'data.missing': { $ne: null } }, false],
  ],
  $in: [
    [{ 'data.source': { $in: ['UI', 'API'] } }, true],
    [{ 'data.source': { $in: [] } }, false],
    [{ 'data.tags': { $in: ['blue'] } }, true],
    [{ 'data.missing': { $in: [null] } }, true],
    [{ 'data.object': { $in: [{ a: 1, b: { c: 2 } }] } }, true],
  ],
  $nin: [
    [{ 'data.source': { $nin: ['UI'] } }, true],
    [{ 'data.tags': { $nin: ['green', 'red'] } }, false],
    [{ 'data.missing': { $nin: ['x'] } }, true],
    [{ 'data.source': { $nin: [] } }, true],
  ],
  'the orderings': [
    [{ 'data.count': { $gt: 6 } }, true],
    [{ 'data.count': { $gt: 7 } }, false],
    [{ 'data.count': { $gte: 7 } }, true],
    [{ 'data.count': { $lt: 7 } }, false],
    [{ 'data.count': { $lte: 7 } }, true],
    [{ 'data.count': { $gt: 1, $lt: 9 } }, true],
    [{ 'data.count': { $gt: '1' } }, false],
    [{ 'data.source': { $gt: 'AAA' } }, true],
    [{ 'data.missing': { $lt: 1 } }, false],
    [{ 'data.nothing': { $gte: 0 } }, false],
    [{ 'data.object': { $gt: 0 } }, false],
    [{ 'data.grid': { $gt: 2 } }, true],
  ],
  $exists: [
    [{ 'data.source': { $exists: true } }, true],
    [{ 'data.nothing': { $exists: true } }, true],
    [{ 'data.missing': { $exists: true } }, false],
    [{ 'data.missing': { $exists: false } }, true],
    [{ 'data.source': { $exists: false } }, false],
    [{ 'data.source.deeper': { $exists: false } }, true],
  ],
  $and: [
    [{ $and: [{ 'data.source': 'API' }, { 'data.count': 7 }] }, true],
    [{ $and: [{ 'data.source': 'API' }, { 'data.count': 8 }] }, false],
  ],
  $or: [
    [{ $or: [{ 'data.source': 'UI' }, { 'data.count': 7 }] }, true],
    [{ $or: [{ 'data.source': 'UI' }, { 'data.count': 8 }] }, false],
    [{ $or: [{ $and: [{ 'data.count': 7 }, { event_type: 'x' }] }, { 'data.flag': false }] }, true],
    [{ $or: [{ 'data.count': 7 }], 'data.source': 'UI' }, false],
  ],
  $not: [
    [{ 'data.count': { $not: { $gt: 7 } } }, true],
    [{ 'data.count': { $not: { $gte: 7 } } }, false],
    [{ 'data.missing': { $not: { $exists: true } } }, true],
    [{ 'data.tags': { $not: { $in: ['red'] } } }, false],
    [{ 'data.count': { $not: { $not: { $eq: 7 } } } }, true],
  ],
  'paths through lists': [
    [{ 'data.items.id': 2 }, true],
    [{ 'data.items.id': 3 }, false],
    [{ 'data.items.0.id': 1 }, true],
    [{ 'data.items.1.id': 1 }, false],
    [{ 'data.items.9.id': { $exists: true } }, false],
    [{ 'data.items.labels': 'a' }, true],
    [{ 'data.items.labels.0': 'a' }, true],
    [{ 'data.items.id': { $ne: 2 } }, false],
    [{ 'data.items.id': { $exists: true } }, true],
    [{ 'data.items.price': { $exists: true } }, false],
    [{ 'data.items.price': { $exists: false } }, true],
    [{ 'data.empty': { $exists: true } }, true],
    [{ 'data.empty.id': { $exists: true } }, false],
    [{ 'data.tags.1': 'blue' }, true],
  ],
};

describe('compileFilter', () => {
  for (const [what, rows] of Object.entries(OPERATORS)) {
    for (const [filter, accepted] of rows) {
      it(`${accepted ? 'accepts' : 'does not accept'} the event by ${what}: ${JSON.stringify(filter)}`, () => {
        assert.equal(accepts(filter), accepted);
      });
    }
  }

  const inherited = [
    'constructor',
    'data.constructor.name',
    'data.toString',
    'data.__proto__',
    'data.source.length',
    'data.source.constructor',
    'data.source.link',
    'data.count.toFixed',
    'data.tags.length',
    'data.tags.map',
    'data.tags.constructor.prototype',
    'data.source.0',
    'hasOwnProperty',
  ];
  for (const path of inherited) {
    it(`finds nothing at ${path}, which only JavaScript put there`, () => {
      assert.equal(accepts({ [path]: { $exists: true } }), false);
      assert.equal(accepts({ [path]: { $ne: null } }), false);
      assert.equal(accepts({ [path]: null }), true);
    });
  }

  it('finds members of an event that have the names of inherited ones', () => {
    const odd: JsonObject = { constructor: 'c', toJSON: 't', hasOwnProperty: 1, data: { length: 3, valueOf: null } };
    assert.equal(accepts({ constructor: 'c', toJSON: 't', hasOwnProperty: 1, 'data.length': 3 }, odd), true);
    assert.equal(accepts({ constructor: null }, odd), false);
    assert.equal(accepts({ 'data.valueOf': { $exists: true } }, odd), true);
  });

  it('does not take two objects for equal because both lack what the other has', () => {
    assert.equal(accepts({ data: { a: null } }, { data: { b: null } }), false);
    assert.equal(accepts({ data: { a: null } }, { data: { b: 1 } }), false);
  });

  it('gives the same answer for the same event every time', () => {
    const test = compileFilter({ 'data.items.id': { $ne: 2 }, 'data.tags': { $not: { $in: ['green'] } } });
    const other = { data: { items: [{ id: 5 }], tags: [] } };
    assert.deepEqual([test(event), test(other), test(event), test(other)], [false, true, false, true]);
  });

  const hundred: readonly (readonly [what: string, filter: JsonObject])[] = [
    ['$in', { 'data.l': { $in: Array.from({ length: 97 }, (_, index) => ({ b: index })) } }],
    ['$nin', { 'data.l': { $nin: Array.from({ length: 97 }, (_, index) => ({ b: index })) } }],
    ['$or and $eq', { $or: Array.from({ length: 33 }, (_, index) => ({ 'data.l': { $eq: { b: index } } })) }],
  ];
  for (const [what, filter] of hundred) {
    it(`reads each object of the event once or twice, however many objects ${what} compares it with`, () => {
      let reads = 0;
      const counted = (value: JsonObject): JsonObject =>
        new Proxy(value, {
          ownKeys: (target) => {
            reads += 1;
            return Reflect.ownKeys(target);
          },
        });
      const l = Array.from({ length: 50 }, () => counted({ a: 1 }));
      assert.equal(compileFilter(filter)({ data: { l } }), what === '$nin');
      assert.ok(reads <= 2 * l.length, `${String(reads)} readings`);
    });
  }

  it('reads the objects of a filter when it is compiled and compared first, and not again', () => {
    let reads = 0;
    const operand = new Proxy<JsonObject>(
      { a: 1 },
      {
        ownKeys: (target) => {
          reads += 1;
          return Reflect.ownKeys(target);
        },
      },
    );
    const test = compileFilter({ 'data.l': { $in: [operand] } });
    assert.equal(test({ data: { l: [{ a: 2 }, { a: 1 }] } }), true);
    const first = reads;
    assert.equal(test({ data: { l: [{ a: 3 }, { a: 1 }] } }), true);
    assert.equal(reads, first);
  });

  it('never throws, whatever the event is', () => {
    const names = fc.constantFrom(
      'a',
      'b',
      '0',
      'length',
      'constructor',
      'toString',
      'valueOf',
      'toJSON',
      'hasOwnProperty',
    );
    const { tree } = fc.letrec<{ tree: Json; scalar: Json }>((tie) => ({
      scalar: fc.constantFrom<Json>(null, true, 0, -1.5, '', 'a', '0'),
      tree: fc.oneof(
        { maxDepth: 4 },
        tie('scalar'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(names, tie('tree'), { maxKeys: 3 }),
      ),
    }));
    const path = fc.array(names, { minLength: 1, maxLength: 3 }).map((steps) => steps.join('.'));
    const order = fc.constantFrom('$gt', '$gte', '$lt', '$lte');
    const condition: fc.Arbitrary<Json> = fc.oneof(
      fc.constant({ $exists: true }),
      fc.tuple(order, fc.constantFrom<Json>(0, 'a')).map(([name, value]) => ({ [name]: value })),
      tree.map((value) => ({ $not: { $eq: value } })),
      fc.array(tree, { maxLength: 3 }).map((values) => ({ $nin: values })),
      tree,
    );
    fc.assert(
      fc.property(tree, path, condition, (value, at, wanted) => {
        const filter = { [at]: wanted };
        if (filterFaults(filter).length > 0) return;
        assert.equal(typeof compileFilter(filter)(value), 'boolean');
      }),
      { numRuns: 1000 },
    );
  });

  it('makes $ne the opposite of $eq and $nin the opposite of $in, on any list', () => {
    const values = fc.array(fc.constantFrom<Json>(1, 2, 'a', null), { maxLength: 4 });
    fc.assert(
      fc.property(values, fc.constantFrom<Json>(1, 2, 'a'), (list, wanted) => {
        const value = { list };
        assert.equal(accepts({ list: { $ne: wanted } }, value), !accepts({ list: { $eq: wanted } }, value));
        assert.equal(accepts({ list: { $nin: [wanted] } }, value), !accepts({ list: { $in: [wanted] } }, value));
        assert.equal(accepts({ list: wanted }, value), list.includes(wanted));
      }),
    );
  });
});

describe('filterFaults', () => {
  const faulty: readonly (readonly [filter: JsonObject, pointer: string, code: string])[] = [
    [{ $where: 'while(true){}' }, '/filter/$where', 'filter_operator_unknown'],
    [{ 'data.source': { $regex: '.*' } }, '/filter/data.source/$regex', 'filter_operator_unknown'],
    [{ 'data.source': { $where: '1' } }, '/filter/data.source/$where', 'filter_operator_unknown'],
    [{ 'data.source': { $size: 1 } }, '/filter/data.source/$size', 'filter_operator_unknown'],
    [{ 'data.source': { $and: [] } }, '/filter/data.source/$and', 'filter_operator_unknown'],
    [{ 'data.source': { $eq: 1, other: 2 } }, '/filter/data.source/other', 'filter_operator_unknown'],
    [{ 'data.source': { $constructor: 1 } }, '/filter/data.source/$constructor', 'filter_operator_unknown'],
    [{ $not: { a: 1 } }, '/filter/$not', 'filter_operator_unknown'],
    [{ $eq: 1 }, '/filter/$eq', 'filter_operator_unknown'],
    [{ $and: [] }, '/filter/$and', 'filter_invalid'],
    [{ $or: { a: 1 } }, '/filter/$or', 'filter_invalid'],
    [{ $or: [{ a: 1 }, 'x'] }, '/filter/$or/1', 'filter_invalid'],
    [{ $and: [{ $or: [{ a: { $in: 1 } }] }] }, '/filter/$and/0/$or/0/a/$in', 'filter_invalid'],
    [{ a: { $nin: 'x' } }, '/filter/a/$nin', 'filter_invalid'],
    [{ a: { $in: [1, { $gt: 1 }] } }, '/filter/a/$in/1', 'filter_invalid'],
    [{ a: { $exists: 'yes' } }, '/filter/a/$exists', 'filter_invalid'],
    [{ a: { $gt: null } }, '/filter/a/$gt', 'filter_invalid'],
    [{ a: { $lte: { b: 1 } } }, '/filter/a/$lte', 'filter_invalid'],
    [{ a: { $not: 'x' } }, '/filter/a/$not', 'filter_invalid'],
    [{ a: { $not: {} } }, '/filter/a/$not', 'filter_invalid'],
    [{ a: { $not: { length: 1 } } }, '/filter/a/$not', 'filter_invalid'],
    [{ a: { $not: { $regex: 'x' } } }, '/filter/a/$not/$regex', 'filter_operator_unknown'],
    [{ 'a/b': { $bad: 1 } }, '/filter/a~1b/$bad', 'filter_operator_unknown'],
  ];
  for (const [filter, pointer, code] of faulty) {
    it(`points at ${pointer} in ${JSON.stringify(filter)}`, () => {
      const [fault, ...others] = filterFaults(filter);
      assert.deepEqual(others, []);
      assert.deepEqual([fault?.pointer, fault?.code], [pointer, code]);
      assert.ok(fault?.hint);
    });
  }

  it('asks whether a near operator was meant', () => {
    assert.match(filterFaults({ a: { $gtt: 1 } })[0]?.hint ?? '', /"\$gt/);
  });

  it('names all faults at once, under the pointer it is given', () => {
    const faults = filterFaults({ $where: '1', a: { $regex: 'x', $in: 1 } }, '/webhook/filter');
    assert.deepEqual(
      faults.map((fault) => fault.pointer),
      ['/webhook/filter/$where', '/webhook/filter/a/$regex', '/webhook/filter/a/$in'],
    );
  });

  it('takes a hundred conditions and values, and no more', () => {
    const many = (count: number): JsonObject =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${String(index)}`, 1]));
    assert.deepEqual(filterFaults(many(100)), []);
    for (const tooLarge of [
      many(101),
      Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`$${String(index)}`, 1])),
    ]) {
      assert.deepEqual(
        filterFaults(tooLarge).map((fault) => fault.code),
        ['filter_too_large'],
      );
    }
  });
});
