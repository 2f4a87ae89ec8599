package convert

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn"
)

// object is an object in a Keras configuration, such as a layer.
type object map[string]any

// kerasObject returns an object of package module.
func kerasObject(module, class string, config object) object {
	return object{"module": module, "class_name": class, "config": config, "registered_name": nil}
}

// kerasModel returns the model of a configuration, as config.json describes it.
func kerasModel(cfg birnn.Config) object {
	layer := func(class, name string, config object) object {
		config["name"] = name
		return kerasObject("keras.layers", class, config)
	}
	last := cfg.Readout == birnn.LastOutput
	input := []any{nil, cfg.Timesteps, cfg.NumInput}
	layers := []object{
		layer("InputLayer", "input", object{"batch_shape": input, "dtype": "float32"}),
		layer("Bidirectional", "bidirectional", object{
			"merge_mode": "concat",
			"layer":      layer("LSTM", "lstm", object{"units": cfg.NumHidden, "return_sequences": last}),
		}),
	}
	if last {
		layers = append(layers,
			layer("Cropping1D", "last", object{"cropping": []int{cfg.Timesteps - 1, 0}}),
			layer("Flatten", "flatten", object{}))
	}
	layers = append(layers, layer("Dense", "output", object{"units": cfg.NumClasses, "activation": "softmax"}))
	model := kerasObject("keras", "Sequential", object{"name": "birnn", "layers": layers, "build_input_shape": input})
	model["build_config"] = object{"input_shape": input}
	return model
}

// kerasLayer is a layer of a model that is read. Settings that are absent have
// Keras' defaults.
type kerasLayer struct {
	Class   string          `json:"class_name"`
	Config  json.RawMessage `json:"config"`
	Inbound []struct {
		Args   []json.RawMessage          `json:"args"`
		Kwargs map[string]json.RawMessage `json:"kwargs"`
	} `json:"inbound_nodes"` // in a functional model

	name string
}

// parseKeras returns the configuration of the model that config.json describes.
func parseKeras(config []byte) (birnn.Config, error) {
	layers, err := kerasLayers(config)
	if err != nil {
		return birnn.Config{}, &Error{keras, configMember, err}
	}
	c := chain{layers: layers}
	for _, step := range []func() error{c.input, c.bidirectional, c.readLast, c.dense, c.softmax, c.end} {
		if err := step(); err != nil {
			return birnn.Config{}, &Error{keras, c.where(), err}
		}
	}
	cfg, err := newConfig(c.inputs, c.timesteps, c.hidden, c.classes, c.readout)
	if err != nil {
		return birnn.Config{}, &Error{keras, configMember, err}
	}
	return cfg, nil
}

// kerasLayers returns the layers of a model in which each layer reads the one
// before it, without those that do nothing in prediction.
func kerasLayers(config []byte) ([]kerasLayer, error) {
	var model struct {
		Class  string `json:"class_name"`
		Config struct {
			Layers []kerasLayer `json:"layers"`
		} `json:"config"`
	}
	if err := json.Unmarshal(config, &model); err != nil {
		return nil, err
	}
	if model.Class != "Sequential" && model.Class != "Functional" {
		return nil, fmt.Errorf("the model is a %q; want a Sequential or a Functional", model.Class)
	}
	layers := model.Config.Layers
	for k := range layers {
		var named struct {
			Name string `json:"name"`
		}
		if err := json.Unmarshal(layers[k].Config, &named); err != nil {
			return nil, fmt.Errorf("layer %d: %w", k, err)
		}
		layers[k].name = named.Name
		if model.Class == "Functional" && k > 0 && layers[k].input() != layers[k-1].name {
			return nil, fmt.Errorf("layer %q does not read layer %q alone; want layers that follow one another", named.Name, layers[k-1].name)
		}
	}
	return slices.DeleteFunc(layers, func(l kerasLayer) bool { return l.Class == "Dropout" || l.Class == "SpatialDropout1D" }), nil
}

// input returns the name of the one layer that a layer of a functional model
// reads, or "".
func (l kerasLayer) input() string {
	if len(l.Inbound) != 1 || len(l.Inbound[0].Args) == 0 {
		return ""
	}
	var tensor struct {
		Config struct {
			History []any `json:"keras_history"`
		} `json:"config"`
	}
	for _, v := range l.Inbound[0].Kwargs {
		if s := string(v); s != "null" && s != "false" {
			return "" // such as an initial state
		}
	}
	if json.Unmarshal(l.Inbound[0].Args[0], &tensor) != nil || len(tensor.Config.History) == 0 {
		return ""
	}
	name, _ := tensor.Config.History[0].(string)
	return name
}

var errNoLayer = errors.New("it has fewer layers than an InputLayer, a Bidirectional(LSTM) and a Dense")
