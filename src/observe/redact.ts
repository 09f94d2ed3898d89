// The second wall against secrets in the log: whatever stands under a name that secrets have is masked. By hand, since
// the logger's own copies each line to look for them, which took longer than all other work of an event together.

// The first wall is that report.ts names the fields it logs; nothing with one of these names is among them.
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'authorization',
  'headers',
  'key',
  'secret',
  'password',
  'token',
  'cookie',
  'body',
  'url',
]);
const LEVELS = 3;
const CENSOR = '***';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of a line, with `***` for those of the first three levels whose name is that of secrets. Items of a list
 * are a level, too. Gives the same object where there are none.
 */
export function redact(fields: Fields): Record<string, unknown> {
  return hasSecretName(fields, LEVELS) ? censored(fields, LEVELS) : fields;
}

function hasSecretName(fields: Fields, levels: number): boolean {
  // What is inherited is looked at, too, which does no harm: a list of the object's own names would be made for each line.
  for (const name in fields) {
    if (SECRET_NAMES.has(name)) return true;
    const value = fields[name];
    if (levels > 1 && hasFields(value) && hasSecretName(value, levels - 1)) return true;
  }
  return false;
}

function censored(fields: Fields, levels: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, SECRET_NAMES.has(name) ? CENSOR : inner(value, levels - 1)]),
  );
}

function inner(value: unknown, levels: number): unknown {
  if (levels === 0 || !hasFields(value) || !hasSecretName(value, levels)) return value;
  return Array.isArray(value) ? Object.values(censored(value, levels)) : censored(value, levels);
}

function hasFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
