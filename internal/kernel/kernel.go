// Package kernel holds the inner loops of the layers: products, the LSTM cell, elementwise functions, packing and the
// optimizers' updates, generic over float32 and float64.
//
// The LSTM works on panels: a panel row holds the four gates i, f, c, o of 16 units side by side, 64 numbers, so that one
// product of 64 columns yields all that the cell step of these units needs. Units beyond the layer's own are zero and
// stay zero.
//
// All strides count elements. Operands are slices that reach at least to the last element that the call touches; a
// shorter one panics. Operands of one call do not overlap unless its comment allows it. No call allocates, and none
// depends on the number of cores.
package kernel

// PanelUnits is the number of LSTM units in a panel; PanelWidth is the length of a panel row: their four gates.
const (
	PanelUnits = 16
	PanelWidth = 4 * PanelUnits
)

// Float is the number type of a network: float32 to work, float64 to check.
type Float interface{ float32 | float64 }

// Panels returns how many panels n units take.
func Panels(n int) int { return (n + PanelUnits - 1) / PanelUnits }
