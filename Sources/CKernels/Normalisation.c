#include "CKernels.h"
#include "Vector.h"

CLONES void emend_add_bias(float *x, const float *bias, size_t rows, size_t columns,
                           size_t stride) {
  for (size_t r = 0; r < rows; r++) axpy(1.0f, bias, x + r * stride, columns);
}

CLONES void emend_accumulate(float *y, const float *x, size_t count) { axpy(1.0f, x, y, count); }

CLONES void emend_layer_norm(const float *x, const float *gain, const float *bias, float epsilon,
                             float *y, float *mean, float *rstd, size_t rows, size_t columns) {
  lanes_t v, g, b;
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    lanes_t sum = {0}, squares = {0};
    for (size_t i = 0; i < columns; i += LANES) {
      load(&v, x + i, columns - i);
      sum += v;
    }
    float m = lane_sum(&sum) / (float)columns;
    for (size_t i = 0; i < columns; i += LANES) {
      load(&v, x + i, columns - i);
      v -= m;
      // Behind the end stand zeros less the mean, which are no part of it.
      if (columns - i < LANES) load(&v, (float *)&v, columns - i);
      squares += v * v;
    }
    float s = 1.0f / sqrtf(lane_sum(&squares) / (float)columns + epsilon);
    for (size_t i = 0; i < columns; i += LANES) {
      load(&v, x + i, columns - i);
      load(&g, gain + i, columns - i);
      load(&b, bias + i, columns - i);
      v = (v - m) * s * g + b;
      store(&v, y + i, columns - i);
    }
    mean[r] = m;
    rstd[r] = s;
  }
}

CLONES void emend_layer_norm_backward(const float *dy, const float *x, const float *gain,
                                      const float *mean, const float *rstd, float *dx, size_t rows,
                                      size_t columns) {
  lanes_t v, g, d;
  for (size_t r = 0; r < rows; r++, x += columns, dy += columns, dx += columns) {
    float m = mean[r], s = rstd[r];
    lanes_t sums = {0}, products = {0};
    for (size_t i = 0; i < columns; i += LANES) {
      load(&v, x + i, columns - i);
      load(&g, gain + i, columns - i);
      load(&d, dy + i, columns - i);
      d *= g;
      sums += d;
      products += d * ((v - m) * s);
    }
    float a = lane_sum(&sums) / (float)columns, b = lane_sum(&products) / (float)columns;
    for (size_t i = 0; i < columns; i += LANES) {
      load(&v, x + i, columns - i);
      load(&g, gain + i, columns - i);
      load(&d, dy + i, columns - i);
      v = s * (d * g - a - (v - m) * s * b);
      load(&d, dx + i, columns - i);
      v += d;
      store(&v, dx + i, columns - i);
    }
  }
}

CLONES void emend_rms_norm(const float *x, const float *gain, float epsilon, float *y, float *rstd,
                           size_t rows, size_t columns) {
  lanes_t v, g;
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    float s = 1.0f / sqrtf(dot(x, x, columns) / (float)columns + epsilon);
    for (size_t i = 0; i < columns; i += LANES) {
      load(&v, x + i, columns - i);
      load(&g, gain + i, columns - i);
      v = v * s * g;
      store(&v, y + i, columns - i);
    }
    rstd[r] = s;
  }
}

CLONES void emend_rms_norm_backward(const float *dy, const float *x, const float *gain,
                                    const float *rstd, float *dx, size_t rows, size_t columns) {
  lanes_t v, g, d;
  for (size_t r = 0; r < rows; r++, x += columns, dy += columns, dx += columns) {
    float s = rstd[r];
    lanes_t products = {0};
    for (size_t i = 0; i < columns; i += LANES) {
      load(&v, x + i, columns - i);
      load(&g, gain + i, columns - i);
      load(&d, dy + i, columns - i);
      products += d * g * v;
    }
    float b = lane_sum(&products) / (float)columns * s * s;
    for (size_t i = 0; i < columns; i += LANES) {
      load(&v, x + i, columns - i);
      load(&g, gain + i, columns - i);
      load(&d, dy + i, columns - i);
      v = s * (d * g - v * b);
      load(&d, dx + i, columns - i);
      v += d;
      store(&v, dx + i, columns - i);
    }
  }
}
