//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

// detect asks the processor, and whether the operating system keeps the registers.
func detect() level {
	x := cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA || !x.HasBMI2:
		return levelGo
	case x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL:
		return levelAVX512
	}
	return levelAVX2
}

// Pause tells the processor that the program spins: a loop that waits for another core calls it.
func Pause() { pause() }

// multiplyAdd makes n multiply-adds of multiplyAddLanes numbers each.
func multiplyAdd(n int) {
	switch active {
	case levelAVX512:
		fma512(n / 12)
	case levelAVX2:
		fma256(n / 12)
	default:
		multiplyAddGo(n)
	}
}

func multiplyAddLanes() int {
	if active == levelGo {
		return 1
	}
	return tilingOf(active).lanes
}
