// Original file: proto/roulette/v1/operator.proto


export interface GetReportReply {
  'text'?: (string);
}

export interface GetReportReply__Output {
  'text': (string);
}
