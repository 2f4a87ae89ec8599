// How Go and XLA call the kernels.

#ifndef BIRNN_LSTM_ENTRY_H
#define BIRNN_LSTM_ENTRY_H

#include "lstm.h"

// Options are: the implementation (0: AVX-512, 1: AVX2), batch, time, input,
// hidden, reversed, and the flags of the optional operands that are present.
enum { LSTM_OPTIONS = 7 };
enum { LSTM_STATE = 1, LSTM_MASK = 2, LSTM_ALL = 4 };

// The entry points return NULL, or a string that describes an error.
const char *lstm_forward_entry(const int64_t *options, void *const *operands, void *const *results, void *scratch,
                               lstm_parallel *parallel, void *pool);
const char *lstm_backward_entry(const int64_t *options, void *const *operands, void *const *results, void *scratch,
                                lstm_parallel *parallel, void *pool);

// The bytes of scratch memory that an entry, or a call, needs.
size_t lstm_forward_scratch(const int64_t *options);
size_t lstm_backward_scratch(const int64_t *options, int with_dx);

// Calls from Go, on the thread of the caller.
void lstm_forward_call(int64_t set, const lstm_forward *, void *scratch);
void lstm_backward_call(int64_t set, const lstm_backward *, void *scratch);
int64_t lstm_packed_floats(int64_t set, int64_t input, int64_t hidden);
void lstm_pack_call(int64_t set, float *packed, const float *kernel, const float *bias, int64_t input, int64_t hidden);
size_t lstm_run_scratch(int64_t set, int64_t batch, int64_t hidden);
void lstm_run_call(int64_t set, int64_t batch, int64_t steps, int64_t input, int64_t hidden, int64_t reversed, const float *packed, const float *x,
                   int64_t x_row, const float *h0, const float *c0, float *h, float *c, void *scratch);
void lstm_tanh_call(int64_t set, float *y, const float *x, int64_t n);

#endif
