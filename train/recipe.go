package train

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"threatnet/datasets"
)

// recipe is a file of settings for one model.
type recipe struct {
	Model    string `yaml:"model"`
	Settings `yaml:",inline"`
}

// ReadRecipe reads a recipe over s: what it does not name stays. A key that does not exist and a value of the wrong kind
// are errors with line and column, as is a recipe of another model.
func ReadRecipe(path, kind string, s *Settings) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return ParseRecipe(text, path, kind, s)
}

// ParseRecipe is ReadRecipe of a text; name is what errors call it. A recipe without keys changes nothing. Its rename has
// the rules of [datasets.ReadFamilyMap].
func ParseRecipe(text []byte, name, kind string, s *Settings) error {
	r := recipe{Settings: *s}
	if err := r.parse(text); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrSettings, name, err)
	}
	if r.Model != "" && r.Model != kind {
		return fmt.Errorf("%w: %s is a recipe of %s, not of %s", ErrSettings, name, r.Model, kind)
	}
	*s = r.Settings
	return nil
}

// parse reads a text over the recipe.
func (r *recipe) parse(text []byte) error {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	body, err := onlyDocument(text)
	if body == nil || err != nil {
		return err
	}
	var values map[string]any
	if err := yaml.Unmarshal(text, &values); err != nil {
		return recipeError(err)
	}
	if err := checkValues(values, body); err != nil {
		return err
	}
	if err := yaml.UnmarshalWithOptions(text, r, yaml.Strict()); err != nil {
		return recipeError(err)
	}
	if values["rename"] != nil {
		r.Rename, err = renames(r.Rename, body)
	}
	return err
}

// onlyDocument gives the keys and values of a YAML text, nil where there are none.
func onlyDocument(text []byte) (ast.Node, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, recipeError(err)
	}
	var body ast.Node
	for _, d := range file.Docs {
		switch {
		case d.Body == nil || d.Body.Type() == ast.NullType:
		case body != nil:
			return nil, fmt.Errorf("%s a second document: a recipe is one", position(first(d.Body)))
		default:
			body = d.Body
		}
	}
	if body == nil {
		return nil, nil
	}
	if _, ok := body.(ast.MapNode); !ok {
		return nil, fmt.Errorf("%s want settings, like epochs: 5", position(body))
	}
	return body, nil
}

// first is the node in which a document's body begins.
func first(body ast.Node) ast.Node {
	if m, ok := body.(ast.MapNode); ok {
		if it := m.MapRange(); it.Next() {
			return it.Key()
		}
	}
	return body
}

// find gives the nodes of a key and of its value, or nil.
func find(body ast.Node, key string) (k, v ast.Node) {
	m, ok := body.(ast.MapNode)
	if !ok {
		return nil, nil
	}
	for it := m.MapRange(); it.Next(); {
		if it.Key().GetToken().Value == key {
			return it.Key(), it.Value()
		}
	}
	return nil, nil
}

// position is where a node stands, as the YAML library says it.
func position(n ast.Node) string {
	p := n.GetToken().Position
	return fmt.Sprintf("[%d:%d]", p.Line, p.Column)
}

// recipeError is an error of the YAML library on one line, without the names of Go's types.
func recipeError(err error) error {
	var own yaml.Error
	var kind *yaml.TypeError
	var size *yaml.OverflowError
	if errors.As(err, &own) && own.GetToken() != nil && (errors.As(err, &kind) || errors.As(err, &size)) {
		p := own.GetToken().Position
		return fmt.Errorf("[%d:%d] a value of another kind is wanted", p.Line, p.Column)
	}
	return errors.New(strings.Join(strings.Fields(yaml.FormatError(err, false, false)), " ")) // a key may have line ends
}

// renames are the new names of families that a recipe gives, as [datasets.ReadFamilyMap] gives those of a file.
func renames(raw map[string]string, body ast.Node) (map[string]string, error) {
	names := make(map[string]string, len(raw))
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		if err := datasets.AddRename(names, key, raw[key]); err != nil {
			return nil, fmt.Errorf("%s rename: %w", renamePosition(body, key), err)
		}
	}
	return names, nil
}

// renamePosition is where the new name of a family is given.
func renamePosition(body ast.Node, key string) string {
	at, value := find(body, "rename")
	if k, _ := find(value, key); k != nil {
		at = k
	}
	if at == nil { // it came by a merge key
		at = first(body)
	}
	return position(at)
}
