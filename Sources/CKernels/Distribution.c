#include "CKernels.h"
#include "Vector.h"

CLONES float emend_log_sum_exp(const float *x, size_t count) {
  float largest = x[0];
  for (size_t i = 1; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  float lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    for (int l = 0; l < LANES; l++) lanes[l] += fast_exp(x[i + l] - largest);
  for (int l = 0; i < count; i++, l++) lanes[l] += fast_exp(x[i] - largest);
  return largest + logf(lane_sum(lanes));
}

CLONES void emend_exp_shifted(const float *x, float shift, float weight, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = fast_exp(x[i] - shift) * weight;
}

CLONES float emend_kl_divergence(const float *x, float shift, const float *log_p0, float weight,
                                 float *dx, size_t count) {
  float lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    for (int l = 0; l < LANES; l++) {
      float log_p = x[i + l] - shift;
      lanes[l] += fast_exp(log_p) * (log_p - log_p0[i + l]);
    }
  for (int l = 0; i < count; i++, l++) {
    float log_p = x[i] - shift;
    lanes[l] += fast_exp(log_p) * (log_p - log_p0[i]);
  }
  float divergence = lane_sum(lanes);
  for (i = 0; i < count; i++) {
    float log_p = x[i] - shift;
    dx[i] = weight * fast_exp(log_p) * (log_p - log_p0[i] - divergence);
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
