import assert from 'node:assert/strict';
import { JsonNumber } from '../../src/domain/json.ts';
import { contextOf, standInEvent } from '../../src/templates/index.ts';
import { eventWith } from '../store/fixtures.ts';

describe('contextOf', () => {
  it('has an object as data, whatever a payload schema may let through', () => {
    for (const data of ['null', '[1]', '"text"', '5']) {
      const event = eventWith({ body: `{"event_type":"a","event_time":"1","data":${data}}` });
      assert.deepEqual(contextOf(event).data, {});
    }
    assert.deepEqual(contextOf(eventWith({ body: '{"event_type":"a","event_time":"1"}' })).data, {});
    assert.deepEqual(contextOf(eventWith({ body: '{"data":{"a":1}}' })).data, { a: 1 });
  });

  it('takes the value of the text from whoever has read it', () => {
    const event = eventWith({ body: '{"data":{"a":1.10}}' });
    const data = { a: new JsonNumber('1.10') };
    assert.deepEqual(contextOf(event, { data }), contextOf(event));
    assert.equal(contextOf(event, { data }).data, data);
  });

  it('has texts that are not empty, since an event without them is not accepted', () => {
    const { data, ...texts } = contextOf(standInEvent({ event_type: 'a', event_time: '1', data: {} }));
    assert.deepEqual(data, {});
    for (const [name, text] of Object.entries(texts)) assert.ok(text.length > 0, name);
    for (const value of [{ event_type: '', event_time: '1' }, { event_type: 'a' }, { event_time: '1' }])
      assert.throws(() => standInEvent(value), /without a usable event_type or event_time/);
  });
});
