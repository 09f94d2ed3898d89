// TEMPORARY bridge to the slot lexer until the prover stands.
import type { Finding } from '../findings.ts';
import { findSlots } from '../slots.ts';
import type { Node } from '../syntax/tree.ts';
import type { Slot } from './slot.ts';

/** What is known of a tree. */
export interface Proof {
  readonly slots: ReadonlyMap<number, Slot>;
  readonly marks: ReadonlySet<number>;
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Proves a tree. */
export function proveTree(nodes: readonly Node[]): Proof {
  const { slots, findings } = findSlots(nodes);
  return {
    slots: new Map([...slots].map(([node, slot]) => [node.offset, slot])),
    marks: new Set(),
    findings,
    warnings: [],
  };
}
