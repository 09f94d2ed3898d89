// The variables of the environment that the engine reads, as data: the documentation is checked against this table.

/** What is said of a variable wherever it is shown. */
export interface ConfigVariable {
  readonly name: string;
  /** What holds while it is not set. */
  readonly default: string;
  readonly description: string;
  readonly example: string;
}

/** Every variable, in the order of the documentation. */
export const CONFIG_VARIABLES = [
  {
    name: 'HOOKWRIGHT_LISTEN',
    default: '127.0.0.1:8080',
    description: 'Address and port of the API. Port 0 takes a free one and prints it.',
    example: '127.0.0.1:8080 or [::1]:8080',
  },
  {
    name: 'HOOKWRIGHT_DATA_DIR',
    default: './data',
    description: 'Folder of the SQLite file and the key file.',
    example: './data',
  },
  {
    name: 'HOOKWRIGHT_DATABASE_URL',
    default: 'SQLite in the data folder',
    description: 'A PostgreSQL database, which any number of processes may share.',
    example: 'postgres://hookwright:password@db.example.com:5432/hookwright',
  },
  {
    name: 'HOOKWRIGHT_ADMIN_KEY',
    default: 'made at the first start and printed once',
    description: 'The first admin key. Needed for the first start on a public address.',
    example: 'what this prints: npm run hookwright -- keys generate',
  },
  {
    name: 'HOOKWRIGHT_ENCRYPTION_KEYS',
    default: 'the key file in the data folder',
    description: 'Keys that encrypt secrets, as id:base64, newest first.',
    example: 'the line that is printed by: npm run hookwright -- secrets generate',
  },
  {
    name: 'HOOKWRIGHT_PUBLIC_URL',
    default: 'from the listener',
    description: 'Base of absolute links.',
    example: 'https://hooks.example.com',
  },
  {
    name: 'HOOKWRIGHT_SANDBOX',
    default: 'on while listening on loopback',
    description: 'The sandbox receiver at https://sandbox.hookwright.test.',
    example: 'off',
  },
  {
    name: 'HOOKWRIGHT_EGRESS_ALLOW',
    default: 'none',
    description: 'CIDR blocks and exact host names that webhooks may reach although they are not public.',
    example: '10.1.0.0/16,hooks.corp.internal',
  },
  {
    name: 'HOOKWRIGHT_EGRESS_CONNECT',
    default: 'none',
    description: 'Hosts that are dialled at another address, as host=address:port.',
    example: 'receiver.corp.internal=10.1.2.3:8443',
  },
  {
    name: 'HOOKWRIGHT_EGRESS_CA',
    default: 'none',
    description: 'PEM file with further authorities, trusted for the hosts of HOOKWRIGHT_EGRESS_CONNECT only.',
    example: './corp-ca.pem',
  },
  {
    name: 'HOOKWRIGHT_CONCURRENCY',
    default: '64',
    description: 'Requests in flight, all webhooks together.',
    example: '64',
  },
  {
    name: 'HOOKWRIGHT_WEBHOOK_CONCURRENCY',
    default: '16',
    description: 'Requests in flight to one webhook.',
    example: '16',
  },
  {
    name: 'HOOKWRIGHT_SENDER_THREADS',
    default: '0',
    description: 'Threads that send requests, for machines with four cores and more. 0 sends from the main thread.',
    example: '1',
  },
  {
    name: 'HOOKWRIGHT_SHUTDOWN_GRACE_SEC',
    default: '30',
    description: 'How long a stop waits for requests in flight, in seconds.',
    example: '30',
  },
  {
    name: 'HOOKWRIGHT_RATE_LIMIT',
    default: '600',
    description: 'Requests a minute and key, in each process. POST /v1/events is exempt.',
    example: '600',
  },
  {
    name: 'HOOKWRIGHT_TRUST_PROXY',
    default: 'none',
    description: 'CIDR blocks of the proxies whose X-Forwarded headers count.',
    example: '127.0.0.1/32,10.1.0.0/16',
  },
  {
    name: 'HOOKWRIGHT_AUDIT_FILE',
    default: 'off',
    description: 'The audit log as files in the data folder, for each organization.',
    example: 'on',
  },
  {
    name: 'HOOKWRIGHT_LOG_LEVEL',
    default: 'info',
    description: 'The least level that is logged: trace, debug, info, warn, error, fatal or silent.',
    example: 'debug',
  },
] as const satisfies readonly ConfigVariable[];

/** The name of a variable. */
export type ConfigName = (typeof CONFIG_VARIABLES)[number]['name'];
