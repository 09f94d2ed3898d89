// The addresses of a name, asked of DNS directly: getaddrinfo waits in one of the few threads of the process, so two
// names whose servers never answer would keep all others from being resolved.
import { lookup as systemLookup, Resolver } from 'node:dns/promises';
import type { Address, Lookup } from './connector.ts';

/** What looking up takes. */
export interface LookupDeps {
  /** Gives a resolver for one name: cancelling it ends the questions for this name only. */
  readonly newResolver: () => Pick<Resolver, 'resolve4' | 'resolve6' | 'cancel'>;
  /** All addresses of a name by getaddrinfo, which knows the hosts file and search domains. */
  readonly askSystem: (host: string) => Promise<readonly Address[]>;
  /** Whether the operator has named the host: then the system is asked at once, and DNS need not answer. */
  readonly isNamed: (host: string) => boolean;
}

interface FamilyAnswer {
  readonly addresses: readonly Address[];
  /** Why there are none: the resolver's code. */
  readonly error?: unknown;
}

// The second try waits twice as long; both have room in the five seconds that connecting may take.
const TRY_MS = 1000;
const TRIES = 2;
// How long addresses of one family wait for the other's. RFC 8305 §3 waits 50 ms, where both are near.
const OTHER_FAMILY_MS = 250;

// DNS has said that there is nothing (or c-ares has no server): the system may know more, and says so at once.
const FINAL = new Set<unknown>(['ENOTFOUND', 'ENODATA', 'ECONNREFUSED']);

/**
 * Makes the look-up: A and AAAA at once, those of IPv4 first, one family being enough. Rejects with the resolver's code
 * (`ENOTFOUND`, `ETIMEOUT`); where DNS knows nothing, only after the system was asked as well.
 */
export function createLookup(deps: LookupDeps): Lookup {
  const askSystem = oneAtATime(deps.askSystem);
  return async (host, signal) => {
    if (deps.isNamed(host)) return deps.askSystem(host);
    const answers = await askBoth(deps.newResolver(), host, signal);
    const addresses = answers.flatMap((answer) => answer.addresses);
    if (addresses.length > 0) return addresses;
    const passing = answers.find(({ error }) => error !== undefined && !FINAL.has(codeOf(error)));
    if (passing !== undefined) throw passing.error;
    return askSystem(host, signal);
  };
}

/** The look-up by the servers and the files of this machine. */
export function systemLookupFor(isNamed: LookupDeps['isNamed']): Lookup {
  return createLookup({
    newResolver: () => new Resolver({ timeout: TRY_MS, tries: TRIES }),
    askSystem: (host) => systemLookup(host, { all: true }),
    isNamed,
  });
}

async function askBoth(
  resolver: ReturnType<LookupDeps['newResolver']>,
  host: string,
  signal: AbortSignal,
): Promise<FamilyAnswer[]> {
  signal.throwIfAborted();
  let waiting: NodeJS.Timeout | undefined;
  const cancel = (): void => resolver.cancel();
  const answerOf = async (family: number, asked: Promise<string[]>): Promise<FamilyAnswer> => {
    try {
      const addresses = (await asked).map((address) => ({ address, family }));
      if (addresses.length > 0) waiting ??= setTimeout(cancel, OTHER_FAMILY_MS);
      return { addresses };
    } catch (error) {
      return { addresses: [], error };
    }
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await Promise.all([answerOf(4, resolver.resolve4(host)), answerOf(6, resolver.resolve6(host))]);
  } finally {
    clearTimeout(waiting);
    signal.removeEventListener('abort', cancel);
  }
}

// Whoever lets DNS deny a name and then lets the system wait for it must not get more than one thread by that.
function oneAtATime(askSystem: LookupDeps['askSystem']): Lookup {
  let last: Promise<unknown> = Promise.resolve();
  return (host, signal) => {
    const turn = last.then(() => {
      signal.throwIfAborted();
      return askSystem(host);
    });
    last = turn.catch(() => undefined);
    return turn;
  };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
