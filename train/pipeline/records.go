package pipeline

import (
	"context"
	"slices"

	"threatnet/datasets/source"
	"threatnet/models"
	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
)

// part is a part of the labelled records.
type part int

// The parts. Held are the records of the families that were left out of training.
const (
	trainPart part = iota
	validationPart
	testPart
	heldPart
	numParts
)

// partNames are what logs, errors and checkpoints call them.
var partNames = [numParts]string{"train", "validation", "test", "held out"}

// records are the labelled records of a job, of one kind: names, queries or flows. They are read and cut into parts once;
// each model that is trained on them sees them through its own encoder.
type records interface {
	// load reads the sources and cuts them into parts.
	load(ctx context.Context) error
	// fit makes an untrained model for the training part.
	fit(e catalog.Entry, o models.Options) (models.Model, error)
	// len is the number of records of a part.
	len(p part) int
	// examples are a part's records as the model sees them; held ones have the index of their family for a class.
	examples(m models.Model, p part) (models.Examples, error)
	// families names the families of a part's records, and gives the family of each.
	families(p part) (names []string, codes []int32)
	// ownSplit is how records are cut into parts where the settings leave it to them.
	ownSplit() string
	// unit is what a record is called, in the plural.
	unit() string
	// provenance tells where the records come from.
	provenance() []checkpoint.Source
	// rules is what was done with the families, as the checkpoint keeps it.
	rules() any
	close() error
}

// recordsOf are the records that a model is trained on.
func recordsOf(e catalog.Entry, j *Job) records {
	switch {
	case e.FitFlows != nil && (e.NewQueries == nil || holdFlows(j)):
		return &flowRecords{job: j}
	case e.NewQueries != nil:
		return &queryRecords{job: j}
	}
	return &nameRecords{job: j}
}

// holdFlows tells whether the job's first source is one of flows.
func holdFlows(j *Job) bool {
	args := slices.Concat(j.Sources.Data, j.Sources.Benign)
	if len(args) == 0 || source.Once(args[0]) {
		return false
	}
	_, _, err := source.Expand(args[0], j.Sources.as(source.Flows))
	return err == nil
}
