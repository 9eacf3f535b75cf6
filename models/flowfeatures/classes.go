package flowfeatures

import (
	"fmt"
	"slices"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
)

// binary are the classes of a network with one output.
var binary = []string{datasets.Benign, models.Attack}

// Classes gives the classes of a training set and how many outputs a network needs for them: benign and attack with one
// output, or an output for each family that has flows.
//
// Flows of one class are an error that wraps models.ErrOneClass, flows without a label one that wraps
// datasets.ErrUnlabelled.
func Classes(set *datasets.FlowSet, isBinary bool) (classes []string, outputs int, err error) {
	benign := 0
	for _, c := range set.Counts() {
		switch {
		case c.Names == 0:
			continue
		case c.Family == "":
			return nil, 0, fmt.Errorf("%d flows have %w", c.Names, datasets.ErrUnlabelled)
		case c.Family == datasets.Benign:
			benign = c.Names
		}
		classes = append(classes, c.Family)
	}
	switch {
	case len(classes) < 2 || isBinary && benign == 0:
		return nil, 0, fmt.Errorf("%w: all flows are of %q", models.ErrOneClass, classes)
	case isBinary:
		return slices.Clone(binary), 1, nil
	}
	return classes, len(classes), nil
}

// CheckClasses refuses other classes than benign and attack of a network with one output.
func CheckClasses(b *models.Base) error {
	if b.Network().Output() == 1 && !slices.Equal(b.Classes(), binary) {
		return fmt.Errorf("%w: the labels are %q, not %q", checkpoint.ErrFormat, b.Classes(), binary)
	}
	return nil
}

// Function is the activation of so many outputs.
func Function(outputs int) string {
	if outputs == 1 {
		return "sigmoid"
	}
	return "softmax"
}
