package pytorch

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"threatnet/models/checkpoint"
)

// group is a dict or list of a file with tensors in it or below: those from lo to hi.
type group struct {
	path, key string
	lo, hi    int
	groups    []*group
	optimizer bool
}

const (
	maxDepth  = 32       // of nested dicts and lists: a cycle ends there
	maxVisits = maxSteps // of values: shared ones are visited again each time
)

type flattener struct {
	tensors []checkpoint.Tensor
	names   map[string]bool
	visits  int
	budget  *budget
}

func flatten(value any, b *budget) (*Dict, error) {
	if _, ok := value.(*dict); !ok {
		return nil, malformed("it holds something else than a dict of tensors")
	}
	f := &flattener{names: map[string]bool{}, budget: b}
	root := &group{}
	if err := f.walk(root, value, 0); err != nil {
		return nil, err
	}
	return &Dict{Tensors: f.tensors, root: root}, nil
}

// walk adds the tensors in a dict, list or tuple.
func (f *flattener) walk(g *group, value any, depth int) error {
	if depth > maxDepth {
		return malformed("its dicts are nested deeper than %d", maxDepth)
	}
	g.lo = len(f.tensors)
	switch v := value.(type) {
	case *dict:
		g.optimizer = v.has("state") && v.has("param_groups")
		for _, item := range v.items {
			if err := f.add(g, item.key, item.value, depth); err != nil {
				return err
			}
		}
	case *list:
		return f.walk(g, tuple(v.items), depth)
	case tuple:
		for i, item := range v {
			if err := f.add(g, int64(i), item, depth); err != nil {
				return err
			}
		}
	}
	g.hi = len(f.tensors)
	return nil
}

func (d *dict) has(key string) bool {
	return slices.ContainsFunc(d.items, func(i item) bool { return i.key == any(key) })
}

// keyText is a key's part of a name. Keys that are neither texts nor integers are not of a network.
func keyText(key any) string {
	switch k := key.(type) {
	case string:
		return k
	case int64:
		return strconv.FormatInt(k, 10)
	}
	return "?"
}

// add adds one value of a group.
func (f *flattener) add(g *group, of, value any, depth int) error {
	if f.visits++; f.visits > maxVisits {
		return malformed("it has more than %d values", maxVisits)
	}
	switch value.(type) {
	case *view, *dict, *list, tuple:
	default:
		return nil
	}
	key := keyText(of)
	const overhead = 128
	if err := f.budget.spend(int64(len(g.path)+len(key)) + overhead); err != nil {
		return err
	}
	name := key
	if depth > 0 {
		name = g.path + "." + key
	}
	v, ok := value.(*view)
	if !ok {
		sub := &group{path: name, key: key}
		if err := f.walk(sub, value, depth+1); err != nil {
			return err
		}
		if sub.hi > sub.lo {
			g.groups = append(g.groups, sub)
		}
		return nil
	}
	if f.names[name] || !utf8.ValidString(name) {
		return malformed("tensor name %q stands there twice or is not UTF-8", name)
	}
	f.names[name] = true
	data, err := v.values(f.budget)
	if err != nil {
		return err
	}
	f.tensors = append(f.tensors, checkpoint.Tensor{Name: name, Shape: v.shape, Data: data})
	return nil
}

var (
	preferred = []string{"state_dict", "model_state_dict", "model"}
	wrappers  = []string{"module.", "_orig_mod.", "model."} // DataParallel, torch.compile, Lightning
)

// StateDict returns the network's tensors in a training checkpoint: those below the key state_dict, model_state_dict or
// model, else those of the one dict of tensors that is in no optimizer. It returns an error when there is no such dict, or
// more than one. Prefixes that all names have because the network was wrapped, like "module.", are cut.
func (d *Dict) StateDict() (*Dict, error) {
	found := []*group{{hi: len(d.Tensors)}}
	if d.root != nil {
		found = d.root.stateDicts(nil)
	}
	switch {
	case len(found) == 0 || found[0].lo == found[0].hi:
		return nil, malformed("it has no state_dict")
	case len(found) > 1:
		return nil, malformed("it has several state_dicts, among them %q and %q", found[0].path, found[1].path)
	}
	tensors := slices.Clone(d.Tensors[found[0].lo:found[0].hi])
	if found[0].path != "" {
		trim(tensors, found[0].path+".")
	}
	for cut := true; cut; {
		cut = false
		for _, w := range wrappers {
			cut = trim(tensors, w) || cut
		}
	}
	return &Dict{Tensors: tensors}, nil
}

// stateDicts appends to found the groups that hold tensors and no groups, or what is under a preferred key.
func (g *group) stateDicts(found []*group) []*group {
	for _, key := range preferred {
		for _, sub := range g.groups {
			if sub.key == key {
				return sub.stateDicts(found)
			}
		}
	}
	if g.optimizer {
		return found
	}
	if len(g.groups) == 0 {
		return append(found, g)
	}
	for _, sub := range g.groups {
		found = sub.stateDicts(found)
	}
	return found
}

// trim cuts a prefix off all names, if all have it and more.
func trim(tensors []checkpoint.Tensor, prefix string) bool {
	for _, t := range tensors {
		if !strings.HasPrefix(t.Name, prefix) || t.Name == prefix {
			return false
		}
	}
	for i := range tensors {
		tensors[i].Name = tensors[i].Name[len(prefix):]
	}
	return true
}
