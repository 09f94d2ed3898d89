// What the tests of the automaton share: a reading in one line of words.
import { readText } from '../../../../src/templates/proof/json/automaton.ts';
import type { Reading } from '../../../../src/templates/proof/json/automaton.ts';
import { Configurations } from '../../../../src/templates/proof/json/configuration.ts';
import type { Configuration, Mode } from '../../../../src/templates/proof/json/configuration.ts';
import type { Sight } from '../../../../src/templates/proof/json/sights.ts';

/** The configurations of all tests. */
export const CONFIGURATIONS = new Configurations();

/** A reading that starts where the text of a template does, or elsewhere. */
export function read(text: string, mode: Mode = 'value', stack = '', inKey = false, muted = false): Reading {
  return readText(CONFIGURATIONS, text, CONFIGURATIONS.of(mode, stack, inKey, muted));
}

/** What was seen, in order: `+` stands for commas too many, `!` for a fault, `@` for where it is. */
export function seen(sights: readonly Sight[]): string[] {
  return sights.map((sight) => {
    switch (sight.kind) {
      case 'open':
        return `open@${String(sight.at)}`;
      case 'close':
        return `close${sight.extra ? '+' : ''}`;
      case 'comma':
        return `comma@${String(sight.at)}${sight.extra ? '+' : ''}${sight.inList ? ' in list' : ''}`;
      case 'member':
        return 'member';
      case 'key':
        return `key@${String(sight.at)} ${sight.key}`;
      case 'fault':
        return `!${sight.fault.code}@${String(sight.at)}`;
    }
  });
}

/** A configuration in words: mode, brackets, whether in a key, whether muted. */
export function place(end: Configuration | undefined): string {
  if (end === undefined) return 'lost';
  return `${end.mode} ${end.stack || 'top'}${end.inKey ? ' key' : ''}${end.muted ? ' muted' : ''}`;
}
