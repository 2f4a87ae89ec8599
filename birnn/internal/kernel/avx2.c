//go:build linux && amd64

// The kernels for AVX2 and FMA: 8 lanes, 16 registers.

#include <immintrin.h>

#define SET lstm_avx2
#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
#define ROWS 3 // a tile of 3x4 accumulators, and 4 registers for what is multiplied

typedef __m256 vec;

#define FN TARGET static inline __attribute__((always_inline))
FN vec load(const float *p) { return _mm256_loadu_ps(p); }
FN void store(float *p, vec v) { _mm256_storeu_ps(p, v); }
FN __m256i first(int64_t n) { return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)); }
FN vec load_first(const float *p, int64_t n) { return _mm256_maskload_ps(p, first(n)); } // n < LANES
FN void store_first(float *p, int64_t n, vec v) { _mm256_maskstore_ps(p, first(n), v); }
FN vec all(float x) { return _mm256_set1_ps(x); }
FN vec add(vec a, vec b) { return _mm256_add_ps(a, b); }
FN vec sub(vec a, vec b) { return _mm256_sub_ps(a, b); }
FN vec mul(vec a, vec b) { return _mm256_mul_ps(a, b); }
FN vec quot(vec a, vec b) { return _mm256_div_ps(a, b); }
FN vec muladd(vec a, vec b, vec c) { return _mm256_fmadd_ps(a, b, c); }
FN vec submul(vec c, vec a, vec b) { return _mm256_fnmadd_ps(a, b, c); }
FN vec least(vec a, vec b) { return _mm256_min_ps(a, b); }    // b if one is NaN
FN vec greatest(vec a, vec b) { return _mm256_max_ps(a, b); } // b if one is NaN

#include "lstm_kernel.h"
