package httpx_test

import (
	"fmt"

	"threatnet/serve/httpx"
)

func ExampleDecode() {
	var v struct {
		Names []string `json:"names"`
	}
	fmt.Println(httpx.Decode([]byte(`{"names": ["a.example", "b.example"]}`), &v), v.Names)
	fmt.Println(httpx.Decode([]byte(`{"names": ["a.example", 7]}`), &v))
	fmt.Println(httpx.Decode([]byte(`{"names": ["a.example", NaN]}`), &v))
	// Output:
	// <nil> [a.example b.example]
	// names[1]: number where there should be a string
	// names[1]: NaN is no JSON number (line 1, column 25)
}
