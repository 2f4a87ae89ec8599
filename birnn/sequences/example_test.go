package sequences_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/sequences"
)

func ExampleJapaneseVowels() {
	train, test, err := sequences.JapaneseVowels(context.Background(), "") // fetches them the first time
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(train.Len(), test.Len(), train.Time, train.Features)
	first := train.Sequence(0) // without the padding
	fmt.Println(len(first)/train.Features, "time steps, speaker", train.Classes[train.Labels[0]])
}

// words has sequences of one feature.
const words = `@univariate true
@equalLength false
@classLabel true down up
@data
1,2,3,4:up
5,4:down
6,7,8:up
`

func ExampleReadTS() {
	s, err := sequences.ReadTS(strings.NewReader(words))
	if err != nil {
		log.Fatal(err)
	}
	for i := range s.Len() {
		fmt.Println(s.X[i*s.Time:(i+1)*s.Time], s.Lengths[i], s.Classes[s.Labels[i]])
	}
	_, err = sequences.ReadTS(strings.NewReader(words + "9,eight:down"))
	fmt.Println(err)
	// Output:
	// [1 2 3 4] 4 up
	// [5 4 0 0] 2 down
	// [6 7 8 0] 3 up
	// sequences: line 8, feature 1, time step 2: "eight" is not a finite number
}

// Two movements of your own, with two features at each time step.
func ExampleSet_Add() {
	s := &sequences.Set{Features: 2}
	if err := s.Add("walk", []float32{1, 2, 3, 4}); err != nil {
		log.Fatal(err)
	}
	if err := s.Add("jump", []float32{5, 6, 7, 8, 9, 10}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.X)
	fmt.Println(s.Lengths, s.Labels, s.Classes)
	// Output:
	// [1 2 3 4 0 0 5 6 7 8 9 10]
	// [2 3] [0 1] [walk jump]
}

func ExampleSet_Split() {
	s, _ := sequences.ReadTS(strings.NewReader(words))
	validation, training := s.Split(3)
	fmt.Println("validation:", validation.Sequence(0))
	fmt.Println("training:", training.Sequence(0), training.Sequence(1))
	// Output:
	// validation: [1 2 3 4]
	// training: [5 4] [6 7 8]
}

func ExampleSet_Pad() {
	s, _ := sequences.ReadTS(strings.NewReader(words))
	s.Pad(5)
	fmt.Println(s.X, s.Lengths)
	// Output:
	// [1 2 3 4 0 5 4 0 0 0 6 7 8 0 0] [4 2 3]
}
