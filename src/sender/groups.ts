// Attempts that end with the same signal, as a number: a signal itself cannot pass between threads.

/** The signals of attempts under way. */
export interface Groups {
  /** Whoever joins leaves once the attempt has ended. */
  join(signal: AbortSignal): number;
  leave(signal: AbortSignal): void;
}

interface Group {
  readonly id: number;
  readonly abort: () => void;
  members: number;
}

/** None. `interrupt` is told once of each group whose signal is aborted while it has members. */
export function createGroups(interrupt: (group: number) => void): Groups {
  const groups = new Map<AbortSignal, Group>();
  let latest = 0;
  const open = (signal: AbortSignal): Group => {
    latest += 1;
    const id = latest;
    const group = { id, abort: () => interrupt(id), members: 0 };
    signal.addEventListener('abort', group.abort, { once: true });
    groups.set(signal, group);
    return group;
  };
  return {
    join: (signal) => {
      const group = groups.get(signal) ?? open(signal);
      group.members += 1;
      return group.id;
    },
    leave: (signal) => {
      const group = groups.get(signal);
      if (group === undefined) return;
      group.members -= 1;
      if (group.members > 0) return;
      signal.removeEventListener('abort', group.abort);
      groups.delete(signal);
    },
  };
}

/** The groups in the thread: each has a signal of its own there. */
export interface Controllers {
  /** Whoever joins leaves once the attempt has ended. */
  join(group: number): AbortSignal;
  leave(group: number): void;
  /** Aborts the signal of a group, where it has members. */
  abort(group: number): void;
}

/** None. */
export function createControllers(): Controllers {
  const groups = new Map<number, { readonly controller: AbortController; members: number }>();
  return {
    join: (id) => {
      const group = groups.get(id) ?? { controller: new AbortController(), members: 0 };
      groups.set(id, group);
      group.members += 1;
      return group.controller.signal;
    },
    leave: (id) => {
      const group = groups.get(id);
      if (group === undefined) return;
      group.members -= 1;
      if (group.members === 0) groups.delete(id);
    },
    abort: (id) => groups.get(id)?.controller.abort(),
  };
}
