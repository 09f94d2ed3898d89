import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Sight } from '../../../../src/templates/proof/json/sights.ts';
import { condensed } from '../../../../src/templates/proof/json/sights.ts';
import { read, seen } from './reading.ts';

// What is open, with the keys in it; which commas are marked; what was told; and the commas that would be marked if a
// bracket closed here.
interface Effect {
  readonly open: { readonly at: number; readonly keys: string[] }[];
  readonly marked: Set<number>;
  readonly told: string[];
  pending: number[];
}

const [OUTER, BEFORE] = [-1, -2];

type Apply<Kind extends Sight['kind']> = (effect: Effect, sight: Extract<Sight, { kind: Kind }>) => void;

const APPLY: { readonly [Kind in Sight['kind']]: Apply<Kind> } = {
  member: (effect) => {
    effect.pending = [];
  },
  comma: (effect, { at, extra, inList }) => {
    const { open, told } = effect;
    if (extra) {
      mark(effect);
      effect.marked.add(at);
      told.push(`extra in ${String(open.at(-1)?.at)}: ${String(at)} ${String(inList)}`);
    }
    effect.pending = extra ? [] : [at];
  },
  open: ({ open }, { at }) => open.push({ at, keys: [] }),
  close: (effect, { extra }) => {
    if (extra) mark(effect);
    effect.pending = [];
    effect.open.pop();
  },
  key: ({ open, told }, { at, key }) => {
    told.push(`key in ${String(open.at(-1)?.at)}: ${key}@${String(at)}`);
    open.at(-1)?.keys.push(key);
  },
  fault: ({ told }, { at, fault }) => told.push(`${fault.code}@${String(at)}`),
};

function mark({ marked, pending }: Effect): void {
  for (const at of pending) marked.add(at);
}

function effectOf(sights: readonly Sight[], before: readonly number[]): Effect {
  const effect: Effect = { open: [{ at: OUTER, keys: [] }], marked: new Set(), told: [], pending: [...before] };
  for (const sight of sights) (APPLY[sight.kind] as Apply<Sight['kind']>)(effect, sight);
  return effect;
}

const MODES = ['value', 'member', 'after', 'slotted', 'string'] as const;

describe('condensed', () => {
  it('has the effect of all sights', () => {
    const piece = fc.constantFrom('[', ']', '{', '}', ',', ',', ':', '"a"', '"b":', '1', ' ', '"', '[1,2]', '{"a":1}');
    const text = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));
    const stack = fc.constantFrom('', '[', '{', '[{', '{[');
    fc.assert(
      fc.property(text, fc.constantFrom(...MODES), stack, fc.boolean(), (source, mode, brackets, muted) => {
        const { sights } = read(source, mode, brackets, false, muted);
        // A comma of the text before, where there can be one: a member has no comma behind it.
        const before = mode === 'member' ? [BEFORE] : [];
        assert.deepEqual(effectOf(condensed(sights), before), effectOf(sights, before));
      }),
      { numRuns: 5000 },
    );
  });

  const table: readonly (readonly [text: string, ...kept: string[]])[] = [
    ['[1,2,3]', 'member'],
    ['[[1,[]],{},"a"]', 'member'],
    ['[1,', 'open@0', 'comma@2 in list'],
    ['[1,2', 'open@0', 'member'],
    ['[1,2,]', 'open@0', 'comma@4 in list', 'close+'],
    ['[,1]', 'open@0', 'comma@1+ in list', 'close'],
    ['{"a":[1,2],"b":3}', 'open@0', 'member', 'key@1 a', 'member', 'key@11 b', 'close'],
    ['[1 2,3]', 'open@0', 'member', '!missing_comma@3', 'close'],
  ];
  for (const [text, ...kept] of table) {
    it(`keeps of ${text}: ${kept.join(', ')}`, () => assert.deepEqual(seen(condensed(read(text).sights)), kept));
  }
});
