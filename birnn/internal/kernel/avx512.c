//go:build linux && amd64

// The kernels for AVX-512: 16 lanes, 32 registers.

#include <immintrin.h>

#define SET lstm_avx512
#define TARGET __attribute__((target("avx512f,fma")))
#define LANES 16
#define ROWS 6 // a tile of 6x4 accumulators, and 5 registers for what is multiplied

typedef __m512 vec;

#define FN TARGET static inline __attribute__((always_inline))
FN vec load(const float *p) { return _mm512_loadu_ps(p); }
FN void store(float *p, vec v) { _mm512_storeu_ps(p, v); }
FN vec load_first(const float *p, int64_t n) { return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p); } // n < LANES
FN void store_first(float *p, int64_t n, vec v) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), v); }
FN vec all(float x) { return _mm512_set1_ps(x); }
FN vec add(vec a, vec b) { return _mm512_add_ps(a, b); }
FN vec sub(vec a, vec b) { return _mm512_sub_ps(a, b); }
FN vec mul(vec a, vec b) { return _mm512_mul_ps(a, b); }
FN vec quot(vec a, vec b) { return _mm512_div_ps(a, b); }
FN vec muladd(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); }
FN vec submul(vec c, vec a, vec b) { return _mm512_fnmadd_ps(a, b, c); }
FN vec least(vec a, vec b) { return _mm512_min_ps(a, b); }    // b if one is NaN
FN vec greatest(vec a, vec b) { return _mm512_max_ps(a, b); } // b if one is NaN

#include "lstm_kernel.h"
