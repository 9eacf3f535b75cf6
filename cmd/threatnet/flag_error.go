package main

import (
	"errors"
	"strconv"

	"github.com/spf13/pflag"
)

// numberKinds says in words what flags of numbers take.
var numberKinds = map[string]string{
	"int": "a whole number", "uint64": "a whole number of 0 or more", "float64": "a number", "bool": "true or false", "duration": "a time, like 90s or 5m",
}

// flagError makes an error of a flag's value one that says what is wanted.
func flagError(err error) error {
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) {
		if want, ok := numberKinds[bad.GetFlag().Value.Type()]; ok {
			return usagef("--%s %s: want %s", bad.GetFlag().Name, strconv.Quote(bad.GetValue()), want)
		}
	}
	return usage(err)
}
