// What attempts are made of: where they may connect, the tokens they take, and the threads or the loop that sends them.
import type { Config } from '../config.ts';
import type { AttemptDeps } from '../delivery/attempt.ts';
import { attempt } from '../delivery/attempt.ts';
import { authorize } from '../delivery/authorize.ts';
import type { DeliverDeps } from '../delivery/deliver.ts';
import { createKits } from '../delivery/kit.ts';
import type { OutgoingRequest } from '../domain/exchange.ts';
import type { Exchanger } from '../egress/exchange.ts';
import { createExchanger } from '../egress/exchange.ts';
import type { EgressExceptions, EgressPolicy } from '../egress/policy.ts';
import { createEgressPolicy, parseEgressAllow, parseEgressConnect } from '../egress/policy.ts';
import { requestToken } from '../egress/token.ts';
import type { Tokens } from '../egress/token-cache.ts';
import { createTokens } from '../egress/token-cache.ts';
import type { Reporter } from '../observe/report.ts';
import type { SandboxAddress } from '../sandbox/index.ts';
import { startSender } from '../sender/sender.ts';
import { sharedMs } from '../sender/shared-clock.ts';
import { startThread } from '../sender/thread.ts';
import { readAuthorities } from './authorities.ts';
import type { Tools, Undo } from './tools.ts';
import { pause } from './waiting.ts';

/** What attempts are made of. */
export interface AttemptingParts {
  readonly config: Config;
  readonly tools: Tools;
  readonly report: Reporter;
  readonly sandbox: SandboxAddress | undefined;
  readonly version: string;
  readonly undo: Undo[];
}

/** How deliveries and tests get their tokens and make their attempts. */
export interface Attempting extends Pick<DeliverDeps, 'authorize' | 'attempt'> {
  readonly policy: EgressPolicy;
}

/** Starts the threads that send, where there are to be any. Tokens are asked for from this one: they are seldom needed. */
export async function startAttempting(parts: AttemptingParts): Promise<Attempting> {
  const { config, tools, undo } = parts;
  const exceptions = readExceptions(config, parts.sandbox);
  const policy = createEgressPolicy(exceptions);
  const exchanger = createExchanger({
    policy,
    contexts: tools.secureContexts,
    connectionsPerOrigin: config.concurrency,
  });
  undo.push(() => exchanger.close());
  const tokens = createTokenCache(parts, exchanger);
  // A clock of a test's cannot pass to another thread.
  const threads = tools.isClockGiven ? 0 : config.senderThreads;
  return {
    policy,
    authorize: (input, signal) => authorize({ tokens, clock: tools.clock }, input, signal),
    attempt: threads > 0 ? await inThreads(parts, exceptions, tokens, threads) : here(parts, exchanger, tokens),
  };
}

async function inThreads(
  parts: AttemptingParts,
  exceptions: EgressExceptions,
  tokens: Tokens,
  threads: number,
): Promise<DeliverDeps['attempt']> {
  const { config, tools, report, undo } = parts;
  const setup = { exceptions, connectionsPerOrigin: config.concurrency, userAgent: userAgentOf(parts) };
  const sender = await startSender(
    {
      startThread: (owner) => startThread(setup, owner),
      knownTokens: (organizationId, authentication) => tokens.known(organizationId, authentication),
      clock: tools.clock,
      monotonicMs: () => tools.monotonicMs(),
      sharedMs,
      later: setImmediate,
      pause,
      report,
    },
    threads,
  );
  undo.push(() => sender.stop());
  return (input, signal) => sender.attempt(input, signal);
}

function here(parts: AttemptingParts, exchanger: Exchanger, tokens: Tokens): DeliverDeps['attempt'] {
  const deps: AttemptDeps = {
    send: (request, signal) => exchanger.send(request, signal),
    knownTokens: (organizationId, authentication) => tokens.known(organizationId, authentication),
    kitOf: createKits(),
    clock: parts.tools.clock,
    userAgent: userAgentOf(parts),
  };
  return (input, signal) => attempt(deps, input, signal);
}

function userAgentOf({ version }: AttemptingParts): string {
  return `Hookwright/${version}`;
}

function createTokenCache(parts: AttemptingParts, exchanger: Exchanger): Tokens {
  const deps = { send: (request: OutgoingRequest) => exchanger.send(request), userAgent: userAgentOf(parts) };
  return createTokens({
    ...parts.tools,
    request: (authentication, timeoutMs) => requestToken(deps, authentication, timeoutMs),
    pause,
    report: parts.report,
  });
}

function readExceptions(config: Config, sandbox: SandboxAddress | undefined): EgressExceptions {
  const ca = config.egressCaFile === undefined ? undefined : readAuthorities(config.egressCaFile);
  const allow = parseEgressAllow(config.egressAllow.join(','));
  const connect = parseEgressConnect(config.egressConnect.join(','));
  const problems = [...allow.problems, ...connect.problems];
  if (problems.length > 0) throw new Error(`The egress exceptions cannot be used: ${problems.join(' ')}`);
  return {
    allow: allow.values,
    connect: [...connect.values.map((rule) => ({ ...rule, ca })), ...(sandbox === undefined ? [] : [sandbox])],
  };
}
