package main

import (
	"context"

	"github.com/easy-gomlx/tutorials/birnn/internal/frameworks"
	"github.com/easy-gomlx/tutorials/birnn/pyenv"
)

// environments makes what the peers need. It leaves out, with a report, each peer whose environment can't be made.
func environments(ctx context.Context, chosen []peer, report func(string, ...any)) (able []peer, envs map[string]pyenv.Env) {
	envs = map[string]pyenv.Env{}
	failures := map[string]error{}
	for _, p := range chosen {
		if _, known := envs[p.env]; p.env != "" && !known {
			env, err := frameworks.Environment(p.env)
			if err == nil {
				err = env.Ensure(ctx, report)
			}
			envs[p.env], failures[p.env] = env, err
		}
		if err := failures[p.env]; err != nil {
			report("left out: %s: %v", p.name, err)
			continue
		}
		able = append(able, p)
	}
	return able, envs
}
