// Original file: proto/roulette/v1/operator.proto


export interface PrepareRunRequest {
  'document'?: (string);
  'file'?: (string);
  'seed'?: (string);
  'expectedDigest'?: (string);
  /**
   * Who asks; recorded in the audit log.
   */
  'requestedBy'?: (string);
  /**
   * The run that this one repeats.
   */
  'replayOf'?: (string);
  '_seed'?: "seed";
  '_expectedDigest'?: "expectedDigest";
  '_replayOf'?: "replayOf";
}

export interface PrepareRunRequest__Output {
  'document': (string);
  'file': (string);
  'seed'?: (string);
  'expectedDigest'?: (string);
  /**
   * Who asks; recorded in the audit log.
   */
  'requestedBy': (string);
  /**
   * The run that this one repeats.
   */
  'replayOf'?: (string);
  '_seed'?: "seed";
  '_expectedDigest'?: "expectedDigest";
  '_replayOf'?: "replayOf";
}
