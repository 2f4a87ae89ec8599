package xlacall

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// program is a program as go-xla v0.4.5 writes it, with a function that has three results.
const program = `module @Exec attributes {stablehlo.num_replicas = 1,  stablehlo.num_partitions = 2} {
  sdy.mesh @mesh = <["batch"=2]>
  func.func @main(%arg0: tensor<2x3xf32> { sdy.sharding = #sdy.sharding<@mesh, [{"batch"}, {}]> }) -> (tensor<2x3xf32>, tensor<f32>) {
    %1 = "stablehlo.constant"() { value = dense<0.0> : tensor<f32> } : () -> tensor<f32>
    %7 = "stablehlo.negate"(%arg0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %8, %9, %10 = "func.call"(%7, %1, %1, %arg0, %1) { callee = @toy_12 } : (tensor<2x3xf32>, tensor<f32>, tensor<f32>, tensor<2x3xf32>, tensor<f32>) -> (tensor<2x3xf32>, tensor<f32>, tensor<f32>)
    "stablehlo.return"(%8, %10) : (tensor<2x3xf32>, tensor<f32>) -> ()
  }

  func.func @toy_12(%a: tensor<2x3xf32>, %b: tensor<f32>, %c: tensor<f32>, %x: tensor<2x3xf32>, %y: tensor<f32>) -> (tensor<2x3xf32>, tensor<f32>, tensor<f32>) {
    "stablehlo.return"(%a, %b, %c) : (tensor<2x3xf32>, tensor<f32>, tensor<f32>) -> ()
  }
}
`

const (
	oldBody = `    "stablehlo.return"(%a, %b, %c) : (tensor<2x3xf32>, tensor<f32>, tensor<f32>) -> ()`
	newBody = `    %operation.results:3 = "stablehlo.custom_call"(%x, %y) { call_target_name = "easy_gomlx_operation", api_version = 4 : i32, has_side_effect = false, ` +
		`backend_config = {options = array<i64: 5, 3, 5, 1, 2, 3>}, operand_layouts = [dense<[1, 0]> : tensor<2xindex>, dense<> : tensor<0xindex>], ` +
		`result_layouts = [dense<[1, 0]> : tensor<2xindex>, dense<> : tensor<0xindex>, dense<[0]> : tensor<1xindex>] } : ` +
		`(tensor<2x3xf32>, tensor<f32>) -> (tensor<2x3xf32>, tensor<f32>, tensor<64xi8>)
    "stablehlo.return"(%operation.results#0, %b, %operation.results#1) : (tensor<2x3xf32>, tensor<f32>, tensor<f32>) -> ()`
)

// toy has an operation named toy, which C knows as number 5.
func toy(plan func(operands, results []Tensor, used []bool) ([]int64, int, error)) []installed {
	return []installed{{Operation{Name: "toy", Plan: plan}, 5}}
}

func TestRewrite(t *testing.T) {
	type arguments struct {
		Operands, Results []Tensor
		Used              []bool
	}
	var got arguments
	text, outcomes := rewrite(program, toy(func(operands, results []Tensor, used []bool) ([]int64, int, error) {
		got = arguments{operands, results, used}
		return []int64{2, 3}, 64, nil
	}))
	matrix, scalar := Tensor{"f32", []int{2, 3}}, Tensor{"f32", []int{}}
	want := arguments{[]Tensor{matrix, scalar}, []Tensor{matrix, scalar, scalar}, []bool{true, false, true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Plan was called with (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(strings.Replace(program, oldBody, newBody, 1), text); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(outcomes) != 1 || outcomes[0] != (outcome{"toy_12", nil}) {
		t.Errorf("got %v", outcomes)
	}
}

// TestNotRewritten changes the program in one place each: its text stays as it is.
func TestNotRewritten(t *testing.T) {
	const signature = "%y: tensor<f32>) -> (tensor<2x3xf32>, tensor<f32>, tensor<f32>) {"
	for _, test := range []struct{ name, old, new, reason string }{
		{"another function", "@toy_12", "@toy_twelve", ""},
		{"a longer name", "@toy_12", "@toys_12", ""},
		{"unused results", `"stablehlo.return"(%8, %10)`, `"stablehlo.return"(%7, %1)`, ""},
		{"another order", `"stablehlo.return"(%a, %b, %c)`, `"stablehlo.return"(%a, %c, %b)`, "first parameters"},
		{"other results", `"stablehlo.return"(%a, %b, %c)`, `"stablehlo.return"(%x, %b, %c)`, "first parameters"},
		{"another statement", oldBody, "    %1 = foo\n" + oldBody, "more than one statement"},
		{"an attribute of a parameter", "%y: tensor<f32>)", `%y: tensor<f32> {foo = "a"})`, "unrecognized"},
		{"an attribute of a parameter", "%y: tensor<f32>)", `%y: tensor<f32> {foo = (1)})`, "unrecognized"},
		{"an attribute of a result", "-> (tensor<2x3xf32>, tensor<f32>, tensor<f32>) {", "-> (tensor<2x3xf32>, tensor<f32>, tensor<f32> {a = 1}) {", "first parameters"},
		{"an unknown dimension", "%y: tensor<f32>)", "%y: tensor<?xf32>)", "unrecognized"},
		{"an encoding", "%y: tensor<f32>)", "%y: tensor<1xf32, foo>)", "unrecognized"},
		{"a huge dimension", "%y: tensor<f32>)", "%y: tensor<99999999999999999999xf32>)", "out of range"},
		{"no tensor", "%y: tensor<f32>)", "%y: token)", "unrecognized"},
		{"many parameters", signature, strings.Repeat("%p: tensor<f32>, ", 40) + signature, "45 parameters"},
		{"another way to call", "{ callee = @toy_12 }", "{callee = @toy_12}", "unrecognized call"},
		{"fewer results in the call", "%8, %9, %10 =", "%8, %10 =", "3 results, 2"},
		{"results as one value", "%8, %9, %10 =", "%8:3 =", "unrecognized call"},
		{"cut off", oldBody + "\n  }\n}\n", "", "more than one statement"},
	} {
		t.Run(test.name, func(t *testing.T) {
			changed := strings.ReplaceAll(program, test.old, test.new)
			if changed == program {
				t.Fatal("the test changes nothing")
			}
			text, outcomes := rewrite(changed, toy(func(_, _ []Tensor, _ []bool) ([]int64, int, error) { return nil, 0, nil }))
			if diff := cmp.Diff(changed, text); diff != "" {
				t.Errorf("it was rewritten (-want +got):\n%s", diff)
			}
			if test.reason == "" {
				if len(outcomes) > 0 {
					t.Errorf("got %v, want no outcome", outcomes)
				}
				return
			}
			if len(outcomes) != 1 || outcomes[0].err == nil || !strings.Contains(outcomes[0].err.Error(), test.reason) {
				t.Errorf("got %v, want one function that is kept because of %q", outcomes, test.reason)
			}
		})
	}
}

// TestPlanFails: an error of a plan, or a panic, leaves a program as it is.
func TestPlanFails(t *testing.T) {
	refused := errors.New("refused")
	for reason, plan := range map[string]func(_, _ []Tensor, _ []bool) ([]int64, int, error){
		"refused":            func(_, _ []Tensor, _ []bool) ([]int64, int, error) { return nil, 0, refused },
		"index out of range": func(operands, _ []Tensor, _ []bool) ([]int64, int, error) { return nil, operands[9].Dims[0], nil },
	} {
		text, outcomes := rewrite(program, toy(plan))
		if text != program || len(outcomes) != 1 || outcomes[0].err == nil || !strings.Contains(outcomes[0].err.Error(), reason) {
			t.Errorf("%s: got %v and this program:\n%s", reason, outcomes, text)
		}
	}
}

// FuzzRewrite: no text makes it panic, and a text without the operation's name is not changed, nor is one where nothing was replaced.
func FuzzRewrite(f *testing.F) {
	f.Add(program)
	f.Add(strings.ReplaceAll(program, "@toy_12", "@other"))
	f.Add("func.func @toy(")
	f.Add("\n  func.func @toy() ->  {\n    \"stablehlo.return\"() : () -> ()\n  }")
	f.Fuzz(func(t *testing.T, text string) {
		rewritten, outcomes := rewrite(text, toy(func(operands, results []Tensor, used []bool) ([]int64, int, error) {
			if len(results) != len(used) {
				t.Errorf("%d results, of which %v are used", len(results), used)
			}
			return []int64{int64(len(operands))}, len(results), nil
		}))
		for _, o := range outcomes {
			if o.err != nil && strings.Contains(o.err.Error(), "panicked") {
				t.Error(o.err)
			}
		}
		if rewritten != text && (!anyReplaced(outcomes) || !strings.Contains(text, "@toy")) {
			t.Errorf("%v, but the text was changed to\n%s", outcomes, rewritten)
		}
	})
}
