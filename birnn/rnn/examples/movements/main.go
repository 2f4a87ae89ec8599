// Movements finds, in a recording of a smart watch, the short spells in which the wearer plays badminton: every time step has a label. An
// LSTM that reads in both directions stands beside one that reads forwards only.
//
//	go run ./birnn/rnn/examples/movements
//
// README.md shows the results.
package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/janpfeifer/must"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/sequences"
)

func main() {
	seeds := flag.Int("seeds", 5, "number of networks to train, each with its own seed")
	validate := flag.Bool("validate", false, "keep the test set out: hold back every fifth recording of the training set instead")
	weight := flag.Float64("weight", 3, "how much a time step of badminton counts in the loss")
	figure := flag.String("figure", "", "PNG file to draw a stream and its tags to")
	flag.Parse()
	b := must.M1(backend.Open(context.Background()))
	training, test := must.M2(sequences.BasicMotions(context.Background(), ""))
	if *validate {
		test, training = training.Split(5)
	}
	streams, testStreams := compose(training, 200, 1), compose(test, 50, 2)
	fmt.Printf("badminton in %.1f%% of the time steps\n", 100*share(testStreams))

	tagged := map[bool][]float32{} // of the first seed
	for _, both := range []bool{false, true} {
		var precisions, recalls, f1s []float64
		for seed := range *seeds {
			predicted := fit(b, streams, both, int64(seed+1), *weight, trainingEpochs).tag(testStreams)
			precision, recall, f1 := score(testStreams.labels, predicted)
			precisions, recalls, f1s = append(precisions, precision), append(recalls, recall), append(f1s, f1)
			if seed == 0 {
				tagged[both] = predicted
			}
		}
		fmt.Printf("%-15s precision %s   recall %s   F1 %s\n", direction(both), spread(precisions), spread(recalls), spread(f1s))
	}
	fmt.Println(backend.Describe(b))
	if *figure != "" {
		must.M(draw(*figure, testStreams, tagged, 0))
	}
}

func direction(both bool) string {
	if both {
		return "both directions"
	}
	return "forwards only"
}

// score returns precision (how much of what was tagged is badminton), recall (how much of the badminton was tagged), and their harmonic mean.
func score(labels, predicted []float32) (precision, recall, f1 float64) {
	var hits, tagged, there float64
	for i, label := range labels {
		hits += float64(label * predicted[i])
		tagged += float64(predicted[i])
		there += float64(label)
	}
	precision, recall = hits/max(tagged, 1), hits/max(there, 1)
	return precision, recall, 2 * hits / max(tagged+there, 1)
}
