#!/usr/bin/env node
// `hookwright <command>`: makes the clone ready, then runs the command line in this very process.
import { ensureHere } from './ensure.mjs';

ensureHere(true);
import('../dist/src/cli.js').catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
