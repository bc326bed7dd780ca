// Original file: proto/roulette/v1/operator.proto


export interface VerifyAuditRequest {
}

export interface VerifyAuditRequest__Output {
}
