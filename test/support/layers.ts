// The layers of ARCHITECTURE.md section 3 as data: what each may import, of ours and of others.

/** What one layer may import. */
export interface Layer {
  /** Its folder below src, or its file where it is one file. */
  readonly name: string;
  /** Layers below it. Its own files it may always import. */
  readonly layers: readonly string[];
  readonly packages: readonly string[];
  /** Node's built-ins without `node:`; `all`: any. */
  readonly builtins: readonly string[] | 'all';
}

// Hashing and bytes are pure; reading a clock, a file or a socket is not.
const PURE_BUILTINS: readonly string[] = ['crypto', 'buffer'];

const ALL_FOLDERS: readonly string[] = [
  'domain',
  'templates',
  'workshop',
  'responses',
  'observe',
  'store',
  'egress',
  'sandbox',
  'services',
  'delivery',
  'sender',
  'jobs',
  'audit-file',
  'http',
];

/** Every layer. A file that belongs to none of them fails the test. */
export const LAYERS: readonly Layer[] = [
  // har-format holds types only.
  // `module` only to load sift, which `import` cannot.
  { name: 'domain', layers: [], packages: ['sift', 'har-format'], builtins: [...PURE_BUILTINS, 'module'] },
  {
    name: 'templates',
    layers: ['domain'],
    packages: ['handlebars', 'lru-cache', 'rfc6902'],
    builtins: PURE_BUILTINS,
  },
  { name: 'workshop', layers: ['domain', 'templates'], packages: ['piscina'], builtins: 'all' },
  {
    name: 'responses',
    layers: ['domain'],
    packages: ['jsonpath-plus'],
    builtins: PURE_BUILTINS,
  },
  { name: 'observe', layers: ['domain'], packages: ['pino', 'prom-client'], builtins: 'all' },
  { name: 'store', layers: ['domain', 'observe', 'migrations'], packages: ['knex', 'sqlite3', 'pg'], builtins: 'all' },
  {
    name: 'egress',
    layers: ['domain', 'observe'],
    packages: ['undici', 'ipaddr.js', 'oauth4webapi', 'lru-cache'],
    builtins: 'all',
  },
  { name: 'sandbox', layers: ['domain', 'observe'], packages: ['selfsigned'], builtins: 'all' },
  {
    name: 'services',
    layers: ['domain', 'templates', 'responses', 'store', 'observe'],
    packages: ['ajv', 'ajv-formats', 'lru-cache'],
    builtins: PURE_BUILTINS,
  },
  {
    name: 'delivery',
    layers: ['domain', 'templates', 'responses', 'store', 'egress', 'observe'],
    packages: [],
    builtins: PURE_BUILTINS,
  },
  {
    name: 'sender',
    layers: ['domain', 'templates', 'delivery', 'egress'],
    packages: ['lru-cache'],
    builtins: 'all',
  },
  {
    name: 'jobs',
    layers: ['domain', 'services', 'store', 'observe'],
    packages: ['node-cron'],
    builtins: PURE_BUILTINS,
  },
  { name: 'audit-file', layers: ['domain', 'observe'], packages: [], builtins: 'all' },
  {
    name: 'http',
    layers: ['domain', 'services', 'observe'],
    packages: ['express', 'express-rate-limit', 'ajv'],
    builtins: 'all',
  },
  // The configuration knows the rules of keys and egress exceptions, and the names of log levels.
  { name: 'config', layers: ['domain', 'egress', 'observe'], packages: [], builtins: ['net', 'path'] },
  { name: 'app', layers: [...ALL_FOLDERS, 'config'], packages: ['uuid', 'knex'], builtins: 'all' },
  { name: 'main', layers: ['app', 'config', 'domain'], packages: [], builtins: 'all' },
];

/** Folders that belong to a layer of another name: `app.ts` is assembled from the files in `assembly`. */
export const FOLDERS: Readonly<Record<string, string>> = { assembly: 'app' };

/** Files that lie in src itself, and the layer that each belongs to. */
export const TOP_FILES: Readonly<Record<string, string>> = {
  'config.ts': 'config',
  'config-values.ts': 'config',
  'config-variables.ts': 'config',
  'app.ts': 'app',
  'product-files.ts': 'app',
  'main.ts': 'main',
  'cli.ts': 'main',
  'cli-commands.ts': 'main',
  'cli-deps.ts': 'main',
  'cli-secrets.ts': 'main',
  'cli-keys.ts': 'main',
  'welcome.ts': 'main',
  'demo.ts': 'main',
  'demo-report.ts': 'main',
};

/** A file that asserts types with `as`: how often, and why no guard does it. */
export interface Assertions {
  readonly count: number;
  readonly why: string;
}

/** Every file with assertions, codecs aside. The number may only fall. */
export const ASSERTIONS: Readonly<Record<string, Assertions>> = {
  'domain/filter.ts': { count: 1, why: 'require gives no types' },
  'domain/outcomes.ts': { count: 1, why: 'Object.keys of a closed list' },
  'store/dialect/sqlite.ts': { count: 2, why: "knex declares no types for its SQLite client's transactions" },
  'store/dialect.ts': { count: 1, why: 'knex declares isCompleted for transactions only' },
  'responses/path/jsonpath-plus.ts': { count: 1, why: 'the library takes any JSON value and declares an object' },
  'http/server.ts': { count: 1, why: "the body reader is declared for Node's own request" },
  'http/authenticate.ts': { count: 1, why: 'express gives response.locals no type; only this file sets it' },
  'http/handlers/records.ts': { count: 3, why: 'query.ts has checked the value against the same list' },
  'http/openapi.ts': { count: 1, why: 'Object.fromEntries of JSON values' },
  'assembly/api.ts': { count: 1, why: 'a server that listens on a port has an address' },
  'product-files.ts': { count: 1, why: 'JSON.parse gives JSON' },
  'demo.ts': { count: 1, why: 'response.json gives JSON' },
};

/** Folders whose files turn rows into values: assertions are their trade. */
export const CODECS: readonly string[] = ['store/codec/', 'store/sql/'];
