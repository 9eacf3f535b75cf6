package main

import "github.com/mmcloughlin/avo/reg"

// update writes the optimizers. They round like the plain Go ones, operation by operation.
func update(f *file) {
	f.levels(func(l *level) {
		top := len(l.V) - 1
		scalars := func(names ...string) func() {
			return func() {
				for i, n := range names {
					l.scalar(n, l.V[top-i])
				}
			}
		}
		k := func(name string) reg.VecPhysical { return l.kept[name] }
		for _, inside := range []bool{false, true} {
			name, where := "rmsprop", "outside of the root"
			if inside {
				name, where = "rmspropInside", "inside the root"
			}
			l.elementwise(name, "func(n int, w, v, d *float32, rate, rho, rest, eps float32)", "is RMSprop's loop with ε "+where+"; rest is 1−ρ.",
				[]string{"w", "v", "d"}, 4, 2, scalars("rate", "rho", "rest", "eps"),
				func(r []reg.VecPhysical, _ int, io access) (c chain) {
					c.add(
						io.load("d", r[0]),
						func() { l.VMULPS(k("rest"), r[0], r[1]) },
						func() { l.VMULPS(r[0], r[1], r[1]) },
						io.load("v", r[2]),
						func() { l.VMULPS(k("rho"), r[2], r[2]) },
						func() { l.VADDPS(r[1], r[2], r[2]) },
						io.store(r[2], "v"))
					if inside {
						c.add(
							func() { l.VADDPS(k("eps"), r[2], r[2]) },
							func() { l.VSQRTPS(r[2], r[2]) })
					} else {
						c.add(
							func() { l.VSQRTPS(r[2], r[2]) },
							func() { l.VADDPS(k("eps"), r[2], r[2]) })
					}
					c.add(
						func() { l.VMULPS(k("rate"), r[0], r[0]) },
						func() { l.VDIVPS(r[2], r[0], r[0]) },
						io.load("w", r[1]),
						func() { l.VSUBPS(r[0], r[1], r[1]) },
						io.store(r[1], "w"))
					return c
				})
		}
		l.elementwise("adam", "func(n int, w, m, v, d *float32, rate, beta1, rest1, beta2, rest2, k, eps float32)",
			"is Adam's loop; rest1 and rest2 are 1−β₁ and 1−β₂.",
			[]string{"w", "m", "v", "d"}, 4, 2, scalars("rate", "beta1", "rest1", "beta2", "rest2", "k", "eps"),
			func(r []reg.VecPhysical, _ int, io access) chain {
				return chain{
					io.load("d", r[0]),
					func() { l.VMULPS(k("rest1"), r[0], r[1]) },
					io.load("m", r[2]),
					func() { l.VMULPS(k("beta1"), r[2], r[2]) },
					func() { l.VADDPS(r[1], r[2], r[2]) },
					io.store(r[2], "m"),
					func() { l.VMULPS(k("rest2"), r[0], r[1]) },
					func() { l.VMULPS(r[0], r[1], r[1]) },
					io.load("v", r[3]),
					func() { l.VMULPS(k("beta2"), r[3], r[3]) },
					func() { l.VADDPS(r[1], r[3], r[3]) },
					io.store(r[3], "v"),
					func() { l.VSQRTPS(r[3], r[3]) },
					func() { l.VMULPS(k("k"), r[3], r[3]) },
					func() { l.VADDPS(k("eps"), r[3], r[3]) },
					func() { l.VMULPS(k("rate"), r[2], r[2]) },
					func() { l.VDIVPS(r[3], r[2], r[2]) },
					io.load("w", r[1]),
					func() { l.VSUBPS(r[2], r[1], r[1]) },
					io.store(r[1], "w"),
				}
			})
	})
}
