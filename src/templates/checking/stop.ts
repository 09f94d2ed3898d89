// Finds where in a template a rendering stopped, by rendering once more and watching: so nothing has to be kept while
// bodies are rendered that are fine.
import { compileTree } from '../compile.ts';
import type { TemplateContext } from '../context.ts';
import type { RenderLimit } from '../output.ts';
import { Output, RENDER_LIMITS, RenderLimitError } from '../output.ts';
import type { TemplatePlan } from '../plan.ts';
import type { Node } from '../syntax/tree.ts';

/**
 * The offset, in the template's text, of the tag or text that was being written when rendering stopped: at that limit,
 * or, without one, for any other reason. 0 where this rendering does not stop.
 */
export function stopOf(plan: TemplatePlan, context: TemplateContext, limit: RenderLimit | undefined): number {
  const watch = new Watch(limit);
  const write = compileTree(plan.nodes, {
    ...plan,
    around: (writeNode, node) => (output, frame) => {
      watch.enter(node);
      writeNode(output, frame);
      watch.leave();
    },
  });
  try {
    write(watch, context);
  } catch {
    // That it stops is known; where it stops is what is asked for.
  }
  return watch.offset;
}

class Watch extends Output {
  readonly #limit: RenderLimit | undefined;
  readonly #open: number[] = [];
  #written = 0;

  constructor(limit: RenderLimit | undefined) {
    super();
    this.#limit = limit;
  }

  /** Where the innermost node begins that was entered and not left. */
  get offset(): number {
    return this.#open.at(-1) ?? 0;
  }

  enter(node: Node): void {
    this.#open.push(node.kind === 'text' ? this.#visible(node) : node.offset);
  }

  leave(): void {
    this.#open.pop();
  }

  // Blanks show nobody where they are.
  #visible({ text, offset }: Extract<Node, { kind: 'text' }>): number {
    const blanks = text.search(/\S/);
    return blanks === -1 ? this.offset : offset + blanks;
  }

  // Counted at once, not in chunks, so that the very node is found. Nothing is kept.
  override write(text: string): void {
    this.#written += Buffer.byteLength(text, 'utf8');
    if (this.#limit === 'bytes' && this.#written > RENDER_LIMITS.bytes) throw new RenderLimitError('bytes');
  }
}
