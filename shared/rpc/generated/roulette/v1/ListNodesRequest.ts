// Original file: proto/roulette/v1/operator.proto


export interface ListNodesRequest {
}

export interface ListNodesRequest__Output {
}
