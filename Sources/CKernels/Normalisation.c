#include "CKernels.h"
#include "Vector.h"

CLONES void emend_add_bias(float *x, const float *bias, size_t rows, size_t columns,
                           size_t stride) {
  for (size_t r = 0; r < rows; r++) axpy(1.0f, bias, x + r * stride, columns);
}

CLONES void emend_accumulate(float *y, const float *x, size_t count) { axpy(1.0f, x, y, count); }

CLONES void emend_layer_norm(const float *x, const float *gain, const float *bias, float epsilon,
                             float *y, float *mean, float *rstd, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    float lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= columns; i += LANES)
      for (int l = 0; l < LANES; l++) lanes[l] += x[i + l];
    for (int l = 0; i < columns; i++, l++) lanes[l] += x[i];
    float m = lane_sum(lanes) / (float)columns;
    float squares[LANES] = {0};
    for (i = 0; i + LANES <= columns; i += LANES)
      for (int l = 0; l < LANES; l++) squares[l] += (x[i + l] - m) * (x[i + l] - m);
    for (int l = 0; i < columns; i++, l++) squares[l] += (x[i] - m) * (x[i] - m);
    float s = 1.0f / sqrtf(lane_sum(squares) / (float)columns + epsilon);
    for (i = 0; i < columns; i++) y[i] = (x[i] - m) * s * gain[i] + bias[i];
    mean[r] = m;
    rstd[r] = s;
  }
}

CLONES void emend_layer_norm_backward(const float *dy, const float *x, const float *gain,
                                      const float *mean, const float *rstd, float *dx, size_t rows,
                                      size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns, dy += columns, dx += columns) {
    float m = mean[r], s = rstd[r];
    float sums[LANES] = {0}, products[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= columns; i += LANES)
      for (int l = 0; l < LANES; l++) {
        float g = dy[i + l] * gain[i + l];
        sums[l] += g;
        products[l] += g * ((x[i + l] - m) * s);
      }
    for (int l = 0; i < columns; i++, l++) {
      float g = dy[i] * gain[i];
      sums[l] += g;
      products[l] += g * ((x[i] - m) * s);
    }
    float a = lane_sum(sums) / (float)columns, b = lane_sum(products) / (float)columns;
    for (i = 0; i < columns; i++) dx[i] += s * (dy[i] * gain[i] - a - (x[i] - m) * s * b);
  }
}

CLONES void emend_rms_norm(const float *x, const float *gain, float epsilon, float *y, float *rstd,
                           size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    float s = 1.0f / sqrtf(dot(x, x, columns) / (float)columns + epsilon);
    for (size_t i = 0; i < columns; i++) y[i] = x[i] * s * gain[i];
    rstd[r] = s;
  }
}

CLONES void emend_rms_norm_backward(const float *dy, const float *x, const float *gain,
                                    const float *rstd, float *dx, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns, dy += columns, dx += columns) {
    float s = rstd[r];
    float products[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= columns; i += LANES)
      for (int l = 0; l < LANES; l++) products[l] += dy[i + l] * gain[i + l] * x[i + l];
    for (int l = 0; i < columns; i++, l++) products[l] += dy[i] * gain[i] * x[i];
    float b = lane_sum(products) / (float)columns * s * s;
    for (i = 0; i < columns; i++) dx[i] += s * (dy[i] * gain[i] - x[i] * b);
  }
}
