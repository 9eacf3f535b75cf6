package train

// keepBest keeps the weights of the epoch with the lowest validation loss, and stops the run when there was none for
// Patience epochs.
func (s *State) keepBest() {
	if s.Settings.Patience == 0 {
		return
	}
	loss, ok := s.History[s.Epoch-1].Validation["loss"]
	if !ok {
		return
	}
	if s.BestEpoch > 0 && float64(loss) >= s.BestLoss {
		s.Stop = s.Epoch-s.BestEpoch >= s.Settings.Patience
		return
	}
	s.BestEpoch, s.BestLoss = s.Epoch, float64(loss)
	ps := s.Network.Params()
	if s.Best == nil {
		s.Best = make([][]float32, len(ps))
	}
	for i, p := range ps {
		s.Best[i] = append(s.Best[i][:0], p.Data...)
	}
}
