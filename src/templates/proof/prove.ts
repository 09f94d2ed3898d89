// The proof: runs the JSON automaton along every way through the blocks of a template. What it finds no fault with
// renders JSON for every event (TEMPLATES.md section 2).
import { positionAt } from '../../domain/text.ts';
import type { Finding } from '../findings.ts';
import type { Node } from '../syntax/tree.ts';
import { ALWAYS, Bdd, TooComplexError } from './logic/bdd.ts';
import { Conditions } from './logic/conditions.ts';
import { Configurations } from './json/configuration.ts';
import type { Due } from './due.ts';
import { findDue } from './due.ts';
import { checkEnd } from './ending.ts';
import { ProofFaults } from './report/faults.ts';
import { NO_INK } from './report/ink.ts';
import type { Slot } from './slot.ts';
import { SlotMap } from './slots.ts';
import type { State } from './state.ts';
import { NO_COMMAS } from './state.ts';
import { TextPass } from './text-pass.ts';
import { eventFrame, Names } from './logic/things.ts';
import { findAskedTurns } from './turns.ts';
import type { Progress } from './walk.ts';
import { Walk } from './walk.ts';
import { Work } from './work.ts';

/** What is known of a tree. */
export interface Proof {
  /** What each placeholder writes, by the offset of its tag. */
  readonly slots: ReadonlyMap<number, Slot>;
  /** Offsets of the commas that may be superfluous. */
  readonly marks: ReadonlySet<number>;
  /** What refuses the template. None: it renders JSON for every event. */
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
}

// Bounds of the work, by counts: the same text gets the same answer on every machine.
const LIMITS = { nodes: 40_000, operations: 300_000 };

/** Proves the tree of a text. Never throws. */
export function proveTree(nodes: readonly Node[], text: string): Proof {
  const first = attempt(nodes, text, false);
  return first.mayDrop ? attempt(nodes, text, true).proof : first.proof;
}

interface Attempt {
  readonly proof: Proof;
  /** Whether it was too much work, and dropping conditions may help. */
  readonly mayDrop: boolean;
}

function attempt(nodes: readonly Node[], text: string, drops: boolean): Attempt {
  const bdd = new Bdd(LIMITS);
  const names = new Names();
  const conditions = new Conditions(bdd, names);
  const configurations = new Configurations();
  const faults = new ProofFaults(bdd);
  const warnings = new ProofFaults(bdd);
  const slots = new SlotMap({ bdd, configurations, faults });
  const work = new Work();
  const texts = new TextPass({ bdd, conditions, configurations, faults, warnings, work });
  const start = configurations.of('value', '');
  const before: State = new Map([
    [start.id, { at: start, when: ALWAYS, commas: NO_COMMAS, ink: NO_INK, level: undefined }],
  ]);
  const known = (): Pick<Proof, 'findings' | 'warnings'> => ({
    findings: faults.findings(conditions, text),
    warnings: warnings.findings(conditions, text),
  });
  let progress: Progress = NO_PROGRESS;
  try {
    const due = drops ? findDue(bdd, conditions, names, nodes) : NOTHING_DUE;
    const walk = new Walk({ bdd, conditions, names, faults, slots, texts, work, asked: findAskedTurns(nodes), due });
    ({ progress } = walk);
    checkEnd(faults, text, walk.nodes(nodes, before, eventFrame(names)));
  } catch (error) {
    if (!(error instanceof TooComplexError)) throw error;
    return { proof: tooMuch(known(), tooComplex(progress, text)), mayDrop: error.mayDrop };
  }
  return { proof: { slots: slots.result(nodes), marks: texts.marks, ...known() }, mayDrop: false };
}

const NOTHING_DUE: Due = new Map();
const NO_PROGRESS: Progress = { at: 0, parting: [] };

// What was found before it was too much is said; only where there is nothing, that it was too much.
function tooMuch(known: Pick<Proof, 'findings' | 'warnings'>, finding: Finding): Proof {
  const findings = known.findings.length > 0 ? known.findings : [finding];
  return { slots: new Map(), marks: new Set(), findings, warnings: known.warnings };
}

const MOST_BLOCKS = 6;

function tooComplex({ at, parting }: Progress, text: string): Finding {
  const places = parting.slice(0, MOST_BLOCKS).map((offset) => {
    const { line, column } = positionAt(text, offset);
    return `${String(line)}:${String(column)}`;
  });
  const more = parting.length > MOST_BLOCKS ? ' and others' : '';
  const which = places.length < 2 ? 'around here' : `at ${places.join(', ')}${more} (line:column)`;
  return {
    code: 'too_complex',
    offset: at,
    detail: `The blocks ${which} go together in more ways than can be checked.`,
    hint: 'Let fewer blocks decide about brackets, quotes and colons; write whole members inside of each block.',
  };
}
