// Original file: proto/roulette/v1/operator.proto


export interface RemoveScheduleRequest {
  'name'?: (string);
  'requestedBy'?: (string);
}

export interface RemoveScheduleRequest__Output {
  'name': (string);
  'requestedBy': (string);
}
