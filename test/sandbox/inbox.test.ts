import assert from 'node:assert/strict';
import type { Inbox } from '../../src/sandbox/inbox.ts';
import { createInbox } from '../../src/sandbox/inbox.ts';

function add(
  inbox: Inbox,
  path: string,
  headers: readonly (readonly [string, string])[] = [],
  body = '',
): (status: number) => void {
  return inbox.add({
    receivedAt: new Date(0),
    method: 'POST',
    path,
    headers,
    body,
    bodyBytes: 0,
    truncated: false,
  });
}

function paths(inbox: Inbox, limit: number, after?: string): string[] {
  return inbox.list({ limit, after }).map(({ path }) => path);
}

describe('createInbox', () => {
  it('lists what arrived, newest first, as many as are asked for', () => {
    const inbox = createInbox(10);
    for (const path of ['/1', '/2', '/3']) add(inbox, path);
    assert.deepEqual(paths(inbox, 10), ['/3', '/2', '/1']);
    assert.deepEqual(paths(inbox, 2), ['/3', '/2']);
  });

  it('goes on after an id, while new ones arrive', () => {
    const inbox = createInbox(100);
    for (let number = 1; number <= 12; number += 1) add(inbox, `/${String(number)}`);
    const [first] = inbox.list({ limit: 1 });
    add(inbox, '/13');
    assert.deepEqual(paths(inbox, 3, first?.id), ['/11', '/10', '/9']);
  });

  it('forgets the oldest beyond its capacity', () => {
    const inbox = createInbox(2);
    for (const path of ['/1', '/2', '/3']) add(inbox, path);
    assert.deepEqual(paths(inbox, 10), ['/3', '/2']);
  });

  it('forgets an event, what is still to come of it included', () => {
    const inbox = createInbox(10);
    const of = (id: string): [string, string][] => [['Hookwright-Event', id]];
    add(inbox, '/1', of('evt_1'));
    add(inbox, '/2', of('evt_2'));
    inbox.forget('evt_1');
    add(inbox, '/3', of('evt_1'))(200);
    assert.deepEqual(paths(inbox, 10), ['/2']);
  });

  it('notes the status of the request it was answered for', () => {
    const inbox = createInbox(10);
    const answered = add(inbox, '/1');
    add(inbox, '/2');
    answered(503);
    assert.deepEqual(
      inbox.list({ limit: 10 }).map(({ status }) => status),
      [undefined, 503],
    );
  });

  it('hides the values of a form, which may be the secret of an OAuth client', () => {
    const inbox = createInbox(10);
    const form = 'grant_type=client_credentials&client_secret=a%3Db&scope=';
    add(inbox, '/', [['Content-Type', 'application/x-www-form-urlencoded;charset=UTF-8']], form);
    add(inbox, '/', [['content-type', 'application/json']], '{"a":"b=c"}');
    const bodies = inbox.list({ limit: 10 }).map(({ body }) => body);
    assert.deepEqual(bodies, ['{"a":"b=c"}', 'grant_type=***&client_secret=***&scope=***']);
  });

  it('hides the values of headers that may be secret', () => {
    const inbox = createInbox(10);
    add(inbox, '/', [
      ['host', 'sandbox.hookwright.test'],
      ['Content-Type', 'application/json'],
      ['user-agent', 'Hookwright/1'],
      ['webhook-id', 'dlv_1'],
      ['hookwright-event', 'evt_1'],
      ['Authorization', 'Bearer secret'],
      ['x-webhook-key', 'secret'],
    ]);
    const values = inbox.list({ limit: 1 })[0]?.headers.map(([, value]) => value);
    assert.deepEqual(values, [
      'sandbox.hookwright.test',
      'application/json',
      'Hookwright/1',
      'dlv_1',
      'evt_1',
      '***',
      '***',
    ]);
  });
});
