package kernel

import (
	"os"
	"syscall"
	"testing"
	"unsafe"
)

// guards are regions of memory, each between two pages that must not be touched.
type guards struct {
	regions [][]byte
	next    int
	back    bool // whether slices lie at the ends of their regions
}

// newGuards makes count regions for n numbers each.
func newGuards(t testing.TB, count, n int) *guards {
	page := os.Getpagesize()
	size := (4*n + page - 1) / page * page
	g := &guards{}
	for range count {
		all, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := syscall.Munmap(all); err != nil {
				t.Error(err)
			}
		})
		for _, edge := range [][]byte{all[:page], all[page+size:]} {
			if err := syscall.Mprotect(edge, syscall.PROT_NONE); err != nil {
				t.Fatal(err)
			}
		}
		g.regions = append(g.regions, all[page:page+size])
	}
	return g
}

// slice returns n numbers that begin at the start of the next region, or end at its end.
func (g *guards) slice(n int) []float32 {
	region := g.regions[g.next%len(g.regions)]
	g.next++
	if g.back {
		region = region[len(region)-4*n:]
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(region))), n)
}
