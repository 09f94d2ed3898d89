import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { AppError } from '../../src/domain/errors.ts';
import { createKeyFile, loadOrCreateKeyFile, replaceKeyFile } from '../../src/store/key-file.ts';
import type { SecretPlace } from '../../src/store/secrets.ts';
import { createSecretBox, keyIdOf, newSecretKey } from '../../src/store/secrets.ts';
import { StartupError } from '../../src/store/startup-error.ts';

const PLACE: SecretPlace = ['org_1', 'whk_1', 'headers.Authorization'];

describe('createSecretBox', () => {
  const box = createSecretBox({ keys: [newSecretKey()] });

  it('opens what it sealed, for every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(box.open(box.seal(text, PLACE), PLACE), text);
      }),
    );
  });

  it('writes v1, the key id, iv, tag and ciphertext, and never the same twice', () => {
    const envelope = box.seal('secret', PLACE);
    assert.match(envelope, new RegExp(`^v1:${box.currentKeyId}:[\\w-]{16}:[\\w-]{22}:[\\w-]{8}$`));
    assert.notEqual(box.seal('secret', PLACE), envelope);
  });

  it('opens nothing at another place', () => {
    const envelope = box.seal('secret', PLACE);
    const places: SecretPlace[] = [
      ['org_2', PLACE[1], PLACE[2]],
      [PLACE[0], 'whk_2', PLACE[2]],
      [PLACE[0], PLACE[1], 'headers.Other'],
      ['org_1whk_1', '', PLACE[2]],
    ];
    for (const place of places) assert.throws(() => box.open(envelope, place), /cannot be opened/);
  });

  it('notices every changed character', () => {
    const envelope = box.seal('a secret of some length', PLACE);
    fc.assert(
      fc.property(fc.nat(envelope.length - 1), (index) => {
        const changed = envelope[index] === 'A' ? 'Q' : 'A';
        const damaged = `${envelope.slice(0, index)}${changed}${envelope.slice(index + 1)}`;
        // The last character of a base64url part may hold bits that mean nothing.
        fc.pre(!/[:]/.test(envelope[index] ?? '') && !/^(:|$)/.test(envelope.slice(index + 1)));
        assert.throws(() => box.open(damaged, PLACE));
      }),
    );
  });

  it('opens with an older key and seals with the newest', () => {
    const [older, newer] = [newSecretKey(), newSecretKey()];
    const envelope = createSecretBox({ keys: [older] }).seal('secret', PLACE);
    const both = createSecretBox({ keys: [newer, older] });
    assert.equal(both.open(envelope, PLACE), 'secret');
    assert.match(both.seal('secret', PLACE), new RegExp(`^v1:${newer.id}:`));
  });

  it('seals with another of its keys where it is told to, and opens the same', () => {
    const [older, newer] = [newSecretKey(), newSecretKey()];
    const both = createSecretBox({ keys: [newer, older] });
    const envelope = both.sealingWith(older.id)?.seal('secret', PLACE) ?? '';
    assert.deepEqual([keyIdOf(envelope), both.open(envelope, PLACE)], [older.id, 'secret']);
    assert.equal(both.sealingWith('unheard-of'), undefined);
    assert.equal(keyIdOf('no envelope'), undefined);
  });

  it('says of a secret that cannot be opened where it is and what to do, and not what it is', () => {
    assert.throws(
      () => box.open('v1:a:b:c:the-sealed-text', PLACE),
      (error: unknown) =>
        error instanceof AppError &&
        error.code === 'secret_unreadable' &&
        /headers.Authorization of whk_1 .*"a"/.test(error.message) &&
        !error.message.includes('the-sealed-text'),
    );
  });

  it('says which key is missing, or that another bears its name', () => {
    const key = newSecretKey();
    const envelope = createSecretBox({ keys: [key] }).seal('secret', PLACE);
    assert.throws(() => box.open(envelope, PLACE), new RegExp(`sealed with the key "${key.id}", which is not among`));
    const namesake = createSecretBox({ keys: [{ ...newSecretKey(), id: key.id }] });
    assert.throws(() => namesake.open(envelope, PLACE), /another key now bears the name/);
  });
});

describe('loadOrCreateKeyFile', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hookwright-test-'));
    path = join(folder, 'keys');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes a file for its owner only, and reads the same key from it again', () => {
    const made = loadOrCreateKeyFile(path);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.match(readFileSync(path, 'utf8'), /^[0-9a-f]{8}:[A-Za-z0-9+/]{43}=\n$/);
    assert.deepEqual(loadOrCreateKeyFile(path), made);
  });

  it('keeps a key that another process has made meanwhile', () => {
    const [made] = loadOrCreateKeyFile(path);
    // Whoever comes second has found no file, and now finds one when it takes the name.
    assert.deepEqual(createKeyFile(path), [made]);
    assert.deepEqual(readdirSync(folder), ['keys'], 'no draft is left');
  });

  it('makes it in spite of a draft that a crash left behind', () => {
    writeFileSync(`${path}.new`, 'half');
    assert.deepEqual(loadOrCreateKeyFile(path), loadOrCreateKeyFile(path));
  });

  it('refuses a file that others may read, with the command that mends it', () => {
    loadOrCreateKeyFile(path);
    chmodSync(path, 0o640);
    assert.throws(
      () => loadOrCreateKeyFile(path),
      (error: unknown) => error instanceof StartupError && error.message.includes(`(mode 640). Run: chmod 600 ${path}`),
    );
  });

  it('refuses a file that holds something else, and leaves it as it is', () => {
    writeFileSync(path, 'hello', { mode: 0o600 });
    assert.throws(() => loadOrCreateKeyFile(path), StartupError);
    assert.equal(readFileSync(path, 'utf8'), 'hello');
  });

  it('is replaced as a whole, in the order given, for its owner only, and leaves no draft', () => {
    const [made] = loadOrCreateKeyFile(path);
    const key = newSecretKey();
    replaceKeyFile(path, [key, ...(made === undefined ? [] : [made])]);
    assert.deepEqual(loadOrCreateKeyFile(path), [key, made]);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['keys']);
  });
});
