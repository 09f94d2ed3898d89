// Where templates are read, proven and tried: a thread of its own, so that no template holds up anything else. It is
// started when it is first needed, and started anew where it breaks.
import { AppError, unavailable } from '../domain/errors.ts';
import type { CheckTask, PlanResult, TemplateReport } from '../templates/index.ts';
import type { Thread } from './thread.ts';
import { startThread } from './thread.ts';
import { createTurns } from './turns.ts';

/** The workshop. Whatever keeps it from answering is `unavailable`, and says nothing about the template. */
export interface Workshop {
  /** Checks a template. Rejects with `unavailable` where too many checks wait, too. */
  check(task: CheckTask): Promise<TemplateReport>;
  /** Reads and proves a template for rendering: never turned away, and before all checks, since an event waits for it. */
  plan(source: string): Promise<PlanResult>;
  /** Ends the thread. What is under way or waits is rejected. */
  stop(): Promise<void>;
}

/** What a workshop touches. */
export interface WorkshopDeps {
  readonly report: { jobFailed(fact: { job: string; error: unknown }): void };
  startThread(heapMb: number, onBroken: (error: unknown) => void): Thread;
}

/** How much a workshop may take on. */
export interface WorkshopLimits {
  /** Checks that are under way or wait. A usual one takes some milliseconds, the longest some hundred. */
  readonly checks: number;
  /** Memory of the thread, in MiB; more breaks it. The limits of templates keep it far below. */
  readonly heapMb: number;
  /**
   * When a task is given up that runs and should have ended long ago. Time in which it waits for its turn does not
   * count. Answers never depend on it: work is bounded by counts.
   */
  readonly longestMs: number;
}

const LIMITS: WorkshopLimits = { checks: 32, heapMb: 96, longestMs: 60_000 };

const JOB = 'template-workshop';

/** A workshop whose thread is not started yet. */
export function createWorkshop(
  deps: Pick<WorkshopDeps, 'report'> & Partial<WorkshopDeps>,
  limits: WorkshopLimits = LIMITS,
): Workshop {
  const run = createRunner({ startThread, ...deps }, limits);
  let checks = 0;
  return {
    async check(task) {
      if (checks >= limits.checks) throw busy('Too many templates wait to be checked; nothing was stored.');
      checks += 1;
      try {
        return await run.task(task, false);
      } finally {
        checks -= 1;
      }
    },
    async plan(source) {
      const { plan, errors } = await run.task({ source, payload: undefined, wants: 'plan' }, true);
      return plan === undefined ? { ok: false, faults: [...errors] } : { ok: true, plan };
    },
    stop: () => run.stop(),
  };
}

interface Runner {
  task(task: CheckTask, isUrgent: boolean): Promise<TemplateReport>;
  stop(): Promise<void>;
}

function createRunner(deps: WorkshopDeps, limits: WorkshopLimits): Runner {
  const turn = createTurns();
  let thread: Thread | undefined;
  let isStopped = false;
  // A function, since the flag changes while a task runs.
  const hasStopped = (): boolean => isStopped;
  const open = (): Thread => {
    const opened = deps.startThread(limits.heapMb, (error) => {
      // It may be that another one has taken its place already.
      if (thread === opened) thread = undefined;
      if (!isStopped) deps.report.jobFailed({ job: JOB, error });
      void opened.destroy();
    });
    return opened;
  };
  const runNow = async (task: CheckTask): Promise<TemplateReport> => {
    if (hasStopped()) throw busy('The engine is stopping.');
    thread ??= open();
    try {
      return await thread.run(task, { signal: AbortSignal.timeout(limits.longestMs) });
    } catch (error) {
      if (hasStopped()) throw busy('The engine is stopping.');
      deps.report.jobFailed({ job: JOB, error });
      throw broken(error);
    }
  };
  return {
    task: (task, isUrgent) => turn(isUrgent, () => runNow(task)),
    async stop() {
      isStopped = true;
      await thread?.destroy();
    },
  };
}

function busy(detail: string): AppError {
  return unavailable('templates_busy', detail, 2);
}

function broken(cause: unknown): AppError {
  const detail = 'The thread that works on templates broke at this one, or took too long.';
  return new AppError('unavailable', 'templates_busy', detail, {
    retryAfterSec: 5,
    hint: 'Nothing was stored. Try again after Retry-After seconds. If it happens again, make the template simpler, and report it; the reason is in the log.',
    cause,
  });
}
