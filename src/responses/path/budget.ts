// The work that the validators of one response may cost. A person wrote their paths, a stranger sent the document, and
// the product of both must not hold the process up; twenty validators share what there is, since they run in one go.

// Some 50 ms of an ordinary machine. `$..*` over the largest body, of 32,000 values, takes 130,000 steps; a path that
// names its way takes hundreds.
const MAX_STEPS = 500_000;

/** The evaluation was given up: paths and document need more than the budget. */
export class PathBudgetError extends Error {
  constructor() {
    super('the paths of the validators take too many steps on this response');
    this.name = 'PathBudgetError';
  }
}

/** Steps that are spent by all who share it: about what it costs to look at one value. */
export class PathBudget {
  #left: number;

  constructor(steps = MAX_STEPS) {
    this.#left = steps;
  }

  /** Throws a `PathBudgetError` where less is left, now and ever after. */
  readonly spend = (steps: number): void => {
    this.#left -= steps;
    if (this.#left < 0) throw new PathBudgetError();
  };
}
