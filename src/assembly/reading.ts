// Reading the log: how far it can be read, and telling of it.
import { LOG_READS, logReadEvent } from '../domain/log-reads.ts';
import type { ReadNotes } from '../http/log-reading.ts';
import { CountedAudit } from '../services/counted-audit.ts';
import { Horizon } from '../services/horizon.ts';
import { createEventSink } from '../services/own-events.ts';
import type { ReadLogDeps } from '../services/read-log.ts';
import type { Store } from '../store/index.ts';
import type { Observation } from './observation.ts';
import type { Tools } from './tools.ts';
import { pause } from './waiting.ts';

/** What reading is made of. */
export interface ReadingParts {
  readonly tools: Tools;
  readonly store: Store;
  readonly report: Observation['report'];
  /** Puts what can be read into the index. */
  indexNow(): Promise<void>;
}

/** What reads, and its end. */
export interface Reading {
  readonly deps: ReadLogDeps & ReadNotes;
  readonly horizon: Horizon;
  /** Writes the reads that were only counted so far. */
  flush(): Promise<void>;
  /** As `flush`, and waits for nothing more. */
  close(): Promise<void>;
}

/** Makes it. */
export function createReading(parts: ReadingParts): Reading {
  const { tools, store, report } = parts;
  const { acceptance, clock } = tools;
  const monotonicMs = (): number => tools.monotonicMs();
  const horizon = new Horizon({ store, acceptance, indexNow: () => parts.indexNow(), monotonicMs, pause });
  const audit = new CountedAudit({
    ...{ store, ownEvents: createEventSink(tools), clock, pause, report },
    ...{ kinds: LOG_READS, eventOf: logReadEvent, name: 'read-audit' },
    concerns: ({ actor }) => actor.organizationId,
  });
  return {
    deps: { store, horizon, logRead: (read) => audit.note(read) },
    horizon,
    flush: () => audit.flush(),
    close: () => audit.close(),
  };
}
