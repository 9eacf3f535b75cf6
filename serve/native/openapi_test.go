package native

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"threatnet/serve/httpx"
	"threatnet/serve/records"
	"threatnet/serve/servetest"
)

// object goes down a JSON document.
func object(t testing.TB, v any, path ...string) map[string]any {
	t.Helper()
	for _, p := range path {
		v = v.(map[string]any)[p]
		if v == nil {
			t.Fatalf("the description has no %v", path)
		}
	}
	return v.(map[string]any)
}

func description(t testing.TB) map[string]any {
	t.Helper()
	h, _ := handler(t, httpx.Options{})
	w := get(h, "/openapi.json")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != typeJSON {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	return decode[map[string]any](t, w.Body.Bytes())
}

// Each route, and each field of each type that it takes or gives, is in the description.
func TestDescriptionIsWhole(t *testing.T) {
	doc := description(t)
	if doc["openapi"] != "3.1.0" {
		t.Errorf("openapi %v", doc["openapi"])
	}
	ids := map[any]bool{}
	for _, r := range routes {
		o := object(t, doc, "paths", r.path, strings.ToLower(r.method))
		if o["operationId"] == nil || ids[o["operationId"]] || object(t, o, "responses")["200"] == nil {
			t.Errorf("%s %s: %v", r.method, r.path, o)
		}
		ids[o["operationId"]] = true
		for _, c := range r.about.request {
			object(t, o, "requestBody", "content", c.mediaType, "schema")
		}
		for _, status := range r.about.problems {
			object(t, o, "responses", fmt.Sprint(status), "content", typeJSON, "schema")
		}
	}
	if n := len(object(t, doc, "paths")); n != len(routes) {
		t.Errorf("%d paths for %d routes", n, len(routes))
	}
	for _, v := range []any{
		ScoreRequest{},
		ScoreResponse{},
		ModelList{},
		ModelInfo{},
		ModelDetails{},
		ModelInput{},
		VersionStatus{},
		Status{},
		records.NameResult{},
		records.QueryResult{},
		records.FlowResult{},
		records.Refused{},
		records.Fault{},
		httpx.ErrorBody{},
		httpx.Problem{},
	} {
		typ := reflect.TypeOf(v)
		properties := object(t, doc, "components", "schemas", typ.Name(), "properties")
		for _, f := range reflect.VisibleFields(typ) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous || name == "-" {
				continue
			}
			if properties[name] == nil {
				t.Errorf("%s.%s is not in the description", typ.Name(), name)
			}
		}
	}
	refs(t, doc, doc)
}

// refs looks for references that lead nowhere.
func refs(t *testing.T, doc map[string]any, v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			refs(t, doc, e)
		}
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			object(t, doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
		}
		for _, e := range v {
			refs(t, doc, e)
		}
	}
}

// The answers have the fields that the description requires of them, and no others.
func TestAnswersAreAsDescribed(t *testing.T) {
	h, _ := handler(t, httpx.Options{})
	doc := description(t)
	flow, err := json.Marshal(servetest.FlowFields(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path, body string
		schema             string
	}{
		{http.MethodPost, "/v1/score", `{"names":["a.example","no name"]}`, "ScoreResponse"},
		{http.MethodPost, "/v1/score/exfil-mlp", `{"queries":[{"query":"a.example","_time":5},{"x":1}]}`, "ScoreResponse"},
		{http.MethodPost, "/v1/score/flow-lstm", `{"flows":[` + string(flow) + `,{}]}`, "ScoreResponse"},
		{http.MethodPost, "/v1/score", `{}`, "ErrorBody"},
		{http.MethodGet, "/v1/models", ``, "ModelList"},
		{http.MethodGet, "/v1/models/dga-lstm", ``, "ModelDetails"},
	} {
		w := get(h, c.path)
		if c.method == http.MethodPost {
			w = post(h, c.path, typeJSON, c.body)
		}
		if why := fits(t, doc, object(t, doc, "components", "schemas", c.schema), decode[any](t, w.Body.Bytes())); why != "" {
			t.Errorf("%s %s: %s: %s", c.path, c.body, why, w.Body)
		}
	}
}

// What the server takes for a record fits the description, and what it refuses for its types does not.
func TestRequestsAreAsDescribed(t *testing.T) {
	h, _ := handler(t, httpx.Options{})
	doc := description(t)
	flow := func(field, value string) string {
		fields := servetest.FlowFields(1)
		fields[field] = json.RawMessage(value)
		text, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, c := range []struct {
		path, list, record string
		taken              bool
	}{
		{"/v1/score", "names", `"a.example"`, true},
		{"/v1/score", "names", `1`, false},
		{"/v1/score/exfil-mlp", "queries", `"a.example"`, true},
		{"/v1/score/exfil-mlp", "queries", `{"query":"a.example","client":"10.0.0.7","time":"2026-01-01T00:00:00Z"}`, true},
		{"/v1/score/exfil-mlp", "queries", `{"name":"a.example","src_ip":"10.0.0.7","ts":1672628645.5,"type":16,"rank":1}`, true},
		{"/v1/score/exfil-mlp", "queries", `{"qname":"a.example","id.orig_h":"::1","timestamp":"1672628645","qtype_name":"TXT","rank":"2"}`, true},
		{"/v1/score/exfil-mlp", "queries", `{"query":null,"name":"a.example","src":null,"_time":null,"rank":null,"type":null,"more":[]}`, true},
		{"/v1/score/exfil-mlp", "queries", `{"query":null}`, false},
		{"/v1/score/exfil-mlp", "queries", `{"src":"10.0.0.7"}`, false},
		{"/v1/score/exfil-mlp", "queries", `{"query":1}`, false},
		{"/v1/score/exfil-mlp", "queries", `{"name":"a.example","client":1}`, false},
		{"/v1/score/exfil-mlp", "queries", `{"name":"a.example","ts":true}`, false},
		{"/v1/score/exfil-mlp", "queries", `5`, false},
		{"/v1/score/flow-lstm", "flows", flow("flow_duration", `"12.5"`), true},
		{"/v1/score/flow-lstm", "flows", flow("flow_bytes_per_s", `"Infinity"`), true},
		{"/v1/score/flow-lstm", "flows", flow("flow_duration", `null`), true},
		{"/v1/score/flow-lstm", "flows", flow("source_port", `"443"`), true},
		{"/v1/score/flow-lstm", "flows", flow("protocol", `"TCP"`), true},
		{"/v1/score/flow-lstm", "flows", flow("source_ip", `null`), true},
		{"/v1/score/flow-lstm", "flows", flow("source_ip", `7`), false},
		{"/v1/score/flow-lstm", "flows", flow("flow_duration", `true`), false},
		{"/v1/score/flow-lstm", "flows", `"a"`, false},
	} {
		body := fmt.Sprintf("{%q:[%s]}", c.list, c.record)
		w := post(h, c.path, typeJSON, body)
		if taken := w.Code == http.StatusOK; taken != c.taken {
			t.Errorf("%.200s: %d %s", body, w.Code, w.Body)
		}
		why := fits(t, doc, object(t, doc, "components", "schemas", "ScoreRequest"), decode[any](t, []byte(body)))
		if (why == "") != c.taken {
			t.Errorf("%.200s: %s", body, why)
		}
	}
}

// fits tells why a value is not as a schema has it, or nothing: as far as types, members, elements and alternatives go.
func fits(t *testing.T, doc, schema map[string]any, v any) string {
	if ref, ok := schema["$ref"].(string); ok {
		return fits(t, doc, object(t, doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...), v)
	}
	if oneOf, ok := schema["oneOf"].([]any); ok {
		var whys []string
		for _, s := range oneOf {
			why := fits(t, doc, s.(map[string]any), v)
			if why == "" {
				return ""
			}
			whys = append(whys, why)
		}
		return strings.Join(whys, " and ")
	}
	if anyOf, ok := schema["anyOf"].([]any); ok && !slices.ContainsFunc(anyOf, func(s any) bool { return fits(t, doc, s.(map[string]any), v) == "" }) {
		return fmt.Sprintf("%v fits none of the alternatives", v)
	}
	switch v := v.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		required, _ := schema["required"].([]any)
		for _, name := range required {
			if v[name.(string)] == nil {
				return fmt.Sprintf("no %v", name)
			}
		}
		for name, member := range v {
			s, ok := properties[name].(map[string]any)
			if !ok {
				if s, ok = schema["additionalProperties"].(map[string]any); !ok {
					if schema["type"] == nil || schema["additionalProperties"] == true { // any value
						continue
					}
					return "no member is called " + name
				}
			}
			if why := fits(t, doc, s, member); why != "" {
				return name + ": " + why
			}
		}
		return is(schema, "object")
	case []any:
		items, _ := schema["items"].(map[string]any)
		for _, e := range v {
			if why := fits(t, doc, items, e); why != "" {
				return why
			}
		}
		return is(schema, "array")
	case string:
		return is(schema, "string")
	case float64:
		return is(schema, "number", "integer")
	case bool:
		return is(schema, "boolean")
	}
	return is(schema, "null")
}

func is(schema map[string]any, types ...string) string {
	if schema["type"] == nil {
		return ""
	}
	for _, t := range types {
		if schema["type"] == t || strings.Contains(fmt.Sprint(schema["type"]), t) {
			return ""
		}
	}
	return fmt.Sprintf("%s where there should be %v", types[0], schema["type"])
}
