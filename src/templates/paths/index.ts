// What the rest of the templates may use of the check against the payload schema.
export { checkPaths } from './check-paths.ts';
export type { PathCheck, Placeholder } from './check-paths.ts';
