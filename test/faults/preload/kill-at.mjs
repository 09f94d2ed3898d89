// Kills the process that loads it at a named point, the n-th time that it comes there: FAULT_POINT=name:n.
import { listen } from './statements.mjs';

const isCommit = (sql) => /^commit/i.test(sql);
const holds = (transaction, pattern) => transaction.some((sql) => pattern.test(sql));
const STORES_EVENTS = /insert into\W+events\b/i;
const STARTS_INVOCATIONS = /insert into\W+invocations\b/i;
const ENDS_INVOCATIONS = /update\W+invocations\b/i;
const RETIRES_KEYS = /update\W+encryption_keys\b/i;
const SEALS_ANEW = /update\W+webhook_versions\b/i;

// Each has when it looks (before a statement goes out, or after its answer came in) and what it looks for.
const POINTS = {
  'before-ingest-commit': ['before', (sql, transaction) => isCommit(sql) && holds(transaction, STORES_EVENTS)],
  'after-ingest-commit': ['after', (sql, transaction) => isCommit(sql) && holds(transaction, STORES_EVENTS)],
  'before-claim-commit': ['before', (sql, transaction) => isCommit(sql) && holds(transaction, STARTS_INVOCATIONS)],
  'after-claim-commit': ['after', (sql, transaction) => isCommit(sql) && holds(transaction, STARTS_INVOCATIONS)],
  'before-finish': ['before', (sql) => ENDS_INVOCATIONS.test(sql)],
  'before-finish-commit': ['before', (sql, transaction) => isCommit(sql) && holds(transaction, ENDS_INVOCATIONS)],
  'after-finish-commit': ['after', (sql, transaction) => isCommit(sql) && holds(transaction, ENDS_INVOCATIONS)],
  'before-retire-commit': ['before', (sql, transaction) => isCommit(sql) && holds(transaction, RETIRES_KEYS)],
  'after-retire-commit': ['after', (sql, transaction) => isCommit(sql) && holds(transaction, RETIRES_KEYS)],
  'before-reseal-commit': ['before', (sql, transaction) => isCommit(sql) && holds(transaction, SEALS_ANEW)],
  'after-reseal-commit': ['after', (sql, transaction) => isCommit(sql) && holds(transaction, SEALS_ANEW)],
};

const [name, times] = (process.env.FAULT_POINT ?? '').split(':');
if (name !== '') {
  const point = POINTS[name];
  if (point === undefined) throw new Error(`There is no point ${name}.`);
  const [when, isThere] = point;
  let left = Number(times);
  listen({
    [when]: (sql, transaction) => {
      if (!isThere(sql, transaction)) return;
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
    },
  });
}
