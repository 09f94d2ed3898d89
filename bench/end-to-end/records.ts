// The record, read in the database itself: what an engine says of its invocations would be its own word.
import type { Home } from './home.ts';
import { webhookName } from './keys.ts';

/** Reads the invocations of deliveries that are on record. */
export interface Records {
  /** The last id; '' where there is none. Ids grow with time (UUIDv7, RFC 9562 §5.7). */
  lastId(): Promise<string>;
  /** How many have come after that one for the first so many webhooks, and are whole: ended, with event, delivery and bodies. */
  countAfter(id: string, webhooks: number): Promise<number>;
}

/** Those of a home. */
export function recordsOf(home: Home): Records {
  return {
    lastId: async () => {
      const [row] = await home.query('select max(id) as id from invocations');
      return String(row?.['id'] ?? '');
    },
    countAfter: async (id, webhooks) => {
      const names = Array.from({ length: webhooks }, (_none, index) => webhookName(index));
      const places = names.map((_name, index) => `$${String(index + 2)}`).join(', ');
      const [row] = await home.query(
        `select count(*) as count from invocations as i where id > $1 and kind = 'delivery' and outcome <> 'sending'
           and webhook_name in (${places})
           and exists (select 1 from events as e where e.id = i.event_id)
           and exists (select 1 from deliveries as d where d.id = i.delivery_id and d.event_id = i.event_id)
           and exists (select 1 from invocation_bodies as b where b.invocation_id = i.id)`,
        [id, ...names],
      );
      return Number(row?.['count'] ?? 0);
    },
  };
}
