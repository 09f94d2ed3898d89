// What is left without the engine: JSON.parse, a Handlebars template that escapes, and a bare pool.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { Pool } from 'undici';
import type { Setup, Side } from './side.ts';
import { sayFailed, webhookUrls } from './side.ts';

const CONNECTIONS = 64;

/** Makes it. */
export function bareSide(setup: Setup): Side {
  const { origin, pathname } = new URL(setup.receiverUrl);
  const pool = new Pool(origin, { connections: CONNECTIONS, connect: { ca: setup.ca } });
  const render = template();
  const expected = `Bearer ${setup.key}`;
  const paths = webhookUrls(pathname, setup);
  const send = async (path: string, id: string, event: object): Promise<void> => {
    const headers = { 'content-type': 'application/json', 'webhook-id': id, 'hookwright-event': id };
    try {
      const response = await pool.request({ method: 'POST', path, headers, body: render(event) });
      await response.body.dump();
      if (response.statusCode !== 200) sayFailed(response.statusCode);
    } catch (error) {
      sayFailed(error);
    }
  };
  return {
    isAdmitted: (authorization) => authorization === expected,
    accept: (body) => {
      const parsed: unknown = JSON.parse(body.toString('utf8'));
      const events = (Array.isArray(parsed) ? parsed : [parsed]) as readonly object[];
      return Promise.resolve(
        events.map((event) => {
          const id = `evt_${randomUUID()}`;
          return { id, sends: paths.map((path) => () => send(path, id, event)) };
        }),
      );
    },
  };
}

// The default template of audit events, each placeholder escaped for the string in which it stands.
function template(): Handlebars.TemplateDelegate {
  const file = new URL('../../templates/audit/default.hbs', import.meta.url);
  const source = readFileSync(file, 'utf8').replaceAll(/\{\{([\w.]+)\}\}/g, '{{esc $1}}');
  const environment = Handlebars.create();
  environment.registerHelper('esc', escape);
  return environment.compile(source, { noEscape: true, knownHelpers: { esc: true } });
}

function escape(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  if (value === null || value === undefined) return '';
  const text = JSON.stringify(value);
  return typeof value === 'object' ? JSON.stringify(text).slice(1, -1) : text;
}
