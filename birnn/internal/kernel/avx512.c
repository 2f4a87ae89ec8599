//go:build linux && amd64

// The kernels for AVX-512: 16 lanes, 32 registers.

#include <immintrin.h>

#define SET lstm_avx512
#define TARGET __attribute__((target("avx512f,fma")))
#define LANES 16
#define ROWS 6 // a tile of 6x4 accumulators, and 5 registers for what is multiplied

typedef __m512 vec;
typedef __mmask16 part;

#define FN TARGET static inline __attribute__((always_inline))
FN part part_of(int64_t n) { return n < LANES ? (part)((1u << n) - 1) : (part)0xffff; }
FN vec load_part(const float *p, part m) { return _mm512_maskz_loadu_ps(m, p); }
FN void store_part(float *p, part m, vec v) { _mm512_mask_storeu_ps(p, m, v); }
FN vec load(const float *p) { return _mm512_loadu_ps(p); }
FN void store(float *p, vec v) { _mm512_storeu_ps(p, v); }
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
