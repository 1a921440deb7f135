#include "CKernels.h"
#include "Vector.h"

CLONES void emend_rotate(emend_rotary_pairing pairing, float *x, size_t rows, size_t row_stride,
                         size_t heads, size_t head_stride, const float *cosines,
                         const float *sines, const int32_t *positions, size_t pairs,
                         float direction) {
  size_t second = pairing == EMEND_ROTARY_INTERLEAVED ? 1 : pairs;
  size_t step = pairing == EMEND_ROTARY_INTERLEAVED ? 2 : 1;
  for (size_t r = 0; r < rows; r++) {
    const float *c = cosines + (size_t)positions[r] * pairs;
    const float *s = sines + (size_t)positions[r] * pairs;
    for (size_t h = 0; h < heads; h++) {
      float *head = x + r * row_stride + h * head_stride;
      for (size_t i = 0; i < pairs; i++) {
        float a = head[i * step], b = head[i * step + second];
        float sine = s[i] * direction;
        head[i * step] = a * c[i] - b * sine;
        head[i * step + second] = b * c[i] + a * sine;
      }
    }
  }
}

/// Turns `x` into its softmax, in place.
INLINE void softmax(float *x, size_t count) {
  float largest = x[0];
  for (size_t i = 1; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  for (size_t i = 0; i < count; i++) x[i] = fast_exp(x[i] - largest);
  float sum = 0.0f;
  for (size_t i = 0; i < count; i++) sum += x[i];
  float inverse = 1.0f / sum;
  for (size_t i = 0; i < count; i++) x[i] *= inverse;
}

CLONES void emend_attend(const float *const *queries, const float *const *keys,
                         const float *const *values, const int32_t *visible, size_t query_count,
                         size_t offset_q, size_t offset_k, size_t offset_v, size_t width,
                         float scale, float *const *outputs, size_t offset_out,
                         float *probabilities, size_t probability_stride) {
  for (size_t i = 0; i < query_count; i++) {
    const float *q = queries[i] + offset_q;
    float *p = probabilities + i * probability_stride;
    float *out = outputs[i] + offset_out;
    size_t count = (size_t)visible[i];
    for (size_t j = 0; j < count; j++) p[j] = dot(q, keys[j] + offset_k, width) * scale;
    softmax(p, count);
    for (size_t c = 0; c < width; c++) out[c] = 0.0f;
    for (size_t j = 0; j < count; j++) axpy(p[j], values[j] + offset_v, out, width);
  }
}

CLONES void emend_attend_backward(const float *const *queries, const float *const *keys,
                                  const float *const *values, const int32_t *visible,
                                  size_t query_count, size_t offset_q, size_t offset_k,
                                  size_t offset_v, size_t width, float scale,
                                  const float *const *d_outputs, size_t offset_out,
                                  const float *probabilities, size_t probability_stride,
                                  float *const *d_queries, float *const *d_keys,
                                  float *const *d_values, float *scratch) {
  for (size_t i = 0; i < query_count; i++) {
    const float *q = queries[i] + offset_q;
    const float *p = probabilities + i * probability_stride;
    const float *d_out = d_outputs[i] + offset_out;
    size_t count = (size_t)visible[i];
    float centre = 0.0f;
    for (size_t j = 0; j < count; j++) {
      scratch[j] = dot(d_out, values[j] + offset_v, width);
      centre += p[j] * scratch[j];
    }
    for (size_t j = 0; j < count; j++) {
      float ds = p[j] * (scratch[j] - centre) * scale;
      if (d_queries[i]) axpy(ds, keys[j] + offset_k, d_queries[i] + offset_q, width);
      if (d_keys[j]) axpy(ds, q, d_keys[j] + offset_k, width);
      if (d_values[j]) axpy(p[j], d_out, d_values[j] + offset_v, width);
    }
  }
}
