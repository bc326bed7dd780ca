// Original file: proto/roulette/v1/agent.proto

export const EndReason = {
  END_REASON_UNSPECIFIED: 'END_REASON_UNSPECIFIED',
  /**
   * Over by itself, or its duration has passed.
   */
  END_REASON_COMPLETED: 'END_REASON_COMPLETED',
  END_REASON_HALTED: 'END_REASON_HALTED',
  END_REASON_LEASE_EXPIRED: 'END_REASON_LEASE_EXPIRED',
  END_REASON_AGENT_STOPPED: 'END_REASON_AGENT_STOPPED',
  /**
   * A step failed; what had been done was reverted.
   */
  END_REASON_FAILED: 'END_REASON_FAILED',
  /**
   * Found in the journal by a restarted agent.
   */
  END_REASON_RECOVERED: 'END_REASON_RECOVERED',
} as const;

export type EndReason =
  | 'END_REASON_UNSPECIFIED'
  | 0
  /**
   * Over by itself, or its duration has passed.
   */
  | 'END_REASON_COMPLETED'
  | 1
  | 'END_REASON_HALTED'
  | 2
  | 'END_REASON_LEASE_EXPIRED'
  | 3
  | 'END_REASON_AGENT_STOPPED'
  | 4
  /**
   * A step failed; what had been done was reverted.
   */
  | 'END_REASON_FAILED'
  | 5
  /**
   * Found in the journal by a restarted agent.
   */
  | 'END_REASON_RECOVERED'
  | 6

export type EndReason__Output = typeof EndReason[keyof typeof EndReason]
