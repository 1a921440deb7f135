#pragma once
#include "CKernels.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

// One source, three machine codes; see CKernels.h for why contraction is off.
#pragma STDC FP_CONTRACT OFF
#if defined(CLONES)
// A test compiles the kernels for one machine at a time.
#elif defined(__x86_64__)
#define CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CLONES
#endif
/// Said of a kernel whose vectors fill AVX-512 registers: a compiler otherwise cuts them in two.
#if defined(__x86_64__) && defined(__clang__)
#define WIDE __attribute__((min_vector_width(512)))
#else
#define WIDE
#endif
#define INLINE static inline __attribute__((always_inline))

enum { LANES = 16 };

// Sixteen numbers, in as many registers as the machine needs for them. The kernels say so themselves
// instead of leaving it to the compiler: it does not vectorise short rows, loops whose target may be one
// of their sources, or sums. They go from function to function by address: by value they would be handed
// over differently in each clone.
typedef float lanes_t __attribute__((vector_size(4 * LANES)));
typedef uint32_t bits_t __attribute__((vector_size(4 * LANES)));
typedef float half_lanes_t __attribute__((vector_size(2 * LANES)));

// Eight numbers of 64 bits and what they are made of: for sums on a grid, and differences that are to be exact.
enum { EIGHT = 8, STRIP = EMEND_PRODUCT_STRIP, TILE_ROWS = 4 };
typedef int64_t eight_longs_t __attribute__((vector_size(64)));
typedef uint64_t eight_words_t __attribute__((vector_size(64)));
typedef double eight_doubles_t __attribute__((vector_size(64)));
typedef int32_t eight_ints_t __attribute__((vector_size(32)));
typedef float eight_floats_t __attribute__((vector_size(32)));

/// Reads up to 16 numbers: the `left` that a row still has from `x` on, zeros behind them.
INLINE void load(lanes_t *lanes, const float *x, size_t left) {
  if (left >= LANES) {
    memcpy(lanes, x, sizeof *lanes);
  } else {
    float padded[LANES] = {0};
    for (size_t i = 0; i < left; i++) padded[i] = x[i];
    memcpy(lanes, padded, sizeof *lanes);
  }
}

/// Writes up to 16 numbers: as many as a row still has from `x` on.
INLINE void store(const lanes_t *lanes, float *x, size_t left) {
  if (left >= LANES) {
    memcpy(x, lanes, sizeof *lanes);
  } else {
    float padded[LANES];
    memcpy(padded, lanes, sizeof *lanes);
    for (size_t i = 0; i < left; i++) x[i] = padded[i];
  }
}

/// `a` where all bits of `mask` are set, `b` where none is.
#define CHOOSE(mask, a, b) ((lanes_t)(((mask) & (bits_t)(a)) | (~(mask) & (bits_t)(b))))

/// All bits set in the first `count` lanes.
#define FIRST_LANES(count)                                                                         \
  ((bits_t)((bits_t){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} < (uint32_t)(count)))

/// At least `bound`; NaN stays NaN.
INLINE void raise_to(lanes_t *x, float bound) {
  *x = CHOOSE((bits_t)(*x < bound), bound + (lanes_t){0}, *x);
}
/// At most `bound`; NaN stays NaN.
INLINE void lower_to(lanes_t *x, float bound) {
  *x = CHOOSE((bits_t)(*x > bound), bound + (lanes_t){0}, *x);
}

/// Sums the lanes in a fixed order.
INLINE float lane_sum(const lanes_t *lanes) {
  lanes_t v = *lanes;
  half_lanes_t eight = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                       __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  float four[4];
  for (int i = 0; i < 4; i++) four[i] = eight[i] + eight[i + 4];
  return (four[0] + four[2]) + (four[1] + four[3]);
}

INLINE float dot(const float *a, const float *b, size_t count) {
  lanes_t sum = {0}, x, y;
  for (size_t i = 0; i < count; i += LANES) {
    load(&x, a + i, count - i);
    load(&y, b + i, count - i);
    sum += x * y;
  }
  return lane_sum(&sum);
}

// Halves, quarters, eighths and sixteenths of two vectors folded onto themselves, the first vector's in front.
#define FOLD_8(a, b)                                                                               \
  (__builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +         \
   __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
#define FOLD_4(a, b)                                                                               \
  (__builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +       \
   __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31))
#define FOLD_2(a, b)                                                                               \
  (__builtin_shufflevector(a, b, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29) +       \
   __builtin_shufflevector(a, b, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31))
#define FOLD_1(a, b)                                                                               \
  (__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +      \
   __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31))

/// The sums of sixteen vectors' lanes, each in the order of `lane_sum`: a third of the work of sixteen of those.
INLINE void lane_sums(const lanes_t *v, lanes_t *sums) {
  lanes_t a = FOLD_4(FOLD_8(v[0], v[1]), FOLD_8(v[2], v[3]));
  lanes_t b = FOLD_4(FOLD_8(v[4], v[5]), FOLD_8(v[6], v[7]));
  lanes_t c = FOLD_4(FOLD_8(v[8], v[9]), FOLD_8(v[10], v[11]));
  lanes_t d = FOLD_4(FOLD_8(v[12], v[13]), FOLD_8(v[14], v[15]));
  *sums = FOLD_1(FOLD_2(a, b), FOLD_2(c, d));
}

/// y += a x.
INLINE void axpy(float a, const float *from, float *to, size_t count) {
  lanes_t x, y;
  for (size_t i = 0; i < count; i += LANES) {
    load(&x, from + i, count - i);
    load(&y, to + i, count - i);
    y += a * x;
    store(&y, to + i, count - i);
  }
}

/// The largest lane; NaN are passed over.
INLINE float lane_most(const lanes_t *lanes) {
  lanes_t v = *lanes, other;
#define TAKE_LARGER(...)                                                                           \
  other = __builtin_shufflevector(v, v, __VA_ARGS__);                                              \
  v = CHOOSE((bits_t)(other > v), other, v);
  TAKE_LARGER(8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)
  TAKE_LARGER(4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7)
  TAKE_LARGER(2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3)
  TAKE_LARGER(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
#undef TAKE_LARGER
  return v[0];
}

/// The largest of some numbers; NaN are passed over.
INLINE float largest(const float *x, size_t count) {
  lanes_t most = -INFINITY + (lanes_t){0}, next;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    load(&next, x + i, LANES);
    most = CHOOSE((bits_t)(next > most), next, most);
  }
  float result = lane_most(&most);
  for (; i < count; i++) result = x[i] > result ? x[i] : result;
  return result;
}

/// x becomes e^x: relative error below 2e-7 for x in [-87, 80]; saturates to the values at those ends,
/// which are normal numbers, as are their reciprocals. NaN stays NaN. Cody-Waite reduction by ln 2, degree 6
/// polynomial.
INLINE void exponential(lanes_t *lanes) {
  lower_to(lanes, 80.0f);
  raise_to(lanes, -87.0f);
  lanes_t x = *lanes;
  const float shifter = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer
  lanes_t shifted = x * 1.44269504f + shifter;
  lanes_t n = shifted - shifter;
  lanes_t r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  lanes_t p = 1.38888889e-3f * r + 8.33333377e-3f;
  p = p * r + 4.16666679e-2f;
  p = p * r + 1.66666672e-1f;
  p = p * r + 0.5f;
  p = (p * r) * r + r + 1.0f;
  // The integer stands in the low bits of `shifted`: no conversion, which NaN would not survive.
  *lanes = p * (lanes_t)(((bits_t)shifted << 23) + (127u << 23));
}
