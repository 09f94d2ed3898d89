// Puts an ear to the database drivers of the process that loads it: what is about to be said, and what was answered.
// Both drivers are CommonJS, so the engine gets the very same classes.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Calls `before(sql, transaction)` when a statement is about to go to the database, and `after(sql, transaction)` when
 * its answer is there and nobody has seen it. `transaction` has the statements since the last BEGIN on that connection.
 */
export function listen({ before = nothing, after = nothing }) {
  const transactions = new WeakMap();
  const hear = (connection, sql) => {
    if (/^begin/i.test(sql)) transactions.set(connection, []);
    const transaction = transactions.get(connection) ?? [];
    transaction.push(sql);
    before(sql, transaction, connection);
    return () => after(sql, transaction, connection);
  };
  wrapSqlite(require('sqlite3'), hear);
  wrapPostgres(require('pg'), hear);
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
    statement.all = (...values) => original.apply(statement, answering(values, hear(this, sql)));
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
