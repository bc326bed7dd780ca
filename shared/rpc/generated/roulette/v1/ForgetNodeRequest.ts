// Original file: proto/roulette/v1/operator.proto


export interface ForgetNodeRequest {
  'node'?: (string);
  'requestedBy'?: (string);
  'reason'?: (string);
}

export interface ForgetNodeRequest__Output {
  'node': (string);
  'requestedBy': (string);
  'reason': (string);
}
