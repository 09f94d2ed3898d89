// Lets the SQLite of the process that loads it believe that the disk is full while the file FAULT_FULL_FILE exists:
// no database file may grow any more. It is looked for before each statement of a connection.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const { Database } = createRequire(import.meta.url)('sqlite3');
const MOST_PAGES = 1_073_741_823;
const limited = new WeakMap();
const exec = Database.prototype.exec;

function setLimit(connection) {
  const isFull = existsSync(process.env.FAULT_FULL_FILE ?? '');
  if ((limited.get(connection) ?? false) === isFull) return;
  limited.set(connection, isFull);
  // A limit below the present size becomes the present size.
  exec.call(connection, `PRAGMA max_page_count = ${String(isFull ? 1 : MOST_PAGES)}`);
}

const prepare = Database.prototype.prepare;
Database.prototype.prepare = function (sql, ...rest) {
  const statement = prepare.call(this, sql, ...rest);
  const original = statement.all;
  if (/^begin|^insert into hookwright_group/i.test(sql)) {
    statement.all = (...values) => {
      setLimit(this);
      return original.apply(statement, values);
    };
  }
  return statement;
};

for (const name of ['run', 'all']) {
  const original = Database.prototype[name];
  Database.prototype[name] = function (sql, ...rest) {
    // Between transactions only: a pragma has no place within.
    if (/^begin/i.test(sql)) setLimit(this);
    return original.call(this, sql, ...rest);
  };
}
