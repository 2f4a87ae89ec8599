package exercises

// asShipped are words of what the check of each exercise says before the learner has written anything.
var asShipped = []string{
	"returned 0, want 163338", "returned 0 numbers for two images, want 1568", "returned 0 numbers, want 3", "returned nil", "returned nil", "returned nil",
	"trained 0 epochs, want 5", "returned 0 rows of pixels", "returned 0 images, want 2", "returned 0 rows, want 28",
}

// wrongAnswers are mistakes that learners make, and words of what the check says then.
var wrongAnswers = []struct {
	exercise  int
	why, code string
	want      string
}{
	{1, "one direction", "count = (numInput+hidden+1)*4*hidden + 2*hidden*nClasses + nClasses\n", "there are two cells"},
	{1, "no biases in the cells", "count = 2*(numInput+hidden)*4*hidden + 2*hidden*nClasses + nClasses\n", "biases of the cells"},
	{1, "no biases in the output layer", "count = 2*(numInput+hidden+1)*4*hidden + 2*hidden*nClasses\n", "ten biases of the output layer"},
	{1, "the hidden state of one direction", "count = 2*(numInput+hidden+1)*4*hidden + hidden*nClasses + nClasses\n", "hidden states of both cells"},
	{1, "no hidden state", "count = 2*(numInput+1)*4*hidden + 2*hidden*nClasses + nClasses\n", "its own hidden state"},
	{1, "three gates", "count = 2*(numInput+hidden+1)*3*hidden + 2*hidden*nClasses + nClasses\n", "too few"},
	{1, "the number of the text", "count = 163338\n", "parameters"},

	{2, "the same slice", "turned = images\n", "as they were"},
	{2, "one image", "turned = make([]float32, 784)\n", "returned 784 numbers for two images, want 1568"},
	{2, "in place", "turned = images\nfor r := range 28 {\nfor c := range r {\nturned[r*28+c], turned[c*28+r] = turned[c*28+r], turned[r*28+c]\n}\n}\n", "write to a new slice"},
	{2, "from right to left", "for s := 0; s < len(images); s += 784 {\nfor c := 27; c >= 0; c-- {\nfor r := range 28 {\nturned = append(turned, images[s+r*28+c])\n}\n}\n}\n",
		"image 0, time step 0, place 0: there is the pixel of image 0, row 0, column 27; want row 0, column 0"},
	{2, "only the first image", "turned = make([]float32, len(images))\nfor r := range 28 {\nfor c := range 28 {\nturned[c*28+r] = images[r*28+c]\n}\n}\n", "image 1, time step 0"},
	{2, "beyond the end", "turned = make([]float32, len(images))\nfor c := range 29 {\nturned[c*28] = images[len(images)-28+c]\n}\n", "panics"},

	{3, "no forget bias", "f = make([]float64, len(b))\nfor k := range f {\nz := b[k]\nfor i, v := range slices.Concat(x, h) {\nz += v * w[i][k]\n}\nf[k] = 1 / (1 + math.Exp(-z))\n}\n",
		"only the forget bias is 1"},
	{3, "no sigmoid", "f = make([]float64, len(b))\nfor k := range f {\nf[k] = b[k] + forgetBias\n}\n", "σ(0) is 0.5"},
	{3, "one number for all", "f = []float64{1 / (1 + math.Exp(-forgetBias))}\n", "returned 1 numbers, want 3"},
	{3, "the weights of x for h too", "f = make([]float64, len(b))\nfor k := range f {\nz := b[k] + forgetBias\nfor i, v := range x {\nz += v * w[i][k]\n}\nfor i, v := range h {\nz += v * w[i][k]\n}\nf[k] = 1 / (1 + math.Exp(-z))\n}\n",
		"only the hidden state"},

	{4, "both directions", "logits = tutorialLogits(scope, x)\n", "still reads in two directions"},
	{4, "no output layer", "cell := rnn.NewLSTM(scope.In(\"cell\"), x, numHidden, 1)\nlogits = rnn.Unidirectional(cell, x).Final()\n", "of the shape [1 128], want [1 10]"},
	{4, "the first output", "cell := rnn.NewLSTM(scope.In(\"cell\"), x, numHidden, 1)\nlogits = scores(scope, rnn.Unidirectional(cell, x).At(0))\n", "do not depend on the last row"},
	{4, "reversed", "cell := rnn.NewLSTM(scope.In(\"cell\"), x, numHidden, 1)\nlogits = scores(scope, rnn.Unidirectional(cell, x).Reverse().Final())\n", "from the last row to the first"},
	{4, "reversed, the last output", "cell := rnn.NewLSTM(scope.In(\"cell\"), x, numHidden, 1)\nlogits = scores(scope, rnn.Unidirectional(cell, x).Reverse().At(-1))\n", "only on the last row"},
	{4, "all outputs", "cell := rnn.NewLSTM(scope.In(\"cell\"), x, numHidden, 1)\nlogits = scores(scope, rnn.Unidirectional(cell, x).All())\n", "of the shape [1 28 10], want [1 10]"},

	{5, "LSTM", "forward := rnn.NewLSTM(scope.In(\"f\"), x, numHidden, 1)\nbackward := rnn.NewLSTM(scope.In(\"b\"), x, numHidden, 1)\nlogits = scores(scope, rnn.Bidirectional(forward, backward, x).Final())\n", "LSTM cells"},
	{5, "the last output", "forward := rnn.NewGRU(scope.In(\"f\"), x, numHidden)\nbackward := rnn.NewGRU(scope.In(\"b\"), x, numHidden)\nlogits = scores(scope, rnn.Bidirectional(forward, backward, x).At(-1))\n", "hardly depend on the first row"},
	{5, "one direction", "logits = scores(scope, rnn.Unidirectional(rnn.NewGRU(scope.In(\"f\"), x, numHidden), x).Final())\n", "one cell instead of two"},
	{5, "64 units", "forward := rnn.NewGRU(scope.In(\"f\"), x, 64)\nbackward := rnn.NewGRU(scope.In(\"b\"), x, 64)\nlogits = scores(scope, rnn.Bidirectional(forward, backward, x).Final())\n", "parameters, want 123402"},

	{6, "one scope for both layers", "f1 := rnn.NewLSTM(scope.In(\"f\"), x, 64, 1)\nb1 := rnn.NewLSTM(scope.In(\"b\"), x, 64, 1)\nfirst := rnn.Bidirectional(f1, b1, x).All()\nf2 := rnn.NewLSTM(scope.In(\"f\"), first, 64, 1)\nb2 := rnn.NewLSTM(scope.In(\"b\"), first, 64, 1)\nlogits = scores(scope, rnn.Bidirectional(f2, b2, first).Final())\n", "a name of its own"},
	{6, "reads the image twice", "f1 := rnn.NewLSTM(scope.In(\"f\"), x, 64, 1)\nb1 := rnn.NewLSTM(scope.In(\"b\"), x, 64, 1)\nrnn.Bidirectional(f1, b1, x).All()\nf2 := rnn.NewLSTM(scope.In(\"f2\"), x, 64, 1)\nb2 := rnn.NewLSTM(scope.In(\"b2\"), x, 64, 1)\nlogits = scores(scope, rnn.Bidirectional(f2, b2, x).Final())\n", "reads the image"},
	{6, "reads the final states", "f1 := rnn.NewLSTM(scope.In(\"f\"), x, 64, 1)\nb1 := rnn.NewLSTM(scope.In(\"b\"), x, 64, 1)\nfirst := rnn.Bidirectional(f1, b1, x).Final()\nf2 := rnn.NewLSTM(scope.In(\"f2\"), first, 64, 1)\nb2 := rnn.NewLSTM(scope.In(\"b2\"), first, 64, 1)\nlogits = scores(scope, rnn.Bidirectional(f2, b2, first).Final())\n", "[batch, time, input]"},
	{6, "one layer", "f1 := rnn.NewLSTM(scope.In(\"f\"), x, 64, 1)\nb1 := rnn.NewLSTM(scope.In(\"b\"), x, 64, 1)\nlogits = scores(scope, rnn.Bidirectional(f1, b1, x).Final())\n", "single layer"},

	{7, "never stops early", "least := math.Inf(1)\nfor n := range maxEpochs {\nif l := epoch(); l < least {\nleast, best = l, n+1\nsave()\n}\n}\n", "it trained 8 epochs, want 6"},
	{7, "too many epochs", "for {\nepoch()\n}\n", "more than maxEpochs"},
	{7, "counts from 0", "least := math.Inf(1)\nlast := 0\nfor n := 0; n < maxEpochs && n-last <= patience; n++ {\nif l := epoch(); l < least {\nleast, best, last = l, n, n\nsave()\n}\n}\n", "returned epoch 4, want 5"},
	{7, "equal is better", "least := math.Inf(1)\nfor n := 1; n <= maxEpochs && n-best <= patience; n++ {\nif l := epoch(); l <= least {\nleast, best = l, n\nsave()\n}\n}\n", "it trained"},
	{7, "saves always", "least := math.Inf(1)\nfor n := 1; n <= maxEpochs && n-best <= patience; n++ {\nif l := epoch(); l < least {\nleast, best = l, n\n}\nsave()\n}\n", "it saved after the epochs"},
	{7, "compares with the epoch before", "last := math.Inf(1)\nfor n := 1; n <= maxEpochs && n-best <= patience; n++ {\nl := epoch()\nif l < last {\nbest = n\nsave()\n}\nlast = l\n}\n", "it trained"},

	{8, "one under the other", "for k := 0; k < len(images); k += 28 {\npicture = append(picture, images[k:k+28])\n}\n", "want 56: two rows of digits"},
	{8, "column by column", "for range 56 {\npicture = append(picture, make([]float32, 84))\n}\nfor k, v := range images {\ni, r, c := k/784, k/28%28, k%28\npicture[i%2*28+r][i/2*28+c] = v\n}\n", "a pixel of image 1"},
	{8, "turned", "for range 56 {\npicture = append(picture, make([]float32, 84))\n}\nfor k, v := range images {\ni, r, c := k/784, k/28%28, k%28\npicture[i/3*28+c][i%3*28+r] = v\n}\n", "upper right corner of image 0"},
	{8, "no row that is not full", "for range len(images) / 784 / perRow * 28 {\npicture = append(picture, make([]float32, 84))\n}\n", "returned 28 rows"},
	{8, "rows of different lengths", "for k := range 56 {\npicture = append(picture, make([]float32, 84-k/28*28))\n}\nfor k, v := range images {\ni, r, c := k/784, k/28%28, k%28\npicture[i/3*28+r][i%3*28+c] = v\n}\n", "has 56 pixels, want 84"},

	{9, "right answers too", "for i := range min(count, set.Len()) {\nworst = append(worst, i)\n}\n", "image 0 is no mistake"},
	{9, "least confident first", "p := predict(set.Images)\nfor i := range p {\nif slices.Index(p[i], slices.Max(p[i])) != int(set.Labels[i]) {\nworst = append(worst, i)\n}\n}\nslices.SortFunc(worst, func(a, b int) int { return cmp.Compare(slices.Max(p[a]), slices.Max(p[b])) })\nworst = worst[:min(count, len(worst))]\n", "most confident first"},
	{9, "least probability of the true digit first", "p := predict(set.Images)\nfor i := range p {\nif slices.Index(p[i], slices.Max(p[i])) != int(set.Labels[i]) {\nworst = append(worst, i)\n}\n}\nslices.SortFunc(worst, func(a, b int) int { return cmp.Compare(p[a][set.Labels[a]], p[b][set.Labels[b]]) })\nworst = worst[:min(count, len(worst))]\n", "returned [1 4], want [2 4]"},
	{9, "too few mistakes", "p := predict(set.Images)\nfor i := range p {\nif slices.Index(p[i], slices.Max(p[i])) != int(set.Labels[i]) {\nworst = append(worst, i)\n}\n}\nslices.SortFunc(worst, func(a, b int) int { return cmp.Compare(slices.Max(p[b]), slices.Max(p[a])) })\nworst = worst[:count]\n", "panics"},
	{9, "all mistakes", "p := predict(set.Images)\nfor i := range p {\nif slices.Index(p[i], slices.Max(p[i])) != int(set.Labels[i]) {\nworst = append(worst, i)\n}\n}\n", "returned 3 images, want 2"},

	{10, "the slow one", "after = slowBeliefs(net, image)\n", "times as fast"},
	{10, "only the last", "p := must.M1(net.Predict(image))\nfor range 28 {\nafter = append(after, p)\n}\n", "after row 0"},
	{10, "a new stream for each row", "for row := range timesteps {\nafter = append(after, must.M1(net.Stream().Push(image[row*numInput:(row+1)*numInput])))\n}\n", "after row 1"},
	{10, "without the first row", "stream := net.Stream()\nfor row := 1; row < timesteps; row++ {\nafter = append(after, must.M1(stream.Push(image[row*numInput:(row+1)*numInput])))\n}\n", "returned 27 rows"},
}
