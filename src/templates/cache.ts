// Compiled templates by their source: a webhook's template is compiled once, not once for each delivery.
import { LRUCache } from 'lru-cache';
import type { CompiledTemplate, CompileResult } from './compile.ts';
import { compilePlan } from './compile.ts';
import type { PlanResult, TemplatePlan } from './plan.ts';

/** Templates that are ready, and the way to those that are not. */
export interface TemplateCache {
  /** The template where it is ready. */
  get(source: string): CompiledTemplate | undefined;
  /** Makes a planned template ready. */
  keep(plan: TemplatePlan): CompiledTemplate;
  /** The template, planned first where it is not ready. Who asks for the same meanwhile waits for the same plan. */
  load(source: string): Promise<CompileResult>;
  readonly size: number;
}

/** How a cache gets plans, and how much it keeps. */
export interface TemplateCacheDeps {
  /** Reads and proves a template, which can take long: off the main thread. */
  plan(source: string): Promise<PlanResult>;
  /** Characters of source that are kept at most; the least recently used templates go first. */
  readonly capacity: number;
}

/** An empty cache. Refused templates are not kept. */
export function createTemplateCache(deps: TemplateCacheDeps): TemplateCache {
  const ready = new LRUCache<string, CompiledTemplate>({
    maxSize: deps.capacity,
    sizeCalculation: ({ source }) => Math.max(source.length, 1),
  });
  const awaited = new Map<string, Promise<CompileResult>>();
  const keep = (plan: TemplatePlan): CompiledTemplate => {
    const template = compilePlan(plan);
    ready.set(plan.source, template);
    return template;
  };
  const make = async (source: string): Promise<CompileResult> => {
    const planned = await deps.plan(source);
    return planned.ok ? { ok: true, template: keep(planned.plan) } : planned;
  };
  return {
    get: (source) => ready.get(source),
    keep,
    load: (source) => {
      const template = ready.get(source);
      if (template !== undefined) return Promise.resolve({ ok: true, template });
      const made = awaited.get(source) ?? make(source).finally(() => awaited.delete(source));
      awaited.set(source, made);
      return made;
    },
    get size() {
      return ready.size;
    },
  };
}
