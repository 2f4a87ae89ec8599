package mnist_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/easy-gomlx/tutorials/birnn/mnist"
)

func ExampleLoad() {
	data, err := mnist.Load(context.Background(), "") // fetches MNIST the first time
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(data.Train.Len(), data.Validation.Len(), data.Test.Len())
	for start := 0; start < data.Test.Len(); start += 1000 {
		images, labels := data.Test.Batch(start, start+1000)
		_, _ = images, labels // pass them to a model
	}
}

func ExampleSynthetic() {
	s := mnist.Synthetic(3, 7)
	fmt.Println(s.Labels)
	for y := 2; y < mnist.Rows-2; y += 2 {
		for x := 2; x < mnist.Cols-2; x++ {
			fmt.Print(string(" .+#"[int(3.9*s.Image(0)[y*mnist.Cols+x])]))
		}
		fmt.Println("|")
	}
	// Output:
	// [2 1 0]
	//        ...+...+..       |
	//       .+++++++++##      |
	//                 ##      |
	//                 ##.     |
	//                 +#+     |
	//        +##########+     |
	//        +#+              |
	//        .##              |
	//         ##              |
	//         ##.             |
	//         +##########+    |
	//                         |
}

func ExampleSet_Batch() {
	s := mnist.Synthetic(250, 1)
	for start := 0; start < s.Len(); start += 100 {
		images, labels := s.Batch(start, start+100)
		fmt.Println(len(labels), "images of", len(images)/len(labels), "pixels")
	}
	// Output:
	// 100 images of 784 pixels
	// 100 images of 784 pixels
	// 50 images of 784 pixels
}

// A directory of your own is only read: what is missing there is not fetched.
func ExampleMissingError() {
	dir, err := os.MkdirTemp("", "mnist")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	_, err = mnist.Load(context.Background(), dir)
	if missing, ok := errors.AsType[*mnist.MissingError](err); ok {
		fmt.Println(len(missing.Files), "files, such as", missing.Files[0])
	}
	// Output: 4 files, such as train-images-idx3-ubyte
}
