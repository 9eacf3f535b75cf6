package team

import (
	"runtime"
	"sync/atomic"
	"testing"
)

// TestDoRunsEachShardOnce runs many tasks in quick succession and after pauses in which the helpers park.
func TestDoRunsEachShardOnce(t *testing.T) {
	for workers := 1; workers <= 4; workers++ {
		team := New(workers, Short)
		if team.Workers() != workers {
			t.Errorf("%d workers, want %d", team.Workers(), workers)
		}
		for round := range 300 {
			shards := 1 + round%7
			runs := make([]atomic.Int32, shards)
			team.Do(shards, func(i int) { runs[i].Add(1) })
			for i := range runs {
				if n := runs[i].Load(); n != 1 {
					t.Fatalf("%d workers, %d shards: shard %d ran %d times", workers, shards, i, n)
				}
			}
			for _, h := range team.helpers {
				if round%50 == 0 {
					for !h.parked.Load() { // the bounded spin ends by itself
					}
				}
			}
		}
		team.Close()
	}
}

// TestEachRunsEachItemOnce holds the worker of the first item until another has done all the rest.
func TestEachRunsEachItemOnce(t *testing.T) {
	for workers := 1; workers <= 4; workers++ {
		team := New(workers, Short)
		for round := range 200 {
			items := 1 + round%9
			runs, inUse := make([]atomic.Int32, items), make([]atomic.Int32, workers)
			var rest atomic.Int32
			rest.Store(int32(items - 1))
			team.Each(items, func(worker, i int) {
				if inUse[worker].Add(1) != 1 {
					t.Errorf("worker %d does two items at once", worker)
				}
				for i == 0 && workers > 1 && rest.Load() > 0 {
					runtime.Gosched()
				}
				if i > 0 {
					rest.Add(-1)
				}
				runs[i].Add(1)
				inUse[worker].Add(-1)
			})
			for i := range runs {
				if n := runs[i].Load(); n != 1 {
					t.Fatalf("%d workers, %d items: item %d ran %d times", workers, items, i, n)
				}
			}
		}
		task := func(int, int) {}
		team.Each(0, task)
		team.Do(0, func(int) { t.Error("a shard of none") })
		if n := testing.AllocsPerRun(10, func() { team.Each(5, task) }); !testing.Short() && n > 0 {
			t.Errorf("%d workers: %v allocations", workers, n)
		}
		team.Close()
	}
}

func TestNilTeamRunsOnTheCaller(t *testing.T) {
	var team *Team
	sum := 0
	team.Do(5, func(i int) { sum += i })
	team.Each(5, func(_, i int) { sum += i })
	if sum != 20 || team.Workers() != 1 {
		t.Errorf("sum %d, %d workers", sum, team.Workers())
	}
	team.Close()
}

// TestShardsSeeEachOther sees that what a task wrote is visible to the next one on another worker.
func TestShardsSeeEachOther(t *testing.T) {
	team := New(2, Short)
	defer team.Close()
	var cells [2]int
	for i := range 1000 {
		team.Do(2, func(s int) { cells[s] = i })
		team.Do(2, func(s int) {
			if cells[1-s] != i {
				panic("team: a shard reads an old value")
			}
		})
	}
}
