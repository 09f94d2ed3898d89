// The health of webhooks as it was last seen, so that what attempts mean for it can be planned without asking for it.
import type { Knex } from 'knex';
import type { Finish } from '../../domain/lease.ts';
import { readRow } from '../sql/rows.ts';
import type { FoundHealth } from '../webhook-health.ts';
import { groupByWebhook, healthQuery, judgeAll, readFoundHealth } from '../webhook-health.ts';
import type { PlannedHealth } from './planned.ts';

/** A memory. What is planned by it has to be looked at again in the transaction. */
export class HealthMemory {
  readonly #lookup: Knex;
  // One small entry for each webhook that this process has sent for; `undefined` where there is none of that id.
  readonly #known = new Map<string, FoundHealth | undefined>();

  constructor(lookup: Knex) {
    this.#lookup = lookup;
  }

  /**
   * What the attempts mean for the health of their webhooks; `undefined` where something happens by it that others are
   * told of, which takes more than one row.
   */
  async plan(finishes: readonly Finish[]): Promise<readonly PlannedHealth[] | undefined> {
    const planned: PlannedHealth[] = [];
    for (const [webhookId, all] of groupByWebhook(finishes)) {
      const known = this.#known.has(webhookId) ? this.#known.get(webhookId) : await this.#read(webhookId);
      const one = known === undefined ? NOBODY : judge(known, all);
      if (one === undefined) {
        // Whoever writes it step by step changes it.
        this.#known.delete(webhookId);
        return undefined;
      }
      planned.push({ webhookId, ...one });
    }
    return planned;
  }

  /** What was planned is stored: what became another has to be read again. */
  stored(planned: readonly PlannedHealth[]): void {
    for (const { webhookId, next } of planned) if (next !== undefined) this.#known.delete(webhookId);
  }

  /** What was planned did not hold, or may not have. */
  forget(planned: readonly PlannedHealth[]): void {
    for (const { webhookId } of planned) this.#known.delete(webhookId);
  }

  async #read(webhookId: string): Promise<FoundHealth | undefined> {
    const row = await readRow(healthQuery(this.#lookup, [webhookId]));
    const known = row === undefined ? undefined : readFoundHealth(row);
    this.#known.set(webhookId, known);
    return known;
  }
}

type Judged = Omit<PlannedHealth, 'webhookId'>;

const NOBODY: Judged = { version: 0, found: '', next: undefined };

// What an earlier version was told says nothing of the one that somebody has mended meanwhile.
function judge({ health, version, found }: FoundHealth, finishes: readonly Finish[]): Judged | undefined {
  const own = finishes.filter(({ start }) => start?.webhookVersion === version);
  const step = judgeAll(health, own);
  if (step.changes.length > 0) return undefined;
  return { version, found, next: step.health === health ? undefined : step.health };
}
