// The places at which a placeholder can stand in JSON.

/** What a placeholder writes: text inside a string, a JSON value, or nothing ever, since no way leads to it. */
export type Slot = 'string' | 'value' | 'unreachable';
