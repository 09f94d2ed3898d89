// What a reader sees in a text, and what of it has an effect: most of a text is members that come and go.
import type { StructureFault } from './structure-faults.ts';

/** What a reader saw in a text, in order; offsets count from the text's own start. */
export type Sight =
  | { readonly kind: 'open'; readonly at: number }
  /** `extra`: commas stand before the bracket. */
  | { readonly kind: 'close'; readonly extra: boolean }
  /** `extra`: no member stands before it. */
  | { readonly kind: 'comma'; readonly at: number; readonly extra: boolean; readonly inList: boolean }
  /** A key or value begins where a member may. */
  | { readonly kind: 'member' }
  /** A key that stands as a whole in this text, decoded. */
  | { readonly kind: 'key'; readonly at: number; readonly key: string }
  | { readonly kind: 'fault'; readonly at: number; readonly fault: StructureFault };

/** The same without what has no effect, since something behind it outdoes it. */
export function condensed(sights: readonly Sight[]): Sight[] {
  const kept: Sight[] = [];
  for (const sight of sights) add(kept, sight);
  return kept;
}

function add(kept: Sight[], sight: Sight): void {
  while (isOutdone(kept.at(-1), sight)) kept.pop();
  const isEmptied = sight.kind === 'close' && kept.at(-1)?.kind === 'open';
  if (!isEmptied) {
    kept.push(sight);
    return;
  }
  // Brackets in which nothing was noticed are a member like any other.
  kept.pop();
  add(kept, { kind: 'member' });
}

// A member ends the commas before it; a needed comma or a bracket behind a member starts anew without it.
function isOutdone(before: Sight | undefined, after: Sight): boolean {
  if (before?.kind === 'member') return after.kind === 'member' || isPlain(after);
  return before?.kind === 'comma' && !before.extra && after.kind === 'member';
}

function isPlain(sight: Sight): boolean {
  return (sight.kind === 'comma' || sight.kind === 'close') && !sight.extra;
}
