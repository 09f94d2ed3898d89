// What of an unexpected error goes into the log: enough to find the bug, and none of the data it was about.

/** An error in the log. */
export interface ErrorText {
  readonly type: string;
  readonly message: string;
  readonly stack: readonly string[];
  readonly code?: string;
  readonly cause?: ErrorText;
}

const MAX_MESSAGE_LENGTH = 500;
const MAX_FRAMES = 20;
const MAX_CAUSES = 5;

/**
 * Describes what was thrown: type, message, code, stack frames and causes. Other members are left out, because
 * libraries put requests and rows there; so is the SQL, with its values, that knex writes before its messages.
 */
export function describeError(error: unknown, depth = 0): ErrorText {
  if (!(error instanceof Error)) return { type: typeof error, message: shorten(String(error)), stack: [] };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause =
    error.cause === undefined || depth >= MAX_CAUSES ? {} : { cause: describeError(error.cause, depth + 1) };
  return { type: error.name, message: shorten(withoutSql(error.message)), stack: frames(error), ...code, ...cause };
}

function withoutSql(message: string): string {
  const isSql = /^\s*(?:insert|update|delete|select|with|create|alter|drop|begin|commit|pragma)\b/i.test(message);
  const end = message.lastIndexOf(' - ');
  return isSql && end !== -1 ? message.slice(end + 3) : message;
}

function frames(error: Error): string[] {
  const lines = (error.stack ?? '').split('\n').map((line) => line.trim());
  return lines.filter((line) => line.startsWith('at ')).slice(0, MAX_FRAMES);
}

function shorten(text: string): string {
  return text.length <= MAX_MESSAGE_LENGTH ? text : `${text.slice(0, MAX_MESSAGE_LENGTH - 1)}…`;
}
