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
   * Found in the journal by a restarted agent, and reverted by it.
   */
  END_REASON_RECOVERED: 'END_REASON_RECOVERED',
  /**
   * The agent was gone or did not move, and its keeper reverted.
   */
  END_REASON_KEEPER: 'END_REASON_KEEPER',
  /**
   * The guard of the node, or the hour, no longer allows it.
   */
  END_REASON_GUARD: 'END_REASON_GUARD',
  /**
   * The keeper was gone and could not be replaced.
   */
  END_REASON_UNKEPT: 'END_REASON_UNKEPT',
  /**
   * A reboot ended it.
   */
  END_REASON_VANISHED: 'END_REASON_VANISHED',
  /**
   * After it was applied the agent could not reach the coordinator any more.
   */
  END_REASON_CONTROL_LOST: 'END_REASON_CONTROL_LOST',
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
   * Found in the journal by a restarted agent, and reverted by it.
   */
  | 'END_REASON_RECOVERED'
  | 6
  /**
   * The agent was gone or did not move, and its keeper reverted.
   */
  | 'END_REASON_KEEPER'
  | 7
  /**
   * The guard of the node, or the hour, no longer allows it.
   */
  | 'END_REASON_GUARD'
  | 8
  /**
   * The keeper was gone and could not be replaced.
   */
  | 'END_REASON_UNKEPT'
  | 9
  /**
   * A reboot ended it.
   */
  | 'END_REASON_VANISHED'
  | 10
  /**
   * After it was applied the agent could not reach the coordinator any more.
   */
  | 'END_REASON_CONTROL_LOST'
  | 11

export type EndReason__Output = typeof EndReason[keyof typeof EndReason]
