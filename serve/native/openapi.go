package native

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"threatnet/serve/httpx"
	"threatnet/serve/records"
)

// operation is what the description says of a route.
type operation struct {
	id, summary string
	request     []content // none where there is no body
	answer      []content
	problems    []int // status codes of problems
}

// content is a type of bodies; schema nil is plain text.
type content struct {
	mediaType string
	schema    reflect.Type
}

var resultTypes = []reflect.Type{
	reflect.TypeFor[records.NameResult](), reflect.TypeFor[records.QueryResult](), reflect.TypeFor[records.FlowResult](),
	reflect.TypeFor[records.Refused](),
}

func scoreOperation(id, summary string) operation {
	return operation{
		id: id, summary: summary,
		request:  []content{{typeJSON, reflect.TypeFor[ScoreRequest]()}, {typeNDJSON, nil}, {typeCSV, nil}, {typeText, nil}},
		answer:   []content{{typeJSON, reflect.TypeFor[ScoreResponse]()}, {typeNDJSON, reflect.TypeFor[Result]()}},
		problems: []int{400, 401, 404, 408, 413, 415, 429, 500, 503, 504},
	}
}

var (
	modelsOperation = operation{
		id: "models", summary: "The models that there are", answer: []content{{typeJSON, reflect.TypeFor[ModelList]()}}, problems: []int{401, 429, 503},
	}
	modelOperation = operation{
		id: "model", summary: "All that a model says of itself", answer: []content{{typeJSON, reflect.TypeFor[ModelDetails]()}}, problems: []int{401, 404, 429, 503},
	}
	descriptionOperation = operation{
		id: "description", summary: "This document", answer: []content{{typeJSON, nil}}, problems: []int{401, 429, 503},
	}
)

// Description is the OpenAPI 3.1 document of the protocol.
var Description = sync.OnceValue(func() []byte {
	schemas := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	schemas.RegisterTypeAlias(checkpointNumber, numberType)
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "threatnet", Version: "1", Description: "Verdicts of trained detectors for domain names, DNS queries and network flows.",
		},
		Paths:      map[string]*huma.PathItem{},
		Components: &huma.Components{Schemas: schemas, SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}},
		Security:   []map[string][]string{{"token": {}}, {}},
	}
	for _, r := range routes {
		item := doc.Paths[r.path]
		if item == nil {
			item = &huma.PathItem{}
			doc.Paths[r.path] = item
		}
		o := r.about.describe(r.path, schemas)
		if r.method == http.MethodPost {
			item.Post = o
		} else {
			item.Get = o
		}
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic("native: the description has no JSON form: " + err.Error())
	}
	return append(text, '\n')
})

func (o operation) describe(path string, schemas huma.Registry) *huma.Operation {
	d := &huma.Operation{OperationID: o.id, Summary: o.summary, Responses: map[string]*huma.Response{}}
	if strings.Contains(path, "{model}") {
		d.Parameters = append(d.Parameters, &huma.Param{Name: "model", In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
	}
	if o.request != nil {
		d.Parameters = append(d.Parameters, &huma.Param{
			Name: "version", In: "query", Description: "of the model, by default the newest", Schema: &huma.Schema{Type: "integer"},
		})
		d.RequestBody = &huma.RequestBody{Required: true, Content: describeAll(o.request, schemas)}
	}
	d.Responses["200"] = &huma.Response{Description: "done", Content: describeAll(o.answer, schemas)}
	for _, status := range o.problems {
		d.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: describeAll([]content{{typeJSON, reflect.TypeFor[httpx.ErrorBody]()}}, schemas),
		}
	}
	return d
}

func describeAll(cs []content, schemas huma.Registry) map[string]*huma.MediaType {
	types := map[string]*huma.MediaType{}
	for _, c := range cs {
		types[c.mediaType] = &huma.MediaType{Schema: &huma.Schema{}}
		if c.schema != nil {
			types[c.mediaType].Schema = schemas.Schema(c.schema, true, "")
		} else if c.mediaType != typeJSON {
			types[c.mediaType].Schema = &huma.Schema{Type: "string"}
		}
	}
	return types
}

func (s *server) description(w http.ResponseWriter, _ *http.Request) error {
	httpx.WriteBytes(w, http.StatusOK, typeJSON, Description())
	return nil
}
