// What a careful author does today for a body that is always JSON: stock Handlebars, and parsing what it gives.
import Handlebars from 'handlebars';

/** Renders a body and makes sure that it is JSON. */
export type StockRenderer = (context: object) => string;

/** For values without quotes, backslashes and line ends only: they are written as they are. */
export function plainStock(source: string): StockRenderer {
  return checked(Handlebars.create().compile(source, { noEscape: true }));
}

/** For any value: each placeholder calls a helper that escapes it, `{{esc data.metadata}}`. */
export function escapingStock(source: string): StockRenderer {
  const environment = Handlebars.create();
  environment.registerHelper('esc', escape);
  const escaping = source.replaceAll(/\{\{([\w.]+)\}\}/g, '{{esc $1}}');
  return checked(environment.compile(escaping, { noEscape: true, knownHelpers: { esc: true } }));
}

function checked(template: Handlebars.TemplateDelegate): StockRenderer {
  return (context) => {
    const body = template(context);
    JSON.parse(body);
    return body;
  };
}

function escape(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(JSON.stringify(value)).slice(1, -1) : JSON.stringify(value);
}
