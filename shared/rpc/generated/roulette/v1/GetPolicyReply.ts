// Original file: proto/roulette/v1/operator.proto

import type { Gauge as _roulette_v1_Gauge, Gauge__Output as _roulette_v1_Gauge__Output } from '../../roulette/v1/Gauge.ts';
import type { Reservation as _roulette_v1_Reservation, Reservation__Output as _roulette_v1_Reservation__Output } from '../../roulette/v1/Reservation.ts';

export interface GetPolicyReply {
  /**
   * Absent: none is in force, and every start is refused.
   */
  'digest'?: (string);
  /**
   * Why the folder could not be used when it was last read.
   */
  'trouble'?: (string);
  /**
   * One for each rule and group that it counts.
   */
  'gauges'?: (_roulette_v1_Gauge)[];
  'reservations'?: (_roulette_v1_Reservation)[];
  'folder'?: (string);
  '_digest'?: "digest";
  '_trouble'?: "trouble";
}

export interface GetPolicyReply__Output {
  /**
   * Absent: none is in force, and every start is refused.
   */
  'digest'?: (string);
  /**
   * Why the folder could not be used when it was last read.
   */
  'trouble'?: (string);
  /**
   * One for each rule and group that it counts.
   */
  'gauges': (_roulette_v1_Gauge__Output)[];
  'reservations': (_roulette_v1_Reservation__Output)[];
  'folder': (string);
  '_digest'?: "digest";
  '_trouble'?: "trouble";
}
