// Run in a process of its own: plans the template on its standard input, and prints how many milliseconds the first time
// took.
import { readFileSync } from 'node:fs';
import { planTemplate } from '../../src/templates/plan.ts';
import { busyMs } from './busy-time.ts';

const source = readFileSync(0, 'utf8');
const startedAt = busyMs();
planTemplate(source);
process.stdout.write(String(busyMs() - startedAt));
