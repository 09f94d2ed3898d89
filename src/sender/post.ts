// What one thread is told, and in which words: the owner's side of its memory.
import type { Attempt, AttemptSettings, BodyRenderer } from '../delivery/attempt.ts';
import type { OAuth2Authentication } from '../domain/authentication.ts';
import type { TemplatePlan } from '../templates/index.ts';
import { settingsToSend, writeAttempt } from './attempt-codec.ts';
import type { SentAttempt, SentTokens, ToThread } from './messages.ts';
import { createShelf } from './shelf.ts';

/** What writing messages touches. */
export interface PostDeps {
  /** The access tokens that this process has got lately for the client of a webhook. */
  knownTokens(organizationId: string, authentication: OAuth2Authentication): readonly string[];
}

/** An attempt that goes to the thread. */
export interface Posted {
  readonly id: number;
  readonly group: number;
  /** On the clock that all threads share; `Infinity` where it may begin at any time. */
  readonly startBy: number;
  readonly input: Attempt;
}

/** Writes the messages of one thread, from its start to its end. */
export interface Post {
  write(attempts: readonly Posted[], interrupted: readonly number[]): ToThread;
}

// Versions of webhooks. They have no more than some ten kilobytes each, and mostly one.
const SETTINGS_KEPT = 1000;
// Characters of template source, as many as the cache of the main thread keeps.
const TEMPLATES_KEPT = 1024 * 1024;

/** Begins to write to a thread that knows nothing yet. */
export function createPost(deps: PostDeps): Post {
  let slots = 0;
  const newSlot = (): number => (slots += 1);
  const settings = createShelf<AttemptSettings>({ capacity: SETTINGS_KEPT, sizeOf: () => 1 }, newSlot);
  const plans = createShelf<TemplatePlan>(
    { capacity: TEMPLATES_KEPT, sizeOf: ({ source }) => Math.max(source.length, 1) },
    newSlot,
  );
  const settingsOf = ({ start, settings: given }: Attempt): SentAttempt[3] => {
    const { webhookId, webhookVersion } = start;
    if (webhookId === undefined || webhookVersion === undefined) return settingsToSend(given);
    return settings.slot(`${start.organizationId} ${webhookId} ${String(webhookVersion)}`, () => settingsToSend(given));
  };
  const bodyOf = (render: BodyRenderer | undefined, { event, value }: Attempt): SentAttempt[4] => {
    if (render === undefined) return undefined;
    const { plan } = render;
    return plan === undefined ? render(event, value) : plans.slot(plan.sha256, () => plan);
  };
  const sent = ({ id, group, startBy, input }: Posted): SentAttempt => {
    const body = bodyOf(input.render, input);
    const tokens = tokensOf(deps, input);
    return writeAttempt(input, { id, group, startBy, settings: settingsOf(input), body, tokens });
  };
  return {
    write: (attempts, interrupted) => {
      const all = attempts.map(sent);
      const [ofSettings, ofPlans] = [settings.take(), plans.take()];
      const dropped = [...ofSettings.dropped, ...ofPlans.dropped];
      return { settings: ofSettings.kept, plans: ofPlans.kept, attempts: all, dropped, interrupted };
    },
  };
}

function tokensOf(
  deps: PostDeps,
  { start, settings: { authentication }, accessToken }: Attempt,
): SentTokens | undefined {
  if (accessToken === undefined || authentication?.kind !== 'oauth2') return undefined;
  return { accessToken, known: deps.knownTokens(start.organizationId, authentication) };
}
