// Hours of the week in a time zone, for instance those in which faults may be injected.

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export type Day = (typeof DAYS)[number];

export interface Hours {
  /** The days on which the hours begin. */
  readonly days: readonly Day[];
  /** 0 to 1439, by the clocks on the wall there. The hours are from this minute on. */
  readonly fromMinute: number;
  /** 0 to 1440, not included. At or before `fromMinute` = on the next day. */
  readonly toMinute: number;
  /** A name of the IANA time zone database. */
  readonly timezone: string;
}
