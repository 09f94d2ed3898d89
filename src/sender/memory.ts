// What a sending thread was given to keep: settings, templates, and the tokens that receivers may repeat.
import { LRUCache } from 'lru-cache';
import type { AttemptDeps, AttemptInput, AttemptSettings } from '../delivery/attempt.ts';
import { clientOf } from '../egress/token-cache.ts';
import type { CompiledTemplate } from '../templates/index.ts';
import { compilePlan, renderEvent } from '../templates/index.ts';
import { readAttempt } from './attempt-codec.ts';
import type { SentAttempt, ToThread } from './messages.ts';

/** The memory of one thread. Its owner says what is kept and what is dropped. */
export interface Memory {
  keep(message: Pick<ToThread, 'settings' | 'plans'>): void;
  drop(message: Pick<ToThread, 'dropped'>): void;
  /** The attempt of a message. Throws where it names what was never given, which is a bug. */
  read(sent: SentAttempt): AttemptInput;
  /** The tokens that came with the latest attempt for a client. */
  readonly knownTokens: AttemptDeps['knownTokens'];
}

// Of clients. The owner of the thread knows no more of them.
const MAX_CLIENTS = 1000;

/** An empty one. */
export function createMemory(): Memory {
  const settings = new Map<number, AttemptSettings>();
  const templates = new Map<number, CompiledTemplate>();
  const known = new LRUCache<string, readonly string[]>({ max: MAX_CLIENTS });
  return {
    keep: (message) => {
      for (const [slot, thing] of message.settings) settings.set(slot, thing);
      for (const [slot, plan] of message.plans) templates.set(slot, compilePlan(plan));
    },
    drop: (message) => {
      for (const slot of message.dropped) if (!settings.delete(slot)) templates.delete(slot);
    },
    read: (sent) => {
      const [, , , slot, , tokens, [organizationId]] = sent;
      const own = typeof slot === 'number' ? given(settings, slot) : slot;
      // A token is known here before it goes out, so no receiver can repeat one that is not.
      if (tokens !== undefined && own.authentication?.kind === 'oauth2') {
        known.set(clientOf(organizationId, own.authentication), tokens.known);
      }
      return readAttempt(sent, own, rendererOf(templates, sent));
    },
    knownTokens: (organizationId, authentication) => known.get(clientOf(organizationId, authentication)) ?? [],
  };
}

function rendererOf(
  templates: ReadonlyMap<number, CompiledTemplate>,
  [, , , , body]: SentAttempt,
): AttemptInput['render'] {
  if (body === undefined) return undefined;
  if (typeof body === 'object') return () => body;
  const template = given(templates, body);
  return (event) => renderEvent(template, event);
}

function given<Thing>(things: ReadonlyMap<number, Thing>, slot: number): Thing {
  const thing = things.get(slot);
  if (thing === undefined) throw new Error('An attempt names what its thread was never given.');
  return thing;
}
