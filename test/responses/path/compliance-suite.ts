// The JSONPath Compliance Test Suite (jsonpath-standard/jsonpath-compliance-test-suite, BSD-2-Clause), read from the
// package that carries it, so that nothing of it is copied here.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ExactJson } from '../../../src/domain/json.ts';

/** One case of the suite. Where the order is not fixed there are several `results`. */
export interface ComplianceCase {
  readonly name: string;
  readonly selector: string;
  readonly document?: ExactJson;
  readonly result?: readonly ExactJson[];
  readonly results?: readonly (readonly ExactJson[])[];
  readonly invalid_selector?: boolean;
}

/** All cases of the suite. */
export function complianceCases(): readonly ComplianceCase[] {
  const root = path.dirname(createRequire(import.meta.url).resolve('jsonpath-rfc9535/package.json'));
  const file = path.join(root, 'src/__tests__/jsonpath-compliance-test-suite/cts.json');
  const suite = JSON.parse(readFileSync(file, 'utf8')) as { tests: ComplianceCase[] };
  return suite.tests;
}
