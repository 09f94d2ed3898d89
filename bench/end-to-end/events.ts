// The events that are posted: audit events of about 1.2 kB that differ, from a seed, each with a mark by which the
// receiver knows it again. The mark stands in `data.target_id`, which the default template passes on.

const MARK_START = 'bench-mark-';
const MARK_DIGITS = 12;

/** Marks of a run: run number `n` has those from `n` times this on. */
export const MARKS_A_RUN = 100_000_000;
const VARIANTS = 64;

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The number in the mark of a body, or -1 where there is none. */
export function markIn(body: Buffer): number {
  const at = body.indexOf(MARK_START, 0, 'latin1');
  if (at === -1) return -1;
  let mark = 0;
  for (let index = at + MARK_START.length; index < at + MARK_START.length + MARK_DIGITS; index += 1)
    mark = mark * 10 + (body[index] ?? 48) - 48;
  return mark;
}

/** Makes bodies: cheap, since each is a copy of one of a few with another mark. */
export class EventMaker {
  readonly #variants: readonly Buffer[];

  constructor(seed: number) {
    const chance = seeded(seed);
    this.#variants = Array.from({ length: VARIANTS }, () => Buffer.from(JSON.stringify(eventOf(chance)), 'utf8'));
  }

  /** Bytes of an event, on average. */
  get meanBytes(): number {
    return Math.round(this.#variants.reduce((sum, { length }) => sum + length, 0) / VARIANTS);
  }

  /** The body with this mark. */
  body(mark: number): Buffer {
    const body = Buffer.from(this.#variants[mark % VARIANTS] ?? Buffer.alloc(0));
    const at = body.indexOf(MARK_START, 0, 'latin1') + MARK_START.length;
    body.write(String(mark).padStart(MARK_DIGITS, '0'), at, 'latin1');
    return body;
  }

  /** The body of a request with that many events, from this mark on. */
  batch(firstMark: number, count: number): Buffer {
    const parts: Buffer[] = [];
    for (let index = 0; index < count; index += 1)
      parts.push(Buffer.from(index === 0 ? '[' : ','), this.body(firstMark + index));
    return Buffer.concat([...parts, Buffer.from(']')]);
  }
}

const FIRST = ['Mara', 'Tomás', 'Ada', 'Jun', 'Zoë', 'Okan', 'Priya', 'Lars'];
const LAST = ['Lindqvist', 'Ferreira', 'Park', 'Nakamura', 'Brandt', 'Yılmaz', 'Raman', 'Holm'];
const TARGETS = ['Orders database, read only', 'Production "read"', 'Billing exports', 'Support tier 2\\EU'];
const ACTIONS = ['created', 'updated', 'deleted'];

function eventOf(chance: () => number): object {
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(chance() * items.length)] as Item;
  const digits = (count: number): string => String(Math.floor(chance() * 10 ** count)).padStart(count, '0');
  const [first, last, target, action] = [one(FIRST), one(LAST), one(TARGETS), one(ACTIONS)];
  const time = `1763${digits(6)}.${digits(9)}`;
  const state = (seconds: number): object => ({
    id: `flow-${digits(8)}`,
    name: target,
    active: chance() < 0.5,
    trigger: { type: 'user_request', days_in_week: ['MONDAY', 'TUESDAY', 'FRIDAY'], time_zone: 'Europe/Lisbon' },
    approvers: [{ id: `grp-${digits(4)}`, type: 'okta_group' }],
    revoke_after_in_sec: seconds,
    settings: { require_justification_on_request_again: true, require_all_approvers: false },
  });
  return {
    event_type: `access_flow.${action}`,
    event_time: time,
    data: {
      timestamp: time,
      action,
      actor_id: `${first.toLowerCase()}.${last.toLowerCase()}@northwind.example`,
      actor_name: `${first} ${last}`,
      actor_type: 'user',
      source: 'web application',
      target_id: `${MARK_START}${'0'.repeat(MARK_DIGITS)}`,
      target_type: 'access flow',
      target_name: target,
      metadata: { request_ip: `203.0.113.${digits(2)}`, user_agent: 'Mozilla/5.0 (X11; Linux x86_64)' },
      current_target_object: state(14_400),
      previous_target_object: state(3600),
    },
  };
}
