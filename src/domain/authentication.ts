// How a webhook's requests say who sends them: the forms of `authentication`, and the header that each becomes.
import type { Fault } from './errors.ts';
import { headerValueFaults, MASK } from './headers.ts';
import type { Json, JsonObject } from './json.ts';
import { isList, isObject } from './json.ts';

/** Name and password (RFC 7617). */
export interface BasicAuthentication {
  readonly kind: 'basic';
  readonly username: string;
  readonly password: string;
}

/** A token that does not change (RFC 6750 §2.1). */
export interface BearerAuthentication {
  readonly kind: 'bearer';
  readonly token: string;
}

/** A token that the engine gets for itself by client credentials (RFC 6749 §4.4). */
export interface OAuth2Authentication {
  readonly kind: 'oauth2';
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenEndpoint: string;
  readonly scopes: readonly string[];
  /** How the client says who it is: in a header, or in the form (RFC 6749 §2.3.1). */
  readonly clientAuthentication: 'basic' | 'post';
}

export type Authentication = BasicAuthentication | BearerAuthentication | OAuth2Authentication;

const KINDS = ['basic', 'bearer', 'oauth2'] as const;

/** The JSON form, secrets as they are. */
export function writeAuthentication(authentication: Authentication | undefined): JsonObject | null {
  switch (authentication?.kind) {
    case undefined:
      return null;
    case 'basic':
      return { basic: { username: authentication.username, password: authentication.password } };
    case 'bearer':
      return { bearer: { token: authentication.token } };
    case 'oauth2':
      return {
        oauth2: {
          client_id: authentication.clientId,
          client_secret: authentication.clientSecret,
          token_endpoint: authentication.tokenEndpoint,
          scopes: authentication.scopes,
          client_authentication: authentication.clientAuthentication,
        },
      };
  }
}

/** From the JSON form; the first kind where there are several, which `kindFaults` refuses. */
export function readAuthentication(input: Json | undefined): Authentication | undefined {
  if (!isObject(input)) return undefined;
  const { basic, bearer, oauth2 } = input;
  if (isObject(basic)) return { kind: 'basic', username: text(basic['username']), password: text(basic['password']) };
  if (isObject(bearer)) return { kind: 'bearer', token: text(bearer['token']) };
  if (!isObject(oauth2)) return undefined;
  const { scopes } = oauth2;
  return {
    kind: 'oauth2',
    clientId: text(oauth2['client_id']),
    clientSecret: text(oauth2['client_secret']),
    tokenEndpoint: text(oauth2['token_endpoint']),
    scopes: isList(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [],
    clientAuthentication: oauth2['client_authentication'] === 'post' ? 'post' : 'basic',
  };
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The secrets changed, under the names by which they are sealed. */
export function mapAuthenticationSecrets(
  authentication: Authentication | undefined,
  change: (field: string, secret: string) => string,
): Authentication | undefined {
  switch (authentication?.kind) {
    case undefined:
      return undefined;
    case 'basic':
      return { ...authentication, password: change('authentication.basic.password', authentication.password) };
    case 'bearer':
      return { ...authentication, token: change('authentication.bearer.token', authentication.token) };
    case 'oauth2': {
      const clientSecret = change('authentication.oauth2.client_secret', authentication.clientSecret);
      return { ...authentication, clientSecret };
    }
  }
}

/** The value of `authorization`. With `oauth2` it takes the access token; one that is not known is shown as `***`. */
export function authorizationOf(authentication: Authentication, accessToken: string | undefined): string {
  switch (authentication.kind) {
    case 'basic': {
      const { username, password } = authentication;
      return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
    }
    case 'bearer':
      return `Bearer ${authentication.token}`;
    case 'oauth2':
      return `Bearer ${accessToken ?? MASK}`;
  }
}

const POINTER = '/authentication';
// Control characters would end a header line, or be none that RFC 7617 §2 allows.
const CONTROL = /\p{Cc}/u;
// RFC 6749 appendix A: what client id, client secret and scopes are made of.
const VISIBLE = /^[\x20-\x7e]+$/;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** A fault where the JSON form has no kind, or more than one: `null` is how a merge patch takes one away. */
export function kindFaults(input: Json | undefined): Fault[] {
  if (!isObject(input)) return [];
  const kinds = KINDS.filter((kind) => (input[kind] ?? null) !== null);
  if (kinds.length === 1) return [];
  if (kinds.length === 0) {
    const hint = `Give one of ${KINDS.join(', ')}, or null in place of the whole for no authentication.`;
    return [{ pointer: POINTER, code: 'authentication_missing', detail: 'No kind of authentication is given.', hint }];
  }
  const others = kinds.slice(0, -1).map((kind) => `"${kind}": null`);
  return [
    {
      pointer: POINTER,
      code: 'authentication_twice',
      detail: `Several kinds of authentication are given: ${kinds.join(' and ')}.`,
      hint: `Keep one. A PATCH takes the others away with null: { "authentication": { ${others.join(', ')}, "${kinds.at(-1) ?? ''}": { … } } }.`,
    },
  ];
}

/** Everything that is wrong with an authentication, but for its token endpoint, which the egress policy judges. */
export function authenticationFaults(authentication: Authentication | undefined): Fault[] {
  switch (authentication?.kind) {
    case undefined:
      return [];
    case 'basic':
      return basicFaults(authentication);
    case 'bearer':
      return sentFaults(authentication, `${POINTER}/bearer/token`);
    case 'oauth2':
      return oauth2Faults(authentication);
  }
}

function basicFaults(authentication: BasicAuthentication): Fault[] {
  const { username, password } = authentication;
  const pointer = `${POINTER}/basic`;
  const faults: Fault[] = [];
  if (username.includes(':')) {
    const detail = 'A username with a colon cannot be told from its password.';
    faults.push({ pointer: `${pointer}/username`, code: 'username_colon', detail, hint: 'RFC 7617 §2 forbids it.' });
  }
  for (const [name, value] of Object.entries({ username, password })) {
    if (!CONTROL.test(value)) continue;
    const hint = 'Take line breaks, tabs and the like out of it.';
    faults.push(unusable(`${pointer}/${name}`, `The ${name} holds control characters.`, hint));
  }
  return [...faults, ...sentFaults(authentication, `${pointer}/password`)];
}

function oauth2Faults({ clientId, clientSecret, scopes }: OAuth2Authentication): Fault[] {
  const pointer = `${POINTER}/oauth2`;
  const named = Object.entries({ client_id: clientId, client_secret: clientSecret });
  return [
    ...named
      .filter(([, value]) => !VISIBLE.test(value))
      .map(([name]) =>
        unusable(
          `${pointer}/${name}`,
          `The ${name} is not made of visible characters.`,
          'Use visible ASCII characters.',
        ),
      ),
    ...scopes.flatMap((scope, index) =>
      SCOPE.test(scope)
        ? []
        : [unusable(`${pointer}/scopes/${String(index)}`, 'This is no scope (RFC 6749 §3.3).', SCOPE_HINT)],
    ),
  ];
}

const SCOPE_HINT = 'Give each scope as an item of its own, of visible ASCII characters without quotation marks.';

function unusable(pointer: string, detail: string, hint: string): Fault {
  return { pointer, code: 'credential_invalid', detail, hint };
}

function sentFaults(authentication: Authentication, pointer: string): Fault[] {
  return headerValueFaults('Authorization', authorizationOf(authentication, undefined), pointer);
}
