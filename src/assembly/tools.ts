// What every part is given instead of the machine's own clock, dice and counters; a test may put its own in place.
import { randomBytes } from 'node:crypto';
import { AcceptanceClock } from '../domain/acceptance.ts';
import { secretFrom } from '../domain/api-key.ts';
import type { Chance, Clock } from '../domain/clock.ts';
import type { NewId } from '../domain/ids.ts';
import type { SecureContexts } from '../egress/connector.ts';
import type { LogSink } from '../observe/log.ts';
import type { KeyPair } from '../sandbox/index.ts';
import type { Schemas } from '../services/json-schema.ts';
import type { Workshop } from '../workshop/workshop.ts';
import { createNewId } from './new-id.ts';
import { pause } from './waiting.ts';

/** What a test may put in place of the machine's own. */
export interface AppOptions {
  readonly clock?: Clock;
  readonly chance?: Chance;
  readonly logSink?: LogSink;
  /** Leases go by `clock`, also where the database has one of its own for them. */
  readonly leasesFollowClock?: boolean;
  /** One that several apps share: starting its thread takes most of the start of an app. Whoever gives it ends it. */
  readonly workshop?: Workshop;
  /** Stands for waiting before a failed authentication is answered. */
  readonly slowDown?: (pauseMs: number) => Promise<void>;
  /** Those of `createProductSchemas`, which several apps may share. */
  readonly schemas?: Schemas;
  /** What connections trust, which several apps may share: reading the root certificates costs 20 ms each time. */
  readonly secureContexts?: SecureContexts;
  /** Makes the sandbox's certificate; several apps may have the same. */
  readonly sandboxCertificate?: () => Promise<KeyPair>;
}

/** The tools of one app. */
export interface Tools {
  readonly clock: Clock;
  /** Whether it is one of a test's. */
  readonly isClockGiven: boolean;
  /** Gives the instants at which events are accepted. */
  readonly acceptance: AcceptanceClock;
  readonly chance: Chance;
  readonly newId: NewId;
  readonly logSink: LogSink | undefined;
  readonly leasesFollowClock: boolean;
  readonly workshop: Workshop | undefined;
  readonly schemas: Schemas | undefined;
  readonly secureContexts: SecureContexts | undefined;
  readonly sandboxCertificate: (() => Promise<KeyPair>) | undefined;
  /** Waits before a failed authentication is answered; at once where `signal` is aborted. */
  slowDown(pauseMs: number, signal: AbortSignal): Promise<void>;
  /** 43 letters and digits with 256 random bits. */
  newSecret(): string;
  /** A text that no other process makes, nor this one again; it can be guessed. */
  newToken(): string;
  /** 32 random bytes. */
  randomBytes(): Uint8Array;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
}

/** Undoes one step of the start; `graceMs` is the time that requests under way still get. */
export type Undo = (graceMs: number) => Promise<void>;

/** Makes the tools. */
export function createTools(options: AppOptions): Tools {
  const token = secretFrom(randomBytes(32));
  let tokens = 0;
  const clock = options.clock ?? (() => new Date());
  return {
    clock,
    acceptance: new AcceptanceClock(clock),
    isClockGiven: options.clock !== undefined,
    chance: options.chance ?? Math.random,
    newId: createNewId(),
    logSink: options.logSink,
    leasesFollowClock: options.leasesFollowClock ?? false,
    workshop: options.workshop,
    schemas: options.schemas,
    secureContexts: options.secureContexts,
    sandboxCertificate: options.sandboxCertificate,
    slowDown: options.slowDown ?? pause,
    newSecret: () => secretFrom(randomBytes(32)),
    newToken: () => `${token}_${String((tokens += 1))}`,
    randomBytes: () => randomBytes(32),
    monotonicMs: () => performance.now(),
  };
}
