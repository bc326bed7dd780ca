// Original file: proto/roulette/v1/operator.proto


export interface GetPolicyRequest {
}

export interface GetPolicyRequest__Output {
}
