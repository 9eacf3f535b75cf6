//go:build !amd64 || noasm

package kernel

// Pause tells the processor that the program spins: a loop that waits for another core calls it.
func Pause() {}

func detect() level { return levelGo }

func multiplyAdd(n int) { multiplyAddGo(n) }

func multiplyAddLanes() int { return 1 }

// Where there is no assembly, nothing is done in it: the rest reports that.

func productSIMD(*Product[float32], int) bool { return false }

func gemmSIMD(_, _, _ int, _ float32, _, _ *matrix[float32], _ bool, _ []float32, _ int) bool {
	return false
}

func packSIMD(*Packed[float32], *matrix[float32]) bool { return false }

func packedSIMD(*Packed[float32], int, float32, *matrix[float32], bool, []float32, bool, []float32, int) bool {
	return false
}

func gateForwardSIMD(*GateForward[float32]) bool { return false }

func gateBackwardSIMD(*GateBackward[float32]) bool { return false }

func expSIMD(_, _ []float32) bool { return false }

func sigmoidSIMD(_, _ []float32) bool { return false }

func hardSigmoidSIMD(_, _ []float32, _ float32) bool { return false }

func tanhSIMD(_, _ []float32) bool { return false }

func reluSIMD(_, _ []float32) bool { return false }

func reluBackwardSIMD(_, _, _ []float32) bool { return false }

func sigmoidBackwardSIMD(_, _, _ []float32) bool { return false }

func tanhBackwardSIMD(_, _, _ []float32) bool { return false }

func softmaxSIMD(x []float32) (sum, largest float32) { return softmaxGo(x) }

func addBiasSIMD(_, _ int, _ []float32, _ int, _ []float32, _ bool) bool { return false }

func sumRowsSIMD(_, _ int, _ []float32, _ int, _ []float32) bool { return false }

func addSIMD(_, _ []float32) bool { return false }

func addScaledSIMD(_ []float32, _ float32, _ []float32) bool { return false }

func mulSIMD(_, _, _ []float32) bool { return false }

func scaleSIMD([]float32, float32) bool { return false }

func sumSquaresSIMD([]float32, *[16]float64) bool { return false }

func rmspropSIMD(_, _, _ []float32, _, _, _ float32, _ bool) bool { return false }

func adamSIMD(_, _, _, _ []float32, _, _, _, _, _ float32) bool { return false }

func packGatesSIMD(_ int, _ []float32, _, _ int, _ []float32) bool { return false }

func unpackGatesSIMD(_ int, _, _ []float32, _, _ int) bool { return false }

func transposeSIMD(_, _ int, _ []float32, _ int, _ []float32, _ int) int { return 0 }
