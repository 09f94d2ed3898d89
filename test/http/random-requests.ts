// Random requests to every route: good ones with something random in them, and noise.
import fc from 'fast-check';
import type { Json } from '../../src/domain/json.ts';
import { ROUTES } from '../../src/http/routes.ts';
import type { QueryParameters } from '../../src/http/route.ts';

/** A request as it goes over the wire. */
export interface RandomRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** What exists in the engine under test. */
export interface Existing {
  /** By the name of the path parameter. */
  readonly ids: Readonly<Record<string, string>>;
  /** A good body for each route that takes one, by the route's id. */
  readonly bodies: Readonly<Record<string, Json>>;
  readonly key: string;
}

const NASTY_TEXTS = [
  ...[
    '',
    '\u0000',
    '\ud800',
    '\u{1f600}',
    '__proto__',
    'constructor',
    '{{',
    '}}',
    '{{#each',
    '$',
    '$..*',
    '$[?@',
    '***',
  ],
  ...['1e400', '-1', 'https://a', 'https://[::1]/', '%', '%00', '%ff', "' or 1=1 --", '../..', '2026-13-40T99:99:99Z'],
  ...['9999-12-31T23:59:59.999999999+23:59', '0000-01-01T00:00:00Z', '*', '*'.repeat(200), 'x'.repeat(5000), '\n', 'ÿ'],
  ...['evt_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d', 'whk_', 'null', 'undefined', 'NaN', '[object Object]'],
];
const nastyText = fc.oneof(fc.constantFrom(...NASTY_TEXTS), fc.string({ unit: 'binary', maxLength: 20 }));
const nastyNumber = fc.constantFrom(0, -0, -1, 1, 0.5, 1e-9, 99, 1000, 2 ** 31, 2 ** 53, 1e21, 1.7e308, -1e308);
const nastyName = fc.constantFrom(
  '',
  'a',
  '$and',
  '$or',
  '$not',
  '$regex',
  '$in',
  '$expr',
  '$elemMatch',
  'data.a',
  '\u0000',
);

const nastyValue: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.constantFrom<Json>(null, true, false, [], {}),
    nastyText,
    nastyNumber,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(nastyName, nastyText), tie('value'), { maxKeys: 4 }),
  ),
})).value;

// Where there is a body there is most to go wrong.
const WITH_BODY = ROUTES.filter((route) => route.body !== undefined);

/** A random request to any route. */
export function anyRequest(existing: Existing): fc.Arbitrary<RandomRequest> {
  const one = fc.constantFrom(...ROUTES, ...WITH_BODY, ...WITH_BODY, ...WITH_BODY).chain((route) => {
    const good = existing.bodies[route.id];
    const body = route.body === undefined ? fc.option(anyBytes(), { nil: undefined, freq: 5 }) : anyBody(good);
    return fc.record({
      method: fc.oneof({ weight: 19, arbitrary: fc.constant(route.method.toUpperCase()) }, anyMethod()),
      target: fc
        .tuple(anyPath(route.path, route.method === 'delete' ? {} : existing.ids), anyQuery(route.query))
        .map(([path, query]) => `${path}${query}`),
      headers: anyHeaders(existing.key, route.body?.contentTypes ?? []),
      body,
    });
  });
  return fc.oneof({ weight: 49, arbitrary: one }, noise(existing.key));
}

// Without DELETE: what exists has to stay.
function anyMethod(): fc.Arbitrary<string> {
  return fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND', 'QUERY');
}

// Characters that cannot stand in a request line would not leave the client.
const onLine = (text: string): string => text.replace(/[^\x21-\x7e]/g, (one) => encodeSafely(one));

function encodeSafely(text: string): string {
  return encodeURIComponent(text.isWellFormed() ? text : '\ufffd');
}

function anyPath(pattern: string, ids: Existing['ids']): fc.Arbitrary<string> {
  const parts = pattern.split('/').map((part) => {
    if (!part.startsWith('{')) return fc.constant(part);
    const random = fc.oneof(
      nastyText.map((text) => encodeSafely(text.slice(0, 200))),
      nastyText.map(onLine),
      fc.constant('whk_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d'),
    );
    const known = ids[part.slice(1, -1)];
    return known === undefined ? random : fc.oneof({ weight: 5, arbitrary: fc.constant(known) }, random);
  });
  return fc.tuple(...parts).map((chosen) => chosen.join('/'));
}

function anyQuery(parameters: QueryParameters): fc.Arbitrary<string> {
  const name = fc.constantFrom(...Object.keys(parameters), 'limit', 'cursor', '__proto__', 'x', 'Limit', '');
  const good = fc.constantFrom('1', '200', 'true', 'false', '2026-11-20T12:00:00Z', '5xx', '404', 'pending', 'a');
  const value = fc.oneof(
    good,
    nastyText.map((text) => encodeSafely(text)),
    nastyText.map(onLine),
  );
  const pair = fc.tuple(name, value).map((both) => both.join('='));
  return fc.oneof(
    { weight: 20, arbitrary: fc.constant('') },
    { weight: 4, arbitrary: fc.array(pair, { minLength: 1, maxLength: 3 }).map((pairs) => `?${pairs.join('&')}`) },
    fc.constantFrom('?', '?&&', '?%', '?=%ff', '?limit[]=1', `?text=${'x'.repeat(7000)}`, '?limit=1&limit=2', '?#'),
  );
}

function anyHeaders(key: string, types: readonly string[]): fc.Arbitrary<Record<string, string>> {
  const text = fc.oneof(
    nastyText.map((one) => one.replace(/[^\x20-\x7e\x80-\xff]/g, '').trim()),
    fc.constantFrom('0', '-1', '"1"', 'W/"1"', '*', '4', '1e9', 'Bearer', 'Basic Og==', 'gzip', 'deflate', 'br'),
  );
  const known = types.length === 0 ? ['application/json'] : types;
  return fc
    .record(
      {
        authorization: fc.oneof({ weight: 99, arbitrary: fc.constant(`Bearer ${key}`) }, text),
        'content-type': fc.oneof(
          { weight: 19, arbitrary: fc.constantFrom(...known) },
          fc.constantFrom('text/plain', 'application/json; charset=utf-16', 'application/x-ndjson', ';', 'a/b/c'),
        ),
        'idempotency-key': text,
        'if-match': text,
        'hookwright-hop': text,
        'content-encoding': text,
        'x-forwarded-for': text,
        origin: text,
        'x-http-method-override': text,
      },
      { requiredKeys: ['authorization', 'content-type'] },
    )
    .map((headers) => {
      // Most requests have to get past the door.
      const { 'content-encoding': encoding, 'if-match': match, ...others } = headers;
      return {
        ...others,
        ...(encoding !== undefined && encoding.length % 9 === 2 ? { 'content-encoding': encoding } : {}),
        ...(match !== undefined && match.length % 3 === 0 ? { 'if-match': match } : {}),
      };
    });
}

function anyBytes(): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength: 200 });
}

function anyBody(good: Json | undefined): fc.Arbitrary<Uint8Array | undefined> {
  const json = nastyValue.map((value) => bytesOf(JSON.stringify(value)));
  const noise = fc.oneof(fc.constant(undefined), anyBytes(), json);
  if (good === undefined) return noise;
  const changed = fc.array(
    fc.tuple(fc.nat(), fc.oneof(nastyText, nastyText, nastyNumber, nastyValue, fc.constant(undefined))),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(bytesOf(JSON.stringify(good))) },
    { weight: 12, arbitrary: changed.map((changes) => bytesOf(JSON.stringify(withChanges(good, changes)))) },
    { weight: 2, arbitrary: damaged(JSON.stringify(good)) },
    { weight: 2, arbitrary: noise },
  );
}

/** A random value, or nothing at all, at some places of a good one. */
function withChanges(good: Json, changes: readonly (readonly [place: number, value: Json | undefined])[]): Json {
  const copy: { root: Json } = { root: structuredClone(good) };
  for (const [place, value] of changes) {
    const slots = slotsOf(copy);
    const [holder, name] = slots[place % slots.length] ?? [copy, 'root'];
    if (value === undefined && holder !== copy) Reflect.deleteProperty(holder, name);
    // A name with a meaning of its own, like __proto__, is a name here.
    else
      Object.defineProperty(holder, name, {
        value: structuredClone(value ?? null),
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
  return copy.root;
}

function slotsOf(holder: object): [object, string][] {
  return Object.entries(holder).flatMap(([name, value]): [object, string][] => [
    [holder, name],
    ...(typeof value === 'object' && value !== null
      ? [...slotsOf(value as object), [value as object, 'zz'] as [object, string]]
      : []),
  ]);
}

function damaged(text: string): fc.Arbitrary<Uint8Array> {
  return fc.tuple(fc.nat(), fc.nat(5), anyBytes()).map(([at, cut, put]) => {
    const bytes = bytesOf(text);
    const place = at % bytes.length;
    return Buffer.concat([bytes.subarray(0, place), put.subarray(0, 5), bytes.subarray(place + cut)]);
  });
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

function noise(key: string): fc.Arbitrary<RandomRequest> {
  return fc.record({
    method: anyMethod(),
    target: nastyText.map((text) => `/${onLine(text)}`),
    headers: fc.constant({ authorization: `Bearer ${key}`, 'content-type': 'application/json' }),
    body: fc.option(anyBytes(), { nil: undefined }),
  });
}
