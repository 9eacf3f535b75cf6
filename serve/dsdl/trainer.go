package dsdl

import "context"

// Trainer trains the models that /fit asks for.
type Trainer interface {
	// Train trains a model and writes its checkpoint to the job's Out. It stops when ctx ends.
	Train(ctx context.Context, job Job) (Result, error)
}

// Job is one training.
type Job struct {
	Kind    string            // of the model, as on the command line: exfil-mlp
	Algo    string            // as the search calls it: detect_dns_data_exfiltration_using_pretrained_model_in_dsdl
	Records string            // what the rows are: names, queries or flows
	Options map[string]string // key=value of the search, but for algo: epochs, batch_size, …
	CSV     string            // the file with the rows, under a header; queries stand the oldest first

	LabelColumn    string   // the target variable, or "": the first of the usual columns
	NameColumn     string   // of names and queries; "" for flows
	FeatureColumns []string // the variables after "from"

	Out string // the checkpoint's file
}

// Result is a finished training.
type Result struct {
	Message string // one line for people: on how many rows, and how well
}
