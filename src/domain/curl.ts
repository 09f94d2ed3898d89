// An invocation as a curl command that sends the same bytes, except for secrets: those are no longer known.
import { eventErased } from './erasure.ts';
import { conflict } from './errors.ts';
import type { HeaderLines } from './exchange.ts';
import { MASK } from './headers.ts';
import type { Invocation, RecordedRequest } from './invocation.ts';
import { lostItsBody } from './invocation.ts';

// curl writes these itself, and knows better: another host or a wrong length would make another request.
const LEFT_TO_CURL = new Set(['host', 'content-length', 'connection', 'transfer-encoding']);

// What curl adds of its own accord unless it is told the name without a value.
const ADDED_BY_CURL = ['accept', 'user-agent'];
const ADDED_WITH_A_BODY = ['content-type', 'expect'];

type IsMasked = (text: string | undefined) => boolean;

/** A header line, and the shell variable that stands for its value where that is a secret. */
interface HeaderOption {
  readonly name: string;
  readonly value: string;
  readonly variable: string | undefined;
}

/**
 * The command, for a POSIX shell. Secret header values become variables, with a comment that says which to set; a
 * comment also says where else something is masked. Throws `conflict` where no request was made, or its
 * body was erased.
 */
export function toCurl({ start, end, erasedAt }: Invocation): string {
  if (end?.request === undefined) throw nothingSent(start.id);
  if (erasedAt !== undefined) throw eventErased(start.eventId ?? start.id);
  const { request, maskedPlaces } = end;
  const isMasked: IsMasked = (text) => maskedPlaces > 0 && text?.includes(MASK) === true;
  const headers = headerOptions(request.headers, isMasked);
  const lines = [
    ...comments(start.id, request, headers, isMasked),
    'curl --http1.1 --globoff --include \\',
    ...[...headers.map(writeHeader), ...unsetHeaders(request)].map((word) => `  --header ${word} \\`),
    ...bodyOption(request),
    `  --request ${quote(request.method)} ${quote(request.url)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The mistake of asking for the request of an invocation that made none. */
export function nothingSent(id: string): Error {
  return conflict(
    'nothing_sent',
    `The invocation ${id} made no request.`,
    'Its outcome and message say why; an invocation that is under way has its request once it has ended.',
  );
}

/** A text as one word of a POSIX shell, whatever it holds except NUL: single quotes keep every other character. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function headerOptions(headers: HeaderLines, isMasked: IsMasked): HeaderOption[] {
  const taken = new Set<string>();
  return headers
    .filter(([name]) => !LEFT_TO_CURL.has(name.toLowerCase()))
    .map(([name, value]) => {
      const variable = isMasked(value) ? freeName(variableName(name), taken) : undefined;
      if (variable !== undefined) taken.add(variable);
      return { name, value, variable };
    });
}

// With a prefix, so that a header named `path` or `ld-preload` never becomes a variable that shells or programs read.
function variableName(header: string): string {
  const name = header.toUpperCase().replace(/[^A-Z0-9]/g, '_');
  return name === 'AUTHORIZATION' ? name : `HEADER_${name}`;
}

function freeName(name: string, taken: ReadonlySet<string>, number = 1): string {
  const candidate = number === 1 ? name : `${name}_${String(number)}`;
  return taken.has(candidate) ? freeName(name, taken, number + 1) : candidate;
}

function writeHeader({ name, value, variable }: HeaderOption): string {
  return variable === undefined ? quote(`${name}: ${value}`) : `${quote(`${name}: `)}"$${variable}"`;
}

function unsetHeaders(request: RecordedRequest): string[] {
  const names = new Set(request.headers.map(([name]) => name.toLowerCase()));
  const added = request.body === undefined ? ADDED_BY_CURL : [...ADDED_BY_CURL, ...ADDED_WITH_A_BODY];
  return added.filter((name) => !names.has(name)).map((name) => quote(`${name}:`));
}

// --data-binary reads a file where the text begins with @; --data-raw never does.
function bodyOption({ body }: RecordedRequest): string[] {
  if (body === undefined) return [];
  return [`  ${body.startsWith('@') ? '--data-raw' : '--data-binary'} ${quote(body)} \\`];
}

const RECONSTRUCTED =
  '# It was not recorded, but made again from event and webhook version: webhook-timestamp, webhook-signature and user-agent may differ.';

const BODY_EXPIRED = '# Its body is older than bodies are kept: this sends none.';

function comments(
  id: string,
  request: RecordedRequest,
  headers: readonly HeaderOption[],
  isMasked: IsMasked,
): string[] {
  const secrets = headers.flatMap(({ variable }) => (variable === undefined ? [] : [`${variable}='…'`]));
  const places = [...(isMasked(request.url) ? ['URL'] : []), ...(isMasked(request.body) ? ['body'] : [])];
  return [
    `# The request of ${id}.`,
    ...(request.reconstructed === true ? [RECONSTRUCTED] : []),
    ...(lostItsBody(request) ? [BODY_EXPIRED] : []),
    ...(secrets.length === 0
      ? []
      : [
          `# Secret header values are not on record. Set each to the whole value, scheme and all: ${secrets.join(' ')}`,
        ]),
    ...places.map(
      (place) => `# The ${place} holds ${MASK} where a secret was masked: put it back, or other bytes are sent.`,
    ),
  ];
}
