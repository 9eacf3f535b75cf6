// Package oip serves models by the REST form of the Open Inference Protocol, version 2 (KServe, Triton and MLServer speak
// it; https://github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md).
//
//	GET  /v2                                        the server
//	GET  /v2/health/live, /v2/health/ready          200, or 503
//	GET  /v2/models/{model}[/versions/{version}]    the model's tensors
//	GET  …/ready                                    200, or 503
//	POST …/infer                                    verdicts
//
// A request has either the tensor "input", encoded rows [n, inputs of the network], or the fields of records, each a tensor
// [n] or [n, 1]: "name" (BYTES) for names and queries, with queries also "client", "time" and "type", and for flows their
// features and addresses; the model's metadata list them. Data may be nested or flat. The outputs are "label" (BYTES [n]), "probability" of being malicious (FP32 [n]) and
// "probabilities" of all classes (FP32 [n, classes]); the parameter "threshold" of the answer is the one from which a
// probability is malicious.
//
// Errors have the protocol's form {"error": text}. Data in the binary form of Triton's extension is refused, and so is its
// classification of outputs. Parameters that are not known are passed over.
package oip

import "threatnet/serve/engine"

// Options say how the protocol answers.
type Options struct {
	Version string      // of the server
	Ready   func() bool // tells whether the server takes requests; nil: it does
}

type server struct {
	engine *engine.Engine
	opt    Options
}
