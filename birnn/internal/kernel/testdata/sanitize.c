// Runs the kernels on many odd sizes, on arrays of exactly the size that they
// need, for the address, undefined-behavior and thread sanitizers. The tests in
// Go verify that the numbers are right; this one verifies that they depend neither
// on the number of threads nor on what the scratch memory held.

#include "../lstm.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t seed = 1;

static int below(int n) {
  seed = seed * 1664525 + 1013904223;
  return (int)((seed >> 8) % (uint32_t)n);
}

static void *memory(size_t bytes) {
  void *p = malloc(bytes);
  if (!p)
    exit(3);
  return p;
}

static float *numbers(int64_t n) {
  float *p = memory(n * sizeof(float));
  for (int64_t k = 0; k < n; k++)
    p[k] = (below(2001) - 1000) / 1000.0f;
  return p;
}

static float *nothing(int64_t n) { return memset(memory(n * sizeof(float)), 0xff, n * sizeof(float)); }

// A parallel loop on three threads, more than some machines have cores.
typedef struct {
  lstm_task *task;
  void *arg;
  int64_t n;
  atomic_long next;
} loop;

static void *take_tasks(void *arg) {
  loop *l = arg;
  for (int64_t k; (k = atomic_fetch_add(&l->next, 1)) < l->n;)
    l->task(l->arg, k);
  return NULL;
}

static void on_threads(void *pool, int64_t n, lstm_task *task, void *arg) {
  (void)pool;
  loop l = {task, arg, n, 0};
  pthread_t threads[2];
  for (int k = 0; k < 2; k++)
    if (pthread_create(&threads[k], NULL, take_tasks, &l))
      exit(3);
  take_tasks(&l);
  for (int k = 0; k < 2; k++)
    pthread_join(threads[k], NULL);
}

// Scratch memory of zeros in the first run, and of NaN in the second.
static void *scratch_memory(size_t bytes, int k) { return memset(memory(bytes), k ? 0xff : 0, bytes); }

// Results of the passes, [0] on one thread and [1] on three.
typedef struct {
  float *result[2];
  int64_t n;
} pair;

static pair new_pair(int64_t n) { return (pair){{nothing(n), nothing(n)}, n}; }

static void same(const char *name, pair p) {
  if (memcmp(p.result[0], p.result[1], p.n * sizeof(float))) {
    fprintf(stderr, "%s depends on the threads or on scratch memory\n", name);
    exit(2);
  }
  free(p.result[0]);
  free(p.result[1]);
}

static void run(const lstm_set *set, lstm_sizes n, int optional) {
  const int64_t states = n.batch * n.hidden, stack = n.time * states, weights = (n.input + n.hidden) * 4 * n.hidden;
  float *x = numbers(n.batch * n.time * n.input), *kernel = numbers(weights), *bias = numbers(4 * n.hidden);
  float *h0 = numbers(states), *c0 = numbers(states), *dh_all = numbers(stack);
  unsigned char *mask = memory(n.batch * n.time);
  for (int64_t k = 0; k < n.batch * n.time; k++)
    mask[k] = below(3) > 0;

  pair h_last = new_pair(states), c_last = new_pair(states), h = new_pair(stack + states), u = new_pair(4 * stack), c = new_pair(stack);
  pair dkernel = new_pair(weights), dbias = new_pair(4 * n.hidden), dx = new_pair(n.batch * n.time * n.input);
  pair dh0 = new_pair(states), dc0 = new_pair(states), h_run = new_pair(states), c_run = new_pair(states);
  const int64_t steps = 1 + below(n.time);
  for (int k = 0; k < 2; k++) {
    lstm_parallel *parallel = k ? on_threads : NULL;
    lstm_forward f = {n, x, n.time * n.input, kernel, bias, NULL, NULL, NULL, NULL, h_last.result[k], c_last.result[k], h.result[k], u.result[k], c.result[k]};
    lstm_backward b = {n, x, kernel, u.result[k], c.result[k], h.result[k], h0, c0, NULL, NULL,
                       dkernel.result[k], dbias.result[k], dx.result[k], dh0.result[k], dc0.result[k]};
    if (optional & 1) {
      f.h0 = h0;
      f.c0 = c0;
      b.dh_all = dh_all;
    }
    if (optional & 2)
      f.mask = b.mask = mask;
    void *scratch = scratch_memory(set->forward_scratch(&f), k);
    set->forward(&f, scratch, parallel, NULL);
    free(scratch);
    scratch = scratch_memory(set->backward_scratch(&b), k);
    set->backward(&b, scratch, parallel, NULL);
    free(scratch);

    f.h = f.u = f.c = f.c_last = NULL; // predicting
    scratch = scratch_memory(set->forward_scratch(&f), k);
    set->forward(&f, scratch, parallel, NULL);
    free(scratch);

    // The same with weights packed before, on one thread, with the state in place.
    float *packed = nothing(set->packed(n.input, n.hidden));
    set->pack(packed, kernel, bias, n.input, n.hidden);
    f.packed = packed;
    f.kernel = f.bias = NULL;
    f.mask = NULL;
    f.n.time = steps;
    f.x += n.reversed ? (n.time - f.n.time) * n.input : 0;
    f.h_last = memcpy(h_run.result[k], h0, states * sizeof(float));
    f.c_last = memcpy(c_run.result[k], c0, states * sizeof(float));
    if (f.h0) {
      f.h0 = f.h_last;
      f.c0 = f.c_last;
    }
    scratch = scratch_memory(set->forward_scratch(&f), k);
    set->forward(&f, scratch, NULL, NULL);
    free(scratch);
    free(packed);
    b.dkernel = b.dbias = b.dx = b.dh0 = b.dc0 = NULL;
    scratch = scratch_memory(set->backward_scratch(&b), k);
    set->backward(&b, scratch, parallel, NULL);
    free(scratch);
  }
  same("h_last", h_last), same("c_last", c_last), same("h", h), same("u", u), same("c", c);
  same("dkernel", dkernel), same("dbias", dbias), same("dx", dx), same("dh0", dh0), same("dc0", dc0), same("h of a run", h_run), same("c of a run", c_run);
  set->tanh(x, x, n.batch * n.time * n.input);
  free(x), free(kernel), free(bias), free(h0), free(c0), free(dh_all), free(mask);
}

static void run_all(const char *name, const lstm_set *set) {
  for (int k = 0; k < 120; k++)
    run(set, (lstm_sizes){1 + below(60), 1 + below(4), 1 + below(40), 1 + below(70), k & 1}, k >> 1);
  for (int k = 0; k < 16; k++) // one sequence, whose inputs are multiplied ahead
    run(set, (lstm_sizes){1, 1 + below(60), 1 + below(40), 1 + below(70), k & 1}, k >> 1);
  printf("%s\n", name);
}

int main(void) {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma"))
    run_all("avx512", &lstm_avx512);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    run_all("avx2", &lstm_avx2);
  return 0;
}
