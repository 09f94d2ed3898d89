// What a response made up to try validators on may be: no more than what is read of a real one. Validators are run on
// it in the request, beside everything else, and what they say of it should be what they will say of a response.
import type { Fault } from '../domain/errors.ts';
import { writeExact } from '../domain/json.ts';
import { pointerTo } from '../domain/text.ts';
import type { SampleResponse } from './document.ts';

// As the connector reads them: of a body the first bytes, and headers up to a size at which the exchange fails.
const MAX_BODY_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * What keeps a made-up response from being tried: a body over 64 KiB (of `data`, as JSON without blanks; a string is
 * the text itself), and headers over 16 KiB in all. `pointer` is the response's place in the request.
 */
export function sampleFaults(sample: SampleResponse, pointer = '/response'): Fault[] {
  return [
    ...tooLarge(bodyBytes(sample), MAX_BODY_BYTES, {
      pointer: pointerTo(pointer, sample.data === undefined ? 'body' : 'data'),
      code: 'sample_body_too_large',
      what: 'body',
      hint: 'Keep the part of the body that the paths read; a validator on a longer one fails in any case.',
    }),
    ...tooLarge(headerBytes(sample), MAX_HEADER_BYTES, {
      pointer: pointerTo(pointer, 'headers'),
      code: 'sample_headers_too_large',
      what: 'headers',
      hint: 'Keep the headers that the paths read.',
    }),
  ];
}

interface Excess {
  readonly pointer: string;
  readonly code: string;
  readonly what: string;
  readonly hint: string;
}

function tooLarge(bytes: number, most: number, { what, ...fault }: Excess): Fault[] {
  if (bytes <= most) return [];
  const limit = `${String(most / 1024)} KiB`;
  return [{ ...fault, detail: `The ${what} of the sample: ${String(bytes)} bytes; of a response ${limit} are read.` }];
}

function bodyBytes({ data, body = '' }: SampleResponse): number {
  if (data === undefined) return Buffer.byteLength(body);
  return Buffer.byteLength(typeof data === 'string' ? data : writeExact(data));
}

// A line is name, colon, blank, value and line break.
function headerBytes({ headers = {} }: SampleResponse): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value) + 4,
    0,
  );
}
