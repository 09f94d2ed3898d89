// The wire form of what a check of a template gives. It is put together as text: the bodies and the patch are JSON
// already, and reading a megabyte of them only to write it again would hold up everybody else.
import type { Fault } from '../../domain/errors.ts';
import { boundedFaults } from '../../domain/errors.ts';
import type { TemplateReport } from '../../services/template-check.ts';
import { faultView } from '../problem.ts';

/** A report as JSON text, as `schemas/api/template-check-result.schema.json` describes it. */
export function templateReportText(report: TemplateReport): string {
  const { errors, warnings, placeholders, samples, normalisesCommas, comparison } = report;
  return written([
    ['valid', String(errors.length === 0)],
    ['errors', faultsText(errors)],
    ['warnings', faultsText(warnings)],
    ['placeholders', JSON.stringify(placeholders.map(placeholderView))],
    ['samples', `[${samples.map(sampleText).join(',')}]`],
    ['normalises_commas', String(normalisesCommas)],
    ['diff', comparison?.ok === true ? comparison.patch : 'null'],
  ]);
}

function faultsText(faults: readonly Fault[]): string {
  return JSON.stringify(boundedFaults(faults).map(faultView));
}

function placeholderView({ path, line, column, slot, type, known }: TemplateReport['placeholders'][number]): object {
  return { path, line, column, slot: slot ?? null, type, known };
}

function sampleText({ name, body, truncated, bytes, warnings }: TemplateReport['samples'][number]): string {
  return written([
    ['name', JSON.stringify(name)],
    ['body', JSON.stringify(body)],
    ['json', truncated ? 'null' : body],
    ['bytes', String(bytes)],
    ['truncated', String(truncated)],
    ['warnings', JSON.stringify(warnings.map(({ code, detail }) => ({ code, detail })))],
  ]);
}

function written(members: readonly (readonly [name: string, text: string])[]): string {
  return `{${members.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
}
