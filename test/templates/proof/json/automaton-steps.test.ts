// Every mode of the automaton × every kind of character: where it leads and what is seen there.
import assert from 'node:assert/strict';
import type { Mode } from '../../../../src/templates/proof/json/configuration.ts';
import { place, read, seen } from './reading.ts';

const CHARS = [
  ...Array.from('"\\[]{},:-+.07eEtfnrulasb/\'x \t\n\r'),
  '\f',
  '\u0001',
  '\u00a0',
  '\u2028',
  '\u007f',
  'é',
];

/** Characters, and what the reader sees at each of them and where it stands then. */
type Step = readonly [chars: string, outcome: string];

interface Row {
  readonly modes: readonly Mode[];
  readonly stack: string;
  readonly inKey?: boolean;
  readonly steps: readonly Step[];
  /** What all other characters lead to. */
  readonly others: string;
}

const BLANKS = ' \t\n\r';

// Every place at which a value may begin: where its first character leads.
const values = (stack: string, before: string): Step[] => [
  ['"', `${before}string ${stack || 'top'}`],
  ['[', `${before}open@0 member ${stack}[`],
  ['{', `${before}open@0 member ${stack}{`],
  ...scalars(stack, before),
];
const scalars = (stack: string, before: string): Step[] =>
  (
    [
      ['-', 'minus'],
      ['0', 'zero'],
      ['7', 'digits'],
      ['t', 'rue'],
      ['f', 'alse'],
      ['n', 'ull'],
    ] as const
  ).map(([char, mode]) => [char, `${before}${mode} ${stack || 'top'}`]);

// What follows on a fault is not told, and what it leads to is muted.
const muted = (steps: readonly Step[]): Step[] => steps.map(([chars, outcome]) => [chars, `${outcome} muted`]);

// Behind a value in a list: that a number or word is over, or that it is broken off.
const inListBehind = (fault: string): Step[] => [
  ...muted([
    ['"', `${fault}member string [`],
    ['[', `${fault}member open@0 member [[`],
    ['{', `${fault}member open@0 member [{`],
    [':', `${fault}value [`],
  ]),
];
const ENDS: readonly Step[] = [
  ...inListBehind('!missing_comma@0 '),
  [']', 'close after top'],
  ['}', '!wrong_bracket@0 lost'],
  [',', 'comma@0 in list member ['],
  [BLANKS, 'after ['],
  ['\f\u00a0\u2028', '!invalid_literal@0 member after [ muted'],
];
const BREAKS: readonly Step[] = [
  ...inListBehind('!invalid_literal@0 '),
  [']', '!invalid_literal@0 close after top muted'],
  ['}', '!invalid_literal@0 lost'],
  [',', '!invalid_literal@0 comma@0 in list member ['],
  [BLANKS, '!invalid_literal@0 after [ muted'],
  ['\f\u00a0\u2028', '!invalid_literal@0 member after [ muted'],
];
const broken = '!invalid_literal@0 after [ muted';

const scalar = (modes: readonly Mode[], goesOn: readonly Step[], rest: readonly Step[]): Row => ({
  modes,
  stack: '[',
  steps: [...goesOn, ...rest],
  others: broken,
});

const words: readonly (readonly [Mode, string, Mode])[] = [
  ['rue', 'r', 'ue'],
  ['ue', 'u', 'e'],
  ['e', 'e', 'after'],
  ['alse', 'a', 'lse'],
  ['lse', 'l', 'se'],
  ['se', 's', 'e'],
  ['ull', 'u', 'll'],
  ['ll', 'l', 'l'],
  ['l', 'l', 'after'],
];

const string = (mode: Mode, inKey: boolean, steps: readonly Step[], others: string): Row => ({
  modes: [mode],
  stack: inKey ? '{' : '[',
  inKey,
  steps,
  others,
});

// A string that is broken off at a control character ends there: a list goes on with a member, a key with its colon.
const brokenOff = (fault: string, inKey: boolean): Step[] => [
  ['\t\n\r', `${fault}@0 ${inKey ? 'colon {' : 'after ['} muted`],
  ['\f\u0001', `${fault}@0 ${inKey ? '' : 'member '}after ${inKey ? '{' : '['} muted`],
];

const strings = ([false, true] as const).flatMap((inKey) => {
  const inside = inKey ? '{ key' : '[';
  const behind = inKey ? 'colon {' : 'after [';
  const hex = (mode: Mode, next: Mode): Row =>
    string(
      mode,
      inKey,
      [
        ['07eEfab', `${next} ${inside}`],
        ['"', `!invalid_escape@0 ${behind} muted`],
        ['\\', `!invalid_escape@0 escape ${inside} muted`],
        ...brokenOff('!invalid_escape', inKey),
      ],
      `!invalid_escape@0 string ${inside} muted`,
    );
  return [
    string(
      'string',
      inKey,
      [['"', behind], ['\\', `escape ${inside}`], ...brokenOff('!unclosed_string', inKey)],
      `string ${inside}`,
    ),
    string(
      'escape',
      inKey,
      [['"\\/bfnrt', `string ${inside}`], ['u', `hex4 ${inside}`], ...brokenOff('!invalid_escape', inKey)],
      `!invalid_escape@0 string ${inside} muted`,
    ),
    hex('hex4', 'hex3'),
    hex('hex3', 'hex2'),
    hex('hex2', 'hex1'),
    hex('hex1', 'string'),
  ];
});

const ROWS: readonly Row[] = [
  {
    modes: ['value'],
    stack: '',
    steps: [
      ...values('', ''),
      [BLANKS, 'value top'],
      [']}', '!wrong_bracket@0 lost'],
      [',', '!unexpected_comma@0 value top muted'],
    ],
    others: '!invalid_literal@0 after top muted',
  },
  {
    modes: ['value'],
    stack: '[',
    steps: [
      ...values('[', ''),
      [BLANKS, 'value ['],
      [']', '!missing_value@0 close after top muted'],
      ['}', '!missing_value@0 lost'],
      [',', '!missing_value@0 comma@0 in list member ['],
      [':', '!missing_value@0 value [ muted'],
    ],
    others: broken,
  },
  {
    modes: ['value'],
    stack: '{',
    steps: [
      ...values('{', ''),
      [BLANKS, 'value {'],
      ['}', '!missing_value@0 close after top muted'],
      [']', '!missing_value@0 lost'],
      [',', '!missing_value@0 comma@0 member {'],
      [':', '!missing_value@0 value { muted'],
    ],
    others: '!invalid_literal@0 after { muted',
  },
  {
    modes: ['member'],
    stack: '[',
    steps: [
      ...values('[', 'member '),
      [BLANKS, 'member ['],
      [']', 'close+ after top'],
      ['}', '!wrong_bracket@0 lost'],
      [',', 'comma@0+ in list member ['],
      [':', 'member !missing_comma@0 member [ muted'],
    ],
    others: 'member !invalid_literal@0 after [ muted',
  },
  {
    modes: ['member'],
    stack: '{',
    steps: [
      ['"', 'member string { key'],
      [BLANKS, 'member {'],
      ['}', 'close+ after top'],
      [']', '!wrong_bracket@0 lost'],
      ['[{', 'member !unquoted_key@0 lost'],
      [',', 'comma@0+ member {'],
      [':', 'member !unquoted_key@0 value { muted'],
      ['\f\u00a0\u2028', 'member !unquoted_key@0 after { muted'],
    ],
    others: 'member !unquoted_key@0 colon { muted',
  },
  {
    modes: ['after'],
    stack: '',
    steps: [
      [BLANKS, 'after top'],
      [']}', '!wrong_bracket@0 lost'],
      [',', '!unexpected_comma@0 after top muted'],
    ],
    others: '!more_text@0 lost',
  },
  {
    modes: ['slotted'],
    stack: '',
    steps: [
      [BLANKS, 'after top'],
      [']}', '!wrong_bracket@0 lost'],
      [',', '!unexpected_comma@0 slotted top muted'],
      ['[{', '!more_text@0 lost'],
    ],
    others: '!misplaced_slot@0 lost',
  },
  {
    modes: ['after'],
    stack: '[',
    steps: [...ENDS.slice(0, -1), ...muted(scalars('[', '!missing_comma@0 member '))],
    others: '!missing_comma@0 member after [ muted',
  },
  {
    modes: ['after'],
    stack: '{',
    steps: [
      [BLANKS, 'after {'],
      ['}', 'close after top'],
      [']', '!wrong_bracket@0 lost'],
      [',', 'comma@0 member {'],
      ['"', '!missing_comma@0 member string { key muted'],
      ['[{', '!missing_comma@0 member lost'],
      [':', '!missing_comma@0 value { muted'],
      ['\f\u00a0\u2028', '!missing_comma@0 member after { muted'],
    ],
    others: '!missing_comma@0 member colon { muted',
  },
  {
    modes: ['slotted'],
    stack: '[',
    steps: [[':', '!misplaced_slot@0 value [ muted'], ...ENDS.slice(0, -1)],
    others: '!misplaced_slot@0 after [ muted',
  },
  {
    modes: ['slotted'],
    stack: '{',
    steps: [
      [BLANKS, 'after {'],
      ['}', 'close after top'],
      [']', '!wrong_bracket@0 lost'],
      [',', 'comma@0 member {'],
      ['"', '!missing_comma@0 member string { key muted'],
      ['[{', '!missing_comma@0 member lost'],
      [':', '!misplaced_slot@0 value { muted'],
    ],
    others: '!misplaced_slot@0 after { muted',
  },
  {
    modes: ['colon'],
    stack: '{',
    steps: [
      [':', 'value {'],
      [BLANKS, 'colon {'],
      ['}', '!missing_colon@0 close after top muted'],
      [']', '!missing_colon@0 lost'],
      [',', '!missing_colon@0 comma@0 member {'],
      ...muted(values('{', '!missing_colon@0 ')),
    ],
    others: '!missing_colon@0 after { muted',
  },
  ...strings,
  scalar(
    ['minus'],
    [
      ['0', 'zero ['],
      ['7', 'digits ['],
    ],
    BREAKS,
  ),
  scalar(
    ['zero'],
    [
      ['.', 'point ['],
      ['eE', 'exponent ['],
    ],
    ENDS,
  ),
  scalar(
    ['digits'],
    [
      ['07', 'digits ['],
      ['.', 'point ['],
      ['eE', 'exponent ['],
    ],
    ENDS,
  ),
  scalar(['point'], [['07', 'fraction [']], BREAKS),
  scalar(
    ['fraction'],
    [
      ['07', 'fraction ['],
      ['eE', 'exponent ['],
    ],
    ENDS,
  ),
  scalar(
    ['exponent'],
    [
      ['07', 'power ['],
      ['+-', 'sign ['],
    ],
    BREAKS,
  ),
  scalar(['sign'], [['07', 'power [']], BREAKS),
  scalar(['power'], [['07', 'power [']], ENDS),
  ...words.map(([mode, char, next]) => scalar([mode], [[char, `${next} [`]], BREAKS)),
];

describe('one step of the automaton', () => {
  for (const { modes, stack, inKey = false, steps, others } of ROWS) {
    for (const mode of modes) {
      it(`from ${mode} in ${stack || 'nothing'}${inKey ? ' in a key' : ''} leads where JSON says, for every kind of character`, () => {
        for (const char of CHARS) {
          const { end, sights } = read(char, mode, stack, inKey);
          const outcome = [...seen(sights), place(end)].join(' ');
          const [, expected] = steps.find(([chars]) => chars.includes(char)) ?? [char, others];
          assert.equal(outcome, expected, JSON.stringify(char));
        }
      });
    }
  }
});
