// What an organization keeps in its audit log: which levels of each area, and which actions it does not want at all.
import type { Fault } from '../errors.ts';
import type { ExactJson, ExactJsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import { pointerTo } from '../text.ts';
import type { Classification, CoveredArea, Level } from './areas.ts';
import { AREAS, areaNamed, AUDIT_LOG, levelNamed, LEVELS, reaches } from './areas.ts';
import type { Classified } from './classification.ts';
import { classify, unknownArea, unknownLevel } from './classification.ts';
import { typeOf } from './type.ts';

/** Up to which level each area is covered. */
export type LevelByArea = Readonly<Record<CoveredArea, Level>>;

/** Everything is covered where nobody has said otherwise. */
export const DEFAULT_LEVELS: LevelByArea = levelsBy(() => 'full');

/** What is not kept; only for an organization that leaves out anything at all. */
export interface CoverageRules {
  readonly levelByArea: LevelByArea;
  /** The actions that are not wanted, by `actionKey`, each as it was written. */
  readonly denied: ReadonlyMap<string, string>;
}

/** Why an event is neither kept nor delivered: its level is above what its area covers, or its action is not wanted. */
export interface Exclusion {
  readonly classification: Classification | undefined;
  /** As the deny list has it; `undefined` where the coverage is the reason. */
  readonly deniedAction: string | undefined;
}

/** The rules of an organization; `undefined` where everything is kept, so that nothing has to be asked of its events. */
export function rulesOf(settings: {
  readonly levelByArea: LevelByArea;
  readonly deniedActions: readonly string[];
}): CoverageRules | undefined {
  const { levelByArea, deniedActions } = settings;
  if (deniedActions.length === 0 && AREAS.every((area) => levelByArea[area] === 'full')) return undefined;
  return { levelByArea, denied: new Map(deniedActions.map((action) => [actionKey(action), action])) };
}

/** Why an event is not kept, or `undefined` where it is. `value` is the event as read. */
export function exclusionOf(rules: CoverageRules, event: Classified, value: ExactJson): Exclusion | undefined {
  return exclusionBy(rules, classify(event, value), rules.denied.size === 0 ? [] : namesOf(event, value));
}

// An action is excluded by the type of its events, or as the log shows it.
function namesOf(event: Classified, value: ExactJson): readonly string[] {
  const { action, actionI18nKey } = typeOf(event, value);
  return [event.eventType, action, actionI18nKey];
}

/**
 * As `exclusionOf`, for what was classified. `names` are those of its action: its event type, its text, its i18n key. What
 * happens to the log itself is always kept.
 */
export function exclusionBy(
  { levelByArea, denied }: CoverageRules,
  classification: Classification | undefined,
  names: readonly string[],
): Exclusion | undefined {
  if (classification?.area === AUDIT_LOG) return undefined;
  if (classification !== undefined && !reaches(levelByArea[classification.area], classification.level)) {
    return { classification, deniedAction: undefined };
  }
  if (denied.size === 0) return undefined;
  for (const name of names) {
    const deniedAction = denied.get(actionKey(name));
    if (deniedAction !== undefined) return { classification, deniedAction };
  }
  return undefined;
}

/** By what names of actions are compared: case, width and the blanks around them do not count. */
export function actionKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** Actions without the blanks around them, and without those that an earlier one is the same as. */
export function distinctActions(actions: readonly string[]): string[] {
  const first = new Map<string, string>();
  for (const action of actions) {
    const key = actionKey(action);
    if (!first.has(key)) first.set(key, action.trim());
  }
  return [...first.values()];
}

/** Levels that somebody wants, laid over those that are; or everything that is wrong with them. */
export type LevelReading =
  { readonly ok: true; readonly levels: LevelByArea } | { readonly ok: false; readonly faults: readonly Fault[] };

/** Reads `levelByArea`, whose values are texts. Areas that it leaves out stay as they are. `pointer` is where it stands. */
export function readLevels(wanted: ExactJsonObject, current: LevelByArea, pointer: string): LevelReading {
  const faults: Fault[] = [];
  const found = new Map<CoveredArea, Level>();
  for (const [name, value] of Object.entries(wanted)) {
    const at = pointerTo(pointer, name);
    const area = areaNamed(name);
    const text = typeof value === 'string' ? value : '';
    const level = levelNamed(text);
    if (area === undefined) faults.push(unknownArea(at, name));
    if (level === undefined) faults.push(unknownLevel(at, text, LEVELS));
    if (area !== undefined && found.has(area)) faults.push(twice(at, area));
    if (area !== undefined && level !== undefined) found.set(area, level);
  }
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, levels: levelsBy((area) => found.get(area) ?? current[area]) };
}

/** What is wrong with the areas and levels of a body that sets some. */
export function coverageFaults({ levelByArea }: ExactJsonObject): readonly Fault[] {
  const reading = readLevels(isObject(levelByArea) ? levelByArea : {}, DEFAULT_LEVELS, '/levelByArea');
  return reading.ok ? [] : reading.faults;
}

function twice(pointer: string, area: CoveredArea): Fault {
  const detail = `The area ${area} stands here twice, in two spellings.`;
  return { pointer, code: 'duplicate_key', detail, hint: 'Keep one.' };
}

/** A level for each area. */
export function levelsBy(levelOf: (area: CoveredArea) => Level): LevelByArea {
  return {
    'global-config-and-administration': levelOf('global-config-and-administration'),
    'user-management': levelOf('user-management'),
    permissions: levelOf('permissions'),
    'local-config-and-administration': levelOf('local-config-and-administration'),
    security: levelOf('security'),
    'end-user-activity': levelOf('end-user-activity'),
    ecosystem: levelOf('ecosystem'),
  };
}
