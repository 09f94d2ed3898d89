// Versions of webhooks, opened once: a version never changes, so what is sent by it again and again is kept in memory.
import { LRUCache } from 'lru-cache';
import type { Webhook } from '../domain/webhook.ts';

/** What it touches. */
export interface WebhookVersionsDeps {
  readonly store: {
    readonly webhooks: {
      byVersion(organizationId: string, id: string, version: number): Promise<Webhook | undefined>;
    };
  };
}

// In characters, of which templates are most; the least recently used go first.
const CAPACITY = 8_000_000;
const WITHOUT_TEMPLATE = 2000;

/** A memory of versions. What could not be read or opened is not kept. */
export class WebhookVersions {
  readonly #deps: WebhookVersionsDeps;
  readonly #kept = new LRUCache<string, Webhook>({
    maxSize: CAPACITY,
    sizeCalculation: ({ settings }) => (settings.bodyTemplate?.length ?? 0) + WITHOUT_TEMPLATE,
  });

  constructor(deps: WebhookVersionsDeps) {
    this.#deps = deps;
  }

  /** As the store's, but at once where the version is known. */
  byVersion(organizationId: string, id: string, version: number): Webhook | undefined | Promise<Webhook | undefined> {
    const kept = this.#kept.get(keyOf(organizationId, id, version));
    return kept ?? this.#read(organizationId, id, version);
  }

  async #read(organizationId: string, id: string, version: number): Promise<Webhook | undefined> {
    const webhook = await this.#deps.store.webhooks.byVersion(organizationId, id, version);
    if (webhook !== undefined) this.#kept.set(keyOf(organizationId, id, version), webhook);
    return webhook;
  }
}

function keyOf(organizationId: string, id: string, version: number): string {
  return `${organizationId} ${id} ${String(version)}`;
}
