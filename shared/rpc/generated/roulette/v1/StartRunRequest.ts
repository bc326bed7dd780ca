// Original file: proto/roulette/v1/operator.proto


export interface StartRunRequest {
  'runId'?: (string);
  'requestedBy'?: (string);
}

export interface StartRunRequest__Output {
  'runId': (string);
  'requestedBy': (string);
}
