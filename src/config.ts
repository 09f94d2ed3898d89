// The environment becomes one checked value, once, at start: a wrong setting stops the engine with every fault listed.
import { resolve } from 'node:path';
import type { Listen, Parsed } from './config-values.ts';
import {
  isLoopback,
  maskDatabaseUrl,
  parseAdminKey,
  parseAllowList,
  parseBlocks,
  parseConnectList,
  parseDatabaseUrl,
  parseEncryptionKeys,
  parseListen,
  parseLogLevel,
  parsePublicUrl,
  parseSwitch,
  parseWhole,
} from './config-values.ts';
import type { ConfigName } from './config-variables.ts';
import { CONFIG_VARIABLES } from './config-variables.ts';
import { MASK } from './domain/headers.ts';
import type { SecretKey } from './domain/secret-keys.ts';
import { nearestName } from './domain/text.ts';
import type { LogLevel } from './observe/log.ts';

export type { Listen } from './config-values.ts';
export type { ConfigName, ConfigVariable } from './config-variables.ts';
export { maskDatabaseUrl } from './config-values.ts';
export { CONFIG_VARIABLES } from './config-variables.ts';

/** Everything that an operator can set. */
export interface Config {
  readonly listen: Listen;
  /** Absolute. */
  readonly dataDir: string;
  /** Of a PostgreSQL database, password and all; `undefined`: SQLite in the data folder. */
  readonly databaseUrl: string | undefined;
  /** The text of the first admin key; `undefined`: a random one is made. */
  readonly adminKey: string | undefined;
  /** Newest first; `undefined`: they are in the key file of the data folder. */
  readonly encryptionKeys: readonly SecretKey[] | undefined;
  /** Without a slash at the end; `undefined`: where it listens. */
  readonly publicUrl: string | undefined;
  readonly sandbox: boolean;
  /** CIDR blocks, addresses and host names, as written. */
  readonly egressAllow: readonly string[];
  /** `host=address:port`, as written. */
  readonly egressConnect: readonly string[];
  /** Absolute path of a PEM file. */
  readonly egressCaFile: string | undefined;
  readonly concurrency: number;
  readonly webhookConcurrency: number;
  /** 0: requests are sent from the main thread. */
  readonly senderThreads: number;
  readonly shutdownGraceMs: number;
  /** Requests a minute and key. */
  readonly rateLimit: number;
  /** CIDR blocks. */
  readonly trustProxy: readonly string[];
  /** Whether the audit log is written to files, too. */
  readonly auditFile: boolean;
  readonly logLevel: LogLevel;
}

/** Whether others than this machine can reach the API, and nothing says that a proxy with TLS stands in front of it. */
export function isExposed({ listen, publicUrl, trustProxy }: Config): boolean {
  const isProxied = publicUrl?.startsWith('https:') === true && trustProxy.length > 0;
  return !isLoopback(listen.host) && !isProxied;
}

/** Whether only this machine can reach the API. */
export function isPrivate({ listen }: Config): boolean {
  return isLoopback(listen.host);
}

/** The environment: names and texts. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What reading gave: a configuration, or one sentence for each thing that is wrong. */
export type ConfigReading =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the `HOOKWRIGHT_…` variables of an environment; empty ones count as not set. Paths are taken from `cwd`.
 * A value is only quoted in a problem where it cannot be a secret.
 */
export function readConfig(env: Environment, cwd: string): ConfigReading {
  const problems = nameProblems(env);
  const read = <Value, Fallback>(
    name: ConfigName,
    parse: (text: string) => Parsed<Value>,
    fallback: Fallback,
  ): Value | Fallback => {
    const text = textOf(env, name);
    if (text === undefined) return fallback;
    const parsed = parse(text);
    if ('value' in parsed) return parsed.value;
    problems.push(problemOf(name, text, parsed.must));
    return fallback;
  };
  const path = (text: string): Parsed<string> => ({ value: resolve(cwd, text) });
  const listen = read('HOOKWRIGHT_LISTEN', parseListen, { host: '127.0.0.1', port: 8080 });
  const config: Config = {
    listen,
    dataDir: read('HOOKWRIGHT_DATA_DIR', path, resolve(cwd, 'data')),
    databaseUrl: read('HOOKWRIGHT_DATABASE_URL', parseDatabaseUrl, undefined),
    adminKey: read('HOOKWRIGHT_ADMIN_KEY', parseAdminKey, undefined),
    encryptionKeys: read('HOOKWRIGHT_ENCRYPTION_KEYS', parseEncryptionKeys, undefined),
    publicUrl: read('HOOKWRIGHT_PUBLIC_URL', parsePublicUrl, undefined),
    sandbox: read('HOOKWRIGHT_SANDBOX', parseSwitch, isLoopback(listen.host)),
    egressAllow: read('HOOKWRIGHT_EGRESS_ALLOW', parseAllowList, []),
    egressConnect: read('HOOKWRIGHT_EGRESS_CONNECT', parseConnectList, []),
    egressCaFile: read('HOOKWRIGHT_EGRESS_CA', path, undefined),
    concurrency: read('HOOKWRIGHT_CONCURRENCY', parseWhole(1, 10_000), 64),
    webhookConcurrency: read('HOOKWRIGHT_WEBHOOK_CONCURRENCY', parseWhole(1, 10_000), 16),
    senderThreads: read('HOOKWRIGHT_SENDER_THREADS', parseWhole(0, 64), 0),
    shutdownGraceMs: read('HOOKWRIGHT_SHUTDOWN_GRACE_SEC', parseWhole(0, 3600), 30) * 1000,
    rateLimit: read('HOOKWRIGHT_RATE_LIMIT', parseWhole(1, 1_000_000), 600),
    trustProxy: read('HOOKWRIGHT_TRUST_PROXY', parseBlocks, []),
    auditFile: read('HOOKWRIGHT_AUDIT_FILE', parseSwitch, false),
    logLevel: read('HOOKWRIGHT_LOG_LEVEL', parseLogLevel, 'info'),
  };
  return problems.length === 0 ? { ok: true, config } : { ok: false, problems };
}

function textOf(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim();
  return text === '' ? undefined : text;
}

function nameProblems(env: Environment): string[] {
  const known: readonly string[] = CONFIG_VARIABLES.map((variable) => variable.name);
  return Object.keys(env)
    .filter((name) => name.toUpperCase().startsWith('HOOKWRIGHT_') && !known.includes(name))
    .filter((name) => textOf(env, name) !== undefined)
    .map((name) => {
      const near = nearestName(name, known);
      return `${name} is no setting of Hookwright.${near === undefined ? '' : ` Did you mean ${near}?`}`;
    });
}

// Their values are secret, or hold a password.
const SECRETS: readonly ConfigName[] = [
  'HOOKWRIGHT_ADMIN_KEY',
  'HOOKWRIGHT_DATABASE_URL',
  'HOOKWRIGHT_ENCRYPTION_KEYS',
];

function problemOf(name: ConfigName, text: string, must: string): string {
  const example = CONFIG_VARIABLES.find((variable) => variable.name === name)?.example ?? '';
  const given = SECRETS.includes(name) ? '' : ` It is "${text}".`;
  return `${name} must ${must}.${given} For example: ${example}`;
}

/** The settings in effect, by variable, in words; no secret is among them. */
export function describeConfig(config: Config): Readonly<Record<ConfigName, string>> {
  const { host, port } = config.listen;
  return {
    HOOKWRIGHT_LISTEN: `${host.includes(':') ? `[${host}]` : host}:${String(port)}`,
    HOOKWRIGHT_DATA_DIR: config.dataDir,
    HOOKWRIGHT_DATABASE_URL: config.databaseUrl === undefined ? '' : maskDatabaseUrl(config.databaseUrl),
    HOOKWRIGHT_ADMIN_KEY: config.adminKey === undefined ? '' : MASK,
    HOOKWRIGHT_ENCRYPTION_KEYS: (config.encryptionKeys ?? []).map(({ id }) => `${id}:${MASK}`).join(','),
    HOOKWRIGHT_PUBLIC_URL: config.publicUrl ?? '',
    HOOKWRIGHT_SANDBOX: config.sandbox ? 'on' : 'off',
    HOOKWRIGHT_EGRESS_ALLOW: config.egressAllow.join(','),
    HOOKWRIGHT_EGRESS_CONNECT: config.egressConnect.join(','),
    HOOKWRIGHT_EGRESS_CA: config.egressCaFile ?? '',
    HOOKWRIGHT_CONCURRENCY: String(config.concurrency),
    HOOKWRIGHT_WEBHOOK_CONCURRENCY: String(config.webhookConcurrency),
    HOOKWRIGHT_SENDER_THREADS: String(config.senderThreads),
    HOOKWRIGHT_SHUTDOWN_GRACE_SEC: String(config.shutdownGraceMs / 1000),
    HOOKWRIGHT_RATE_LIMIT: String(config.rateLimit),
    HOOKWRIGHT_TRUST_PROXY: config.trustProxy.join(','),
    HOOKWRIGHT_AUDIT_FILE: config.auditFile ? 'on' : 'off',
    HOOKWRIGHT_LOG_LEVEL: config.logLevel,
  };
}
