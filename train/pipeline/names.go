package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/models"
	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
	"threatnet/train"
)

// nameRecords are the names of a job.
type nameRecords struct {
	job     *Job
	sources []checkpoint.Source
	count   int // of the families before merging
	parts   [numParts]*datasets.Set
	report  datasets.FamilyReport
	cache   *datasets.Cache
}

// close implements records.
func (n *nameRecords) close() error {
	if n.cache == nil {
		return nil
	}
	return n.cache.Close()
}

// notebookBenign is what the notebook of dga-lstm calls the benign class.
const notebookBenign = "nonDGA"

// load implements records.
func (n *nameRecords) load(ctx context.Context) error {
	j, s := n.job, &n.job.Settings
	if j.Cache != "" {
		n.cache = datasets.NewCache(j.Cache)
	}
	opt := datasets.CollectOptions{
		Conflicts: datasets.Conflicts(s.Conflicts), Strict: j.Sources.Options.Strict, Duplicates: s.Mode == train.Parity,
		Form: datasets.Form(s.NameForm), Cache: n.cache,
	}
	data, err := open(j.Sources.Data, "data", j.Sources.as(source.Names), j.Log)
	if err != nil {
		return err
	}
	benign, err := open(j.Sources.Benign, "benign", j.Sources.as(source.Names), j.Log)
	if err != nil {
		return err
	}
	all := slices.Concat(data, benign)
	if s.Mode == train.Parity { // the notebook's order
		all = slices.Concat(benign, data)
	}
	got, err := collect(ctx, all, opt, j.Log)
	if err != nil {
		return err
	}
	n.sources, n.count = got.provenance, len(got.set.Families())
	set, err := n.applyRules(got.set)
	if err != nil {
		return err
	}
	parts, err := divide(set, s, len(j.Sources.Validation) > 0, len(j.Sources.Test) > 0, j.Log)
	if err != nil {
		return err
	}
	n.parts[trainPart], n.parts[validationPart], n.parts[testPart] = parts.train, parts.validation, parts.test
	read := func(p part, args []string) error { return n.readNamed(ctx, p, args, opt) }
	if err := loadNamed(&j.Sources, read, func(from, to part) { n.parts[to] = n.parts[from] }); err != nil {
		return err
	}
	if near := datasets.NearOverlap(n.parts[trainPart], n.parts[testPart]); near.Names > 0 {
		j.Log("%d of the %d names to test with differ from one to train with in their suffix only", near.Names, n.parts[testPart].Len())
	}
	return nil
}

// applyRules takes out the families that are to be left out and applies the rules of families to the others.
func (n *nameRecords) applyRules(set *datasets.Set) (_ *datasets.Set, err error) {
	j, s := n.job, &n.job.Settings
	if len(s.HoldOut) > 0 {
		if set, n.parts[heldPart], err = datasets.HoldOut(set, s.HoldOut...); err != nil {
			return nil, err
		}
	}
	set, n.report = s.FamilyRules().Apply(set)
	if text := strings.TrimSpace(n.report.String()); text != "" {
		j.Log("%s", text)
	}
	if text, warn := datasets.Shortcuts(set).Warning(); warn {
		j.Log("warning: %s", text)
	}
	if err := checkClasses(set.Counts()); err != nil {
		return nil, err
	}
	if s.Mode == train.Parity && !s.Binary {
		set = set.Rename(datasets.Benign, notebookBenign)
	}
	return set, nil
}

// readNamed reads the sources of a part.
func (n *nameRecords) readNamed(ctx context.Context, p part, args []string, opt datasets.CollectOptions) error {
	j, role := n.job, partNames[p]
	all, err := open(args, role, j.Sources.as(source.Names), j.Log)
	if err != nil {
		return err
	}
	got, err := collect(ctx, all, opt, j.Log)
	if err != nil {
		return err
	}
	n.parts[p], _ = datasets.FamilyRules{Rename: j.Settings.Rename}.Apply(got.set)
	n.sources = append(n.sources, got.provenance...)
	if o := datasets.Overlap(n.parts[trainPart], asTrained(n.parts[p], n.parts[trainPart])); o.Names > 0 {
		j.Log("warning: %d of the %d names for %s are also trained on, %d of them with another label", o.Names, got.set.Len(), role, o.Relabelled)
	}
	return nil
}

// asTrained calls the families of a set by the classes that they have in training.
func asTrained(set, trained *datasets.Set) *datasets.Set {
	has := map[string]bool{}
	for _, c := range trained.Counts() {
		has[c.Family] = c.Names > 0
	}
	merged := map[string]string{}
	for _, family := range set.Families() {
		if !has[family] && has[datasets.MergedDGA] {
			merged[family] = datasets.MergedDGA
		}
	}
	set, _ = set.RenameAll(merged)
	if has[notebookBenign] {
		set = set.Rename(datasets.Benign, notebookBenign)
	}
	return set
}

// fit implements records.
func (n *nameRecords) fit(e catalog.Entry, o models.Options) (models.Model, error) {
	if e.FitNames == nil {
		return nil, fmt.Errorf("a %s is not trained on names", e.Kind)
	}
	if o.Parity { // the notebook counts its outputs before it merges
		o.Outputs = n.count
	}
	return e.FitNames(n.parts[trainPart], o)
}

// len implements records.
func (n *nameRecords) len(p part) int {
	if n.parts[p] == nil {
		return 0
	}
	return n.parts[p].Len()
}

// examples implements records.
func (n *nameRecords) examples(m models.Model, p part) (models.Examples, error) {
	names, ok := m.(models.Names)
	if !ok {
		return nil, errors.New("pipeline: a model of names is needed")
	}
	if p == heldPart {
		return models.FamilyExamples(names, n.parts[p]), nil
	}
	return models.NewNameExamples(names, n.parts[p])
}

// families implements records.
func (n *nameRecords) families(p part) ([]string, []int32) {
	if n.parts[p] == nil {
		return nil, nil
	}
	return n.parts[p].Families(), n.parts[p].Codes()
}

// ownSplit implements records.
func (n *nameRecords) ownSplit() string { return train.Stratified }

// unit implements records.
func (n *nameRecords) unit() string { return "names" }

// provenance implements records.
func (n *nameRecords) provenance() []checkpoint.Source { return slices.Clone(n.sources) }

// rules implements records.
func (n *nameRecords) rules() any {
	r := nameRules{FamilyReport: n.report}
	if form := datasets.Form(n.job.Settings.NameForm); form != datasets.Whole {
		r.SuffixList = datasets.SuffixList()
	}
	return r
}

// nameRules is what the checkpoint keeps of what was done with the names.
type nameRules struct {
	datasets.FamilyReport
	SuffixList string `json:"suffix_list,omitempty"` // of the public suffixes that were cut off
}
