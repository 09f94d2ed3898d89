import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { quote, toCurl } from '../../src/domain/curl.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { RecordedRequest } from '../../src/domain/invocation.ts';
import { endedWith, fullInvocation, openInvocation, unrenderedInvocation } from '../http/views/records.ts';

const RECORDED: RecordedRequest = {
  method: 'POST',
  url: 'https://siem.example.com/collect',
  headers: [['content-type', 'application/json']],
  body: '{}',
  bodyBytes: 2,
  bodySha256: undefined,
};

function commandFor(request: Partial<RecordedRequest>, maskedPlaces = 1): string {
  return toCurl(endedWith({ request: { ...RECORDED, ...request }, maskedPlaces }));
}

// Runs the command in a real shell, with a curl that only says what it was given.
function argumentsOf(command: string, variables: Record<string, string> = {}): string[] {
  const script = `curl() { for word in "$@"; do printf '%s\\0' "$word"; done; }\n${command}`;
  const output = execFileSync('/bin/sh', ['-eu', '-s'], { input: script, env: { PATH: '/nowhere', ...variables } });
  return output.toString('utf8').split('\0').slice(0, -1);
}

function valuesOf(words: readonly string[], option: string): string[] {
  return words.filter((_, index) => words[index - 1] === option);
}

// Everything that a shell, curl or a careless quoting could trip over.
const hostile = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        '\\',
        '$',
        '`',
        '\n',
        '\r',
        '!',
        '*',
        '~',
        '#',
        '&',
        ';',
        '|',
        '<',
        '>',
        '(',
        ')',
        '{',
        '}',
        '[',
        ']',
        '@',
        ' ',
        '\t',
        'é',
        '😀',
        '%',
        '-',
        'EOF',
      ),
      maxLength: 30,
    }),
  )
  .filter((text) => !text.includes('\0'));

describe('quote', () => {
  it('gives one word that a POSIX shell reads as the same bytes', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 20 }), (texts) => {
        assert.deepEqual(argumentsOf(`curl ${texts.map(quote).join(' ')}`), texts);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves plain words as they are', () => {
    assert.equal(quote('https://a.example/b-c_d'), 'https://a.example/b-c_d');
    assert.equal(quote(''), "''");
    assert.equal(quote("it's"), `'it'\\''s'`);
  });
});

describe('toCurl', () => {
  it('sends the recorded body, URL, method and headers, whatever they hold', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (body, url, value) => {
        const words = argumentsOf(
          commandFor(
            {
              body,
              url,
              headers: [
                ['x-a', value],
                ['content-type', 'application/json'],
              ],
            },
            0,
          ),
        );
        assert.deepEqual(valuesOf(words, body.startsWith('@') ? '--data-raw' : '--data-binary'), [body]);
        assert.deepEqual(valuesOf(words, '--request'), ['POST']);
        assert.equal(words.at(-1), url);
        assert.deepEqual(valuesOf(words, '--header').slice(0, 2), [`x-a: ${value}`, 'content-type: application/json']);
      }),
      { numRuns: 60 },
    );
  });

  it('takes secret header values from variables, and says which', () => {
    const command = toCurl(fullInvocation);
    assert.match(
      command,
      /^# Secret header values are not on record\. Set each to the whole value, scheme and all: AUTHORIZATION='…'$/m,
    );
    assert.match(command, /"\$AUTHORIZATION"/);
    const words = argumentsOf(command, { AUTHORIZATION: `Bearer $HOME 'x' "y"` });
    assert.ok(words.includes(`Authorization: Bearer $HOME 'x' "y"`));
  });

  it('never takes a variable that the shell has anyway, and no variable twice', () => {
    const headers = [
      ['path', '***'],
      ['x-a_b', '***'],
      ['X-A-B', '***'],
      ['x-$(id)`id`', '***'],
      ['ld-preload', 'a***b'],
    ] as const;
    const command = commandFor({ headers });
    const names = [...command.matchAll(/"\$(\w+)"/g)].map(([, name = '']) => name);
    assert.deepEqual(names, [
      'HEADER_PATH',
      'HEADER_X_A_B',
      'HEADER_X_A_B_2',
      'HEADER_X___ID__ID_',
      'HEADER_LD_PRELOAD',
    ]);
    const words = argumentsOf(command, Object.fromEntries(names.map((name, index) => [name, String(index)])));
    assert.deepEqual(valuesOf(words, '--header').slice(0, 5), [
      'path: 0',
      'x-a_b: 1',
      'X-A-B: 2',
      'x-$(id)`id`: 3',
      'ld-preload: 4',
    ]);
  });

  it('takes *** for what it is where nothing was masked', () => {
    const command = commandFor({ headers: [['x-rating', '***']], body: '{"a":"***"}' }, 0);
    assert.ok(argumentsOf(command).includes('x-rating: ***'));
    assert.doesNotMatch(command, /# (Secret|The body)/);
  });

  it('says where body and URL were masked', () => {
    const command = commandFor({ body: '{"echo":"***"}', url: 'https://a.example/***' });
    assert.match(command, /^# The body holds \*\*\*/m);
    assert.match(command, /^# The URL holds \*\*\*/m);
  });

  it('leaves to curl what curl writes, and keeps it from adding headers', () => {
    const headers = [
      ['Host', 'a.example'],
      ['content-length', '2'],
      ['user-agent', 'Hookwright/1'],
    ] as const;
    const words = valuesOf(argumentsOf(commandFor({ headers })), '--header');
    assert.deepEqual(words, ['user-agent: Hookwright/1', 'accept:', 'content-type:', 'expect:']);
  });

  it('sends no body where none was sent', () => {
    const words = argumentsOf(commandFor({ method: 'GET', body: undefined, bodyBytes: 0, headers: [] }));
    assert.deepEqual(
      words.filter((word) => word.startsWith('--data')),
      [],
    );
    assert.deepEqual(valuesOf(words, '--header'), ['accept:', 'user-agent:']);
  });

  it('refuses where no request was made', () => {
    for (const invocation of [openInvocation, unrenderedInvocation]) {
      assert.throws(
        () => toCurl(invocation),
        (error) => error instanceof AppError && error.code === 'nothing_sent',
      );
    }
  });
});
