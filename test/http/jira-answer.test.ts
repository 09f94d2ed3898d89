import assert from 'node:assert/strict';
import { AppError, invalid, unavailable } from '../../src/domain/errors.ts';
import { isAuditingPath, jiraProblemOf } from '../../src/http/jira-answer.ts';
import { assertView } from './views/assert-view.ts';

const AT = new Date('2026-11-20T12:00:00.250Z');
const answerOf = (mistake: AppError | undefined) => {
  const { status, headers, body } = jiraProblemOf(mistake, 'req_1', AT);
  assertView('auditing-errors', body);
  assert.equal(body.length, 1);
  const [{ errors, message, timestamp, status: said } = {}] = body;
  assert.deepEqual([said, timestamp], [status, '2026-11-20T12:00:00.250Z']);
  return { status, headers, errors, message };
};

describe('jiraProblemOf', () => {
  it('names each thing that is wrong: a parameter, a member of the body, or the code of what concerns all of it', () => {
    const { status, errors, message } = answerOf(
      invalid([
        { pointer: '?from', code: 'a', detail: 'No instant.', hint: 'Give one.' },
        { pointer: '/levelByArea/a~1b~0c', code: 'b', detail: 'No area.' },
        { pointer: '', code: 'c', detail: 'No JSON.', position: { line: 2, column: 3 } },
      ]),
    );
    assert.equal(status, 400);
    assert.deepEqual(errors, [
      { key: 'from', message: 'No instant. Give one.' },
      { key: 'levelByArea.a/b~c', message: 'No area.' },
      { key: 'c', message: 'No JSON. Line 2, column 3.' },
    ]);
    assert.equal(message, '3 things are wrong with this request; each is listed in errors.');
  });

  it('keeps status and headers of everything else', () => {
    const missing = new AppError('unauthenticated', 'key_missing', 'No key.', { schemes: ['Basic'], hint: 'Send it.' });
    assert.deepEqual(answerOf(missing), {
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="hookwright"' },
      errors: [{ key: 'key_missing', message: 'No key. Send it.' }],
      message: 'No key.',
    });
    const away = answerOf(unavailable('storage_busy', 'Busy.', 7));
    assert.deepEqual([away.status, away.headers], [503, { 'retry-after': '7' }]);
  });

  it('says nothing of a bug', () => {
    const { status, errors } = answerOf(undefined);
    assert.equal(status, 500);
    assert.match(JSON.stringify(errors), /"key":"internal_error","message":"Something went wrong in the engine/);
  });
});

describe('isAuditingPath', () => {
  it('knows what is below /rest/auditing, in any case', () => {
    for (const path of ['/rest/auditing', '/REST/Auditing/1.0/events']) assert.ok(isAuditingPath(path), path);
    for (const path of ['/', '/rest', '/rest/auditings', '/v1/rest/auditing', '//rest/auditing']) {
      assert.ok(!isAuditingPath(path), path);
    }
  });
});
