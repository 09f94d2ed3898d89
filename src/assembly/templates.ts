// What turns body templates into something that renders: the thread that reads and proves them, and what is ready.
import type { TemplateCache } from '../templates/index.ts';
import { createTemplateCache } from '../templates/index.ts';
import type { Workshop, WorkshopDeps } from '../workshop/workshop.ts';
import { createWorkshop } from '../workshop/workshop.ts';
import type { Tools, Undo } from './tools.ts';

/** Both, with no thread started yet. */
export interface Templates {
  readonly workshop: Workshop;
  readonly templates: TemplateCache;
}

// Characters of template source that are kept ready for rendering. Each takes up to forty bytes (measured).
const TEMPLATES_KEPT = 1024 * 1024;

/** Makes them. */
export function openTemplates({ workshop: given }: Tools, report: WorkshopDeps['report'], undo: Undo[]): Templates {
  const workshop = given ?? createWorkshop({ report });
  if (given === undefined) undo.push(() => workshop.stop());
  const templates = createTemplateCache({ plan: (source) => workshop.plan(source), capacity: TEMPLATES_KEPT });
  return { workshop, templates };
}
