// Original file: proto/roulette/v1/operator.proto


export interface ReloadPolicyReply {
  'digest'?: (string);
  /**
   * False: it is the one that was in force before.
   */
  'changed'?: (boolean);
}

export interface ReloadPolicyReply__Output {
  'digest': (string);
  /**
   * False: it is the one that was in force before.
   */
  'changed': (boolean);
}
