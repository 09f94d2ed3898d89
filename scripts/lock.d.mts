// The types of lock.mjs, for its tests.
export function lockFile(root: string): string;
export function withLock(root: string, say: (text: string) => void, work: () => void): void;
