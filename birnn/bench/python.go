package main

import (
	"context"
	"path/filepath"

	"github.com/easy-gomlx/tutorials/birnn/internal/cachedir"
	"github.com/easy-gomlx/tutorials/birnn/pyenv"
)

// environment returns the Python environment in the user's cache with the packages of peers/NAME.txt.
func environment(name string) (pyenv.Env, error) {
	requirements, err := files.ReadFile("peers/" + name + ".txt")
	if err != nil {
		return pyenv.Env{}, err
	}
	cache, err := cachedir.Get()
	return pyenv.Env{Dir: filepath.Join(cache, "bench", name), Requirements: requirements, Oldest: 11, Newest: 13}, err
}

// environments makes what the peers need. It leaves out, with a report, each peer whose environment can't be made.
func environments(ctx context.Context, chosen []peer, report func(string, ...any)) (able []peer, envs map[string]pyenv.Env) {
	envs = map[string]pyenv.Env{}
	failures := map[string]error{}
	for _, p := range chosen {
		if _, known := envs[p.env]; p.env != "" && !known {
			env, err := environment(p.env)
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
