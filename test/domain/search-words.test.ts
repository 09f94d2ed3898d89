import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { readJson } from '../../src/domain/json-read.ts';
import type { ExactJson } from '../../src/domain/json.ts';
import { fold } from '../../src/domain/search-folding.ts';
import type { Facet } from '../../src/domain/search-words.ts';
import { facetTerm, MAX_WORD_LENGTH, TermMaker, wordsOf, wordsOfQuery } from '../../src/domain/search-words.ts';

const valueOf = (text: string): ExactJson => {
  const reading = readJson(text);
  return reading.ok ? (reading.documents[0]?.value ?? null) : null;
};

const finds = (query: string, text: string): boolean => {
  const words = new Set(wordsOf(text));
  const asked = wordsOfQuery(query);
  return asked.length > 0 && asked.every((word) => words.has(word));
};

describe('fold', () => {
  const CASES: readonly (readonly [about: string, text: string, folded: string])[] = [
    ['upper case', 'ADMIN', 'admin'],
    ['accents', 'Zażółć gęślą jaźń', 'zazolc gesla jazn'],
    ['accents that are characters of their own', 'Cafe\u0301', 'cafe'],
    ['letters without a decomposition', 'Łódź Smørrebrød Đà Nẵng Þór æ œ', 'lodz smorrebrod da nang thor ae oe'],
    ['German', 'Straße STRASSE GROẞ', 'strasse strasse gross'],
    ['Turkish', 'İstanbul ISTANBUL ılık', 'istanbul istanbul ilik'],
    ['Greek, and its final sigma', 'Ὀδυσσεύς ΟΔΥΣΣΕΥΣ', 'οδυσσευσ οδυσσευσ'],
    ['Cyrillic', 'Ёлка Йод', 'елка иод'],
    ['Hebrew without its points', 'שָׁלוֹם', 'שלום'],
    ['Arabic without its vowels', 'مُحَمَّد', 'محمد'],
    ['vowels of Indic scripts, which stay', 'हिन्दी', 'हिन्दी'],
    ['Hangul, put together again', '\u1112\u1161\u11ab', '한'],
    ['kana, whose voicing makes another letter', 'か\u3099 が ｶﾞ', 'が が ガ'],
    ['digits of other scripts', '١٢٣ १२३ １２３ 𝟙𝟚𝟛', '123 123 123 123'],
    ['forms of a letter', 'ﬁle ＡＢＣ ℌ K', 'file abc h k'],
  ];
  for (const [about, text, folded] of CASES) {
    it(`makes ${about} alike`, () => assert.equal(fold(text), folded.normalize('NFC')));
  }

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const folded = fold(text.toWellFormed());
        assert.equal(fold(folded), folded);
      }),
      { numRuns: 500 },
    );
  });
});

describe('wordsOf', () => {
  const CASES: readonly (readonly [about: string, text: string, words: readonly string[]])[] = [
    ['nothing', '', []],
    ['no letter and no number', ' -–—_"§\n', []],
    ['words of ASCII', 'user.created by Mara_Lindqvist', ['user', 'created', 'by', 'mara', 'lindqvist']],
    ['an address', 'mara@example.org', ['mara', 'example', 'org']],
    ['an id', 'evt_0193-ab', ['evt', '0193', 'ab']],
    ['the same word again', 'a A a', ['a']],
    ['a mixture of scripts', 'Windows版 v2', ['windows', '版', 'v2']],
    ['Chinese: each character and each pair', '東京都', ['東', '京', '都', '東京', '京都']],
    ['Japanese with a lengthening', 'サーバー', ['サ', 'ー', 'バ', 'サー', 'ーバ', 'バー']],
    ['Korean', '서울', ['서', '울', '서울']],
    ['characters beyond the first plane', '𠮷野', ['𠮷', '野', '𠮷野']],
  ];
  for (const [about, text, words] of CASES) {
    it(`takes apart ${about}`, () => assert.deepEqual([...wordsOf(text)].sort(), [...words].sort()));
  }

  it('cuts long words as a query does, never within a character', () => {
    const long = `${'a'.repeat(MAX_WORD_LENGTH)}tail`;
    assert.deepEqual(wordsOf(long), ['a'.repeat(MAX_WORD_LENGTH)]);
    assert.ok(finds(long, long));
    const odd = `a${'𝒳'.repeat(MAX_WORD_LENGTH)}`;
    const letters = `a${'\u{10428}'.repeat(MAX_WORD_LENGTH)}`;
    for (const text of [odd, letters]) for (const word of wordsOf(text)) assert.ok(word.isWellFormed());
    assert.ok(finds(letters, letters));
  });
});

describe('wordsOfQuery', () => {
  it('finds a single Chinese, Japanese or Korean character, and any part of a run', () => {
    for (const query of ['京', '東京', '京都', '東京都']) assert.ok(finds(query, 'in 東京都 today'), query);
    assert.ok(!finds('都東', 'in 東京都 today'));
    assert.deepEqual(wordsOfQuery('東京都'), ['東京', '京都']);
  });

  it('asks for all words, whatever stands between them', () => {
    assert.ok(finds('"Created", USER!', 'user.created'));
    assert.ok(!finds('user deleted', 'user.created'));
    assert.ok(!finds('use', 'user'), 'whole words only');
  });

  it('has no words where there is no letter and no number', () => {
    for (const text of ['', ' ', '!?', '=', '"-"']) assert.deepEqual(wordsOfQuery(text), []);
  });

  it('finds each text by itself, and by its upper, lower and decomposed forms', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (given) => {
        const text = given.toWellFormed();
        const asked = wordsOfQuery(text);
        const words = new Set(wordsOf(text));
        for (const word of asked) assert.ok(words.has(word), word);
        for (const form of [text.normalize('NFD'), text.normalize('NFC'), text.normalize('NFKC'), fold(text)])
          assert.deepEqual(wordsOfQuery(form), asked);
        assert.deepEqual(wordsOf(fold(text)).sort(), [...words].sort());
      }),
      { numRuns: 500 },
    );
  });

  it('finds words of letters with case in any case', () => {
    const letter = fc.constantFrom(...Array.from('abczäöüßéłøđœğşıžČŃÅΣσςЖж'));
    fc.assert(
      fc.property(fc.string({ unit: letter, minLength: 1 }), (word) => {
        for (const form of [word.toUpperCase(), word.toLowerCase()])
          assert.deepEqual(wordsOfQuery(form), wordsOfQuery(word));
      }),
    );
  });
});

describe('termsOf', () => {
  const FACETS: readonly Facet[] = [
    { name: 'user', value: 'Mara@example.org' },
    { name: 'organization', value: 'org_1' },
  ];

  it('has keys, values and numbers as they are spelled, each once', () => {
    const text = '{"data":{"n":12345678901234567890,"x":1.10,"on":true,"none":null,"list":["A b",{"b":-3}]}}';
    const expected = [
      'data',
      'n',
      '12345678901234567890',
      'x',
      '1',
      '10',
      'on',
      'true',
      'none',
      'null',
      'list',
      'a',
      'b',
      '3',
    ];
    assert.deepEqual(new TermMaker().termsOf(valueOf(text), []).sort(), expected.sort());
  });

  it('has a term for each facet, which no query of words can name', () => {
    const terms = new TermMaker().termsOf({}, FACETS);
    assert.deepEqual(terms, FACETS.map(facetTerm));
    for (const term of terms) {
      assert.match(term, /^=[a-z][0-9a-f]{16}$/);
      assert.ok(!wordsOfQuery(term).includes(term));
    }
  });

  it('takes blanks around a facet for nothing, and upper and lower case for the same in texts only', () => {
    const term = (value: string, name: Facet['name'] = 'action'): string => facetTerm({ name, value });
    assert.equal(term(' MARA '), term('mara'));
    assert.notEqual(term('mára'), term('mara'));
    assert.notEqual(term('mara', 'category'), term('mara'));
    for (const name of ['user', 'object', 'event_type', 'schema', 'origin'] as const) {
      assert.equal(term(' mara ', name), term('mara', name));
      assert.notEqual(term('Mara', name), term('mara', name), 'an id in other letters is another one');
    }
  });

  it('finds an event by every word in it, and by none that is not', () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ minLength: 1 }), (json, other) => {
        const value = valueOf(json);
        const terms = new Set(new TermMaker().termsOf(value, []));
        const texts: string[] = [];
        const collect = (one: ExactJson): void => {
          if (typeof one === 'string') texts.push(one);
          else if (typeof one === 'object' && one !== null)
            for (const [key, item] of Object.entries(one)) {
              if (!Array.isArray(one)) texts.push(key);
              collect(item as ExactJson);
            }
        };
        collect(value);
        for (const text of texts) for (const word of wordsOfQuery(text)) assert.ok(terms.has(word));
        const known = new Set([
          'true',
          'false',
          'null',
          ...wordsOf(json.replaceAll(/\\u?/g, ' ')),
          ...texts.flatMap(wordsOf),
        ]);
        for (const word of wordsOf(other)) assert.equal(terms.has(word) && !known.has(word), false);
      }),
    );
  });

  it('stays below what PostgreSQL takes, however many words an event has', () => {
    const many = Array.from({ length: 12_000 }, (_, index) => `ﷺ${String(index)}`);
    const bytes = new TermMaker().termsOf(many, FACETS).reduce((sum, term) => sum + Buffer.byteLength(term), 0);
    assert.ok(bytes < 1_048_576, String(bytes));
    const chinese = Array.from({ length: 60_000 }, (_, index) => String.fromCodePoint(0x4e00 + (index % 20_000))).join(
      '',
    );
    assert.ok(new TermMaker().termsOf(chinese, []).length >= 20_000);
  });

  it('gives the samples of the payload schema their words', () => {
    const file = new URL('../../schemas/payloads/audit.samples.json', import.meta.url);
    for (const { event } of JSON.parse(readFileSync(file, 'utf8')) as { event: { event_type: string } }[]) {
      const terms = new Set(new TermMaker().termsOf(valueOf(JSON.stringify(event)), FACETS));
      for (const word of wordsOfQuery(event.event_type)) assert.ok(terms.has(word));
    }
  });
});
