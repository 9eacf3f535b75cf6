package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"threatnet/models/checkpoint"
)

// Saved is an unfinished training: the checkpoint of its model as it stands, with the state of the loop.
type Saved struct {
	File *checkpoint.File
}

// ErrResume is wrapped when a saved training is not one of these data and settings.
var ErrResume = errors.New("cannot resume")

// resumeForm is the JSON form of the loop's state; Data identifies what it was trained on.
type resumeForm struct {
	Position
	Data string `json:"data"`
}

// OpenSaved reads a saved training and sees that it has the same data, settings and model.
func OpenSaved(path, data string, meta checkpoint.Meta) (*Saved, error) {
	f, err := checkpoint.Open(path)
	if err != nil {
		return nil, err
	}
	var form resumeForm
	if len(f.Meta.Resume) == 0 {
		return nil, fmt.Errorf("%w: %s is a finished model", ErrResume, path)
	}
	if err := json.Unmarshal(f.Meta.Resume, &form); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrResume, path, err)
	}
	other := ""
	if string(f.Meta.Settings) != string(meta.Settings) {
		other = differences(f.Meta.Settings, meta.Settings)
	}
	switch {
	case f.Meta.Model != meta.Model:
		err = fmt.Errorf("%w: %s is a %s", ErrResume, path, f.Meta.Model)
	case other != "":
		err = fmt.Errorf("%w: %s was trained with other settings: %s", ErrResume, path, other)
	case form.Data != data:
		err = fmt.Errorf("%w: %s was trained on other data", ErrResume, path)
	case string(f.Meta.Spec) != string(meta.Spec):
		err = fmt.Errorf("%w: %s has another network", ErrResume, path)
	}
	if err != nil {
		return nil, err
	}
	return &Saved{f}, nil
}

// restore puts weights, best weights, moments and position back.
func (v *Saved) restore(s *State) error {
	var form resumeForm
	if err := json.Unmarshal(v.File.Meta.Resume, &form); err != nil {
		return fmt.Errorf("%w: %w", ErrResume, err)
	}
	s.Position = form.Position
	slots := s.slots
	for _, p := range s.Network.Params() {
		w, err := checkpoint.Values[float32](v.File, p.Name, p.Shape...)
		if err != nil {
			return err
		}
		copy(p.Data, w)
		if !p.Moving {
			for j, slot := range slots[0] {
				m, err := checkpoint.Values[float32](v.File, slotName(j, p.Name), p.Shape...)
				if err != nil {
					return err
				}
				copy(slot, m)
			}
			slots = slots[1:]
		}
		if s.BestEpoch > 0 {
			b, err := checkpoint.Values[float32](v.File, bestName(p.Name), p.Shape...)
			if err != nil {
				return err
			}
			s.Best = append(s.Best, append([]float32(nil), b...))
		}
	}
	s.Stop = s.BestEpoch > 0 && s.Epoch-s.BestEpoch >= s.Settings.Patience
	return nil
}

func slotName(slot int, param string) string { return fmt.Sprintf("optimizer/%d/%s", slot, param) }
func bestName(param string) string           { return "best/" + param }

// SaveHook writes the state to path at the end of each epoch, at an interruption, and after a batch when the last writing
// is longer ago than every (0: not after batches). meta is the model's own.
func SaveHook(path, data string, meta checkpoint.Meta, every time.Duration) Hook {
	last := time.Now()
	return func(e Event, s *State) error {
		if e == BatchEnd && (every == 0 || time.Since(last) < every) {
			return nil
		}
		f, err := snapshot(s, data, meta)
		if err != nil {
			return err
		}
		if err := checkpoint.Save(path, f); err != nil {
			return err
		}
		last = time.Now()
		return nil
	}
}

func snapshot(s *State, data string, meta checkpoint.Meta) (*checkpoint.File, error) {
	form, err := json.Marshal(resumeForm{s.Position, data})
	if err != nil {
		return nil, err
	}
	meta.Resume, meta.History = form, s.History
	f := &checkpoint.File{Meta: meta}
	slots := s.slots
	for i, p := range s.Network.Params() {
		f.Tensors = append(f.Tensors, checkpoint.Tensor{Name: p.Name, Shape: p.Shape, Data: p.Data})
		if !p.Moving {
			for j, slot := range slots[0] {
				f.Tensors = append(f.Tensors, checkpoint.Tensor{Name: slotName(j, p.Name), Shape: p.Shape, Data: slot})
			}
			slots = slots[1:]
		}
		if s.Best != nil {
			f.Tensors = append(f.Tensors, checkpoint.Tensor{Name: bestName(p.Name), Shape: p.Shape, Data: s.Best[i]})
		}
	}
	return f, nil
}
