// The commands that a newcomer pastes, run as they are: those of the README, and those that the first start prints.
import assert from 'node:assert/strict';
import type { JsonObject } from '../src/domain/json.ts';
import { firstSteps, welcomeText } from '../src/welcome.ts';
import type { TestApp } from './support/app.ts';
import { startApp } from './support/app.ts';
import { codeBlocks, readText } from './support/markdown.ts';
import type { Shell } from './support/shell.ts';
import { curlKinds, openShell } from './support/shell.ts';

const WRITTEN = 'http://127.0.0.1:8080';
const BLOCKS = codeBlocks(readText('README.md'), 'sh').filter((block) => block.includes('curl '));

interface Answers {
  readonly webhook: JsonObject;
  readonly posted: { readonly events?: readonly JsonObject[] };
  readonly invocations: { readonly data?: readonly JsonObject[] };
}

/** Runs the three commands one after the other, the last one when the delivery is over. */
async function follow({ app }: TestApp, shell: Shell, commands: readonly string[]): Promise<Answers> {
  const [make = '', post = '', look = ''] = commands;
  const webhook = JSON.parse(await shell.run(make)) as JsonObject;
  const posted = JSON.parse(await shell.run(post)) as Answers['posted'];
  await app.idle();
  return { webhook, posted, invocations: JSON.parse(await shell.run(look)) as Answers['invocations'] };
}

function assertDelivered({ webhook, posted, invocations }: Answers): void {
  assert.match(JSON.stringify(webhook['id']), /^"whk_/, JSON.stringify(webhook));
  const [event, ...others] = posted.events ?? [];
  assert.deepEqual([event?.['deliveries'], event?.['duplicate'], others], [1, false, []]);
  const [invocation, ...more] = invocations.data ?? [];
  assert.equal(invocation?.['outcome'], 'success', JSON.stringify(invocation));
  assert.equal(invocation['event_id'], event?.['id']);
  assert.deepEqual(more, []);
}

describe('the commands of the README', () => {
  it('are those that the engine prints', () => {
    const [block = '', ...others] = BLOCKS;
    assert.deepEqual(others, []);
    assert.deepEqual(block.trimEnd().split('\n'), firstSteps(WRITTEN, '$KEY'));
  });

  it('come after the one that keeps the key', () => {
    const blocks = codeBlocks(readText('README.md'), 'sh');
    assert.match(blocks[blocks.indexOf(BLOCKS[0] ?? '') - 1] ?? '', /^export KEY=hw_/);
  });
});

for (const kind of curlKinds()) {
  describe(`with ${kind}`, () => {
    let engine: TestApp;
    let shell: Shell;

    beforeEach(async () => {
      engine = await startApp();
      shell = await openShell(kind, engine.url, { KEY: engine.key });
    });

    afterEach(async () => {
      await shell.remove();
      await engine.stop();
    });

    it('the commands of the README make a webhook and deliver an event', async () => {
      const lines = (BLOCKS[0] ?? '').trimEnd().split('\n');
      assertDelivered(await follow(engine, shell, lines));
    });

    it('the commands of the first start make a webhook and deliver an event', async () => {
      const { url, key: firstKey, dataDir } = engine;
      const text = welcomeText({
        version: engine.app.version,
        url,
        publicUrl: undefined,
        firstKey,
        unfitKey: undefined,
        dataDir,
        sandbox: true,
        isExposed: false,
      });
      const commands = text.split('\n').filter((line) => line.trim().startsWith('curl '));
      assert.equal(commands.length, 3);
      assertDelivered(await follow(engine, shell, commands));
    });
  });
}

describe('welcomeText', () => {
  const welcome = {
    version: '1.2.3',
    url: WRITTEN,
    publicUrl: undefined,
    firstKey: 'hw_key',
    unfitKey: undefined,
    dataDir: 'data',
    sandbox: true,
    isExposed: false,
  };

  it('shows the key and the commands at the first start only', () => {
    assert.ok(welcomeText(welcome).includes('hw_key'));
    const later = welcomeText({ ...welcome, firstKey: undefined });
    assert.ok(!later.includes('hw_key') && !later.includes('curl') && later.includes(WRITTEN));
  });

  it('says where it listens, and where others reach it', () => {
    const text = welcomeText({ ...welcome, publicUrl: 'https://hooks.example.com' });
    assert.ok(text.includes(WRITTEN) && text.includes('https://hooks.example.com'));
  });

  it('warns where others reach it without TLS', () => {
    assert.match(welcomeText({ ...welcome, isExposed: true }), /public address without TLS.*HOOKWRIGHT_TRUST_PROXY/s);
    assert.doesNotMatch(welcomeText(welcome), /TLS/);
  });

  it('says which key of the environment is no admin key, and why', () => {
    const text = welcomeText({ ...welcome, firstKey: undefined, unfitKey: { keyId: 'key_1', why: 'is revoked' } });
    assert.match(
      text,
      /^ {2}HOOKWRIGHT_ADMIN_KEY makes nobody an admin of this installation: its key key_1 is revoked\.$/m,
    );
  });

  it('shows no commands that need the sandbox where it is off', () => {
    const text = welcomeText({ ...welcome, sandbox: false });
    assert.ok(text.includes('hw_key') && !text.includes('curl'));
  });
});
