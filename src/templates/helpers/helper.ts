// What a template helper is, and what it may ask of the rendering that calls it.

/** A total, pure, deterministic function that templates can call. */
export interface Helper {
  readonly name: string;
  /** `json`: the result is JSON text, which a value slot takes as it is. */
  readonly returns: 'value' | 'json';
  /** How many arguments it takes; checked when a template is saved. */
  readonly arity: { readonly min: number; readonly max: number };
  /** The named options that it knows (`pretty=true`). */
  readonly options: readonly string[];
  /** Those of the options that are `true` or `false`. */
  readonly flags: readonly string[];
  /** The call as an example, for hints. */
  readonly example: string;
  /**
   * Gets real values, never escaped ones, of any type whatever: exact JSON, or `undefined` for missing. Returns exact
   * JSON, or `undefined` for missing. Never throws by itself, never changes an argument.
   */
  call(args: readonly unknown[], rendering: HelperCall): unknown;
  /**
   * Arguments that it can use: one list for each kind of value that it takes, whose last one stands for all further
   * ones. They stand in for what only an event decides when the literals of a call are judged.
   */
  readonly standIns: readonly (readonly unknown[])[];
  /**
   * What was probably meant by a literal that it cannot use, as a sentence; `undefined` where nobody can tell. `place`
   * is the argument's position, or the option's name.
   */
  readonly hintFor?: (place: number | string, literal: unknown) => string | undefined;
}

/**
 * What one call may use. The arguments are paid for already: two for each direct item or member, one for each 64
 * characters; so is text that comes out. Where a limit is passed, these functions throw, and rendering ends.
 */
export interface HelperCall {
  readonly options: Readonly<Record<string, unknown>>;
  /** Says in a sentence why the result is missing although the argument is not. It is shown on the invocation. */
  warn(detail: string): void;
  /** Pays for looking at so many values more, such as those below the first level. To be called before looking. */
  spend(values: number): void;
  /** Whether no call of this helper in this rendering asked for this before; a long text counts as its beginning. */
  isNew(what: string): boolean;
  /** Asks for room for so many characters, where the result can be longer than the arguments. Before making them. */
  room(characters: number): void;
}
