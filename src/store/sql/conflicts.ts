// Unique violations in the words of the domain.
import { AppError, conflict } from '../../domain/errors.ts';

/** The violation of a unique index over these columns (`webhooks.organization_id, webhooks.name_key`). */
export class UniqueViolation extends AppError {
  readonly columns: string;

  constructor(columns: string, cause: unknown) {
    super('conflict', 'already_exists', 'There is already one like it.', {
      hint: 'Read the one that exists, or choose another value.',
      cause,
    });
    this.columns = columns;
  }
}

/** Runs a write; where `column` (`webhooks.name_key`) is taken, throws the conflict that `fault` describes, at its pointer. */
export async function refuseTaken<Result>(
  column: string,
  fault: { readonly pointer: string; readonly code: string; readonly detail: string; readonly hint: string },
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof UniqueViolation) || !error.columns.includes(column)) throw error;
    throw conflict(fault.code, fault.detail, fault.hint, [fault]);
  }
}
