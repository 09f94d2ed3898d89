// A compiled template and an event → the body of a request. What comes out is parsed once more before it is believed.
import type { Position } from '../domain/errors.ts';
import type { RenderWarning } from '../domain/invocation.ts';
import { readJson } from '../domain/json-read.ts';
import { excerptAt, positionAt } from '../domain/text.ts';
import { dropSuperfluousCommas } from './commas.ts';
import type { CompiledTemplate } from './compile.ts';
import type { TemplateContext } from './context.ts';
import type { RenderLimit } from './output.ts';
import { OriginFinder, Output, RenderLimitError } from './output.ts';

/** Where a rendering stopped being JSON. */
export interface RenderFault {
  /** In the template's text. */
  readonly position: Position;
  /** What was rendered around there. */
  readonly excerpt: string;
  /** What JSON expects. */
  readonly expected: string;
}

/** The body, one JSON text, or why there is none, in a sentence for people. */
export type RenderResult =
  | { readonly ok: true; readonly body: string; readonly warnings: readonly RenderWarning[] }
  | {
      readonly ok: false;
      readonly outcome: 'template_error' | 'render_too_large';
      readonly message: string;
      /** Present where text was rendered, but is not JSON. */
      readonly fault?: RenderFault;
      /** The limit that was passed; present with `render_too_large`. */
      readonly limit?: RenderLimit;
    };

/** Renders a template. Never throws, whatever the event holds. */
export function renderTemplate(template: CompiledTemplate, context: TemplateContext): RenderResult {
  const output = new Output();
  try {
    template.write(output, context);
    const text = output.text();
    const body = template.marksCommas ? dropSuperfluousCommas(text) : text;
    return isJson(body) ? { ok: true, body, warnings: output.warnings } : notJson(template, context, body);
  } catch (error) {
    return stopped(error);
  }
}

function stopped(error: unknown): RenderResult {
  if (error instanceof RenderLimitError) {
    const { limit, message } = error;
    return { ok: false, outcome: 'render_too_large', message: `Rendering was stopped: ${message}.`, limit };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { ok: false, outcome: 'template_error', message: `Rendering failed: ${reason}.` };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function notJson(template: CompiledTemplate, context: TemplateContext, body: string): RenderResult {
  const reading = readJson(body);
  const offset = reading.ok ? 0 : (reading.fault.position?.offset ?? 0);
  const expected = reading.ok ? 'This is not JSON.' : reading.fault.detail.replace(/^This is not JSON: /, '');
  const rendered = positionAt(body, offset);
  const position = positionAt(template.text, originOf(template, context, offset));
  const excerpt = excerptAt(body, offset);
  const message =
    `The rendered text is not JSON at line ${String(rendered.line)}, column ${String(rendered.column)} ` +
    `(line ${String(position.line)}, column ${String(position.column)} of the template): ${expected} ` +
    `There stands: ${excerpt}`;
  return { ok: false, outcome: 'template_error', message, fault: { position, excerpt, expected } };
}

// A rendering is the same each time, so where a character came from need not be kept: it is found by a second one.
function originOf(template: CompiledTemplate, context: TemplateContext, offset: number): number {
  const finder = new OriginFinder(offset);
  template.write(finder, context);
  return finder.origin;
}
