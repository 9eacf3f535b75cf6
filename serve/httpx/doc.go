// Package httpx is what the listeners of the server have in common: the way of a request through limits, tokens, logs and
// metrics to its handler ([Wrap]), strict reading of JSON ([Decode]), and errors of one form ([Problem]).
package httpx
