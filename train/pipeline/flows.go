package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/netflow"
	"threatnet/datasets/source"
	"threatnet/models"
	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
	"threatnet/models/flowfeatures"
	"threatnet/train"
)

// flowRecords are the flows of a job.
type flowRecords struct {
	job     *Job
	sources []checkpoint.Source
	parts   [numParts]*datasets.FlowSet
	report  flowRules
}

// flowRules is what the checkpoint keeps of what was done with the flows.
type flowRules struct {
	Duplicates int                `json:"duplicates"`
	Equal      int                `json:"equal_in_features"` // of the rest, rows that tell no more than an earlier one
	Relabelled int                `json:"of_these_relabelled"`
	Types      map[string]int     `json:"types"`
	Merged     []string           `json:"merged,omitempty"`
	Sampled    []datasets.Sampled `json:"sampled,omitempty"` // of which not all were taken
	HoldOut    []string           `json:"holdout,omitempty"`
}

// load implements records.
func (r *flowRecords) load(ctx context.Context) error {
	j, s := r.job, &r.job.Settings
	if err := checkFlowSettings(s); err != nil {
		return err
	}
	data, err := openFlows(j.Sources.Data, "data", &j.Sources, j.Log)
	if err != nil {
		return err
	}
	benign, err := openFlows(j.Sources.Benign, "benign", &j.Sources, j.Log)
	if err != nil {
		return err
	}
	set, err := r.read(ctx, slices.Concat(data, benign))
	if err != nil {
		return err
	}
	r.describe(set)
	if set, err = r.applyRules(set); err != nil {
		return err
	}
	split, err := divideFlows(set, s, len(j.Sources.Validation) > 0, len(j.Sources.Test) > 0, j.Log)
	if err != nil {
		return err
	}
	r.parts[trainPart], r.parts[validationPart], r.parts[testPart] = set.Select(split.Train), set.Select(split.Validation), set.Select(split.Test)
	read := func(p part, args []string) error { return r.readNamed(ctx, p, args) }
	return loadNamed(&r.job.Sources, read, func(from, to part) { r.parts[to] = r.parts[from] })
}

// openFlows opens the sources of a role. Of a text that is not recognised it says what flows are recognised by.
func openFlows(args []string, role string, s *Sources, log func(string, ...any)) ([]opened, error) {
	all, err := open(args, role, s.as(source.Flows), log)
	if errors.Is(err, source.ErrUnrecognised) {
		return nil, fmt.Errorf("%w: flows need columns with the names of at least %d of CICFlowMeter's %d features, and cicflow:FILE tells which are there",
			err, netflow.MinFeatures, datasets.NumFlowFeatures)
	}
	return all, err
}

// read reads the flows of sources.
func (r *flowRecords) read(ctx context.Context, all []opened) (*datasets.FlowSet, error) {
	j := r.job
	set, report, provenance, err := readFlows(ctx, all, datasets.FlowOptions{Duplicates: j.Settings.Mode == train.Parity, Strict: j.Sources.Options.Strict}, j.Log)
	if err != nil {
		return nil, err
	}
	r.report.Duplicates += report.Duplicates
	r.sources = append(r.sources, provenance...)
	return set, nil
}

// readFlows reads the flows of sources, and tells where they come from.
func readFlows(ctx context.Context, all []opened, opt datasets.FlowOptions, log func(string, ...any)) (*datasets.FlowSet, *datasets.FlowReport, []checkpoint.Source, error) {
	inputs, types := make([]datasets.FlowInput, len(all)), make([]map[string]int, len(all))
	seen := make([]datasets.SeenFeatures, len(all))
	for i, s := range all {
		types[i] = map[string]int{}
		inputs[i] = datasets.FlowInput{Name: s.Path, Flows: counted(seen[i].Of(s.Flows()), types[i], func(f datasets.Flow) string { return f.Label })}
	}
	set, report, err := datasets.CollectFlows(ctx, opt, inputs...)
	if err != nil {
		return nil, nil, nil, err
	}
	log("%s", strings.TrimRight(report.String(), "\n"))
	var provenance []checkpoint.Source
	for i, s := range all {
		if w := seen[i].Warning(datasets.FlowFeatures()); w != "" {
			log("warning: %s: %s", s.Path, w)
		}
		p, err := s.provenance(types[i])
		if err != nil {
			return nil, nil, nil, err
		}
		provenance = append(provenance, p)
	}
	return set, report, provenance, nil
}

// describe counts the types of flows, and those that are equal in their features.
func (r *flowRecords) describe(set *datasets.FlowSet) {
	r.report.Types = map[string]int{}
	for _, c := range set.Counts() {
		r.report.Types[c.Family] = c.Names
	}
	r.report.Equal, r.report.Relabelled = set.EqualRows(upTo(datasets.NumFlowFeatures))
	if r.report.Equal > 0 {
		r.job.Log("%d flows are equal to an earlier one in all features that can be learnt from, %d of them with another label", r.report.Equal, r.report.Relabelled)
	}
}

// applyRules takes out the types of attack that are to be left out, renames and merges the others.
func (r *flowRecords) applyRules(set *datasets.FlowSet) (*datasets.FlowSet, error) {
	s := &r.job.Settings
	set = set.Rename(s.Rename)
	if len(s.HoldOut) > 0 {
		var in, out []int
		families := set.Families()
		for _, name := range s.HoldOut {
			if !slices.Contains(families, name) || datasets.IsBenign(name) {
				return nil, fmt.Errorf("no type of attack is called %q, which is to be left out: there is %s", name, strings.Join(families, ", "))
			}
		}
		for i, code := range set.Codes() {
			if slices.Contains(s.HoldOut, families[code]) {
				out = append(out, i)
			} else {
				in = append(in, i)
			}
		}
		r.parts[heldPart], r.report.HoldOut = set.Select(out), s.HoldOut
		set = set.Select(in)
	}
	if !s.Binary {
		var merged []datasets.Count
		set, merged = set.MergeBelow(s.MinNames, models.OtherAttack)
		for _, c := range merged {
			r.report.Merged = append(r.report.Merged, c.Family)
			r.job.Log("%s, %d flows, is merged into %s", c.Family, c.Names, models.OtherAttack)
		}
	}
	set, r.report.Sampled = limitFlows(set, s)
	for _, t := range r.report.Sampled {
		r.job.Log("of %d flows of %s, %d are taken", t.Names, t.Family, t.Taken)
	}
	return set, checkTypes(set)
}

// checkTypes refuses flows of one class.
func checkTypes(set *datasets.FlowSet) error {
	benign, attacks := 0, 0
	for _, c := range set.Counts() {
		if datasets.IsBenign(c.Family) {
			benign += c.Names
		} else {
			attacks += c.Names
		}
	}
	switch n := benign + attacks; {
	case n == 0:
		return fmt.Errorf("%w: there are no flows", ErrSmallClass)
	case attacks == 0:
		return fmt.Errorf("%w: all %d flows are benign: add flows of attacks (--data)", ErrSmallClass, n)
	case benign == 0:
		return fmt.Errorf("%w: none of the %d flows is benign: add some that are (--benign)", ErrSmallClass, n)
	case min(benign, attacks) < smallestClass:
		return fmt.Errorf("%w: %d benign flows and %d of attacks: each class needs %d", ErrSmallClass, benign, attacks, smallestClass)
	}
	return nil
}

// divideFlows cuts flows by the settings' rule; types of attack are in every part in the same share.
func divideFlows(set *datasets.FlowSet, s *train.Settings, validation, test bool, log func(string, ...any)) (datasets.Split, error) {
	f := fractions(validation, test)
	switch {
	case s.TestFrom != "" && !test:
		day, err := datasets.ParseDay(s.TestFrom)
		if err != nil {
			return datasets.Split{}, err
		}
		return datasets.FlowsByTime(set, day, f, s.Seed)
	case s.Split == train.NoSplit:
		return datasets.Split{Train: upTo(set.Len())}, nil
	case s.Split == train.Random:
		return datasets.Random(set.Len(), f, s.Seed)
	case s.Split == train.Stratified:
		return datasets.Stratified(set.Codes(), f, s.Seed)
	case s.Split == train.ByClass:
		return byClass(set, log)
	}
	return datasets.Split{}, fmt.Errorf("%w: flows are not split by %q", train.ErrSettings, s.Split)
}

// byClass puts benign flows before attacks and takes the last fifth for the test, as the notebook's validation_split does. It
// warns of what that makes of the test, and refuses flows of which no attack would be trained on.
func byClass(set *datasets.FlowSet, log func(string, ...any)) (datasets.Split, error) {
	var ordered, attacks []int
	families := set.Families()
	for i, code := range set.Codes() {
		if datasets.IsBenign(families[code]) {
			ordered = append(ordered, i)
		} else {
			attacks = append(attacks, i)
		}
	}
	benign := len(ordered)
	ordered = append(ordered, attacks...)
	cut := len(ordered) * 4 / 5
	if cut <= benign {
		return datasets.Split{}, fmt.Errorf("%w: cut in the order of their classes, the first four fifths of %d flows, %d of attacks, have no attack: take fewer benign ones (--max-benign)",
			ErrSmallClass, len(ordered), len(attacks))
	}
	log("warning: the flows are cut in the order of their classes, as the notebook does: all %d that are tested on are attacks, so the figures say nothing of false alarms",
		len(ordered)-cut)
	return datasets.Split{Train: ordered[:cut], Test: ordered[cut:]}, nil
}

// readNamed reads the sources of a part.
func (r *flowRecords) readNamed(ctx context.Context, p part, args []string) error {
	j := r.job
	all, err := openFlows(args, partNames[p], &j.Sources, j.Log)
	if err != nil {
		return err
	}
	set, err := r.read(ctx, all)
	if err != nil {
		return err
	}
	r.parts[p] = set.Rename(j.Settings.Rename)
	if n := datasets.SharedFlows(r.parts[trainPart], set); n > 0 {
		j.Log("warning: %d of the %d flows for %s are also trained on", n, set.Len(), partNames[p])
	}
	return nil
}

// fit implements records.
func (r *flowRecords) fit(e catalog.Entry, o models.Options) (models.Model, error) {
	if e.FitFlows == nil {
		return nil, fmt.Errorf("a %s is not trained on flows", e.Kind)
	}
	for _, name := range o.Identity {
		identity, err := flowfeatures.FitIdentity(r.parts[trainPart], []string{name})
		if err != nil {
			return nil, fmt.Errorf("%w: identity: %w", train.ErrSettings, err)
		}
		if identity.Codes(0) == 1 { // for what is none of the known values
			return nil, fmt.Errorf("%w: identity: no flow to train on has a %s", train.ErrSettings, name)
		}
	}
	return e.FitFlows(r.parts[trainPart], o)
}

// len implements records.
func (r *flowRecords) len(p part) int {
	if r.parts[p] == nil {
		return 0
	}
	return r.parts[p].Len()
}

// examples implements records.
func (r *flowRecords) examples(m models.Model, p part) (models.Examples, error) {
	flows, ok := m.(models.Flows)
	if !ok {
		return nil, errors.New("pipeline: a model of flows is needed")
	}
	if p == heldPart {
		return models.FlowFamilyExamples(flows, r.parts[p]), nil
	}
	return models.NewFlowExamples(flows, r.parts[p])
}

// families implements records.
func (r *flowRecords) families(p part) ([]string, []int32) {
	if r.parts[p] == nil {
		return nil, nil
	}
	return r.parts[p].Families(), r.parts[p].Codes()
}

// ownSplit implements records.
func (r *flowRecords) ownSplit() string { return train.Stratified }

// unit implements records.
func (r *flowRecords) unit() string { return source.Flows }

// provenance implements records.
func (r *flowRecords) provenance() []checkpoint.Source { return slices.Clone(r.sources) }

// rules implements records.
func (r *flowRecords) rules() any { return r.report }

// close implements records.
func (r *flowRecords) close() error { return nil }
