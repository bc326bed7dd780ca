// Judges conditions over monitor samples (experiment.md 1.3). Pure: `now` and every sample's time are the
// coordinator's monotonic milliseconds, passed in.

/** One value of one monitor, or the reason why there is none. */
export interface Sample {
  readonly monitor: string;
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly value: number | null;
  /** Why `value` is null; null otherwise. */
  readonly why: string | null;
}
