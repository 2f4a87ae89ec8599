// An LSTM layer in one direction, forwards and backwards, in float32.
//
// One time step, with the gates in the order i, j, f, o:
//
//   z = x·Wx + h·Wh + b       [4*hidden], Wx above Wh is the kernel
//   u = tanh(z_i/2, z_j, z_f/2, z_o/2)
//   j = u_j, and i, f, o = u/2 + 1/2, because σ(z) = tanh(z/2)/2 + 1/2
//   c = f*c + i*j
//   h = o*tanh(c)
//
// All arrays are dense and row-major, and may have any alignment. Stacks have
// the time steps in the order of reading.

#ifndef BIRNN_LSTM_H
#define BIRNN_LSTM_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  int64_t batch, time, input, hidden; // 1 or more
  int64_t reversed;                   // x is read from the last time step to the first
} lstm_sizes;

typedef struct {
  lstm_sizes n;
  const float *x;            // [batch, time, input]
  int64_t x_row;             // floats from one sequence of x to the next, time*input or more
  const float *kernel;       // [input+hidden, 4*hidden]
  const float *bias;         // [4*hidden]
  const float *packed;       // kernel and bias as pack leaves them; NULL: the pass packs them itself
  const float *h0, *c0;      // [batch, hidden]; NULL: zero
  const unsigned char *mask; // [batch, time], 0 where the state does not change; NULL: it always does

  // Results. Those that are NULL are not computed.
  float *h_last, *c_last; // [batch, hidden]
  float *h;               // [time+1, batch, hidden], the initial one first
  float *u;               // [time, batch, 4*hidden]
  float *c;               // [time, batch, hidden], after each time step
} lstm_forward;

typedef struct {
  lstm_sizes n;
  const float *x, *kernel, *u, *c, *h; // as above
  const float *dh_last, *dc_last;      // [batch, hidden]; NULL: zero
  const float *dh_all;                 // [time, batch, hidden], added to the gradient of each h; NULL: zero
  const unsigned char *mask;

  // Results. Those that are NULL are not computed.
  float *dkernel, *dbias, *dx, *dh0, *dc0;
} lstm_backward;

// A parallel loop calls task(arg, 0) to task(arg, n-1), on any number of threads,
// in any order, and returns when all are done.
typedef void lstm_task(void *arg, int64_t k);
typedef void lstm_parallel(void *pool, int64_t n, lstm_task *task, void *arg);

// An implementation for one instruction set. Scratch is memory for one call, of
// at least the size that the function before it returns. The results do not
// depend on how the parallel loop runs its tasks. Without one, h_last and c_last
// may be h0 and c0.
typedef struct {
  int64_t (*packed)(int64_t input, int64_t hidden); // floats of packed
  void (*pack)(float *packed, const float *kernel, const float *bias, int64_t input, int64_t hidden);
  size_t (*forward_scratch)(const lstm_forward *);
  void (*forward)(const lstm_forward *, void *scratch, lstm_parallel *, void *pool);
  size_t (*backward_scratch)(const lstm_backward *);
  void (*backward)(const lstm_backward *, void *scratch, lstm_parallel *, void *pool);
  void (*tanh)(float *y, const float *x, int64_t n);
} lstm_set;

extern const lstm_set lstm_avx512; // needs AVX-512 F and FMA
extern const lstm_set lstm_avx2;   // needs AVX2 and FMA

#endif
