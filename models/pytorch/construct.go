package pytorch

import (
	"errors"
	"fmt"
)

func (u *unpickler) tuple(op byte) error {
	var values []any
	var ok bool
	if op == 't' {
		values, ok = u.popMark()
	} else {
		values, ok = u.popN(int(op - 0x84))
	}
	if !ok {
		return errStack
	}
	u.push(tuple(values))
	return nil
}

// operands removes the values of an instruction that has a plural: all above the mark, or n.
func (u *unpickler) operands(plural bool, n int) ([]any, bool) {
	if plural {
		return u.popMark()
	}
	return u.popN(n)
}

func (u *unpickler) extend(plural bool) error {
	values, ok := u.operands(plural, 1)
	l, isList := u.top().(*list)
	if !ok || !isList {
		return errStack
	}
	l.items = append(l.items, values...)
	return nil
}

func (u *unpickler) set(plural bool) error {
	values, ok := u.operands(plural, 2)
	d, isDict := u.top().(*dict)
	if !ok || !isDict || len(values)%2 != 0 {
		return errStack
	}
	for i := 0; i < len(values); i += 2 {
		d.items = append(d.items, item{values[i], values[i+1]})
	}
	return nil
}

func (u *unpickler) global(op byte) error {
	var module, name string
	var ok1, ok2 bool
	if op == 'c' {
		module, ok1 = u.line()
		name, ok2 = u.line()
	} else if pair, ok := u.popN(2); ok {
		module, ok1 = pair[0].(string)
		name, ok2 = pair[1].(string)
	}
	if !ok1 || !ok2 {
		return errStack
	}
	value, ok := globals[module+"."+name]
	if !ok {
		return fmt.Errorf("%w %.200q: a state_dict has no need of it", ErrRefused, module+"."+name)
	}
	u.push(value)
	return nil
}

func (u *unpickler) call() error {
	pair, ok := u.popN(2)
	if !ok {
		return errStack
	}
	f, isFunction := pair[0].(function)
	args, isTuple := pair[1].(tuple)
	if !isFunction || !isTuple {
		return errStack
	}
	value, err := f(u, args)
	if err != nil {
		return err
	}
	u.push(value)
	return nil
}

func (u *unpickler) persistent() error {
	value, _ := u.pop()
	id, ok := value.(tuple)
	if !ok || u.storage == nil {
		return errStack
	}
	s, err := u.storage(id)
	if err != nil {
		return err
	}
	u.push(s)
	return nil
}

// globals is all that a pickle may name: what weights and plain values are made of.
var globals = func() map[string]any {
	m := map[string]any{
		"collections.OrderedDict":                    function(newDict),
		"collections.Counter":                        function(newOpaque), // the milestones of a schedule
		"torch.Size":                                 function(newSize),
		"torch.device":                               function(newOpaque),
		"torch._utils._rebuild_tensor":               function(newTensor),
		"torch._utils._rebuild_tensor_v2":            function(newTensor),
		"torch._utils._rebuild_parameter":            function(newParameter),
		"torch._utils._rebuild_parameter_with_state": function(newParameter),
		"torch.float16":                              opaque{},
		"torch.bfloat16":                             opaque{},
		"torch.float32":                              opaque{},
		"torch.float64":                              opaque{},
		"torch.int8":                                 opaque{},
		"torch.int16":                                opaque{},
		"torch.int32":                                opaque{},
		"torch.int64":                                opaque{},
		"torch.uint8":                                opaque{},
		"torch.bool":                                 opaque{},
	}
	for i := range dtypes {
		m["torch."+dtypes[i].storage] = &dtypes[i]
	}
	return m
}()

// newDict is a dict of nothing or, as Python 2 wrote it, of a list of pairs.
func newDict(u *unpickler, args tuple) (any, error) {
	d := &dict{}
	if len(args) == 0 {
		return d, nil
	}
	l, ok := args[0].(*list)
	if !ok {
		return nil, errors.New("a dict of what is no list")
	}
	u.steps += len(l.items)
	if u.steps > u.maxSteps() {
		return nil, errSteps
	}
	for _, v := range l.items {
		pair, ok := v.(*list)
		if !ok || len(pair.items) != 2 {
			return nil, errors.New("a dict of what are no pairs")
		}
		d.items = append(d.items, item{pair.items[0], pair.items[1]})
	}
	return d, nil
}

func newSize(_ *unpickler, args tuple) (any, error) {
	if len(args) == 1 {
		if size, ok := args[0].(tuple); ok {
			return size, nil
		}
	}
	return nil, errors.New("a size of what is no tuple")
}

func newOpaque(*unpickler, tuple) (any, error) { return opaque{}, nil }

// newParameter is its tensor.
func newParameter(_ *unpickler, args tuple) (any, error) {
	if len(args) > 0 {
		if v, ok := args[0].(*view); ok {
			return v, nil
		}
	}
	return nil, errors.New("a parameter of what is no tensor")
}
