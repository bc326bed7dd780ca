// An experiment that is played again and again, at times of its own.

/** When it fires: a cron pattern of five fields, by the clocks of a time zone. */
export interface Recurrence {
  readonly cron: string;
  /** A name of the IANA time zone database. */
  readonly timezone: string;
}

export interface Schedule extends Recurrence {
  /** The name of its experiment. */
  readonly name: string;
  readonly document: string;
  /** The seed of each firing is drawn from this one and the firing's time. */
  readonly seed: string;
  /** In whose name it is played. */
  readonly addedBy: string;
  readonly addedAt: number;
  /** Every firing up to this time, milliseconds since the epoch, was played or recorded as missed. */
  readonly settledAt: number;
}
