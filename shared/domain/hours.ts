// Hours of the week in a time zone, for instance those in which faults may be injected.

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export type Day = (typeof DAYS)[number];

export interface Hours {
  readonly days: readonly Day[];
  /** Minutes after midnight, by the clocks on the wall there. From `from` on and before `to`. */
  readonly from: number;
  /** Not after `from` = on the next day: the hours belong to the day on which they begin. */
  readonly to: number;
  /** A name of the IANA time zone database. */
  readonly timezone: string;
}
