// The thread in which templates are read, proven and tried. What it remembers of payload schemas lives as long as it.
import { createChecker } from '../templates/index.ts';

/** Answers one message from `workshop.ts`. */
export const check = createChecker();
