// The health of webhooks as it was last seen, so that what attempts mean for it can be planned without asking for it.
import type { Finish } from '../../domain/lease.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { runStatement } from '../sql/rows.ts';
import { groupByWebhook, healthQuery, judgeAll, readCurrentHealth } from '../webhook-health.ts';
import type { PlannedHealth } from './group-steps.ts';
import { textOf } from './steps.ts';

interface Known {
  /** The rows that it was read from, by their text. */
  readonly text: string;
  readonly current: ReturnType<typeof readCurrentHealth>;
}

/** A memory. What is planned by it has to be looked at again in the transaction. */
export class HealthMemory {
  readonly #database: Pick<StoreDeps['database'], 'dialect' | 'lookup'>;
  // One small entry for each webhook that this process has sent for.
  readonly #known = new Map<string, Known>();

  constructor(database: Pick<StoreDeps['database'], 'dialect' | 'lookup'>) {
    this.#database = database;
  }

  /**
   * What the attempts mean for the health of their webhooks; `undefined` where something happens by it that others are
   * told of, which takes more than one row.
   */
  async plan(finishes: readonly Finish[]): Promise<readonly PlannedHealth[] | undefined> {
    const planned: PlannedHealth[] = [];
    for (const [webhookId, all] of groupByWebhook(finishes)) {
      const { text, current } = this.#known.get(webhookId) ?? (await this.#read(webhookId));
      const own = all.filter(({ start }) => start?.webhookVersion === current?.version);
      if (current === undefined) planned.push({ webhookId, found: text, next: undefined });
      else {
        const { health, changes } = judgeAll(current.health, own);
        if (changes.length > 0) return undefined;
        planned.push({ webhookId, found: text, next: health === current.health ? undefined : health });
      }
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

  async #read(webhookId: string): Promise<Known> {
    const { dialect, lookup } = this.#database;
    const { statement, values } = healthQuery(webhookId);
    const rows = await runStatement({ dialect, writer: lookup, reader: lookup, lookup }, statement, values);
    const known = { text: textOf(rows), current: readCurrentHealth(rows[0]) };
    this.#known.set(webhookId, known);
    return known;
  }
}
