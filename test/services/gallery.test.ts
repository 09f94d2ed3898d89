import assert from 'node:assert/strict';
import { JsonNumber } from '../../src/domain/json.ts';
import type { GalleryFiles } from '../../src/services/gallery.ts';
import { createGallery } from '../../src/services/gallery.ts';

const PAYLOADS = { names: ['audit'] };

const ABOUT = {
  title: 'Probe',
  description: 'For tests.',
  schema: 'audit',
  method: 'PUT',
  url: 'https://probe.example.com/in',
  headers: [{ name: 'X-Key', description: 'The key.', example: 'k' }],
  response_validators: [{ json_path: '$.data.ok', expected_values: [true] }],
  notes: ['One.', 'Two.'],
};

function filesWith(about: object = {}, other: Partial<GalleryFiles[string]> = {}, name = 'probe'): GalleryFiles {
  const entry = {
    about: JSON.stringify({ ...ABOUT, ...about }),
    template: '{"a": {{data.a}}}',
    sample: '{ "data": { "a": 12345678901234567890 } }',
    expected: '{"a": 12345678901234567890}',
  };
  return { [name]: { ...entry, ...other } };
}

describe('createGallery', () => {
  it('gives each entry with everything that stands in its files, numbers as they are spelled', () => {
    const gallery = createGallery(PAYLOADS, filesWith());
    assert.deepEqual(gallery.template('probe'), {
      name: 'probe',
      title: 'Probe',
      description: 'For tests.',
      schema: 'audit',
      method: 'PUT',
      url: 'https://probe.example.com/in',
      headers: [{ name: 'X-Key', description: 'The key.', example: 'k' }],
      responseValidators: [{ jsonPath: '$.data.ok', expectedValues: [true] }],
      notes: ['One.', 'Two.'],
      bodyTemplate: '{"a": {{data.a}}}',
      sampleEvent: { data: { a: new JsonNumber('12345678901234567890') } },
      expectedBody: '{"a": 12345678901234567890}',
    });
  });

  it('lists the entries in the order of the files, and knows no others', () => {
    const gallery = createGallery(PAYLOADS, { ...filesWith({}, {}, 'b'), ...filesWith({}, {}, 'a') });
    assert.deepEqual(
      gallery.list().map(({ name }) => name),
      ['b', 'a'],
    );
    for (const name of ['c', '__proto__', 'constructor', '']) assert.equal(gallery.template(name), undefined);
  });

  const wrong: readonly [what: string, files: GalleryFiles, message: RegExp][] = [
    ...['title', 'description', 'url'].map((member): [string, GalleryFiles, RegExp] => [
      `an empty ${member}`,
      filesWith({ [member]: '' }),
      RegExp(member),
    ]),
    ['a schema that is none', filesWith({ schema: 'other' }), /schema/],
    ['a method that is none', filesWith({ method: 'HEAD' }), /method/],
    ['headers that are no list', filesWith({ headers: {} }), /headers/],
    ['a header without an example', filesWith({ headers: [{ name: 'a', description: 'b' }] }), /example/],
    ['validators that are no objects', filesWith({ response_validators: ['$.status'] }), /response_validators/],
    ['no notes', filesWith({ notes: [] }), /notes/],
    ['an empty note', filesWith({ notes: ['a', ''] }), /notes/],
    ['no JSON about it', filesWith({}, { about: '[' }), /about\.json/],
    ['a list about it', filesWith({}, { about: '[]' }), /about\.json/],
    ['a sample that is no event', filesWith({}, { sample: '[]' }), /sample\.json/],
    ['a sample with a key twice', filesWith({}, { sample: '{"a":1,"a":2}' }), /sample\.json/],
    ['the name of another route', filesWith({}, {}, 'check'), /name/],
    ['a name that needs escaping in an address', filesWith({}, {}, 'A b'), /name/],
  ];
  for (const [what, files, message] of wrong) {
    it(`throws for ${what}`, () => {
      assert.throws(() => createGallery(PAYLOADS, files), message);
    });
  }
});
