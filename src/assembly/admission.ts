// Who is let in: keys, limits, and what becomes of those that are refused.
import type { Config } from '../config.ts';
import type { AdmitDeps } from '../http/authenticate.ts';
import type { LeanDeps } from '../http/lean-intake.ts';
import { createLimits } from '../http/limits.ts';
import { Slowing } from '../http/slowing.ts';
import { concernedBy, refusalEvent, REFUSALS } from '../domain/refusals.ts';
import { recognise } from '../services/access.ts';
import { KeyUse } from '../services/key-use.ts';
import { KnownKeys } from '../services/known-keys.ts';
import { createEventSink } from '../services/own-events.ts';
import { CountedAudit } from '../services/counted-audit.ts';
import type { Store } from '../store/index.ts';
import type { Observation } from './observation.ts';
import type { Tools } from './tools.ts';
import { pause } from './waiting.ts';

/** What it is made of. */
export interface AdmissionParts {
  readonly config: Config;
  readonly tools: Tools;
  readonly store: Store;
  readonly report: Observation['report'];
}

/** What admits requests, and its end. */
export interface Admission {
  readonly deps: AdmitDeps;
  /** Keys of callers that need not be looked up. */
  readonly keys: LeanDeps['keys'];
  /** Answers that wait are given at once. */
  hurry(): void;
  /** Writes what is only in memory: refusals that were counted, uses of keys. */
  flush(): Promise<void>;
  /** As `flush`, and waits for nothing more. */
  close(): Promise<void>;
}

/** Makes it. */
export function createAdmission({ config, tools, store, report }: AdmissionParts): Admission {
  const { clock } = tools;
  const slowing = new Slowing({ pause: (pauseMs, signal) => tools.slowDown(pauseMs, signal) });
  const known = new KnownKeys({ clock });
  const keyUse = new KeyUse({ store, clock, report });
  const audit = new CountedAudit({
    ...{ store, ownEvents: createEventSink(tools), clock, pause, report },
    ...{ kinds: REFUSALS, concerns: concernedBy, eventOf: refusalEvent, name: 'refusal-audit' },
  });
  return {
    deps: {
      recognise: (keyText) => recognise({ store, known, clock }, keyText),
      limits: createLimits({ perKey: config.rateLimit, monotonicMs: () => tools.monotonicMs() }),
      slow: (failures) => slowing.slow(failures),
      keyUsed: (keyId) => keyUse.note(keyId),
      report,
      refused: (refusal) => audit.note(refusal),
    },
    keys: {
      holderOf: (keyText) => known.holderOf(keyText),
    },
    hurry: () => slowing.stop(),
    flush: async () => {
      await audit.flush();
      await keyUse.settled();
    },
    close: async () => {
      await audit.close();
      await keyUse.settled();
    },
  };
}
