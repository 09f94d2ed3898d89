// The documents against the code, in both directions: what a page lacks fails, and what it has too much.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONFIG_VARIABLES } from '../src/config-variables.ts';
import { may, PERMISSIONS, ROLES } from '../src/domain/access.ts';
import { DELIVERY_STATES, FINAL_STATES } from '../src/domain/delivery.ts';
import { filterFaults } from '../src/domain/filter.ts';
import type { ExactJsonObject, Json, JsonObject } from '../src/domain/json.ts';
import { isObject } from '../src/domain/json.ts';
import { readJson } from '../src/domain/json-read.ts';
import { OUTCOME_NAMES, outcomeEntry } from '../src/domain/outcomes.ts';
import { buildRequest } from '../src/domain/request.ts';
import { readSettings } from '../src/domain/webhook-settings.ts';
import { ROUTES } from '../src/http/routes.ts';
import { readProductFiles } from '../src/product-files.ts';
import { SANDBOX_PATHS } from '../src/sandbox/index.ts';
import { createCatalogue } from '../src/services/catalogue.ts';
import { tryValidators } from '../src/services/validators.ts';
import { compileTemplate, contextOf, createChecker, renderTemplate, standInEvent } from '../src/templates/index.ts';
import { RENDER_LIMITS } from '../src/templates/output.ts';
import { MAX_BRACKETS } from '../src/templates/proof/json/configuration.ts';
import { MAX_TAGS } from '../src/templates/syntax/scan.ts';
import { LIMITS } from '../src/templates/syntax/structure.ts';
import { apiCodes } from './support/api-codes.ts';
import { LAYERS } from './support/layers.ts';
import {
  anchors,
  code,
  codeBlocks,
  codes,
  documents,
  links,
  readText,
  ROOT,
  section,
  tableRows,
} from './support/markdown.ts';

const FILES = documents();
const README = readText('README.md');
const FIELDS = JSON.parse(readText('schemas/api/webhook-fields.schema.json')) as { $defs: Record<string, JsonObject> };

/** Both lists hold the same, whatever their order; a message says which side lacks what. */
function assertSame(documented: readonly string[], inCode: readonly string[]): void {
  const lacking = inCode.filter((one) => !documented.includes(one));
  const tooMuch = documented.filter((one) => !inCode.includes(one));
  assert.deepEqual({ lacking, tooMuch }, { lacking: [], tooMuch: [] });
  assert.equal(new Set(documented).size, documented.length, 'something stands twice');
}

function column(text: string, index: number): string[] {
  return tableRows(text).map((row) => code(row[index]));
}

describe('docs/problems.md', () => {
  const page = readText('docs/problems.md');
  const found = apiCodes();
  const problemRows = tableRows(section(page, '## Problem codes'));

  it('is checked against codes that were really found', () => {
    for (const name of ['invalid_webhook', 'storage_full', 'internal_error', 'name_taken', 'invalid_request'])
      assert.ok(found.problems.has(name), name);
    for (const name of ['duplicate_key', 'jsonpath_invalid', 'url_port', 'unknown_parameter', 'filter_invalid'])
      assert.ok(found.faults.has(name), name);
  });

  it('has every problem code, each with its status', () => {
    const atStart = column(section(page, '## At the start'), 0);
    assertSame([...problemRows.map((row) => code(row[0])), ...atStart], [...found.problems.keys()]);
    for (const [name, status] of problemRows) assert.equal(Number(status), found.problems.get(code(name)), name);
  });

  it('has every fault code, and none that is gone', () => {
    const templates = new Set([...found.templateFaults, ...found.templateWarnings]);
    const expected = [...found.faults].filter((name) => !templates.has(name));
    // A code that several parts can give stands in each of their sections.
    assertSame([...new Set(column(section(page, '## Fault codes'), 0))], expected);
  });

  it('says of each code when and what to do', () => {
    for (const row of tableRows(page)) assert.ok(row.length >= 3 && row.every((cell) => cell !== ''), row.join(' | '));
  });
});

describe('docs/outcomes.md', () => {
  const page = readText('docs/outcomes.md');

  it('has every outcome, in the order of the code', () => {
    const headings = [...page.matchAll(/^## `(\w+)`$/gm)].map(([, name = '']) => name);
    assert.deepEqual(headings, OUTCOME_NAMES);
  });

  for (const name of OUTCOME_NAMES) {
    it(`says of ${name} what the engine says`, () => {
      const text = section(page, `## \`${name}\``);
      const { sentence, verdict, phases, hint } = outcomeEntry(name);
      const named = phases.length === 0 ? 'none' : phases.map((phase) => `\`${phase}\``).join(' ');
      const lines = [sentence, `- Verdict: ${verdict}`, `- Phases: ${named}`, `- What to do: ${hint}`];
      for (const line of lines) assert.ok(text.split('\n').includes(line), line);
    });
  }
});

describe('docs/delivery.md', () => {
  const page = readText('docs/delivery.md');

  it('has every state, and says which are final', () => {
    const rows = tableRows(section(page, '## States'));
    assert.deepEqual(rows.map(([name]) => code(name)).sort(), [...DELIVERY_STATES].sort());
    const final = rows.filter((row) => row[2] === 'final').map(([name]) => code(name));
    assert.deepEqual(final.sort(), [...FINAL_STATES].sort());
  });

  it('lists the headers of a request in their order', () => {
    const facts = {
      messageId: 'm',
      eventId: 'e',
      deliveryId: 'd',
      attempt: 1,
      hop: 0,
      sentAt: new Date(0),
      userAgent: 'u',
    };
    const secret = `whsec_${Buffer.alloc(24).toString('base64')}`;
    const settings = readSettings({ authentication: { bearer: { token: 't' } }, signing: { secret } });
    const request = buildRequest(settings, '{}', facts);
    assert.deepEqual(
      column(section(page, '## The request'), 0),
      request.headers.map(([name]) => name),
    );
  });
});

describe('docs/api.md', () => {
  const page = readText('docs/api.md');

  it('has every route with permission, summary and query parameters', () => {
    const documented = tableRows(section(page, '## Routes')).map(([method, path, permission, summary, query]) =>
      [code(method), code(path), code(permission), summary, ...codes(query)].join(' '),
    );
    const table = ROUTES.map(({ method, path, permission, summary, query }) =>
      [method.toUpperCase(), path, permission, summary, ...Object.keys(query)].join(' '),
    );
    assertSame(documented, table);
  });

  it('has every permission with the roles that have it', () => {
    const rows = tableRows(section(page, '## Roles')).map(([permission, ...cells]) => [code(permission), ...cells]);
    const expected = PERMISSIONS.map((one) => [one, ...ROLES.map((role) => (may(role, one) ? 'yes' : '–'))]);
    assert.deepEqual([...rows].sort(), [...expected].sort());
    assert.match(page, new RegExp(`\\| Permission +\\| ${ROLES.join(' +\\| ')} +\\|`));
  });

  it('has every field of a webhook with its default', () => {
    const schema = JSON.parse(readText('schemas/api/webhook-create.schema.json')) as JsonObject;
    const names = isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
    const rows = tableRows(section(page, '## Webhooks'));
    assertSame(
      rows.map(([name]) => code(name)),
      names,
    );
    for (const [name, value] of rows) {
      const expected = FIELDS.$defs[code(name)]?.['default'];
      assert.deepEqual(code(value) === '' ? undefined : (JSON.parse(code(value)) as Json), expected, name);
    }
  });

  it('shows a filter and validators that work', () => {
    const [filter = ''] = codeBlocks(section(page, '## Filters'), 'json');
    assert.deepEqual(filterFaults(JSON.parse(filter) as JsonObject), []);
    const tried = codeBlocks(section(page, '## Response validators'), 'json').at(-1) ?? '';
    const result = tryValidators(JSON.parse(tried) as JsonObject);
    assert.ok(result.ok && result.results.every(({ passed }) => passed));
  });
});

const checker = createChecker();
const audit = createCatalogue(readProductFiles().payloads).schema('audit');

function checkTemplate(source: string, schema = audit?.text ?? '') {
  assert.ok(audit);
  const payload = { schema, samples: audit.samples.map(({ name, text }) => ({ name, text })) };
  const { errors, warnings } = checker({ source, payload, wants: 'plan' });
  return { faults: errors, warnings };
}

describe('docs/templates.md', () => {
  const page = readText('docs/templates.md');
  const codes = section(page, '## Codes');
  const { templateFaults, templateWarnings } = apiCodes();
  const tables = [
    ['errors', tableRows(section(codes, '### Errors')), templateFaults],
    ['warnings', tableRows(section(codes, '### Warnings')), templateWarnings],
  ] as const;
  // What is too long for a table stands below it, as `The example of <code>`.
  const exampleOf = (name: string, cell: string): string =>
    cell === 'see below'
      ? (codeBlocks(codes.split(`The example of \`${name}\``)[1] ?? '', 'text')[0] ?? '').trimEnd()
      : code(cell);
  const [schemaWithList = ''] = codeBlocks(codes, 'json');

  for (const [kind, rows, known] of tables) {
    it(`has every code of ${kind}`, () => {
      assertSame(
        rows.map(([name]) => code(name)),
        [...known],
      );
    });

    for (const [name, , cell = ''] of rows) {
      if (cell === 'none is known') continue;
      it(`has an example that gives ${code(name)} under ${kind}`, () => {
        const template = exampleOf(code(name), cell).replaceAll('␠', ' ').replaceAll('␀', '\u0000');
        const { faults, warnings } = checkTemplate(
          template,
          code(name) === 'template_path_through_list' ? schemaWithList : undefined,
        );
        const given = [...new Set((kind === 'errors' ? faults : warnings).map((fault) => fault.code))];
        assert.deepEqual(given, [code(name)]);
        if (kind === 'warnings') assert.deepEqual(faults, []);
        for (const fault of [...faults, ...warnings]) assert.ok(fault.hint !== undefined && fault.hint !== '');
      });
    }
  }

  it('shows a refusal as it is answered', () => {
    const proof = section(page, '## The proof');
    const [shown = ''] = codeBlocks(proof, 'json');
    const [accepted = '', refused = ''] = codeBlocks(proof, 'text');
    assert.deepEqual(checkTemplate(accepted.trimEnd()).faults, []);
    assert.deepEqual(checkTemplate(refused.trimEnd()).faults, [JSON.parse(shown)]);
  });

  it('has every limit', () => {
    const shown = tableRows(section(page, '## Limits')).map(([, most = '']) => most.replaceAll(',', ''));
    const { sourceBytes, tokens, blocks, nesting, loops, parentheses, names, digits } = LIMITS;
    const known = [
      `${String(sourceBytes / 1024)} KiB`,
      ...[MAX_TAGS, tokens, blocks].map(String),
      ...[nesting, loops, parentheses, MAX_BRACKETS].map((most) => `${String(most)} deep`),
      ...[names, digits].map(String),
      `${String(RENDER_LIMITS.bytes / 1024 ** 2)} MiB`,
      ...[RENDER_LIMITS.turns, RENDER_LIMITS.steps].map(String),
      `${String(RENDER_LIMITS.helperCharacters / 1024 ** 2)} MiB`,
    ];
    assert.deepEqual(shown, known);
  });

  const rendered = tableRows(page).filter(
    ([template = '', body = '']) => /^`[{[]/.test(template) && body.startsWith('`'),
  );

  it('has examples of what is rendered', () => assert.ok(rendered.length >= 20, String(rendered.length)));

  for (const [template, body] of rendered) {
    it(`renders ${code(template)} as it says`, () => {
      const compiled = compileTemplate(code(template));
      assert.ok(compiled.ok);
      const event = eventOf(page);
      const result = renderTemplate(compiled.template, {
        ...contextOf(standInEvent(event)),
        id: 'evt_1',
      });
      assert.equal(result.ok ? result.body : result.message, code(body));
    });
  }
});

function eventOf(page: string): ExactJsonObject {
  const reading = readJson(codeBlocks(page, 'json')[0] ?? '');
  const value = reading.ok ? reading.documents[0]?.value : undefined;
  assert.ok(isObject(value));
  return value;
}

describe('README.md', () => {
  it('has every setting with its default and meaning', () => {
    const rows = tableRows(section(README, '## Configuration'));
    assert.deepEqual(
      rows.map(([name, fallback, meaning]) => [code(name), fallback, meaning]),
      CONFIG_VARIABLES.map(({ name, default: fallback, description }) => [name, fallback, description]),
    );
  });

  it('has a template that every sample renders', () => {
    const [template = ''] = codeBlocks(section(README, '## Body templates'), 'text');
    assert.deepEqual(checkTemplate(template), { faults: [], warnings: [] });
  });

  it('names the two commands that set everything up', () => {
    const [first = ''] = codeBlocks(README, 'sh');
    assert.match(first, /^npm start +#.+\nnpm test +#.+\n$/);
  });
});

describe('the documents', () => {
  for (const [file, heading] of [
    ['README.md', '## The sandbox receiver'],
    ['docs/delivery.md', '## The sandbox receiver'],
  ] as const) {
    it(`list the paths of the sandbox in ${file}`, () => {
      const rows = tableRows(section(readText(file), heading)).map(([path, answer]) => [code(path), answer]);
      assert.deepEqual(
        rows,
        SANDBOX_PATHS.map(({ path, answer }) => [path, answer]),
      );
    });
  }

  it('have the layers of the code in ARCHITECTURE.md', () => {
    const rows = tableRows(section(readText('ARCHITECTURE.md'), '## Layers'));
    const cells = (names: readonly string[] | 'all'): string => (names === 'all' ? 'all' : names.join(' ') || '–');
    assert.deepEqual(
      rows.map((row) => row.map((cell) => codes(cell).join(' ') || cell)),
      LAYERS.map(({ name, layers, packages, builtins }) => [name, cells(layers), cells(packages), cells(builtins)]),
    );
  });

  it('have every folder of the source in ARCHITECTURE.md', () => {
    const [tree = ''] = codeBlocks(section(readText('ARCHITECTURE.md'), '## Folders'), 'text');
    const named = [...tree.matchAll(/^ {2}([a-z-]+)\/ /gm)].map(([, name = '']) => name);
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    // app.ts and its folder are one line.
    assertSame(
      [...named, 'assembly'],
      folders.map(({ name }) => name),
    );
  });

  it('list every decision in docs/adr', () => {
    const pages = readdirSync(join(ROOT, 'docs/adr')).filter((name) => /^\d{4}-/.test(name));
    const listed = links(readText('docs/adr/README.md'));
    assert.deepEqual([...listed].sort(), pages.sort());
    for (const page of pages) assert.match(readText(`docs/adr/${page}`), new RegExp(`^# ${page.slice(0, 4)} – `));
  });

  for (const file of FILES) {
    it(`lead somewhere with every link of ${file}`, () => {
      assert.deepEqual(
        links(readText(file)).filter((target) => !leadsSomewhere(file, target)),
        [],
      );
    });

    it(`name only commands and settings that exist in ${file}`, () => {
      const text = readText(file);
      const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
      const commands = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name);
      assert.deepEqual(
        commands.filter((name) => !Object.hasOwn(scripts, name)),
        [],
      );
      const known: readonly string[] = CONFIG_VARIABLES.map(({ name }) => name);
      const settings = [...text.matchAll(/\bHOOKWRIGHT_[A-Z_]*[A-Z]\b/g)].map(([name]) => name);
      assert.deepEqual(
        settings.filter((name) => !known.includes(name)),
        [],
      );
    });
  }
});

function leadsSomewhere(file: string, target: string): boolean {
  if (/^https:\/\//.test(target)) return true;
  const [path = '', anchor] = target.split('#');
  const full = path === '' ? file : join(dirname(file), path);
  if (!existsSync(join(ROOT, full))) return false;
  return anchor === undefined || (full.endsWith('.md') && anchors(readText(full)).includes(anchor));
}

describe('the reading of documents', () => {
  it('finds dead links and missing anchors', () => {
    for (const target of ['nowhere.md', '#nothing', 'docs/api.md#nothing', 'LICENSE#x']) {
      assert.equal(leadsSomewhere('README.md', target), false, target);
    }
    for (const target of ['docs/api.md#filters', '#faq', 'LICENSE', 'docs/adr/README.md']) {
      assert.equal(leadsSomewhere('README.md', target), true, target);
    }
  });

  it('understands tables, escaped bars and sections', () => {
    const text = '# a\n\n| x | y |\n| --- | :-: |\n| `1\\|2` | b |\n\n## b\n\n| z |\n| - |\n| 3 |\n\n# c\n';
    assert.deepEqual(tableRows(section(text, '# a')), [['`1|2`', 'b'], ['3']]);
    assert.deepEqual(tableRows(section(text, '## b')), [['3']]);
    assert.throws(() => section(text, '## z'), /no heading/);
  });
});
