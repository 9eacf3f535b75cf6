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
		z, gates, off, cPrev := &a.Z[r*a.ZRow], &a.G[r*PanelWidth], &a.Off[r], &a.CPrev[r*a.CPrevRow]
		c, tanhC, h := &a.C[r*PanelUnits], &a.TanhC[r*PanelUnits], &a.H[r*a.HRow]
		switch {
		case active == levelAVX512 && a.Hard == 0:
			gateForward512(n, z, 4*a.ZRow, gates, off, &a.P[0], cPrev, 4*a.CPrevRow, c, tanhC, h, 4*a.HRow)
		case active == levelAVX512:
			gateForwardHard512(n, z, 4*a.ZRow, gates, off, &a.P[0], cPrev, 4*a.CPrevRow, c, tanhC, h, 4*a.HRow, a.Hard)
		case a.Hard == 0:
			gateForward256(n, z, 4*a.ZRow, gates, off, &a.P[0], cPrev, 4*a.CPrevRow, c, tanhC, h, 4*a.HRow)
		default:
			gateForwardHard256(n, z, 4*a.ZRow, gates, off, &a.P[0], cPrev, 4*a.CPrevRow, c, tanhC, h, 4*a.HRow, a.Hard)
		}
	}
	return true
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
