#include "CKernels.h"
#include "Vector.h"

CLONES float emend_log_sum_exp(const float *x, size_t count) {
  float most = largest(x, count);
  lanes_t sum = {0}, v;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    load(&v, x + i, LANES);
    v -= most;
    exponential(&v);
    sum += v;
  }
  if (i < count) {
    // What stands behind the end must not count.
    float rest[LANES];
    for (size_t l = 0; l < LANES; l++) rest[l] = l < count - i ? x[i + l] : -INFINITY;
    load(&v, rest, LANES);
    v -= most;
    exponential(&v);
    sum += v;
  }
  return most + logf(lane_sum(&sum));
}

CLONES void emend_exp_shifted(const float *x, float shift, float weight, float *y, size_t count) {
  lanes_t v;
  for (size_t i = 0; i < count; i += LANES) {
    load(&v, x + i, count - i);
    v -= shift;
    exponential(&v);
    v *= weight;
    store(&v, y + i, count - i);
  }
}

CLONES float emend_kl_divergence(const float *x, float shift, const float *log_p0, float weight,
                                 float *dx, size_t count) {
  lanes_t sum = {0}, p, log_p, other;
  for (size_t i = 0; i < count; i += LANES) {
    load(&log_p, x + i, count - i);
    load(&other, log_p0 + i, count - i);
    log_p -= shift;
    p = log_p;
    exponential(&p);
    p *= log_p - other;
    // Behind the end stand zeros less the shift, which are no part of it.
    if (count - i < LANES) load(&p, (float *)&p, count - i);
    sum += p;
  }
  float divergence = lane_sum(&sum);
  for (size_t i = 0; i < count; i += LANES) {
    load(&log_p, x + i, count - i);
    load(&other, log_p0 + i, count - i);
    log_p -= shift;
    p = log_p;
    exponential(&p);
    p *= (log_p - other - divergence) * weight;
    store(&p, dx + i, count - i);
  }
  return divergence;
}

CLONES void emend_widen_half(const void *x, float *y, size_t count) {
  const char *bytes = x;
  for (size_t i = 0; i < count; i++) {
    _Float16 value;
    memcpy(&value, bytes + 2 * i, 2);
    y[i] = (float)value;
  }
}

CLONES void emend_widen_bfloat(const void *x, float *y, size_t count) {
  const char *bytes = x;
  for (size_t i = 0; i < count; i++) {
    uint16_t half;
    memcpy(&half, bytes + 2 * i, 2);
    uint32_t bits = (uint32_t)half << 16;
    memcpy(y + i, &bits, 4);
  }
}
