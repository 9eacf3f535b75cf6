package records_test

import (
	"fmt"

	"threatnet/models"
	"threatnet/serve/engine"
	"threatnet/serve/records"
)

func ExampleQuery() {
	q, err := records.Query(map[string]any{"query": "a.example.com", "src": "10.0.0.1", "_time": 1672628645.5, "type": "txt", "other": true})
	fmt.Println(q.Name, q.Client, q.Time, q.Type, err)
	_, err = records.Query(map[string]any{"query": "a.example.com", "_time": "soon"})
	fmt.Println(err)
	// Output:
	// a.example.com 10.0.0.1 2023-01-02 03:04:05.5 +0000 UTC TXT <nil>
	// _time: want seconds since 1970 or a date such as 2023-01-02T03:04:05.678+0000, not "soon"
}

func ExampleAppendName() {
	a := engine.Answer{Verdict: models.Verdict{
		Verdict: models.Benign, Probability: 0.25, Label: models.Benign, Classes: []models.ClassProbability{{Label: models.Benign, Probability: 0.75}},
	}}
	fmt.Println(string(records.AppendName(nil, "example.com", &a)))
	// Output: {"name":"example.com","verdict":"benign","probability":0.25,"label":"benign","classes":[{"label":"benign","probability":0.75}]}
}
