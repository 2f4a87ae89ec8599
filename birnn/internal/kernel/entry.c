//go:build linux && amd64

// The entry points of the operations in operations.go. Operands are in the
// order in which Plan gets them; results that are not used are NULL.

#include "entry.h"

static const lstm_set *const sets[] = {&lstm_avx512, &lstm_avx2};

static lstm_sizes sizes_of(const int64_t *o) { return (lstm_sizes){o[1], o[2], o[3], o[4], o[5]}; }

const char *lstm_forward_entry(const int64_t *o, void *const *in, void *const *out, void *scratch, lstm_parallel *parallel, void *pool) {
  lstm_forward f = {.n = sizes_of(o), .x = in[0], .x_row = o[2] * o[3], .kernel = in[1], .bias = in[2]};
  in += 3;
  if (o[6] & LSTM_STATE) {
    f.h0 = *in++;
    f.c0 = *in++;
  }
  if (o[6] & LSTM_MASK)
    f.mask = *in++;
  f.h_last = out[0];
  f.c_last = out[1];
  f.h = out[2];
  f.u = out[3];
  f.c = out[4];
  sets[o[0]]->forward(&f, scratch, parallel, pool);
  return NULL;
}

const char *lstm_backward_entry(const int64_t *o, void *const *in, void *const *out, void *scratch, lstm_parallel *parallel, void *pool) {
  lstm_backward b = {.n = sizes_of(o), .x = in[0], .kernel = in[1], .u = in[2], .c = in[3], .h = in[4], .dh_last = in[5], .dc_last = in[6]};
  in += 7;
  if (o[6] & LSTM_ALL)
    b.dh_all = *in++;
  if (o[6] & LSTM_MASK)
    b.mask = *in++;
  b.dkernel = out[0];
  b.dbias = out[1];
  b.dx = out[2];
  b.dh0 = out[3];
  b.dc0 = out[4];
  sets[o[0]]->backward(&b, scratch, parallel, pool);
  return NULL;
}

size_t lstm_forward_scratch(const int64_t *o) {
  lstm_forward f = {.n = sizes_of(o)};
  return sets[o[0]]->forward_scratch(&f);
}

size_t lstm_backward_scratch(const int64_t *o, int with_dx) {
  static float dx;
  lstm_backward b = {.n = sizes_of(o), .dx = with_dx ? &dx : NULL};
  return sets[o[0]]->backward_scratch(&b);
}

void lstm_forward_call(int64_t set, const lstm_forward *f, void *scratch) { sets[set]->forward(f, scratch, NULL, NULL); }

void lstm_backward_call(int64_t set, const lstm_backward *b, void *scratch) { sets[set]->backward(b, scratch, NULL, NULL); }

int64_t lstm_packed_floats(int64_t set, int64_t input, int64_t hidden) { return sets[set]->packed(input, hidden); }

void lstm_pack_call(int64_t set, float *packed, const float *kernel, const float *bias, int64_t input, int64_t hidden) {
  sets[set]->pack(packed, kernel, bias, input, hidden);
}

size_t lstm_run_scratch(int64_t set, int64_t batch, int64_t hidden) {
  static const float packed;
  lstm_forward f = {.n = {batch, 1, 1, hidden, 0}, .packed = &packed};
  return sets[set]->forward_scratch(&f);
}

void lstm_run_call(int64_t set, int64_t batch, int64_t steps, int64_t input, int64_t hidden, int64_t reversed, const float *packed, const float *x,
                   int64_t x_row, const float *h0, const float *c0, float *h, float *c, void *scratch) {
  lstm_forward f = {.n = {batch, steps, input, hidden, reversed}, .packed = packed, .x = x, .x_row = x_row, .h0 = h0, .c0 = c0, .h_last = h, .c_last = c};
  sets[set]->forward(&f, scratch, NULL, NULL);
}

void lstm_tanh_call(int64_t set, float *y, const float *x, int64_t n) { sets[set]->tanh(y, x, n); }
