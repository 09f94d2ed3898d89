// What attempts of a webhook need, made once for its settings: to make it anew takes longer than the rest of an attempt.
import type { Masker } from '../domain/mask.ts';
import { createMasker } from '../domain/mask.ts';
import type { SecretSettings } from '../domain/record-request.ts';
import { secretsOf } from '../domain/record-request.ts';
import type { WebhookSettings } from '../domain/webhook.ts';
import type { CompiledValidator } from '../responses/validators.ts';
import { compileValidators } from '../responses/validators.ts';

/** The settings of which a kit is made. */
export type KitSettings = SecretSettings & Pick<WebhookSettings, 'responseValidators'>;

/** What follows from the settings of a webhook, and from nothing else. */
export interface AttemptKit {
  readonly validators: readonly CompiledValidator[];
  /** Takes out the secrets of the settings, and these access tokens, which a receiver may know, too. */
  masker(accessTokens: readonly string[]): Masker;
}

/** The kit of settings. Settings never change, so the same ones always get the same kit. */
export type Kits = (settings: KitSettings) => AttemptKit;

/** Makes kits, and keeps each as long as somebody has its settings. */
export function createKits(): Kits {
  const kits = new WeakMap<KitSettings, AttemptKit>();
  return (settings) => {
    const kit = kits.get(settings) ?? makeKit(settings);
    kits.set(settings, kit);
    return kit;
  };
}

function makeKit(settings: KitSettings): AttemptKit {
  let last = { tokens: '', masker: createMasker(secretsOf(settings)) };
  return {
    validators: compileValidators(settings.responseValidators),
    // Tokens change once an hour or so, hence only the last masker is kept.
    masker: (accessTokens) => {
      const tokens = accessTokens.join('\n');
      if (tokens !== last.tokens) last = { tokens, masker: createMasker(secretsOf(settings, accessTokens)) };
      return last.masker;
    },
  };
}
