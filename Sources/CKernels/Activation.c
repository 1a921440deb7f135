#include "CKernels.h"
#include "Vector.h"

/// x becomes erf(x), absolute error below 2e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
INLINE void error_function(lanes_t *lanes) {
  bits_t sign = (bits_t)*lanes & 0x80000000u;
  lanes_t a = (lanes_t)((bits_t)*lanes ^ sign);
  lanes_t t = 1.0f / (1.0f + 0.3275911f * a);
  lanes_t p = 1.061405429f * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  lanes_t e = -a * a;
  exponential(&e);
  *lanes = (lanes_t)((bits_t)(1.0f - p * t * e) ^ sign);
}

static const float tanh_scale = 1.5957691216f; // 2 sqrt(2 / pi)
static const float cubic = 0.044715f;
static const float inverse_root_two = 0.70710678119f;
static const float inverse_root_two_pi = 0.39894228040f;

// Each x becomes its value, or the slope there. Beyond 80 all values are 0, or x, to the last bit; numbers
// that large would overflow on the way.

INLINE void gelu_tanh(lanes_t *x) {
  raise_to(x, -80.0f);
  lanes_t e = -tanh_scale * (*x + cubic * *x * *x * *x);
  exponential(&e);
  *x = *x / (1.0f + e);
}
INLINE void gelu_tanh_slope(lanes_t *x) {
  raise_to(x, -80.0f);
  lower_to(x, 80.0f);
  lanes_t c = *x, e = -tanh_scale * (c + cubic * c * c * c);
  exponential(&e);
  lanes_t s = 1.0f / (1.0f + e);
  // 1 - s is e s, and the difference would lose its digits where s is near 1.
  *x = s + c * (e * s * s) * tanh_scale * (1.0f + 3.0f * cubic * c * c);
}
INLINE void gelu_erf(lanes_t *x) {
  raise_to(x, -80.0f);
  lanes_t e = *x * inverse_root_two;
  error_function(&e);
  *x = 0.5f * *x * (1.0f + e);
}
INLINE void gelu_erf_slope(lanes_t *x) {
  raise_to(x, -80.0f);
  lower_to(x, 80.0f);
  lanes_t e = *x * inverse_root_two, density = -0.5f * *x * *x;
  error_function(&e);
  exponential(&density);
  *x = 0.5f * (1.0f + e) + *x * inverse_root_two_pi * density;
}
INLINE void silu(lanes_t *x) {
  raise_to(x, -80.0f);
  lanes_t e = -*x;
  exponential(&e);
  *x = *x / (1.0f + e);
}
INLINE void silu_slope(lanes_t *x) {
  raise_to(x, -80.0f);
  lower_to(x, 80.0f);
  lanes_t e = -*x;
  exponential(&e);
  lanes_t s = 1.0f / (1.0f + e);
  *x = s + *x * (e * s * s);
}
INLINE void relu(lanes_t *x) { raise_to(x, 0.0f); }
INLINE void relu_slope(lanes_t *x) { *x = (lanes_t)((bits_t)(*x > 0.0f) & (bits_t)(1.0f + (lanes_t){0})); }

// The kind is chosen outside the loop.
#define FOR_EACH_KIND(LOOP)                                                                        \
  switch (kind) {                                                                                  \
  case EMEND_GELU_TANH: LOOP(gelu_tanh, gelu_tanh_slope) break;                                    \
  case EMEND_GELU_ERF: LOOP(gelu_erf, gelu_erf_slope) break;                                       \
  case EMEND_SILU: LOOP(silu, silu_slope) break;                                                   \
  case EMEND_RELU: LOOP(relu, relu_slope) break;                                                   \
  }

CLONES void emend_activate(emend_activation kind, const float *x, float *y, size_t count) {
#define LOOP(f, slope)                                                                             \
  for (size_t i = 0; i < count; i += LANES) {                                                      \
    lanes_t v;                                                                                     \
    load(&v, x + i, count - i);                                                                    \
    f(&v);                                                                                         \
    store(&v, y + i, count - i);                                                                   \
  }
  FOR_EACH_KIND(LOOP)
#undef LOOP
}

CLONES void emend_activate_backward(emend_activation kind, const float *x, const float *dy,
                                    float *dx, size_t count) {
#define LOOP(f, slope)                                                                             \
  for (size_t i = 0; i < count; i += LANES) {                                                      \
    lanes_t v, d;                                                                                  \
    load(&v, x + i, count - i);                                                                    \
    load(&d, dy + i, count - i);                                                                   \
    slope(&v);                                                                                     \
    d *= v;                                                                                        \
    store(&d, dx + i, count - i);                                                                  \
  }
  FOR_EACH_KIND(LOOP)
#undef LOOP
}

CLONES void emend_activate_gated(emend_activation kind, const float *gate, const float *up,
                                 float *y, size_t count) {
#define LOOP(f, slope)                                                                             \
  for (size_t i = 0; i < count; i += LANES) {                                                      \
    lanes_t g, u;                                                                                  \
    load(&g, gate + i, count - i);                                                                 \
    load(&u, up + i, count - i);                                                                   \
    f(&g);                                                                                         \
    g *= u;                                                                                        \
    store(&g, y + i, count - i);                                                                   \
  }
  FOR_EACH_KIND(LOOP)
#undef LOOP
}

CLONES void emend_activate_gated_backward(emend_activation kind, const float *gate,
                                          const float *up, const float *dy, float *dgate,
                                          float *dup, size_t count) {
#define LOOP(f, slope)                                                                             \
  for (size_t i = 0; i < count; i += LANES) {                                                      \
    lanes_t g, s, u, d;                                                                            \
    load(&g, gate + i, count - i);                                                                 \
    load(&u, up + i, count - i);                                                                   \
    load(&d, dy + i, count - i);                                                                   \
    s = g;                                                                                         \
    slope(&s);                                                                                     \
    s *= d * u;                                                                                    \
    f(&g);                                                                                         \
    g *= d;                                                                                        \
    store(&s, dgate + i, count - i);                                                               \
    store(&g, dup + i, count - i);                                                                 \
  }
  FOR_EACH_KIND(LOOP)
#undef LOOP
}
