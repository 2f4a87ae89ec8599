//go:build js && wasm

// Command wasm is the program of the page to draw on. Its functions return {value}, or {error} with the reason:
//
//	const network = digitNetwork(checkpoint)             // a Uint8Array, the content of a file model.safetensors
//	network.recognize(pixels, width, height)             // {probabilities: [10], seen: Uint8Array(784)}, or null without ink
//	network.next()                                       // of the last drawing: [10] after its next row, null after the last one
package main

import (
	"syscall/js"

	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/notebooks/internal/page/recognize"
)

func main() {
	js.Global().Set("digitNetwork", function(func(args []js.Value) (any, error) {
		n, err := recognize.Load(bytes(args[0]))
		if err != nil {
			return nil, err
		}
		return connect(n), nil
	}))
	select {} // the page calls the functions
}

// connect returns the functions of a network.
func connect(n *infer.Network) map[string]any {
	last := recognize.NewReader(n, nil)
	return map[string]any{
		"recognize": function(func(args []js.Value) (any, error) {
			answer, err := recognize.Drawing(n, bytes(args[0]), args[1].Int(), args[2].Int())
			if err != nil || answer == nil {
				return nil, err
			}
			last = recognize.NewReader(n, answer.Seen)
			return map[string]any{"probabilities": numbers(answer.Probabilities), "seen": pixels(answer.Seen)}, nil
		}),
		"next": function(func([]js.Value) (any, error) {
			p, err := last.Next()
			if err != nil || p == nil {
				return nil, err
			}
			return numbers(p), nil
		}),
	}
}

// function returns a function for JavaScript, which gets {value} or {error}.
func function(f func(args []js.Value) (any, error)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		value, err := f(args)
		if err != nil {
			return map[string]any{"error": err.Error()}
		}
		return map[string]any{"value": value}
	})
}

// bytes returns a copy of a Uint8Array or Uint8ClampedArray.
func bytes(array js.Value) []byte {
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	return b
}

func numbers(values []float32) []any {
	all := make([]any, len(values))
	for k, v := range values {
		all[k] = v
	}
	return all
}

// pixels returns a Uint8Array: 255 is full ink.
func pixels(seen []float32) js.Value {
	b := make([]byte, len(seen))
	for k, v := range seen {
		b[k] = byte(255*v + 0.5)
	}
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}
