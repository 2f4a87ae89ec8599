// The kernels, written once for all instruction sets. The file that includes
// this one defines vec, a vector of LANES floats, and the operations on it; ROWS,
// the number of rows of a tile of accumulators that fits into the registers; and
// SET, the name of the implementation.

#include "lstm.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#define UNROLL _Pragma("GCC unroll 8")

// The weights of i, f and o are halved where they are read, and their gradients
// where they are written.
static const float gate_scale[4] = {0.5f, 1, 0.5f, 0.5f};

static int64_t least_int(int64_t a, int64_t b) { return a < b ? a : b; }

// Vectors for n floats.
static int64_t vectors(int64_t n) { return (n + LANES - 1) / LANES; }

// The batch is split into blocks, which are the tasks of a parallel loop. Their
// number depends on the batch alone, never on the threads, so that sums over
// the batch are always taken in the same order. 25 rows are enough to keep the
// weights, which a block reads in each time step, from being the bottleneck.
static int64_t blocks_of(int64_t batch) {
  int64_t n = (batch + 24) / 25, small = least_int(4, batch / 5);
  return least_int(16, n > small ? n : small);
}

static int64_t block_start(int64_t batch, int64_t k) { return batch * k / blocks_of(batch); }

static int64_t block_rows(int64_t batch) { return (batch + blocks_of(batch) - 1) / blocks_of(batch); }

// Rows are covered by tiles whose heights differ by one at most.
static int64_t tiles_of(int64_t rows) { return (rows + ROWS - 1) / ROWS; }

static int64_t tile_start(int64_t rows, int64_t k) { return rows * k / tiles_of(rows); }

// A pass has phases, each of which needs what the one before it computed. All
// of them run in one parallel loop, because it is faster to wake the threads only
// once.
typedef struct {
  lstm_task *task;
  int64_t n;
  atomic_llong next, done; // tasks
} phase;

typedef struct {
  phase phases[3];
  void *job;
} pass;

// Runs tasks of all phases, on each thread of a pass. It only ever waits for
// tasks that other threads are running, so it can't deadlock, whenever and in
// whatever order the threads start.
static void run_phases(void *arg, int64_t thread) {
  (void)thread;
  pass *p = arg;
  for (phase *f = p->phases; f < p->phases + 3; f++) {
    for (int64_t k; (k = atomic_fetch_add_explicit(&f->next, 1, memory_order_relaxed)) < f->n;) {
      f->task(p->job, k);
      atomic_fetch_add_explicit(&f->done, 1, memory_order_release);
    }
    for (int spins = 0; atomic_load_explicit(&f->done, memory_order_acquire) < f->n;) {
      if (spins < 2000) {
        spins++;
        __builtin_ia32_pause();
      } else {
        sched_yield(); // the task may need this core
      }
    }
  }
}

// Runs a pass on as many threads as there are blocks; more would only wait.
static void run_pass(pass *p, int64_t blocks, lstm_parallel *parallel, void *pool) {
  if (parallel && blocks > 1)
    parallel(pool, blocks, run_phases, p);
  else
    run_phases(p, 0);
}

// Scratch memory is handed out in pieces that begin at a cache line.
static float *aligned(void *p) { return (float *)(((uintptr_t)p + 63) & ~(uintptr_t)63); }

static int64_t whole_lines(int64_t floats) { return (floats + 15) & ~(int64_t)15; }

// The first n floats of a vector, or all of them if there are more: the rest of
// an array. A test is cheaper than a masked store, which is slow on some
// processors.
FN vec load_part(const float *p, int64_t n) { return n < LANES ? load_first(p, n) : load(p); }

FN void store_part(float *p, int64_t n, vec v) {
  if (n < LANES)
    store_first(p, n, v);
  else
    store(p, v);
}

#include "tanh.h"
#include "tile.h"

#include "forward.h"

#include "backward.h"

const lstm_set SET = {packed_floats, pack, forward_scratch, forward, backward_scratch, backward, tanh_all};
