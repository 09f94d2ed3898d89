// `npm start`: makes the clone ready, then runs the engine in this very process, so that signals reach it.
import { ensureHere } from './ensure.mjs';

ensureHere(true);
import('../dist/src/main.js').catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
