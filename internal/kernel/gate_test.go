package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// gateCase is the shape of a random call of the cell.
type gateCase struct {
	rows, zRow, cPrevRow, hRow, slots int
	hard                              float32
	gatesInZ, cInPrev                 bool
}

func randomGate(r *rand.Rand) gateCase {
	c := gateCase{rows: 1 + r.IntN(9), zRow: PanelWidth + 4*r.IntN(3), cPrevRow: PanelUnits + r.IntN(3), hRow: PanelUnits + r.IntN(140), slots: 1 + r.IntN(4)}
	if r.IntN(3) == 0 {
		c.hard = []float32{.2, 1. / 6}[r.IntN(2)]
	}
	switch r.IntN(4) {
	case 0:
		c.zRow = 0
	case 1:
		c.zRow, c.gatesInZ = PanelWidth, true
	}
	switch r.IntN(4) {
	case 0:
		c.cPrevRow = 0
	case 1:
		c.cPrevRow, c.cInPrev = PanelUnits, true
	}
	return c
}

func offsets(r *rand.Rand, g *guards, c gateCase) []int32 {
	x := g.slice(c.rows)
	off := unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(x))), c.rows)
	for i := range off {
		off[i] = int32(r.IntN(c.slots) * PanelWidth)
	}
	return off
}

// doubled is a copy in double precision; what two slices share stays shared by the caller's care.
func doubled(x []float32) []float64 {
	d := make([]float64, len(x))
	for i, v := range x {
		d[i] = float64(v)
	}
	return d
}

// TestGates compares a random cell step, forward and back, between guard pages, with the plain one in double precision;
// and where special numbers are among the operands, the kinds of the results with those of plain Go.
func TestGates(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 1))
		g := newGuards(t, 8, 9*160)
		for trial := range trials(1500) {
			g.back = trial%2 == 0
			c := randomGate(r)
			what := fmt.Sprintf("trial %d %+v", trial, c)
			fill := random
			if trial%3 == 0 {
				fill = randomSpecial
			}
			f := GateForward[float32]{
				Rows: c.rows, ZRow: c.zRow, CPrevRow: c.cPrevRow, HRow: c.hRow, Hard: c.hard,
				Z: fill(r, g.slice((c.rows-1)*c.zRow+PanelWidth)), Off: offsets(r, g, c), P: fill(r, g.slice(c.slots*PanelWidth)),
				CPrev: random(r, g.slice((c.rows-1)*c.cPrevRow+PanelUnits)), TanhC: g.slice(c.rows * PanelUnits), H: g.slice((c.rows-1)*c.hRow + PanelUnits),
			}
			if trial%3 == 0 {
				f.CPrev[r.IntN(len(f.CPrev))] = float32(math.NaN())
			}
			if f.G = f.Z; !c.gatesInZ {
				f.G = g.slice(c.rows * PanelWidth)
			}
			if f.C = f.CPrev; !c.cInPrev {
				f.C = g.slice(c.rows * PanelUnits)
			}
			statesOnly := trial%5 == 0
			copies := func(level string) *GateForward[float32] {
				d := f
				d.Z, d.CPrev, d.TanhC, d.H = slices.Clone(f.Z), slices.Clone(f.CPrev), slices.Clone(f.TanhC), slices.Clone(f.H)
				if d.G = d.Z; !c.gatesInZ {
					d.G = slices.Clone(f.G)
				}
				if d.C = d.CPrev; !c.cInPrev {
					d.C = slices.Clone(f.C)
				}
				at := Level()
				force(t, level)
				d.Run()
				force(t, at)
				return &d
			}
			plain := copies("go")
			d := GateForward[float64]{
				Rows: c.rows, ZRow: c.zRow, CPrevRow: c.cPrevRow, HRow: c.hRow, Hard: float64(c.hard), Off: f.Off,
				Z: doubled(f.Z), P: doubled(f.P), CPrev: doubled(f.CPrev), TanhC: doubled(f.TanhC), H: doubled(f.H),
			}
			if d.G = d.Z; !c.gatesInZ {
				d.G = doubled(f.G)
			}
			if d.C = d.CPrev; !c.cInPrev {
				d.C = doubled(f.C)
			}
			d.Run()
			if statesOnly {
				f.G, f.TanhC = nil, nil
			}
			f.Run()
			wanted, exact := [][]float32{plain.C, plain.G, plain.TanhC}, [][]float64{d.C, d.G, d.TanhC}
			for i, x := range [][]float32{f.C, f.G, f.TanhC} {
				if statesOnly && i > 0 {
					break
				}
				if trial%3 == 0 {
					spoil(c, plain.H, x, wanted[i])
					wantNear(t, what+" special", x, wanted[i], 1e-5)
				} else {
					wantNear(t, what, x, exact[i], 2e-6)
				}
			}
			if trial%3 == 0 {
				wantNear(t, what+" special", f.H, plain.H, 1e-5)
			} else {
				wantNear(t, what, f.H, d.H, 2e-6)
			}
		}
	})
}

// spoil takes out what a unit whose state is NaN has in gates or cells: any of them may be NaN there.
func spoil(c gateCase, h []float32, xs ...[]float32) {
	for _, x := range xs {
		for i := range x {
			if row := i / (len(x) / c.rows); math.IsNaN(float64(h[row*c.hRow+i%PanelUnits])) {
				x[i] = 0
			}
		}
	}
}

func TestGatesBackward(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(2, 1))
		g := newGuards(t, 7, 9*160)
		for trial := range trials(1500) {
			g.back = trial%2 == 0
			c := randomGate(r)
			what := fmt.Sprintf("trial %d %+v", trial, c)
			fill := random
			if trial%3 == 0 {
				fill = randomSpecial
			}
			f := GateBackward[float32]{
				Rows: c.rows, CPrevRow: c.cPrevRow, DHRow: c.hRow, Hard: c.hard,
				G: fill(r, g.slice(c.rows*PanelWidth)), CPrev: fill(r, g.slice((c.rows-1)*c.cPrevRow+PanelUnits)), TanhC: fill(r, g.slice(c.rows*PanelUnits)),
				DH: fill(r, g.slice((c.rows-1)*c.hRow+PanelUnits)), DC: fill(r, g.slice(c.rows*PanelUnits)), Off: offsets(r, g, c), DP: fill(r, g.slice(c.slots*PanelWidth)),
			}
			if trial%3 != 0 { // values that gates take, the ends of the hard ones among them
				for _, x := range [][]float32{f.G, f.TanhC} {
					for i := range x {
						x[i] = []float32{r.Float32(), r.Float32(), r.Float32(), 0, 1}[r.IntN(5)]
					}
				}
			}
			plain := f
			plain.G, plain.DC, plain.DP = slices.Clone(f.G), slices.Clone(f.DC), slices.Clone(f.DP)
			at := Level()
			force(t, "go")
			plain.Run()
			force(t, at)
			d := GateBackward[float64]{
				Rows: c.rows, CPrevRow: c.cPrevRow, DHRow: c.hRow, Hard: float64(c.hard), Off: f.Off,
				G: doubled(f.G), CPrev: doubled(f.CPrev), TanhC: doubled(f.TanhC), DH: doubled(f.DH), DC: doubled(f.DC), DP: doubled(f.DP),
			}
			d.Run()
			f.Run()
			for i, x := range [][]float32{f.G, f.DC, f.DP} {
				if trial%3 == 0 { // near the ends of the range the order of products decides on overflow
					for j, w := range [][]float32{plain.G, plain.DC, plain.DP}[i] {
						if kind(x[j]) != kind(w) && kind(w) == 2 {
							t.Fatalf("%s: %d, element %d is %v, plain %v", what, i, j, x[j], w)
						}
					}
				} else {
					wantNear(t, what, x, [][]float64{d.G, d.DC, d.DP}[i], 1e-5)
				}
			}
		}
	})
}

func TestShortGates(t *testing.T) {
	const short, size = "kernel: operand too short", "kernel: negative or too large size"
	full := func() (f GateForward[float32], b GateBackward[float32]) {
		x := func(n int) []float32 { return make([]float32, n) }
		f = GateForward[float32]{Rows: 2, Z: x(128), ZRow: 64, G: x(128), Off: []int32{0, 64}, P: x(128), CPrev: x(32), CPrevRow: 16, C: x(32), TanhC: x(32), H: x(32), HRow: 16}
		b = GateBackward[float32]{Rows: 2, G: x(128), CPrev: x(32), CPrevRow: 16, TanhC: x(32), DH: x(32), DHRow: 16, DC: x(32), Off: []int32{0, 64}, DP: x(128)}
		return f, b
	}
	eachLevel(t, func(t *testing.T) {
		f, b := full()
		f.Run()
		b.Run()
		for i, cut := range []func(f *GateForward[float32], b *GateBackward[float32]){
			func(f *GateForward[float32], b *GateBackward[float32]) { f.Z, b.G = f.Z[:127], b.G[:127] },
			func(f *GateForward[float32], b *GateBackward[float32]) { f.G, b.DH = f.G[:127], b.DH[:31] },
			func(f *GateForward[float32], b *GateBackward[float32]) { f.Off, b.Off = f.Off[:1], b.Off[:1] },
			func(f *GateForward[float32], b *GateBackward[float32]) { f.P, b.DP = f.P[:127], b.DP[:127] },
			func(f *GateForward[float32], b *GateBackward[float32]) { f.CPrev, b.CPrev = f.CPrev[:31], b.CPrev[:31] },
			func(f *GateForward[float32], b *GateBackward[float32]) { f.C, b.DC = f.C[:31], b.DC[:31] },
			func(f *GateForward[float32], b *GateBackward[float32]) { f.TanhC, b.TanhC = f.TanhC[:31], b.TanhC[:31] },
			func(f *GateForward[float32], b *GateBackward[float32]) { f.H, b.DHRow = f.H[:31], 17 },
			func(f *GateForward[float32], b *GateBackward[float32]) { f.Off[1], b.Off[1] = 65, 1<<20 },
		} {
			f, b := full()
			cut(&f, &b)
			wantPanic(t, fmt.Sprint("forward ", i), short, f.Run)
			wantPanic(t, fmt.Sprint("backward ", i), short, b.Run)
		}
		f, b = full()
		f.Off[0], b.Off[1] = -1, -64
		wantPanic(t, "forward", size, f.Run)
		wantPanic(t, "backward", size, b.Run)
		f, b = full()
		f.ZRow, b.DHRow = -1, -1
		wantPanic(t, "forward", size, f.Run)
		wantPanic(t, "backward", size, b.Run)
		f, b = GateForward[float32]{}, GateBackward[float32]{}
		f.Run() // no rows, nothing to do
		b.Run()
	})
}
