// Original file: proto/roulette/v1/operator.proto


export interface ReleaseRequest {
  'requestedBy'?: (string);
  'reason'?: (string);
  'ref'?: (string);
  '_ref'?: "ref";
}

export interface ReleaseRequest__Output {
  'requestedBy': (string);
  'reason': (string);
  'ref'?: (string);
  '_ref'?: "ref";
}
