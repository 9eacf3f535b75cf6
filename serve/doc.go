// Package serve is the room of the HTTP server, which answers for trained checkpoints. It knows models by the contract of
// package models, and imports neither train nor gorgonia; where a protocol must train, it takes a trainer from its caller.
// It holds no protocol yet.
package serve
