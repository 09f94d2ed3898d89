// Turns what a schema validator says into what a person needs to read: one fault for one mistake, and how to mend it.
import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Fault } from '../domain/errors.ts';
import { pointerTo } from '../domain/text.ts';
import type { Describe, Miss } from './schema-sentences.ts';
import { faultOf, mergedMiss, missOf, noneFits } from './schema-sentences.ts';

export { formatFault } from './schema-sentences.ts';

// More faults than this help nobody; and a hostile list may miss its schema in every one of a million items.
const MAX_FAULTS = 100;
const MAX_ERRORS = 1000;

/** A fault, and what it was made from where it may belong to one branch of an `anyOf`. */
interface Finding {
  readonly fault: Fault;
  readonly miss: Miss | undefined;
  readonly parentPath: string;
}

/** The faults behind a validator's errors: alternatives folded, the validator's own book-keeping left out. */
export function toFaults(errors: readonly ErrorObject[], describe: Describe): Fault[] {
  let findings: Finding[] = [];
  for (const error of errors.slice(0, MAX_ERRORS)) {
    if (error.keyword === 'if' || error.keyword === 'propertyNames') continue;
    if (error.keyword === 'anyOf' || error.keyword === 'oneOf') findings = foldAlternatives(findings, error, describe);
    else findings.push(toFinding(error, describe));
  }
  return findings.map((finding) => finding.fault);
}

function toFinding(error: ErrorObject, describe: Describe): Finding {
  return {
    fault: faultOf(error, pointerOf(error), describe),
    miss: missOf(error),
    parentPath: error.schemaPath.slice(0, error.schemaPath.lastIndexOf('/')),
  };
}

// The place that a person would look at: the missing member itself, the unknown member itself, the repeated item.
function pointerOf(error: ErrorObject): string {
  const params: Readonly<Record<string, unknown>> = error.params;
  const step =
    params['missingProperty'] ??
    params['additionalProperty'] ??
    params['unevaluatedProperty'] ??
    error.propertyName ??
    (error.keyword === 'uniqueItems' ? Math.max(Number(params['i']), Number(params['j'])) : undefined);
  return typeof step === 'string' || typeof step === 'number'
    ? pointerTo(error.instancePath, step)
    : error.instancePath;
}

/**
 * The validator says what every branch of an `anyOf` finds wrong, then that none fits. The errors of the branches stand
 * right before it. Where one branch was of the right type, its errors are the ones that help; otherwise there is one
 * fault that names what is allowed.
 */
function foldAlternatives(findings: readonly Finding[], error: ErrorObject, describe: Describe): Finding[] {
  const pointer = error.instancePath;
  const start = findings.findLastIndex((finding) => !isWithin(finding.fault.pointer, pointer)) + 1;
  const before = findings.slice(0, start);
  const pile = findings.slice(start);
  const misses = pile.filter((finding) => finding.miss !== undefined && finding.fault.pointer === pointer);
  const near = pile.filter((finding) => !misses.includes(finding));
  const branches = Array.isArray(error.schema) ? error.schema.length : 0;
  const possible = branches - new Set(misses.map((finding) => finding.parentPath)).size;
  if (near.length > 0 && possible <= 1) return [...before, ...near];
  const merged =
    near.length > 0 ? undefined : mergedMiss(misses.flatMap(({ miss }) => (miss === undefined ? [] : [miss])));
  const fault = merged === undefined ? noneFits(error, describe) : faultOf({ ...error, ...merged }, pointer, describe);
  const parentPath = error.schemaPath.slice(0, error.schemaPath.lastIndexOf('/'));
  return [...before, { fault, miss: merged === undefined ? undefined : missOf({ ...error, ...merged }), parentPath }];
}

function isWithin(pointer: string, parent: string): boolean {
  return pointer === parent || pointer.startsWith(`${parent}/`);
}

/** Faults in the order of their pointers, each mistake once, at most 100. */
export function finishFaults(faults: readonly Fault[]): Fault[] {
  const atSamePlace = (fault: Fault): readonly Fault[] => faults.filter((other) => other.pointer === fault.pointer);
  // An empty name is too short; that it also misses its pattern tells nobody anything.
  const isImplied = (fault: Fault): boolean =>
    (fault.code === 'pattern' || fault.code === 'format') &&
    atSamePlace(fault).some((other) => other.code !== fault.code);
  const unique = new Map<string, Fault>();
  for (const fault of faults.slice(0, MAX_FAULTS)) {
    const key = `${fault.code} ${fault.pointer}`;
    if (!unique.has(key) && !isImplied(fault)) unique.set(key, fault);
  }
  return [...unique.values()].sort((a, b) => comparePointers(a.pointer, b.pointer));
}

function comparePointers(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (const [index, step] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (step === other) continue;
    const bothIndexes = /^\d+$/.test(step) && /^\d+$/.test(other);
    if (bothIndexes) return Number(step) - Number(other);
    return step < other ? -1 : 1;
  }
  return left.length - right.length;
}
