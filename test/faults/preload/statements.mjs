// Puts an ear to the database drivers of the process that loads it: what is about to be said, and what was answered.
// Both drivers are CommonJS, so the engine gets the very same classes.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Calls `before(sql, transaction)` when a statement is about to go to the database, and `after(sql, transaction)` when
 * its answer is there and nobody has seen it. `transaction` has the statements since the last BEGIN on that connection. A
 * group, which is one statement, is told as the transaction that it is: what it does by its values, and its COMMIT.
 */
export function listen({ before = nothing, after = nothing }) {
  const transactions = new WeakMap();
  const hear = (connection, sql, values) => {
    if (GROUP_PROGRAM.test(sql)) return nothing;
    if (GROUP.test(sql)) return hearAll(connection, ['BEGIN', ...groupStatements(sql, values), 'COMMIT']);
    if (/^begin/i.test(sql)) transactions.set(connection, []);
    const transaction = transactions.get(connection) ?? [];
    transaction.push(sql);
    before(sql, transaction, connection);
    return () => after(sql, transaction, connection);
  };
  const hearAll = (connection, statements) => {
    const heard = statements.map((sql) => hear(connection, sql));
    return () => heard.forEach((tell) => tell());
  };
  wrapSqlite(require('sqlite3'), hear);
  wrapPostgres(require('pg'), hear);
}

const GROUP = /^insert into hookwright_group/;
// It says what it will do, and does nothing yet.
const GROUP_PROGRAM = /^create temp/;

const PARTS = {
  given_events: 'insert into events',
  given_invocations: 'insert into invocations',
  given_settlements: 'update deliveries',
  given_ends: 'update invocations',
};

function groupStatements(sql, values) {
  const names = sql.slice(sql.indexOf('(') + 1, sql.indexOf(')')).split(', ');
  return names.flatMap((name, index) => (values[index] !== null && name in PARTS ? [PARTS[name]] : []));
}

function nothing() {
  // Not everybody wants to know both.
}

function wrapSqlite({ Database }, hear) {
  for (const name of ['run', 'all', 'exec']) {
    const original = Database.prototype[name];
    Database.prototype[name] = function (sql, ...rest) {
      return original.call(this, sql, ...answering(rest, hear(this, sql)));
    };
  }
  const prepare = Database.prototype.prepare;
  Database.prototype.prepare = function (sql, ...rest) {
    const statement = prepare.call(this, sql, ...rest);
    const original = statement.all;
    statement.all = (...rest) => original.apply(statement, answering(rest, hear(this, sql, rest[0])));
    return statement;
  };
}

function wrapPostgres({ Client }, hear) {
  const original = Client.prototype.query;
  Client.prototype.query = function (query, ...rest) {
    const heard = hear(this, typeof query === 'string' ? query : String(query?.text));
    if (rest.some((one) => typeof one === 'function')) return original.call(this, query, ...answering(rest, heard));
    const result = original.call(this, query, ...rest);
    if (typeof result?.then !== 'function') return result;
    return result.then((answer) => {
      heard();
      return answer;
    });
  };
}

// The last argument is who waits for the answer; he gets it second.
function answering(rest, heard) {
  const callback = rest.at(-1);
  if (typeof callback !== 'function') return rest;
  const first = function (error, ...answer) {
    if (!error) heard();
    return callback.call(this, error, ...answer);
  };
  return [...rest.slice(0, -1), first];
}
