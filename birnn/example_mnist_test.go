package birnn_test

import (
	"context"
	"fmt"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
	"github.com/janpfeifer/must"
)

// Train on MNIST for one epoch, test, and keep the network. It takes some
// twenty seconds, so it is compiled here and not run.
func Example_mnist() {
	ctx := context.Background()
	data := must.M1(mnist.Load(ctx, ""))
	train := birnn.Examples{X: data.Train.Images, Y: data.Train.Labels}
	valid := birnn.Examples{X: data.Validation.Images, Y: data.Validation.Labels}

	cfg := birnn.DefaultConfig()
	cfg.Epochs = 1
	net := must.M1(birnn.New(must.M1(backend.Open(ctx)), cfg))
	defer net.Close()
	must.M(net.Train(ctx, train, valid, func(p birnn.Progress) {
		fmt.Printf("step %d of %d: loss %.2f, accuracy %.1f%%\n", p.Step, p.Steps, p.Loss, 100*p.Accuracy)
	}))

	loss, accuracy := must.M2(net.Evaluate(data.Test.Images, data.Test.Labels))
	fmt.Printf("test: loss %.2f, accuracy %.1f%%\n", loss, 100*accuracy)
	must.M(net.Save("digits"))
}
