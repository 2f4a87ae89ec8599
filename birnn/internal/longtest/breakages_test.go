package longtest

import "slices"

// race turns the race detector on, see .ci/run.
const race = "-short -race -gcflags=all=-d=checkptr=0"

var breakages = slices.Concat(checkpoints, trainings, inputs, resources, downloads, plugins, launcher)

// checkpoints: what is saved is whole, durable and checked.
var checkpoints = []breakage{
	{"a file is overwritten in place", "birnn/internal/durable/durable.go",
		"renameio.WriteFile(path, content, 0o666, renameio.WithTempDir(dir))", "os.WriteFile(path, content, 0o666+0*os.FileMode(len(renameio.TempDir(dir))))",
		"birnn", "SurvivesManyWriters|SurvivesFullDisk", "-short"},
	{"a directory is not flushed", "birnn/internal/durable/durable.go", "return SyncDir(dir)", "return nil", "birnn/internal/durable", "Flushed", ""},
	{"a killed save's temporary file stays", "birnn/internal/durable/durable.go", "os.Remove(filepath.Join(folder, entry.Name()))", "_ = folder", "birnn/internal/durable", "Leftovers", ""},
	{"the digest is not checked", "birnn/internal/safetensors/read.go", "|| digest(file, at) != stored", "", "birnn", "FlippedBits", "-short"},
	{"gaps between arrays are not checked", "birnn/internal/safetensors/read.go", "if p.Offsets[0] != end {", "if false {", "birnn/internal/safetensors", "Hostile", ""},
	{"the end of the arrays is not checked", "birnn/internal/safetensors/read.go", "if end != len(data) {", "if end > len(data) {", "birnn/internal/safetensors", "Hostile", ""},
	{"the size of a shape is not checked", "birnn/internal/safetensors/read.go", "if e.Offsets[1]-e.Offsets[0] != size {", "if false {", "birnn/internal/safetensors", "Hostile", ""},
	{"a header may be as long as the file", "birnn/internal/safetensors/read.go", "if length > maxHeader || length", "if length", "birnn/internal/safetensors", "Hostile", ""},
	{"numbers may be infinite", "birnn/internal/safetensors/safetensors.go", "math.IsNaN(x) || math.IsInf(x, 0)", "math.IsNaN(x)", "birnn/internal/safetensors", "Values", ""},
	{"the version is not checked", "birnn/meta.go", "if c.Version != checkpointVersion {", "if false {", "birnn", "HostileCheckpoints", "-short"},
	{"the configuration is not checked", "birnn/meta.go", "if err := c.Config.Validate(); err != nil {", "if err := error(nil); err != nil {", "birnn", "HostileCheckpoints/no_configuration", "-short"},
	{"the epoch is not checked", "birnn/meta.go", "c.Epoch != want {", "c.Epoch < 0 || want < 0 {", "birnn", "HostileCheckpoints", "-short"},
	{"the shapes of variables are not checked", "birnn/checkpoint.go", "if !slices.Equal(s.shape, v.Shape().Dimensions) {", "if !slices.Equal(s.shape, s.shape) {", "birnn", "LoadAnotherNetwork", "-short"},
	{"variables of another network are passed over", "birnn/checkpoint.go", "	for path := range left {", "	for path := range map[string]bool{} {", "birnn", "HostileCheckpoints", "-short"},
	{"the optimizer's state is not saved", "birnn/checkpoint.go", "v.Name() != model.RNGStateVariableName && !yield(v)", "v.Trainable && !yield(v)", "birnn", "SaveAndLoad|ResumeGoesOn", "-short"},
	{"weights that are not finite are saved", "birnn/checkpoint.go", "if k := indexNotFinite(values); k >= 0 {", "if k := -1; k >= 0 {", "birnn", "SaveThatFails", "-short"},
	{"the history is not restored", "birnn/checkpoint.go", "m.step, m.history, m.examples, m.training = c.Step, c.history,", "m.step, m.history, m.examples, m.training = c.Step, History{},", "birnn", "SaveAndLoad", "-short"},
	{"steps out of order are taken", "birnn/history.go", "if !slices.IsSorted(steps) {", "if false {", "birnn", "HostileCheckpoints", "-short"},
	{"the checkpoint before is not kept", "birnn/directory.go", "replace(filepath.Join(dir, keepAs), present)", "replace(filepath.Join(dir, keepAs), nil)", "birnn", "NamesThePreviousOne", "-short"},
	{"another training's checkpoint is not kept", "birnn/directory.go", "case c.Training == training:", "case c.Training == training || true:", "birnn", "ResumeOrBeginAnew", "-short"},
	{"a damaged checkpoint is not kept", "birnn/directory.go", "		return unreadableFile", "		return previousFile", "birnn", "Damaged", "-short"},
	{"what is no regular file is read", "birnn/directory.go", "if !info.Mode().IsRegular() {", "if info == nil {", "birnn", "TroubleFirst", "-short"},
	{"the lock keeps nobody out", "birnn/lock.go", "		if locked {", "		if locked || true {", "birnn", "DirectoryInUse", "-short"},
	{"a directory that was made anew is taken for the old one", "birnn/lock.go", "os.SameFile(mine, other)", "os.SameFile(mine, mine) && other != nil", "birnn", "MadeAnew", "-short"},
	{"a save elsewhere counts as one at home", "birnn/checkpoint.go", "	if atHome {\n", "	if true {\n", "birnn", "EmptyPromise", "-short"},
	{"a new model counts as saved", "birnn/resume.go", "	m.home = home\n", "	m.home, m.homeIsCurrent = home, true\n", "birnn", "EmptyPromise", "-short"},
	{"what is saved is not read", "birnn/step.go", "	if !isFinite(accuracy) {\n		return loss, accuracy, fmt.Errorf(\"birnn: training", "	if false {\n		return loss, accuracy, fmt.Errorf(\"birnn: training", "birnn", "AccuracyThatIsNot", "-short"},
	{"a short training takes the place of a long one", "birnn/directory.go", "former.Step > c.Step && former", "false && former", "birnn", "AMistake", "-short"},
	{"another training's save stays as the one before", "birnn/directory.go", "	if keepAs == previousFile || keepAs == unreadableFile {", "	if true {", "birnn", "OneBefore", "-short"},
	{"a save takes no lock", "birnn/checkpoint.go", `lock, err = lockDir(dir, ""); err != nil {`, "err = makeDir(dir); err != nil {", "birnn", "DirectoryInUse", "-short"},
}

// trainings: one that was stopped goes on, and becomes what it would have become.
var trainings = []breakage{
	{"Train does not look at its context", "birnn/train.go", "		if err := ctx.Err(); err != nil {\n			return err", "		if err := ctx.Err(); err != nil && t == nil {\n			return err", "birnn", "GoesOn|ResumeGoesOn", "-short"},
	{"Train is stopped without a save", "birnn/train.go", "		if err := m.save(m.home.dir); err != nil {", "		if err := error(nil); err != nil {", "birnn", "ResumeGoesOn", "-short"},
	{"Train does not save after an epoch", "birnn/train.go", "	return m.Save(m.home.dir)", "	return nil", "birnn", "ResumeGoesOn|ResumeOrBeginAnew", "-short"},
	{"a validation that was cut off is not made up for", "birnn/train.go", "		if step > 0 && step%t.perEpoch == 0 {", "		if step > t.model.Step() && step%t.perEpoch == 0 {", "birnn", "ResumeGoesOn|TrainReports", "-short"},
	{"the order of the examples is another each time", "birnn/train.go", "uint64(cfg.Seed), uint64(epoch)", "uint64(cfg.Seed), rand.Uint64()", "birnn", "ResumeGoesOn", "-short"},
	{"the order after a stop is that of the first epoch", "birnn/train.go", "uint64(cfg.Seed), uint64(epoch)", "uint64(cfg.Seed), uint64(epoch-t.drawn)", "birnn", "ResumeGoesOn", "-short"},
	{"a training goes on with other examples", "birnn/train.go", "if m.examples != n && m.examples != 0 && m.step > 0 {", "if false {", "birnn", "OtherExamples", "-short"},
	{"a finished training goes on", "birnn/resume.go", "if c.Step >= stepsFor(m.cfg, examples) {", "if false {", "birnn", "ResumeOrBeginAnew", "-short"},
	{"no training goes on", "birnn/resume.go", "	if c == nil || why != \"\" {", "	if true {", "birnn", "SurvivesKilledTraining$", ""},
	{"a training that another one replaced is forgotten", "birnn/resume.go", "	if why != \"\" { // the", "	if false { // the", "birnn", "AMistake", "-short"},
	{"Resume goes on where nothing can be saved", "birnn/resume.go", "	case !errors.As(err, &bad):\n		return c, file, \"\", err", "	case !errors.As(err, &bad) && err == nil:\n		return c, file, \"\", err", "birnn", "TroubleFirst", "-short"},
	{"a finished training is said to go on", "birnn/train.go", "		if m.step < stepsFor(m.cfg, m.examples) {", "		if true {", "birnn", "LastValidation", "-short"},
	{"a training goes on with another configuration", "birnn/resume.go", "		if !a.Equal(b) {", "		if false {", "birnn", "ResumeOrBeginAnew", "-short"},
	{"a training goes on with another network", "birnn/resume.go", "	case c.Graph != m.graph:", "	case false:", "birnn", "ResumeWithAnotherNetwork", "-short"},
	{"Resume gives up at a damaged checkpoint", "birnn/resume.go", "if c, err = readCheckpoint(file); err != nil {", "if true {", "birnn", "ResumeFromADamaged", "-short"},
	{"a second interrupt changes nothing", "plotting/inline/stop.go", "		signal.Stop(signals) // the next one has its usual effect\n", "", "plotting/inline", "StopButton", ""},
	{"a program outlives its kernel", "plotting/inline/stop.go", "			cancel(ErrKernelGone)", "			_ = cancel", "plotting/inline", "KernelGone", ""},
	{"a program ends at its first line after the kernel", "plotting/inline/stop.go", "		signal.Ignore(syscall.SIGPIPE)", "		signal.Reset(syscall.SIGPIPE)", "plotting/inline", "KernelGone", ""},
}

// inputs: what is wrong is told, and changes nothing.
var inputs = []breakage{
	{"a loss that is not finite does not stop the training", "birnn/step.go", "		m.diverged = m.divergedAt(loss)\n		return loss, accuracy, m.diverged\n	}\n	if !isFinite(accuracy) {\n		return loss, accuracy, fmt.Errorf(\"birnn: training", "	}\n	if !isFinite(accuracy) {\n		return loss, accuracy, fmt.Errorf(\"birnn: training", "birnn", "Diverge", "-short"},
	{"the last good checkpoint is not named", "birnn/step.go", `if e.Checkpoint != "" {`, "if false {", "birnn", "Diverged", "-short"},
	{"a diverged model is saved", "birnn/checkpoint.go", "if m.diverged != nil {", "if false {", "birnn", "Divergence", "-short"},
	{"classes are not checked", "birnn/input.go", "if class < 0 || int(class) >= m.cfg.NumClasses {", "if class < 0 {", "birnn", "BadExamples", "-short"},
	{"lengths are not checked", "birnn/input.go", "len(x)%width != 0 || len(x)/width != n {", "len(x)/width > n {", "birnn", "BadExamples", "-short"},
	{"pixels are not checked", "birnn/input.go", "if k := indexNotFinite(x); k >= 0 {", "if k := -1; k >= 0 {", "birnn", "BadExamples", "-short"},
	{"no sequences are taken for some", "birnn/input.go", "	if n == 0 {", "	if n < 0 {", "birnn", "BadExamples", "-short"},
	{"a negative size is taken", "birnn/config.go", "		if f.value < 1 {", "		if f.value == 0 {", "birnn", "ConfigErrors", "-short"},
	{"so many steps are written out that memory ends", "birnn/recurrence.go", "if steps > maxUnrolled && !hasLoops(b) {", "if false {", "birnn", "ConfigErrors|HostileCheckpoints", "-short"},
	{"a rate may be infinite", "birnn/config.go", "!(c.LearningRate > 0) || !isFinite(c.LearningRate)", "!(c.LearningRate > 0)", "birnn", "ConfigErrors", "-short"},
}

// resources: memory, files and goroutines are given back, and many may use a model.
var resources = []breakage{
	{"Predict does not wait for its turn", "birnn/step.go", "	n := len(x) / width\n	if err := m.checkSequences(\"Predict\", x, n); err != nil {\n		return nil, err\n	}\n	m.mu.Lock()\n	defer m.mu.Unlock()",
		"	n := len(x) / width\n	if err := m.checkSequences(\"Predict\", x, n); err != nil {\n		return nil, err\n	}", "birnn", "Concurrent|ManyGoroutines", race},
	{"buffers stay", "birnn/step.go", "		return finalize(slices.Concat(results, inputs))", "		return finalize(slices.Concat(results[:0], inputs[:0]))", "birnn", "BuffersStayFlat", ""},
	{"the lock's file stays open", "birnn/model.go", "	return m.home.release()", "	return nil", "birnn", "NothingLeaks|DirectoryInUse", "-short"},
	{"the lock's file stays open after an error", "birnn/resume.go", "		home.release()\n", "", "birnn", "NothingLeaks|FromADamaged", "-short"},
	{"compiled programs stay", "birnn/model.go", "		p.finalize()\n", "		_ = p\n", "birnn", "NothingLeaks", ""},
}
