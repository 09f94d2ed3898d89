// The body for an event, by a template that is ready: one way for deliveries and tests, in whichever thread they are made.
import type { SentEvent } from '../domain/event.ts';
import type { ExactJson } from '../domain/json.ts';
import type { CompiledTemplate } from './compile.ts';
import { contextOf } from './context.ts';
import type { RenderResult } from './render.ts';
import { renderTemplate } from './render.ts';

/** A body, or why there is none, with the hash of the template that made it. */
export type Rendering = RenderResult & { readonly templateSha256: string | undefined };

/** Renders the body for an event, whose text is read where its value is not given. Never throws. */
export function renderEvent(template: CompiledTemplate, event: SentEvent, value?: ExactJson): Rendering {
  return { ...renderTemplate(template, contextOf(event, value)), templateSha256: template.sha256 };
}
