import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Config, Environment } from '../src/config.ts';
import { CONFIG_VARIABLES, describeConfig, isExposed, readConfig } from '../src/config.ts';
import { writeKey } from '../src/domain/api-key.ts';

const CWD = '/srv/hookwright';
const SECRET = 's'.repeat(43);
const ADMIN_KEY = writeKey('key_01934c5e-7b3a-7cc0-8000-0123456789ab', SECRET);
const [KEY, OTHER_KEY] = [1, 2].map((fill) => Buffer.alloc(32, fill).toString('base64')) as [string, string];

function config(env: Environment): Config {
  const reading = readConfig(env, CWD);
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.config;
}

function problems(env: Environment): readonly string[] {
  const reading = readConfig(env, CWD);
  return reading.ok ? [] : reading.problems;
}

describe('readConfig', () => {
  it('needs nothing to be set', () => {
    assert.deepEqual(config({ PATH: '/bin', HOME: '/srv' }), {
      listen: { host: '127.0.0.1', port: 8080 },
      dataDir: '/srv/hookwright/data',
      databaseUrl: undefined,
      adminKey: undefined,
      encryptionKeys: undefined,
      publicUrl: undefined,
      sandbox: true,
      egressAllow: [],
      egressConnect: [],
      egressCaFile: undefined,
      concurrency: 64,
      webhookConcurrency: 16,
      senderThreads: 0,
      shutdownGraceMs: 30_000,
      rateLimit: 600,
      trustProxy: [],
      auditFile: false,
      logLevel: 'info',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    const empty = Object.fromEntries(CONFIG_VARIABLES.map(({ name }) => [name, ' ']));
    assert.deepEqual(config(empty), config({}));
  });

  it('reads every variable', () => {
    const env = {
      HOOKWRIGHT_LISTEN: '[::1]:0',
      HOOKWRIGHT_DATA_DIR: '../data',
      HOOKWRIGHT_DATABASE_URL: 'postgres://hw:pw@db.example.com/hookwright?sslmode=verify-full',
      HOOKWRIGHT_ADMIN_KEY: ADMIN_KEY,
      HOOKWRIGHT_ENCRYPTION_KEYS: `new:${KEY} old:${OTHER_KEY}`,
      HOOKWRIGHT_PUBLIC_URL: 'https://hooks.example.com/base/',
      HOOKWRIGHT_SANDBOX: 'off',
      HOOKWRIGHT_EGRESS_ALLOW: '10.1.0.0/16, fd00::/8,hooks.corp.internal',
      HOOKWRIGHT_EGRESS_CONNECT: 'a.corp.internal=10.1.2.3:8443,b.corp.internal=[fd00::1]:443',
      HOOKWRIGHT_EGRESS_CA: 'ca.pem',
      HOOKWRIGHT_CONCURRENCY: '8',
      HOOKWRIGHT_WEBHOOK_CONCURRENCY: '2',
      HOOKWRIGHT_SENDER_THREADS: '3',
      HOOKWRIGHT_SHUTDOWN_GRACE_SEC: '0',
      HOOKWRIGHT_RATE_LIMIT: '60',
      HOOKWRIGHT_TRUST_PROXY: '127.0.0.1/32, ::1,10.1.0.0/16',
      HOOKWRIGHT_AUDIT_FILE: 'on',
      HOOKWRIGHT_LOG_LEVEL: 'debug',
    };
    assert.deepEqual(
      Object.keys(env),
      CONFIG_VARIABLES.map(({ name }) => name),
    );
    assert.deepEqual(config(env), {
      listen: { host: '::1', port: 0 },
      dataDir: '/srv/data',
      databaseUrl: 'postgres://hw:pw@db.example.com/hookwright?sslmode=verify-full',
      adminKey: ADMIN_KEY,
      encryptionKeys: [
        { id: 'new', key: Buffer.alloc(32, 1) },
        { id: 'old', key: Buffer.alloc(32, 2) },
      ],
      publicUrl: 'https://hooks.example.com/base',
      sandbox: false,
      egressAllow: ['10.1.0.0/16', 'fd00::/8', 'hooks.corp.internal'],
      egressConnect: ['a.corp.internal=10.1.2.3:8443', 'b.corp.internal=[fd00::1]:443'],
      egressCaFile: '/srv/hookwright/ca.pem',
      concurrency: 8,
      webhookConcurrency: 2,
      senderThreads: 3,
      shutdownGraceMs: 0,
      rateLimit: 60,
      trustProxy: ['127.0.0.1/32', '::1', '10.1.0.0/16'],
      auditFile: true,
      logLevel: 'debug',
    });
  });

  const wrong: readonly (readonly [name: string, values: readonly string[]])[] = [
    [
      'HOOKWRIGHT_LISTEN',
      [
        '8080',
        ':8080',
        'localhost',
        '127.0.0.1:',
        '127.0.0.1:65536',
        '::1:8080',
        '[127.0.0.1]:80',
        '300.1.1.1:80',
        'a b:80',
        '127.0.0.1:80x',
        'http://127.0.0.1:80',
      ],
    ],
    [
      'HOOKWRIGHT_ADMIN_KEY',
      [
        'secret',
        'hw_x_y',
        ADMIN_KEY.slice(0, -1),
        writeKey('key_01934c5e-7b3a-4cc0-8000-0123456789ab', SECRET),
        `${ADMIN_KEY}!`,
      ],
    ],
    ['HOOKWRIGHT_ENCRYPTION_KEYS', ['secret', `a:${KEY},a:${OTHER_KEY}`, 'a:c2hvcnQ=', `a b:${KEY}`]],
    [
      'HOOKWRIGHT_DATABASE_URL',
      ['db', 'mysql://u:p@h/d', 'postgres://h', 'postgres://h/', 'postgres://h/a/b', 'postgres:///d', 'http://h/d'],
    ],
    ['HOOKWRIGHT_PUBLIC_URL', ['hooks.example.com', 'ftp://x', 'https://u:p@x', 'https://x/?a=1', 'https://x/#y']],
    ['HOOKWRIGHT_SANDBOX', ['true', 'ON', '1']],
    ['HOOKWRIGHT_EGRESS_ALLOW', ['10.0.0.0/8;10.1.0.0/16', '*.corp', 'https://x', 'a b', '1.2.3.4/99']],
    [
      'HOOKWRIGHT_EGRESS_CONNECT',
      ['host', 'host=10.0.0.1', 'host=:443', '=10.0.0.1:443', 'host=fd00::1:443', 'a=b=c:1', 'a.b=10.0.0.1:99999'],
    ],
    ['HOOKWRIGHT_CONCURRENCY', ['0', '-1', '1.5', '1e3', '10001', 'many']],
    ['HOOKWRIGHT_WEBHOOK_CONCURRENCY', ['0', '16x']],
    ['HOOKWRIGHT_SENDER_THREADS', ['-1', '65', 'all']],
    ['HOOKWRIGHT_SHUTDOWN_GRACE_SEC', ['-1', '3601', '30s']],
    ['HOOKWRIGHT_RATE_LIMIT', ['0', '1000001', 'many']],
    [
      'HOOKWRIGHT_TRUST_PROXY',
      ['loopback', 'true', '1', 'proxy.example.com', '0.0.0.0/0', '::/0', '10.0.0.0/33', '10.1.2.3:80'],
    ],
    ['HOOKWRIGHT_AUDIT_FILE', ['1', 'audit.log']],
    ['HOOKWRIGHT_LOG_LEVEL', ['verbose', 'INFO']],
  ];
  for (const [name, values] of wrong) {
    for (const value of values) {
      it(`refuses ${name}=${value.slice(0, 24)}, and gives an example`, () => {
        const [problem, ...others] = problems({ [name]: value });
        assert.deepEqual(others, []);
        assert.match(problem ?? '', new RegExp(`^${name} must .+ For example: `));
      });
    }
  }

  it('reports all problems at once', () => {
    const found = problems({
      HOOKWRIGHT_LISTEN: 'x',
      HOOKWRIGHT_LOG_LEVEL: 'x',
      HOOKWRIGHT_CONCURRENCY: 'x',
      HOOKWRIGHT_LISTN: '127.0.0.1:80',
      HOOKWRIGHT_DATABASE_URL: 'mysql://user:pw@db/x',
    });
    assert.equal(found.length, 5);
    assert.equal(new Set(found.map((problem) => problem.split(' ')[0])).size, 5);
  });

  it('asks what an unknown name was meant to be', () => {
    assert.deepEqual(problems({ HOOKWRIGHT_DATADIR: 'x' }), [
      'HOOKWRIGHT_DATADIR is no setting of Hookwright. Did you mean HOOKWRIGHT_DATA_DIR?',
    ]);
    assert.match(problems({ hookwright_listen: '127.0.0.1:1' })[0] ?? '', /Did you mean HOOKWRIGHT_LISTEN\?/);
    assert.deepEqual(problems({ HOOKWRIGHT_QUITE_ANOTHER_MATTER: 'x' }), [
      'HOOKWRIGHT_QUITE_ANOTHER_MATTER is no setting of Hookwright.',
    ]);
  });

  it('never repeats a damaged admin key', () => {
    assert.ok(!problems({ HOOKWRIGHT_ADMIN_KEY: 'hw_s3cr3t' }).join().includes('s3cr3t'));
  });

  it('says of each encryption key what is wrong with it and how to make one, and repeats nothing of it', () => {
    const [problem = ''] = problems({ HOOKWRIGHT_ENCRYPTION_KEYS: `a:${KEY},s3cr3t,${KEY}:a,a:${OTHER_KEY},b:s3cr3t` });
    assert.match(
      problem,
      /entry 2 has no colon.*entry 3 has an id.*entry 4 has the id of an earlier.*entry 5 .* base64/,
    );
    assert.match(problem, /npm run hookwright -- secrets generate/);
    for (const secret of ['s3cr3t', KEY, OTHER_KEY]) assert.ok(!problem.includes(secret));
  });

  it('never repeats a damaged database URL', () => {
    assert.ok(!problems({ HOOKWRIGHT_DATABASE_URL: 'postgres://u:s3cr3t@h' }).join().includes('s3cr3t'));
  });

  const sandboxes: readonly (readonly [listen: string, isOn: boolean])[] = [
    ['127.0.0.1:80', true],
    ['127.8.8.8:80', true],
    ['localhost:80', true],
    ['[::1]:80', true],
    ['0.0.0.0:80', false],
    ['[::]:80', false],
    ['10.0.0.1:80', false],
    ['127.example.com:80', false],
  ];
  for (const [listen, isOn] of sandboxes) {
    it(`leaves the sandbox ${isOn ? 'on' : 'off'} while listening on ${listen}, unless it is set`, () => {
      assert.equal(config({ HOOKWRIGHT_LISTEN: listen }).sandbox, isOn);
      assert.equal(config({ HOOKWRIGHT_LISTEN: listen, HOOKWRIGHT_SANDBOX: isOn ? 'off' : 'on' }).sandbox, !isOn);
    });
  }

  it('never throws, whatever the environment holds', () => {
    const name = fc.oneof(fc.constantFrom(...CONFIG_VARIABLES.map((variable) => variable.name)), fc.string());
    fc.assert(
      fc.property(fc.dictionary(name, fc.string()), (env) => {
        const reading = readConfig(env, CWD);
        assert.ok(reading.ok || reading.problems.length > 0);
      }),
    );
  });
});

describe('describeConfig', () => {
  it('shows every setting in effect, and no secret', () => {
    const described = describeConfig(config({ HOOKWRIGHT_ADMIN_KEY: ADMIN_KEY, HOOKWRIGHT_LISTEN: '[::1]:9' }));
    assert.deepEqual(
      Object.keys(described),
      CONFIG_VARIABLES.map(({ name }) => name),
    );
    assert.equal(described.HOOKWRIGHT_LISTEN, '[::1]:9');
    assert.equal(described.HOOKWRIGHT_ADMIN_KEY, '***');
    assert.ok(!JSON.stringify(described).includes('sssss'));
    const keys = describeConfig(config({ HOOKWRIGHT_ENCRYPTION_KEYS: `new:${KEY},old:${OTHER_KEY}` }));
    assert.equal(keys.HOOKWRIGHT_ENCRYPTION_KEYS, 'new:***,old:***');
  });

  it('shows where the database is and who uses it, and neither password nor options', () => {
    const shown = (url: string): string =>
      describeConfig(config({ HOOKWRIGHT_DATABASE_URL: url })).HOOKWRIGHT_DATABASE_URL;
    assert.equal(shown('postgres://u:s3cr3t@h:5433/d?password=s3cr3t'), 'postgres://u:***@h:5433/d');
    assert.equal(shown('postgresql://h/d'), 'postgresql://h/d');
  });

  it('can be read back as an environment', () => {
    const one = config({ HOOKWRIGHT_EGRESS_ALLOW: '10.0.0.0/8, a.internal', HOOKWRIGHT_CONCURRENCY: '7' });
    assert.deepEqual(config(describeConfig(one)), one);
  });
});

describe('isExposed', () => {
  const table: readonly (readonly [env: Environment, exposed: boolean])[] = [
    [{}, false],
    [{ HOOKWRIGHT_LISTEN: '0.0.0.0:80' }, true],
    [{ HOOKWRIGHT_LISTEN: '[2001:db8::1]:80', HOOKWRIGHT_PUBLIC_URL: 'https://hooks.example.com' }, true],
    [{ HOOKWRIGHT_LISTEN: '0.0.0.0:80', HOOKWRIGHT_TRUST_PROXY: '10.0.0.1' }, true],
    [
      { HOOKWRIGHT_LISTEN: '0.0.0.0:80', HOOKWRIGHT_PUBLIC_URL: 'http://x.y', HOOKWRIGHT_TRUST_PROXY: '10.0.0.1' },
      true,
    ],
    [
      { HOOKWRIGHT_LISTEN: '0.0.0.0:80', HOOKWRIGHT_PUBLIC_URL: 'https://x.y', HOOKWRIGHT_TRUST_PROXY: '10.0.0.1' },
      false,
    ],
  ];
  for (const [env, exposed] of table) {
    it(`is ${String(exposed)} with ${JSON.stringify(env)}`, () => assert.equal(isExposed(config(env)), exposed));
  }
});

describe('CONFIG_VARIABLES', () => {
  it('describe each variable once, with an example', () => {
    assert.equal(new Set(CONFIG_VARIABLES.map(({ name }) => name)).size, CONFIG_VARIABLES.length);
    for (const { name, description, example } of CONFIG_VARIABLES) {
      assert.match(name, /^HOOKWRIGHT_[A-Z_]+$/);
      assert.match(description, /^[A-Z].+\.$/);
      assert.ok(example.length > 0);
    }
  });
});
