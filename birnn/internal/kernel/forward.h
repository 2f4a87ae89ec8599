// The forward pass. Each block of sequences runs over all time steps by itself.
// In a time step, the product of inputs and hidden states with the weights of
// LANES hidden units, for all four gates, and what follows up to the new hidden
// state, is one tile: only its results are stored.
//
// The weights are packed so that a tile reads them in order: for each LANES
// hidden units, a group, the bias and then each row of the kernel, with LANES
// weights of i, of j, of f and of o. Those of a group (40 kB for 156 rows with
// AVX-512) are used for all tiles of a block in turn, and come from the first or
// second cache; all of them (320 kB) stay in the second.

typedef struct {
  const lstm_forward *f;
  const float *packed; // [groups][1+input+hidden][4][LANES]
  float *to_pack;      // where the pass packs them, or NULL
  float *state;        // of the blocks, where there are no stacks: h, h, c of [rows, hidden] each
  float *ahead;        // [groups][AHEAD][4][LANES] if the batch is one sequence
} forward_job;

// The weights of the inputs are not worth reading again in each time step for
// a single sequence: so many time steps are multiplied by them at once.
#define AHEAD 24

static int64_t group_floats(int64_t input, int64_t hidden) { return (1 + input + hidden) * 4 * LANES; }

static int64_t packed_floats(int64_t input, int64_t hidden) { return vectors(hidden) * group_floats(input, hidden); }

static int64_t forward_state(const lstm_sizes *n) { return 3 * whole_lines(block_rows(n->batch) * n->hidden); }

static forward_job forward_layout(const lstm_forward *f, float *scratch, int64_t *size) {
  const lstm_sizes *n = &f->n;
  forward_job j = {.f = f, .packed = f->packed, .state = scratch};
  if (!j.packed) {
    j.packed = j.to_pack = scratch;
    j.state += packed_floats(n->input, n->hidden);
  }
  j.ahead = j.state + blocks_of(n->batch) * forward_state(n);
  *size = (j.ahead - scratch) + (n->batch == 1 ? vectors(n->hidden) * AHEAD * 4 * LANES : 0);
  return j;
}

static size_t forward_scratch(const lstm_forward *f) {
  int64_t size;
  forward_layout(f, NULL, &size);
  return size * sizeof(float) + 64;
}

// Packs the bias and the first rows of the kernel for the hidden units of a group.
TARGET static void pack_group(float *to, const float *kernel, const float *bias, int64_t rows, int64_t hidden, int64_t unit) {
  for (int gate = 0; gate < 4; gate++, to += LANES) {
    const vec scale = all(gate_scale[gate]);
    store(to, mul(scale, load_part(bias + gate * hidden + unit, hidden - unit)));
    for (int64_t k = 0; k < rows; k++)
      store(to + (1 + k) * 4 * LANES, mul(scale, load_part(kernel + (k * 4 + gate) * hidden + unit, hidden - unit)));
  }
}

static void pack(float *packed, const float *kernel, const float *bias, int64_t input, int64_t hidden) {
  for (int64_t group = 0; group < vectors(hidden); group++)
    pack_group(packed + group * group_floats(input, hidden), kernel, bias, input + hidden, hidden, group * LANES);
}

static void pack_forward(void *arg, int64_t group) {
  const forward_job *j = arg;
  const lstm_forward *f = j->f;
  const lstm_sizes *n = &f->n;
  const int64_t used = n->time == 1 && !f->h0 ? n->input : n->input + n->hidden;
  pack_group(j->to_pack + group * group_floats(n->input, n->hidden), f->kernel, f->bias, used, n->hidden, group * LANES);
}

// One time step of a block.
typedef struct {
  int64_t input, hidden;
  const float *x; // rows at distance x_row, or NULL: see ahead
  int64_t x_row;
  const unsigned char *mask; // rows at distance mask_row, or NULL
  int64_t mask_row;
  const float *h_before, *c_before; // [rows, hidden], or NULL: zero
  float *h, *c;                     // after the step
  const float *ahead;               // sums of bias and products of the inputs, groups at distance AHEAD*4*LANES
  float *u;                         // [rows, 4*hidden], or NULL
  int last_first;                   // the last group of hidden units comes first
} forward_step;

// The pre-activations of a tile, halved where gates are: z[row][gate]. The sums
// begin with the bias, or what was computed ahead.
FN void forward_tile(const forward_step *p, const float *begin, const float *weights, float (*z)[4][LANES], int64_t row, const int rows) {
  const int64_t input = p->input, hidden = p->hidden;
  vec sum[ROWS][4];
  UNROLL for (int gate = 0; gate < 4; gate++) {
    const vec b = load(begin + gate * LANES);
    UNROLL for (int r = 0; r < rows; r++) sum[r][gate] = b;
  }
  if (p->x)
    add_products(sum, rows, 4, p->x + row * p->x_row, p->x_row, 1, weights, 4 * LANES, input);
  if (p->h_before)
    add_products(sum, rows, 4, p->h_before + row * hidden, hidden, 1, weights + input * 4 * LANES, 4 * LANES, hidden);
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int gate = 0; gate < 4; gate++) store(z[r][gate], sum[r][gate]);
}

// From the pre-activations of a row to its new state. It is not inlined, because
// the compiler would keep its constants in registers that the tile needs.
TARGET static __attribute__((noinline)) void forward_gates(const forward_step *p, float z[4][LANES], int64_t row, int64_t unit) {
  const int64_t hidden = p->hidden, at = row * hidden + unit, units = hidden - unit;
  const vec half = all(0.5f), zero = all(0);
  const vec ui = tanh_of(load(z[0])), uj = tanh_of(load(z[1])), uf = tanh_of(load(z[2])), uo = tanh_of(load(z[3]));
  const vec i = muladd(ui, half, half), f = muladd(uf, half, half), o = muladd(uo, half, half);
  const vec before = p->c_before ? load_part(p->c_before + at, units) : zero;
  vec c = muladd(f, before, mul(i, uj));
  vec h = mul(o, tanh_of(c));
  if (p->mask && !p->mask[row * p->mask_row]) {
    c = before;
    h = p->h_before ? load_part(p->h_before + at, units) : zero;
  }
  if (p->u) {
    float *u = p->u + row * 4 * hidden + unit;
    store_part(u, units, ui);
    store_part(u + hidden, units, uj);
    store_part(u + 2 * hidden, units, uf);
    store_part(u + 3 * hidden, units, uo);
  }
  store_part(p->c + at, units, c);
  store_part(p->h + at, units, h);
}

TARGET static void forward_rows(const forward_step *p, const forward_job *j, int64_t rows) {
  float z[ROWS][4][LANES];
  const int64_t groups = vectors(p->hidden);
  for (int64_t g = p->last_first ? groups - 1 : 0; g >= 0 && g < groups; g += p->last_first ? -1 : 1) {
    const int64_t unit = g * LANES;
    const float *group = j->packed + g * group_floats(p->input, p->hidden);
    const float *begin = p->x ? group : p->ahead + g * AHEAD * 4 * LANES;
    for (int64_t k = 0; k < tiles_of(rows); k++) {
      const int64_t row = tile_start(rows, k), height = tile_start(rows, k + 1) - row;
      FOR_ROWS(height, forward_tile, p, begin, group + 4 * LANES, z, row)
      for (int64_t r = 0; r < height; r++)
        forward_gates(p, z[r], row + r, unit);
    }
  }
}

// Computes ahead for time steps of one sequence: they are rows at distance x_row.
TARGET static void forward_ahead(const forward_job *j, const float *x, int64_t x_row, int64_t steps) {
  const forward_step p = {.input = j->f->n.input, .hidden = j->f->n.hidden, .x = x, .x_row = x_row};
  for (int64_t g = 0; g < vectors(p.hidden); g++) {
    const float *group = j->packed + g * group_floats(p.input, p.hidden);
    float(*z)[4][LANES] = (float(*)[4][LANES])j->ahead + g * AHEAD;
    for (int64_t k = 0; k < tiles_of(steps); k++) {
      const int64_t row = tile_start(steps, k);
      FOR_ROWS(tile_start(steps, k + 1) - row, forward_tile, &p, group, group + 4 * LANES, z + row, row)
    }
  }
}

static void copy_rows(float *to, const float *from, int64_t n) {
  if (from)
    memcpy(to, from, n * sizeof(float));
  else
    memset(to, 0, n * sizeof(float));
}

TARGET static void forward_block(void *arg, int64_t k) {
  const forward_job *j = arg;
  const lstm_forward *f = j->f;
  const lstm_sizes *n = &f->n;
  const int64_t first = block_start(n->batch, k), rows = block_start(n->batch, k + 1) - first;
  const int64_t hidden = n->hidden, at = first * hidden, size = rows * hidden;
  float *state = j->state + k * forward_state(n);
  const int64_t part_of_state = forward_state(n) / 3;

  forward_step p = {
      .input = n->input, .hidden = hidden, .x_row = f->x_row, .mask_row = n->time,
      .h_before = f->h0 ? f->h0 + at : NULL, .c_before = f->c0 ? f->c0 + at : NULL,
  };
  if (f->h)
    copy_rows(f->h + at, p.h_before, size);
  for (int64_t s = 0; s < n->time; s++) {
    const int64_t t = n->reversed ? n->time - 1 - s : s;
    p.x = f->x + first * f->x_row + t * n->input;
    p.last_first = s & 1; // part of its weights is still in the first cache
    if (n->batch == 1) {
      if (s % AHEAD == 0)
        forward_ahead(j, p.x, n->reversed ? -n->input : n->input, least_int(AHEAD, n->time - s));
      p.x = NULL;
      p.ahead = j->ahead + s % AHEAD * 4 * LANES;
    }
    p.mask = f->mask ? f->mask + first * n->time + t : NULL;
    p.h = f->h ? f->h + (s + 1) * n->batch * hidden + at : state + (s & 1) * part_of_state;
    p.c = f->c ? f->c + s * n->batch * hidden + at : state + 2 * part_of_state;
    p.u = f->u ? f->u + (s * n->batch + first) * 4 * hidden : NULL;
    forward_rows(&p, j, rows);
    p.h_before = p.h;
    p.c_before = p.c;
  }
  if (f->h_last)
    copy_rows(f->h_last + at, p.h, size);
  if (f->c_last)
    copy_rows(f->c_last + at, p.c, size);
}

static void forward(const lstm_forward *f, void *scratch, lstm_parallel *parallel, void *pool) {
  int64_t size;
  forward_job j = forward_layout(f, aligned(scratch), &size);
  const int64_t blocks = blocks_of(f->n.batch);
  pass p = {.phases = {{.task = pack_forward, .n = j.to_pack ? vectors(f->n.hidden) : 0}, {.task = forward_block, .n = blocks}}, .job = &j};
  run_pass(&p, blocks, parallel, pool);
}
