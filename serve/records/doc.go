// Package records is what the protocols of the server share of records: from the fields of a JSON object, or of a row with
// columns, to a name, a query or a flow ([Name], [Query], [Flow]); and from an answer to the object that "threatnet score
// --json" prints as well ([AppendName], [AppendQuery], [AppendFlow]).
//
// A field's value is a string, a float64, a bool or nil, as package encoding/json decodes them; nil is as good as none. Fields
// that mean nothing here are left alone. What is wrong with a record is a [FieldError].
package records
