//go:build !noasm

package kernel

// gateRows bounds the rows of one call into assembly: about a tenth of a millisecond.
const gateRows = 2048

func gateForwardSIMD(a *GateForward[float32]) bool {
	if active == levelGo {
		return false
	}
	for r := 0; r < a.Rows; r += gateRows {
		n := min(gateRows, a.Rows-r)
		if a.G == nil {
			gateStates(a, r, n)
		} else {
			gateCells(a, r, n)
		}
	}
	return true
}

// gateCells runs n rows from row r on.
func gateCells(a *GateForward[float32], r, n int) {
	z, off, cPrev, c, h := &a.Z[r*a.ZRow], &a.Off[r], &a.CPrev[r*a.CPrevRow], &a.C[r*PanelUnits], &a.H[r*a.HRow]
	gates, tanhC := &a.G[r*PanelWidth], &a.TanhC[r*PanelUnits]
	switch {
	case active == levelAVX512 && a.Hard == 0:
		gateForward512(n, z, 4*a.ZRow, off, &a.P[0], cPrev, 4*a.CPrevRow, gates, tanhC, c, h, 4*a.HRow)
	case active == levelAVX512:
		gateForwardHard512(n, z, 4*a.ZRow, off, &a.P[0], cPrev, 4*a.CPrevRow, gates, tanhC, c, h, 4*a.HRow, a.Hard)
	case a.Hard == 0:
		gateForward256(n, z, 4*a.ZRow, off, &a.P[0], cPrev, 4*a.CPrevRow, gates, tanhC, c, h, 4*a.HRow)
	default:
		gateForwardHard256(n, z, 4*a.ZRow, off, &a.P[0], cPrev, 4*a.CPrevRow, gates, tanhC, c, h, 4*a.HRow, a.Hard)
	}
}

// gateStates is gateCells that keeps the states only.
func gateStates(a *GateForward[float32], r, n int) {
	z, off, cPrev, c, h := &a.Z[r*a.ZRow], &a.Off[r], &a.CPrev[r*a.CPrevRow], &a.C[r*PanelUnits], &a.H[r*a.HRow]
	switch {
	case active == levelAVX512 && a.Hard == 0:
		gateState512(n, z, 4*a.ZRow, off, &a.P[0], cPrev, 4*a.CPrevRow, c, h, 4*a.HRow)
	case active == levelAVX512:
		gateStateHard512(n, z, 4*a.ZRow, off, &a.P[0], cPrev, 4*a.CPrevRow, c, h, 4*a.HRow, a.Hard)
	case a.Hard == 0:
		gateState256(n, z, 4*a.ZRow, off, &a.P[0], cPrev, 4*a.CPrevRow, c, h, 4*a.HRow)
	default:
		gateStateHard256(n, z, 4*a.ZRow, off, &a.P[0], cPrev, 4*a.CPrevRow, c, h, 4*a.HRow, a.Hard)
	}
}

func gateBackwardSIMD(a *GateBackward[float32]) bool {
	if active == levelGo {
		return false
	}
	for r := 0; r < a.Rows; r += gateRows {
		n := min(gateRows, a.Rows-r)
		gates, cPrev, tanhC := &a.G[r*PanelWidth], &a.CPrev[r*a.CPrevRow], &a.TanhC[r*PanelUnits]
		dh, dc, off := &a.DH[r*a.DHRow], &a.DC[r*PanelUnits], &a.Off[r]
		switch {
		case active == levelAVX512 && a.Hard == 0:
			gateBackward512(n, gates, cPrev, 4*a.CPrevRow, tanhC, dh, 4*a.DHRow, dc, off, &a.DP[0])
		case active == levelAVX512:
			gateBackwardHard512(n, gates, cPrev, 4*a.CPrevRow, tanhC, dh, 4*a.DHRow, dc, off, &a.DP[0], a.Hard)
		case a.Hard == 0:
			gateBackward256(n, gates, cPrev, 4*a.CPrevRow, tanhC, dh, 4*a.DHRow, dc, off, &a.DP[0])
		default:
			gateBackwardHard256(n, gates, cPrev, 4*a.CPrevRow, tanhC, dh, 4*a.DHRow, dc, off, &a.DP[0], a.Hard)
		}
	}
	return true
}
