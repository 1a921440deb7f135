#pragma once
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
#define INLINE static inline __attribute__((always_inline))

enum { LANES = 16 };

/// e^x, relative error below 2e-7 for x in [-87, 80]; saturates to the values at those ends, which
/// are normal numbers, as are their reciprocals. NaN stays NaN. Cody-Waite reduction by ln 2, degree 6
/// polynomial.
INLINE float fast_exp(float x) {
  x = x > 80.0f ? 80.0f : x;
  x = x < -87.0f ? -87.0f : x;
  const float shifter = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer
  float shifted = x * 1.44269504f + shifter;
  float n = shifted - shifter;
  float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  float p = 1.38888889e-3f;
  p = p * r + 8.33333377e-3f;
  p = p * r + 4.16666679e-2f;
  p = p * r + 1.66666672e-1f;
  p = p * r + 0.5f;
  p = (p * r) * r + r + 1.0f;
  // The integer stands in the low bits of `shifted`: no conversion, which NaN would not survive.
  uint32_t bits;
  memcpy(&bits, &shifted, 4);
  bits = (bits << 23) + (127u << 23);
  float scale;
  memcpy(&scale, &bits, 4);
  return p * scale;
}

/// Sums 16 partial sums in a fixed order.
INLINE float lane_sum(const float *lanes) {
  float eight[8], four[4];
  for (int i = 0; i < 8; i++) eight[i] = lanes[i] + lanes[i + 8];
  for (int i = 0; i < 4; i++) four[i] = eight[i] + eight[i + 4];
  return (four[0] + four[2]) + (four[1] + four[3]);
}

INLINE float dot(const float *a, const float *b, size_t count) {
  float lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    for (int l = 0; l < LANES; l++) lanes[l] += a[i + l] * b[i + l];
  for (int l = 0; i < count; i++, l++) lanes[l] += a[i] * b[i];
  return lane_sum(lanes);
}

/// y += a x.
INLINE void axpy(float a, const float *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += a * x[i];
}
