package convert

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/easy-gomlx/tutorials/birnn"
)

// chain reads the layers of a model one after the other, and keeps what they say.
type chain struct {
	layers []kerasLayer
	read   int // layers so far

	inputs, timesteps, hidden, classes int
	readout                            birnn.Readout
	linear                             bool // the output layer has no softmax
}

// where names the layer that was read last.
func (c *chain) where() string {
	if c.read == 0 {
		return configMember
	}
	return fmt.Sprintf("layer %q", c.layers[c.read-1].name)
}

// peek returns the class of the next layer, or "".
func (c *chain) peek() string {
	if c.read == len(c.layers) {
		return ""
	}
	return c.layers[c.read].Class
}

// next reads the next layer, which must have the class, and its configuration.
func (c *chain) next(class string, config any) error {
	if c.read == len(c.layers) {
		return errNoLayer
	}
	l := c.layers[c.read]
	c.read++
	if l.Class != class {
		return fmt.Errorf("its class is %s; want %s", l.Class, class)
	}
	return json.Unmarshal(l.Config, config)
}

func (c *chain) input() error {
	var config struct {
		Shape []*int `json:"batch_shape"`
	}
	if err := c.next("InputLayer", &config); err != nil {
		return err
	}
	if len(config.Shape) != 3 || config.Shape[1] == nil || config.Shape[2] == nil {
		return fmt.Errorf("it does not say how many time steps and inputs a sequence has; build the model with keras.Input((timesteps, inputs))")
	}
	c.timesteps, c.inputs = *config.Shape[1], *config.Shape[2]
	return nil
}

// kerasLSTM is an LSTM as part of a Bidirectional.
type kerasLSTM struct {
	Class  string `json:"class_name"`
	Config struct {
		Units               int             `json:"units"`
		Activation          json.RawMessage `json:"activation"`
		RecurrentActivation json.RawMessage `json:"recurrent_activation"`
		UseBias             *bool           `json:"use_bias"`
		ReturnSequences     bool            `json:"return_sequences"`
		GoBackwards         bool            `json:"go_backwards"`
		Stateful            bool            `json:"stateful"`
	} `json:"config"`
}

// is reports whether a setting is the string, or absent: then it is the default.
func is(setting json.RawMessage, want string) bool {
	return setting == nil || bytes.Equal(setting, []byte(`"`+want+`"`))
}

// check returns an error unless it is an LSTM as birnn has it.
func (l kerasLSTM) check(backward bool) error {
	switch {
	case l.Class != "LSTM":
		return fmt.Errorf("it wraps a %s; want an LSTM", l.Class)
	case !is(l.Config.Activation, "tanh"):
		return fmt.Errorf("its activation is %s; want \"tanh\"", l.Config.Activation)
	case !is(l.Config.RecurrentActivation, "sigmoid"):
		return fmt.Errorf("its recurrent_activation is %s; want \"sigmoid\"", l.Config.RecurrentActivation)
	case l.Config.UseBias != nil && !*l.Config.UseBias:
		return fmt.Errorf("its LSTM has use_bias=False; want biases")
	case l.Config.Stateful:
		return fmt.Errorf("its LSTM has stateful=True; want each sequence to start from zeros")
	case l.Config.GoBackwards != backward:
		return fmt.Errorf("the go_backwards of its LSTMs is not False for the forward one and True for the backward one")
	}
	return nil
}

func (c *chain) bidirectional() error {
	var config struct {
		Merge    json.RawMessage `json:"merge_mode"`
		Layer    kerasLSTM       `json:"layer"`
		Backward *kerasLSTM      `json:"backward_layer"`
	}
	if c.peek() == "LSTM" || c.peek() == "GRU" {
		return fmt.Errorf("the layer after it, %s, reads in one direction only; want Bidirectional(LSTM)", c.peek())
	}
	if err := c.next("Bidirectional", &config); err != nil {
		return err
	}
	if !is(config.Merge, "concat") {
		return fmt.Errorf("its merge_mode is %s; want \"concat\"", config.Merge)
	}
	if err := config.Layer.check(false); err != nil {
		return err
	}
	if b := config.Backward; b != nil {
		if err := b.check(true); err != nil {
			return err
		}
	}
	c.hidden, c.readout = config.Layer.Config.Units, birnn.FinalStates
	if config.Layer.Config.ReturnSequences {
		c.readout = birnn.LastOutput
	}
	return nil
}

// readLast reads the layers that take the last output of a sequence: a Cropping1D and
// a Flatten, or [:, -1].
func (c *chain) readLast() error {
	if c.readout != birnn.LastOutput {
		return nil
	}
	if c.peek() == "GetItem" {
		return c.getItem()
	}
	var crop struct {
		Cropping [2]int `json:"cropping"`
	}
	if c.peek() != "Cropping1D" {
		return fmt.Errorf("it returns sequences, but no layer takes the last output; want Cropping1D((%d, 0)) and Flatten, or [:, -1]", c.timesteps-1)
	}
	if err := c.next("Cropping1D", &crop); err != nil {
		return err
	}
	if crop.Cropping != [2]int{c.timesteps - 1, 0} {
		return fmt.Errorf("its cropping is %v; want (%d, 0), which leaves the last time step", crop.Cropping, c.timesteps-1)
	}
	return c.next("Flatten", &struct{}{})
}

// getItem reads [:, -1].
func (c *chain) getItem() error {
	inbound := c.layers[c.read].Inbound
	if err := c.next("GetItem", &struct{}{}); err != nil {
		return err
	}
	var args, index []json.RawMessage
	if len(inbound) == 1 {
		args = inbound[0].Args
	}
	if len(args) != 2 || json.Unmarshal(args[1], &index) != nil || len(index) != 2 || string(index[1]) != "-1" {
		return fmt.Errorf("it does not select the last output; want [:, -1]")
	}
	var all struct {
		Class  string `json:"class_name"`
		Config struct{ Start, Stop, Step *int }
	}
	if json.Unmarshal(index[0], &all) != nil || all.Class != "__slice__" || all.Config != (struct{ Start, Stop, Step *int }{}) {
		return fmt.Errorf("it does not select all sequences; want [:, -1]")
	}
	return nil
}

func (c *chain) dense() error {
	var config struct {
		Units      int             `json:"units"`
		Activation json.RawMessage `json:"activation"`
		UseBias    *bool           `json:"use_bias"`
	}
	if c.peek() == "Bidirectional" {
		return fmt.Errorf("another Bidirectional layer follows; want one")
	}
	if err := c.next("Dense", &config); err != nil {
		return err
	}
	c.classes, c.linear = config.Units, is(config.Activation, "linear")
	if !c.linear && !is(config.Activation, "softmax") {
		return fmt.Errorf("its activation is %s; want \"softmax\" or \"linear\"", config.Activation)
	}
	if config.UseBias != nil && !*config.UseBias {
		return fmt.Errorf("it has use_bias=False; want a bias")
	}
	return nil
}

// softmax reads a layer that computes the probabilities, if there is one.
func (c *chain) softmax() error {
	switch {
	case c.linear && c.peek() == "Softmax":
		return c.softmaxLayer()
	case c.linear && c.peek() == "Activation":
		var config struct {
			Activation json.RawMessage `json:"activation"`
		}
		if err := c.next("Activation", &config); err != nil {
			return err
		}
		if string(config.Activation) != `"softmax"` {
			return fmt.Errorf("its activation is %s; want \"softmax\"", config.Activation)
		}
	}
	return nil
}

// softmaxLayer reads a Softmax over the classes.
func (c *chain) softmaxLayer() error {
	config := struct {
		Axis json.RawMessage `json:"axis"`
	}{}
	if err := c.next("Softmax", &config); err != nil {
		return err
	}
	if axis := string(config.Axis); axis != "" && axis != "-1" && axis != "1" {
		return fmt.Errorf("its axis is %s; want -1, that of the classes", axis)
	}
	return nil
}

func (c *chain) end() error {
	if c.read < len(c.layers) {
		return fmt.Errorf("it is not the last layer, a %s follows; want a Dense at the end", c.peek())
	}
	return nil
}
