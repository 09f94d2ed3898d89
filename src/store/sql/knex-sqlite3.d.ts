// knex declares no types for its own SQLite client; these are the parts that `dialect/sqlite.ts` changes.
declare module 'knex/lib/dialects/sqlite3/index.js' {
  import type { Knex } from 'knex';

  export default class SqliteClient extends Knex.Client {
    constructor(config: Knex.Config);
    _driver(): unknown;
    query(connection: unknown, query: unknown): Promise<unknown>;
    acquireConnection(): Promise<unknown>;
    destroyRawConnection(connection: unknown): Promise<void>;
  }
}

declare module 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js' {
  import type SqliteClient from 'knex/lib/dialects/sqlite3/index.js';

  export default class SqliteTransaction {
    constructor(client: SqliteClient, container: unknown, config: unknown, outerTransaction: unknown);
    readonly client: SqliteClient;
    readonly trxClient: SqliteClient;
    _completed: boolean;
    _resolver(value: unknown): void;
    _rejecter(reason: unknown): void;
    begin(connection: unknown): Promise<unknown>;
    commit(connection: unknown, value: unknown): Promise<unknown>;
    rollback(connection: unknown, reason: unknown): Promise<unknown>;
  }
}
