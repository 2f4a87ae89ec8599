// The backward pass. Each block of sequences runs over all time steps by itself,
// the last one first, and adds up its share of the gradient of the kernel. In a
// time step:
//
//  1. dz, the gradient of the halved pre-activations, from u, c, dh and dc
//     (backward_gates). It stays in the second cache.
//  2. dh = dz·Whᵀ, and dx = dz·Wxᵀ if it is wanted, with weights packed so that a
//     tile reads them in order (256 kB for 128 hidden units, in the second cache).
//  3. After every few time steps, when there are about PRODUCT_ROWS rows of dz,
//     [x h]ᵀ·dz is added to the block's gradient of the kernel (320 kB, in the
//     second cache).
//
// Finally, the shares of the blocks are added up, in their order.
//
// The columns of gradients are grouped as the packed weights of the forward pass
// are: for each LANES hidden units, LANES columns of i, of j, of f and of o. dz
// is stored group by group, so that 2 and 3 read it in order.

#define PRODUCT_ROWS 100

typedef struct {
  const lstm_backward *b;
  int64_t groups, width;   // of hidden units; floats of all, groups*4*LANES
  int64_t steps;           // time steps whose dz is kept
  int recurrent;           // a hidden state that is not zero was read
  float *to_hidden, *to_x; // transposed weights, [panels][width][4][LANES]
  float *shares;           // [blocks][input+hidden+1][width], the last row is that of the bias
  float *dz;               // [blocks][groups][steps][rows][4][LANES]
  float *state;            // [blocks][dh, dc][rows][groups*LANES]
} backward_job;

static int64_t panels(int64_t n) { return (vectors(n) + 3) / 4; }

static backward_job backward_layout(const lstm_backward *b, float *scratch, int64_t *size) {
  const lstm_sizes *n = &b->n;
  const int64_t rows = block_rows(n->batch), blocks = blocks_of(n->batch), groups = vectors(n->hidden);
  backward_job j = {.b = b, .groups = groups, .width = 4 * groups * LANES, .to_hidden = scratch};
  j.steps = least_int(n->time, (PRODUCT_ROWS + rows - 1) / rows);
  j.to_x = j.to_hidden + panels(n->hidden) * j.width * 4 * LANES;
  j.shares = j.to_x + (b->dx ? panels(n->input) * j.width * 4 * LANES : 0);
  j.dz = j.shares + blocks * (n->input + n->hidden + 1) * j.width;
  j.state = j.dz + blocks * j.steps * rows * j.width;
  *size = (j.state - scratch) + blocks * 2 * rows * groups * LANES;
  return j;
}

static size_t backward_scratch(const lstm_backward *b) {
  int64_t size;
  backward_layout(b, NULL, &size);
  return size * sizeof(float) + 64;
}

// Packs rows of the kernel, at most 4*LANES, starting at the given one, as the
// columns of a panel.
static void pack_panel(float *to, const backward_job *j, int64_t row, int64_t rows) {
  const int64_t hidden = j->b->n.hidden;
  const float *kernel = j->b->kernel + row * 4 * hidden;
  memset(to, 0, j->width * 4 * LANES * sizeof(float));
  for (int gate = 0; gate < 4; gate++)
    for (int64_t unit = 0; unit < hidden; unit++) {
      float *out = to + ((unit / LANES * 4 + gate) * LANES + unit % LANES) * 4 * LANES;
      for (int64_t k = 0; k < rows; k++)
        out[k] = gate_scale[gate] * kernel[(k * 4 + gate) * hidden + unit];
    }
}

static void pack_backward(void *arg, int64_t k) {
  const backward_job *j = arg;
  const lstm_sizes *n = &j->b->n;
  const int64_t size = j->width * 4 * LANES, wide = 4 * LANES, first = panels(n->hidden);
  if (k < first && n->time == 1 && !j->b->dh0)
    return; // not used
  if (k < first)
    pack_panel(j->to_hidden + k * size, j, n->input + k * wide, least_int(wide, n->hidden - k * wide));
  else
    pack_panel(j->to_x + (k - first) * size, j, (k - first) * wide, least_int(wide, n->input - (k - first) * wide));
}

// One time step of a block.
typedef struct {
  const float *u, *c;        // [rows, 4*hidden], [rows, hidden]
  const float *dh_all;       // [rows, hidden], or NULL
  const unsigned char *mask; // rows at distance mask_row, or NULL
  int64_t mask_row;
  float *dz;       // groups at distance dz_group of [rows][4][LANES]
  int64_t dz_group;
  float *dh, *dc; // [rows, groups*LANES]
  float *dbias;   // [groups][4][LANES]
} backward_step;

// The gradient of the halved pre-activations of one row, and of the cell state
// before the step. With tanh' = 1-tanh²:
//
//   dc += dh*o*(1-tanh(c)²)
//   dz_i = dc*j * ½(1-u_i²)        dz_j = dc*i * (1-j²)
//   dz_f = dc*c' * ½(1-u_f²)       dz_o = dh*tanh(c) * ½(1-u_o²)
//   dc' = dc*f
//
// where c' is the cell state before the step: c'*f is c - i*j. A gate g is
// ½(1+u), so that ½(1-u²) is g*(1-u); and i*(1-j²) is (i+i*j)*(1-j).
TARGET static void backward_gates(const backward_step *p, const backward_job *j, int64_t row) {
  const int64_t hidden = j->b->n.hidden, padded = j->groups * LANES;
  const float *u = p->u + row * 4 * hidden, *c_row = p->c + row * hidden;
  float *dz = p->dz + row * 4 * LANES, *dh_row = p->dh + row * padded, *dc_row = p->dc + row * padded;
  const int masked = p->mask && !p->mask[row * p->mask_row];
  const vec one = all(1), half = all(0.5f), zero = all(0);
  for (int64_t unit = 0; unit < hidden; unit += LANES) {
    const int64_t units = hidden - unit;
    vec dh = load(dh_row + unit);
    if (p->dh_all) {
      dh = add(dh, load_part(p->dh_all + row * hidden + unit, units));
      store(dh_row + unit, dh);
    }
    vec d[4] = {zero, zero, zero, zero};
    if (!masked) {
      const vec ui = load_part(u + unit, units), uj = load_part(u + hidden + unit, units);
      const vec uf = load_part(u + 2 * hidden + unit, units), uo = load_part(u + 3 * hidden + unit, units);
      const vec i = muladd(ui, half, half), f = muladd(uf, half, half), o = muladd(uo, half, half);
      const vec c = load_part(c_row + unit, units), tanh_c = tanh_of(c), added = mul(i, uj), through_o = mul(dh, o);
      const vec dc = muladd(through_o, submul(one, tanh_c, tanh_c), load(dc_row + unit));
      d[0] = mul(mul(dc, added), sub(one, ui));
      d[1] = mul(mul(dc, add(i, added)), sub(one, uj));
      d[2] = mul(mul(dc, sub(c, added)), sub(one, uf));
      d[3] = mul(mul(through_o, tanh_c), sub(one, uo));
      store(dc_row + unit, mul(dc, f));
    }
    UNROLL for (int gate = 0; gate < 4; gate++) {
      float *sum = p->dbias + unit * 4 + gate * LANES;
      store(dz + gate * LANES, d[gate]);
      store(sum, add(load(sum), d[gate]));
    }
    dz += p->dz_group;
  }
}

// The product of rows of dz with nv vectors of a panel.
typedef struct {
  const float *dz, *panel;
  int64_t dz_group, groups;
  float *out; // rows at distance out_row
  int64_t out_row;
  int64_t columns; // of out, up to the end of the panel
  const unsigned char *mask;
  int64_t mask_row;
} panel_product;

FN void panel_tile(const panel_product *p, int64_t row, const int nv, const int rows) {
  vec sum[ROWS][4];
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < nv; v++) sum[r][v] = all(0);
  for (int64_t g = 0; g < p->groups; g++)
    add_products(sum, rows, nv, p->dz + g * p->dz_group + row * 4 * LANES, 4 * LANES, 1, p->panel + g * 16 * LANES * LANES, 4 * LANES,
                 4 * LANES);
  UNROLL for (int r = 0; r < rows; r++) {
    if (p->mask && !p->mask[(row + r) * p->mask_row])
      continue;
    float *out = p->out + (row + r) * p->out_row;
    UNROLL for (int v = 0; v < nv; v++) store_part(out + v * LANES, p->columns - v * LANES, sum[r][v]);
  }
}

TARGET static void times_panel(const panel_product *p, int64_t rows) {
  for (int64_t k = 0; k < tiles_of(rows); k++) {
    const int64_t row = tile_start(rows, k), height = tile_start(rows, k + 1) - row;
    switch (vectors(p->columns)) {
    case 1: FOR_ROWS(height, panel_tile, p, row, 1) break;
    case 2: FOR_ROWS(height, panel_tile, p, row, 2) break;
    case 3: FOR_ROWS(height, panel_tile, p, row, 3) break;
    default: FOR_ROWS(height, panel_tile, p, row, 4)
    }
  }
}

// Rows of the gradient of the kernel: the sum over several time steps of the
// products of x, or h, transposed, with dz.
typedef struct {
  const float *a; // of the last of the time steps
  int64_t a_row;  // from one sequence to the next
  int64_t a_step; // from one time step to the one before it
  const float *dz;
  int64_t dz_group, rows, steps, width;
  float *out; // [..., width]
  int first;  // out has no values yet
} kernel_product;

FN void kernel_tile(const kernel_product *p, int64_t row, int64_t group, const int rows) {
  float *out = p->out + row * p->width + group * 4 * LANES;
  vec sum[ROWS][4];
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < 4; v++)
      sum[r][v] = p->first ? all(0) : load(out + r * p->width + v * LANES);
  const float *dz = p->dz + group * p->dz_group;
  for (int64_t s = 0; s < p->steps; s++, dz += p->rows * 4 * LANES)
    add_products(sum, rows, 4, p->a + s * p->a_step + row, 1, p->a_row, dz, 4 * LANES, p->rows);
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < 4; v++) store(out + r * p->width + v * LANES, sum[r][v]);
}

TARGET static void add_to_kernel(const kernel_product *p, int64_t rows) {
  for (int64_t group = 0; group < p->width / (4 * LANES); group++)
    for (int64_t k = 0; k < tiles_of(rows); k++) {
      const int64_t row = tile_start(rows, k);
      FOR_ROWS(tile_start(rows, k + 1) - row, kernel_tile, p, row, group)
    }
}

// Copies rows between a dense array and one whose rows are padded with zeros.
static void copy_padded(float *to, int64_t to_row, const float *from, int64_t from_row, int64_t rows, int64_t n) {
  for (int64_t r = 0; r < rows; r++)
    memcpy(to + r * to_row, from + r * from_row, n * sizeof(float));
}

TARGET static void backward_block(void *arg, int64_t k) {
  const backward_job *j = arg;
  const lstm_backward *b = j->b;
  const lstm_sizes *n = &b->n;
  const int64_t first = block_start(n->batch, k), rows = block_start(n->batch, k + 1) - first;
  const int64_t hidden = n->hidden, padded = j->groups * LANES, x_row = n->time * n->input;
  float *share = j->shares + k * (n->input + hidden + 1) * j->width;
  float *dz = j->dz + k * j->steps * block_rows(n->batch) * j->width;
  float *state = j->state + k * 2 * block_rows(n->batch) * padded;

  backward_step p = {.mask_row = n->time, .dz_group = j->steps * rows * 4 * LANES, .dh = state, .dc = state + rows * padded, .dbias = share + (n->input + hidden) * j->width};
  memset(state, 0, 2 * rows * padded * sizeof(float));
  memset(p.dbias, 0, j->width * sizeof(float));
  if (b->dh_last)
    copy_padded(p.dh, padded, b->dh_last + first * hidden, hidden, rows, hidden);
  if (b->dc_last)
    copy_padded(p.dc, padded, b->dc_last + first * hidden, hidden, rows, hidden);

  int64_t kept = 0; // time steps in dz
  int started = 0;
  for (int64_t s = n->time - 1; s >= 0; s--) {
    const int64_t t = n->reversed ? n->time - 1 - s : s, stack = s * n->batch + first;
    p.u = b->u + stack * 4 * hidden;
    p.c = b->c + stack * hidden;
    p.dh_all = b->dh_all ? b->dh_all + stack * hidden : NULL;
    p.mask = b->mask ? b->mask + first * n->time + t : NULL;
    p.dz = dz + kept++ * rows * 4 * LANES;
    for (int64_t row = 0; row < rows; row++)
      backward_gates(&p, j, row);

    panel_product product = {.dz = p.dz, .dz_group = p.dz_group, .groups = j->groups};
    if (b->dx)
      for (int64_t column = 0; column < n->input; column += 4 * LANES) {
        product.panel = j->to_x + column * j->width;
        product.out = b->dx + first * x_row + t * n->input + column;
        product.out_row = x_row;
        product.columns = least_int(4 * LANES, n->input - column);
        times_panel(&product, rows);
      }
    if (s > 0 || b->dh0)
      for (int64_t column = 0; column < padded; column += 4 * LANES) {
        product.panel = j->to_hidden + column * j->width;
        product.out = p.dh + column;
        product.out_row = padded;
        product.columns = least_int(4 * LANES, padded - column);
        product.mask = p.mask; // where it is 0, dh stays as it is
        product.mask_row = p.mask_row;
        times_panel(&product, rows);
      }

    if (kept == j->steps || s == 0) {
      const int64_t last = s + kept - 1, t_last = n->reversed ? n->time - 1 - last : last;
      kernel_product q = {.dz = dz, .dz_group = p.dz_group, .rows = rows, .steps = kept, .width = j->width, .first = !started};
      q.a = b->x + first * x_row + t_last * n->input;
      q.a_row = x_row;
      q.a_step = n->reversed ? n->input : -n->input;
      q.out = share;
      add_to_kernel(&q, n->input);
      q.a = b->h + (last * n->batch + first) * hidden;
      q.a_row = hidden;
      q.a_step = -n->batch * hidden;
      q.out = share + n->input * j->width;
      if (j->recurrent)
        add_to_kernel(&q, hidden);
      kept = 0;
      started = 1;
    }
  }
  if (b->dh0)
    copy_padded(b->dh0 + first * hidden, hidden, p.dh, padded, rows, hidden);
  if (b->dc0)
    copy_padded(b->dc0 + first * hidden, hidden, p.dc, padded, rows, hidden);
}

// Adds up the shares of one row of the kernel, or of the bias.
TARGET static void add_shares(const backward_job *j, int64_t row) {
  const lstm_sizes *n = &j->b->n;
  const int64_t hidden = n->hidden, size = (n->input + hidden + 1) * j->width;
  float *out = row < n->input + hidden ? j->b->dkernel : j->b->dbias;
  if (!out)
    return;
  if (row < n->input + hidden)
    out += row * 4 * hidden;
  if (row >= n->input && row < n->input + hidden && !j->recurrent) {
    memset(out, 0, 4 * hidden * sizeof(float));
    return;
  }
  for (int gate = 0; gate < 4; gate++)
    for (int64_t unit = 0; unit < hidden; unit += LANES) {
      const float *share = j->shares + row * j->width + unit * 4 + gate * LANES;
      vec sum = load(share);
      for (int64_t k = 1; k < blocks_of(n->batch); k++)
        sum = add(sum, load(share + k * size));
      store_part(out + gate * hidden + unit, hidden - unit, mul(sum, all(gate_scale[gate])));
    }
}

#define SHARED_ROWS 32 // of the kernel, that one task adds up

static int64_t sum_tasks(const lstm_sizes *n) { return (n->input + n->hidden + SHARED_ROWS) / SHARED_ROWS; }

static void sum_shares(void *arg, int64_t k) {
  const backward_job *j = arg;
  const int64_t rows = j->b->n.input + j->b->n.hidden + 1;
  for (int64_t row = k * SHARED_ROWS; row < least_int(rows, (k + 1) * SHARED_ROWS); row++)
    add_shares(j, row);
}

// Reports whether any of n numbers is nonzero.
static int any(const float *x, int64_t n) {
  while (n > 0 && *x == 0)
    x++, n--;
  return n > 0;
}

static void backward(const lstm_backward *b, void *scratch, lstm_parallel *parallel, void *pool) {
  int64_t size;
  backward_job j = backward_layout(b, aligned(scratch), &size);
  j.recurrent = b->n.time > 1 || any(b->h, b->n.batch * b->n.hidden);
  const int64_t blocks = blocks_of(b->n.batch);
  pass p = {
      .phases = {{.task = pack_backward, .n = panels(b->n.hidden) + (b->dx ? panels(b->n.input) : 0)},
                 {.task = backward_block, .n = blocks},
                 {.task = sum_shares, .n = sum_tasks(&b->n)}},
      .job = &j,
  };
  run_pass(&p, blocks, parallel, pool);
}
