// What counts as the same when events are searched: upper and lower case, accents, forms of one letter or digit.

// Letters that have no decomposition in Unicode, and what people write for them who lack the key.
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ı: 'i',
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ς: 'σ',
};
const OWN_LETTERS = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu');

// Accents and other signs that any script borrows, and the points of Hebrew. Not the vowels of Indic scripts, which are
// marks as well, and not the voicing of kana, which makes another letter.
const ACCENTS = /(?![\u3099\u309a])[\p{Script=Inherited}\u0591-\u05c7]/gu;
const DIGITS = /(?![0-9])\p{Nd}/gu;
const DIGIT = /^\p{Nd}$/u;

/**
 * A text in the form in which it is compared: NFKC, lower case, without accents, each decimal digit as 0 to 9. Folding
 * twice changes nothing.
 */
export function fold(text: string): string {
  let folded = foldOnce(text);
  // What was folded may compose, or be a letter of the table only then.
  for (let turn = 1; turn < MOST_TURNS; turn += 1) {
    const again = foldOnce(folded);
    if (again === folded) break;
    folded = again;
  }
  return folded;
}

// Two have been enough for every text that was tried.
const MOST_TURNS = 4;

function foldOnce(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(ACCENTS, '')
    .normalize('NFC')
    .replaceAll(OWN_LETTERS, (letter) => LETTERS[letter] ?? letter)
    .replaceAll(DIGITS, digitOf);
}

// Unicode has the ten digits of a script side by side, from zero up.
function digitOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (DIGIT.test(String.fromCodePoint(code - before - 1))) before += 1;
  return String(before % 10);
}
