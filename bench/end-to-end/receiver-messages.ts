// What the benchmark and its receiver say to each other.

/** To the receiver. */
export type ReceiverCommand =
  | { readonly kind: 'reset'; readonly firstMark: number; readonly marks: number; readonly webhooks: number }
  | { readonly kind: 'progress' }
  | { readonly kind: 'collect' }
  /** `/held` answers after so long from now on; 0: at once. */
  | { readonly kind: 'hold'; readonly holdMs: number };

/** From the receiver, one answer to each command; `listening` comes by itself at the start. */
export type ReceiverAnswer =
  | { readonly kind: 'listening'; readonly port: number; readonly ca: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hold' }
  | ({ readonly kind: 'progress' } & Progress)
  | ({ readonly kind: 'collected' } & Arrivals);

/** How far it is. */
export interface Progress {
  /** Different pairs of event and webhook that have arrived. */
  readonly distinct: number;
  /** Requests with a mark, repeated ones too. */
  readonly requests: number;
}

/** What has arrived, at `(mark - firstMark) * webhooks + webhook`. Times are milliseconds of `nowMs`, 0 where nothing came. */
export interface Arrivals {
  readonly webhooks: number;
  /** First byte of the first request. */
  readonly firstByteAt: Float64Array;
  /** Last byte of the first request. */
  readonly completeAt: Float64Array;
  readonly counts: Uint16Array;
  /** Requests with a mark of an earlier run, but those to `/dead`. */
  readonly late: number;
}
