package book

import "testing"

func TestRelink(t *testing.T) {
	for _, test := range []struct{ why, given, want string }{
		{"another notebook", "[a](inside_the_lstm.ipynb)", "[a](inside_the_lstm.ipynb)"},
		{"a section of it, as JupyterLab names it", "[a](inside_the_lstm.ipynb#4.1.-One-step-back)", "[a](inside_the_lstm.ipynb#41-one-step-back)"},
		{"a section here", "[a](#5.-GRU) and [b](#What%20you-learned)", "[a](#5-gru) and [b](#what-you-learned)"},
		{"a section here, as GitHub names it", "[a](#for-teachers)", "[a](#for-teachers)"},
		{"the list", "[a](README.md#how-to-use-them)", "[a](index.md#how-to-use-them)"},
		{"the page for teachers", "[a](TEACHING.md)", "[a](teaching.md)"},
		{"a file of the repository", "[a](../birnn/rnn/lstm.go#L7)", "[a](https://github.com/easy-gomlx/tutorials/blob/HEAD/birnn/rnn/lstm.go#L7)"},
		{"a notebook that is no page", "[a](solutions.ipynb)", "[a](https://github.com/easy-gomlx/tutorials/blob/HEAD/notebooks/solutions.ipynb)"},
		{"another site", "[a](https://doi.org/10.1/B#C)", "[a](https://doi.org/10.1/B#C)"},
		{"no link", "x[0](y z), f(x)", "x[0](y z), f(x)"},
	} {
		if got := relink(test.given); got != test.want {
			t.Errorf("%s: got %s, want %s", test.why, got, test.want)
		}
	}
}
