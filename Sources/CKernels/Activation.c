#include "CKernels.h"
#include "Vector.h"

/// erf, absolute error below 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
INLINE float fast_erf(float x) {
  float a = fabsf(x);
  float t = 1.0f / (1.0f + 0.3275911f * a);
  float p = 1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  float e = 1.0f - p * t * fast_exp(-a * a);
  return x < 0.0f ? -e : e;
}

static const float tanh_scale = 1.5957691216f; // 2 sqrt(2 / pi)
static const float cubic = 0.044715f;
static const float inverse_root_two = 0.70710678119f;
static const float inverse_root_two_pi = 0.39894228040f;

// Beyond 80 all of them are 0, or x, to the last bit; numbers that large would overflow on the way.
INLINE float no_lower(float x) { return x < -80.0f ? -80.0f : x; }
INLINE float within(float x) { return no_lower(x > 80.0f ? 80.0f : x); }

INLINE float gelu_tanh(float x) {
  float c = no_lower(x);
  return c / (1.0f + fast_exp(-tanh_scale * (c + cubic * c * c * c)));
}
INLINE float gelu_tanh_slope(float x) {
  float c = within(x);
  float e = fast_exp(-tanh_scale * (c + cubic * c * c * c));
  float s = 1.0f / (1.0f + e);
  // 1 - s is e s, and the difference would lose its digits where s is near 1.
  return s + c * (e * s * s) * tanh_scale * (1.0f + 3.0f * cubic * c * c);
}
INLINE float gelu_erf(float x) {
  float c = no_lower(x);
  return 0.5f * c * (1.0f + fast_erf(c * inverse_root_two));
}
INLINE float gelu_erf_slope(float x) {
  float c = within(x);
  return 0.5f * (1.0f + fast_erf(c * inverse_root_two)) +
         c * inverse_root_two_pi * fast_exp(-0.5f * c * c);
}
INLINE float silu(float x) {
  float c = no_lower(x);
  return c / (1.0f + fast_exp(-c));
}
INLINE float silu_slope(float x) {
  float c = within(x);
  float e = fast_exp(-c);
  float s = 1.0f / (1.0f + e);
  return s + c * (e * s * s);
}
INLINE float relu(float x) { return x < 0.0f ? 0.0f : x; }
INLINE float relu_slope(float x) { return x > 0.0f ? 1.0f : 0.0f; }

// The kind is chosen outside the loop: a branch inside would keep it scalar.
#define FOR_EACH_KIND(LOOP)                                                                        \
  switch (kind) {                                                                                  \
  case EMEND_GELU_TANH: LOOP(gelu_tanh, gelu_tanh_slope) break;                                    \
  case EMEND_GELU_ERF: LOOP(gelu_erf, gelu_erf_slope) break;                                       \
  case EMEND_SILU: LOOP(silu, silu_slope) break;                                                   \
  case EMEND_RELU: LOOP(relu, relu_slope) break;                                                   \
  }

CLONES void emend_activate(emend_activation kind, const float *x, float *y, size_t count) {
#define LOOP(f, slope) for (size_t i = 0; i < count; i++) y[i] = f(x[i]);
  FOR_EACH_KIND(LOOP)
#undef LOOP
}

CLONES void emend_activate_backward(emend_activation kind, const float *x, const float *dy,
                                    float *dx, size_t count) {
#define LOOP(f, slope) for (size_t i = 0; i < count; i++) dx[i] = dy[i] * slope(x[i]);
  FOR_EACH_KIND(LOOP)
#undef LOOP
}

CLONES void emend_activate_gated(emend_activation kind, const float *gate, const float *up,
                                 float *y, size_t count) {
#define LOOP(f, slope) for (size_t i = 0; i < count; i++) y[i] = f(gate[i]) * up[i];
  FOR_EACH_KIND(LOOP)
#undef LOOP
}

CLONES void emend_activate_gated_backward(emend_activation kind, const float *gate,
                                          const float *up, const float *dy, float *dgate,
                                          float *dup, size_t count) {
#define LOOP(f, slope)                                                                             \
  for (size_t i = 0; i < count; i++) {                                                             \
    float d = dy[i];                                                                               \
    dgate[i] = d * up[i] * slope(gate[i]);                                                         \
    dup[i] = d * f(gate[i]);                                                                       \
  }
  FOR_EACH_KIND(LOOP)
#undef LOOP
}
