// What a template helper is.

/** A total, pure, deterministic function that templates can call. */
export interface Helper {
  readonly name: string;
  /** `json`: the result is JSON text, which a value slot takes as it is. */
  readonly returns: 'value' | 'json';
  /** How many arguments it takes; checked when a template is saved. */
  readonly arity: { readonly min: number; readonly max: number };
  /** The named options that it knows (`pretty=true`). */
  readonly options: readonly string[];
  /** The call as an example, for hints. */
  readonly example: string;
  /** Gets real values, never escaped ones. Returns plain JSON, or `undefined` for missing. Never throws. */
  call(args: readonly unknown[], options: Readonly<Record<string, unknown>>): unknown;
}
