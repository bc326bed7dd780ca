// Original file: proto/roulette/v1/operator.proto


export interface ReloadPolicyRequest {
  'requestedBy'?: (string);
}

export interface ReloadPolicyRequest__Output {
  'requestedBy': (string);
}
