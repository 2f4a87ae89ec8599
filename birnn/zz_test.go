package birnn
import ("testing";"time"; "github.com/easy-gomlx/tutorials/birnn/mnist")
func half(s *mnist.Set) Examples {
	e := Examples{X: make([]float32, 196*s.Len()), Y: s.Labels}
	for k, v := range s.Images { 
		n,y,x := k/784, k/28%28, k%28
		e.X[n*196+y/2*14+x/2] += v/4
	}
	return e
}
func TestZZ(t *testing.T) {
	train, other := half(mnist.Synthetic(1000, 1)), half(mnist.Synthetic(200, 2))
	for _, hid := range []int{8,16} { for _, lr := range []float64{0.02,0.03} { for _, bs := range []int{20,40} {
		cfg := digitsConfig(); cfg.LearningRate=lr; cfg.NumHidden=hid; cfg.BatchSize=bs; cfg.Epochs=4; cfg.NumInput=14; cfg.Timesteps=14
		m := newModel(t, goBackend(t), cfg)
		s:=time.Now()
		m.Train(t.Context(), train, other, func(p Progress){ if p.Validation {t.Log(hid,lr,bs,p.Epoch,p.Loss,p.Accuracy,time.Since(s))}})
	}}}
}
