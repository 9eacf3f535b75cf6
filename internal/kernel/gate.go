package kernel

import "unsafe"

// GateForward is one step of the LSTM cell for Rows rows of one panel:
//
//	i, f, o = σ(z + p)    c̃ = tanh(z + p)    c = f·cPrev + i·c̃    h = o·tanh(c)
//
// where z is the row's recurrent product and p the row of the input table at the row's character. σ is the logistic
// function, or HardSigmoid with slope Hard when that is not 0.
//
// ZRow and CPrevRow may be 0: then all rows share one z and one cPrev. G may be Z, and C may be CPrev. G and TanhC are for
// the step back: without both, c and h alone are kept.
//
// Values of cPrev are those that a cell takes: in single precision, up to 2⁴⁰. A NaN among a unit's operands makes its h
// NaN, and may make the rest of it.
type GateForward[T Float] struct {
	Rows     int
	Z        []T // Rows×64, ZRow apart
	ZRow     int
	G        []T     // the activated gates, Rows×64
	Off      []int32 // offset in P of the row's character
	P        []T
	CPrev    []T // Rows×16, CPrevRow apart
	CPrevRow int
	C, TanhC []T // Rows×16
	H        []T // Rows×16, HRow apart
	HRow     int
	Hard     T
}

// Run computes the step.
func (a *GateForward[T]) Run() {
	sized(a.Rows | a.ZRow | a.CPrevRow | a.HRow)
	if a.Rows == 0 {
		return
	}
	last := a.Rows - 1
	reach(a.Z, last*a.ZRow+PanelWidth)
	if a.G != nil || a.TanhC != nil {
		reach(a.G, a.Rows*PanelWidth)
		reach(a.TanhC, a.Rows*PanelUnits)
	}
	reach(a.P, reachOff(a.Off, a.Rows)+PanelWidth)
	reach(a.CPrev, last*a.CPrevRow+PanelUnits)
	reach(a.C, a.Rows*PanelUnits)
	reach(a.H, last*a.HRow+PanelUnits)
	if single[T]() && gateForwardSIMD((*GateForward[float32])(unsafe.Pointer(a))) {
		return
	}
	for r := range a.Rows {
		z, p := a.Z[r*a.ZRow:][:PanelWidth], a.P[a.Off[r]:][:PanelWidth]
		cp, c, h := a.CPrev[r*a.CPrevRow:][:PanelUnits], a.C[r*PanelUnits:][:PanelUnits], a.H[r*a.HRow:][:PanelUnits]
		for u := range PanelUnits {
			i, f := z[u]+p[u], z[16+u]+p[16+u]
			ct, o := Tanh(z[32+u]+p[32+u]), z[48+u]+p[48+u]
			if a.Hard == 0 {
				i, f, o = Sigmoid(i), Sigmoid(f), Sigmoid(o)
			} else {
				i, f, o = HardSigmoid(i, a.Hard), HardSigmoid(f, a.Hard), HardSigmoid(o, a.Hard)
			}
			c[u] = f*cp[u] + i*ct
			tc := Tanh(c[u])
			h[u] = o * tc
			if a.G == nil {
				continue
			}
			g := a.G[r*PanelWidth:][:PanelWidth]
			g[u], g[16+u], g[32+u], g[48+u] = i, f, ct, o
			a.TanhC[r*PanelUnits+u] = tc
		}
	}
}

// GateBackward is the backward step for the rows of one panel. G holds the activated gates and receives the gradients of
// their inputs; DC holds the gradient of the cell state after the step and receives that of the one before; the gate
// gradients are also added to DP at each row's character.
type GateBackward[T Float] struct {
	Rows     int
	G        []T // Rows×64
	CPrev    []T // Rows×16, CPrevRow apart
	CPrevRow int
	TanhC    []T // Rows×16
	DH       []T // Rows×16, DHRow apart
	DHRow    int
	DC       []T // Rows×16
	Off      []int32
	DP       []T
	Hard     T
}

// Run computes the step.
func (a *GateBackward[T]) Run() {
	sized(a.Rows | a.CPrevRow | a.DHRow)
	if a.Rows == 0 {
		return
	}
	last := a.Rows - 1
	reach(a.G, a.Rows*PanelWidth)
	reach(a.CPrev, last*a.CPrevRow+PanelUnits)
	reach(a.TanhC, a.Rows*PanelUnits)
	reach(a.DH, last*a.DHRow+PanelUnits)
	reach(a.DC, a.Rows*PanelUnits)
	reach(a.DP, reachOff(a.Off, a.Rows)+PanelWidth)
	if single[T]() && gateBackwardSIMD((*GateBackward[float32])(unsafe.Pointer(a))) {
		return
	}
	for r := range a.Rows {
		g, dp := a.G[r*PanelWidth:][:PanelWidth], a.DP[a.Off[r]:][:PanelWidth]
		cp, tc := a.CPrev[r*a.CPrevRow:][:PanelUnits], a.TanhC[r*PanelUnits:][:PanelUnits]
		dh, dc := a.DH[r*a.DHRow:][:PanelUnits], a.DC[r*PanelUnits:][:PanelUnits]
		for u := range PanelUnits {
			i, f, ct, o := g[u], g[16+u], g[32+u], g[48+u]
			d := dc[u] + dh[u]*o*(1-tc[u]*tc[u])
			di := d * ct * SigmoidSlope(i, a.Hard)
			df := d * cp[u] * SigmoidSlope(f, a.Hard)
			dct := d * i * (1 - ct*ct)
			do := dh[u] * tc[u] * SigmoidSlope(o, a.Hard)
			dc[u] = d * f
			g[u], g[16+u], g[32+u], g[48+u] = di, df, dct, do
			dp[u] += di
			dp[16+u] += df
			dp[32+u] += dct
			dp[48+u] += do
		}
	}
}

// SigmoidSlope is the derivative of the logistic function where it has the value y, or with hard not 0 that of
// HardSigmoid: its slope inside (0, 1), 0 at the ends.
func SigmoidSlope[T Float](y, hard T) T {
	if hard == 0 {
		return y * (1 - y)
	}
	if y > 0 && y < 1 {
		return hard
	}
	return 0
}

// reachOff returns the largest of the first rows offsets. It panics where there are less, or one is negative.
func reachOff(off []int32, rows int) int {
	if rows > len(off) {
		panic("kernel: operand too short")
	}
	var largest uint32
	for _, o := range off[:rows] {
		largest = max(largest, uint32(o))
	}
	if largest >= maxSize {
		panic("kernel: negative or too large size")
	}
	return int(largest)
}
