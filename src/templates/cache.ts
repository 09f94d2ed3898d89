// Compiled templates by the hash of their source: a webhook's template is compiled once, not once for each delivery.
import { sha256Hex } from '../domain/event.ts';
import type { CompileResult } from './compile.ts';
import { compileTemplate } from './compile.ts';

/** Compiles, or gives back what was compiled before. */
export interface TemplateCache {
  compile(source: string): CompileResult;
  readonly size: number;
}

/** A cache of at most `capacity` templates; the least recently used goes first. Refused templates are not kept. */
export function createTemplateCache(capacity: number): TemplateCache {
  const kept = new Map<string, CompileResult>();
  const keep = (key: string, result: CompileResult): void => {
    kept.delete(key);
    kept.set(key, result);
    for (const oldest of kept.keys()) {
      if (kept.size <= capacity) return;
      kept.delete(oldest);
    }
  };
  return {
    compile: (source) => {
      const key = sha256Hex(source);
      const result = kept.get(key) ?? compileTemplate(source);
      if (result.ok) keep(key, result);
      return result;
    },
    get size() {
      return kept.size;
    },
  };
}
