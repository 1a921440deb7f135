#include "CKernels.h"
#include "Vector.h"

/// Turns the pairs (0,1), (2,3), … of 16 coordinates; cosine and sine have 8 angles.
INLINE void turn_neighbours(lanes_t *x, const float *cosines, const float *sines, float direction) {
  half_lanes_t c, s;
  memcpy(&c, cosines, sizeof c);
  memcpy(&s, sines, sizeof s);
  s *= direction;
  lanes_t v = *x;
  lanes_t other = __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
  half_lanes_t t = -s;
  lanes_t cosine = __builtin_shufflevector(c, c, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  lanes_t sine = __builtin_shufflevector(t, s, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  *x = v * cosine + other * sine;
}

CLONES void emend_rotate(emend_rotary_pairing pairing, float *x, size_t rows, size_t row_stride,
                         size_t heads, size_t head_stride, const float *cosines,
                         const float *sines, const int32_t *positions, size_t pairs,
                         float direction) {
  for (size_t r = 0; r < rows; r++) {
    const float *c = cosines + (size_t)positions[r] * pairs;
    const float *s = sines + (size_t)positions[r] * pairs;
    for (size_t h = 0; h < heads; h++) {
      float *head = x + r * row_stride + h * head_stride;
      if (pairing == EMEND_ROTARY_HALVES) {
        for (size_t i = 0; i < pairs; i += LANES) {
          lanes_t a, b, cosine, sine, turned;
          load(&a, head + i, pairs - i);
          load(&b, head + pairs + i, pairs - i);
          load(&cosine, c + i, pairs - i);
          load(&sine, s + i, pairs - i);
          sine *= direction;
          turned = a * cosine - b * sine;
          store(&turned, head + i, pairs - i);
          turned = b * cosine + a * sine;
          store(&turned, head + pairs + i, pairs - i);
        }
      } else {
        size_t i = 0;
        for (; i + LANES / 2 <= pairs; i += LANES / 2) {
          lanes_t v;
          load(&v, head + 2 * i, LANES);
          turn_neighbours(&v, c + i, s + i, direction);
          store(&v, head + 2 * i, LANES);
        }
        for (; i < pairs; i++) {
          float a = head[2 * i], b = head[2 * i + 1], sine = s[i] * direction;
          head[2 * i] = a * c[i] - b * sine;
          head[2 * i + 1] = b * c[i] + a * sine;
        }
      }
    }
  }
}

/// Turns `scale` times `x` into its softmax, in place; up to 16 numbers behind its end are read and
/// overwritten.
INLINE void softmax(float *x, size_t count, float scale) {
  lanes_t most = -INFINITY + (lanes_t){0}, sum = {0}, v;
  for (size_t i = 0; i < count; i += LANES) {
    load(&v, x + i, LANES);
    v *= scale;
    if (count - i < LANES) v = CHOOSE(FIRST_LANES(count - i), v, -INFINITY + (lanes_t){0});
    store(&v, x + i, LANES);
    most = CHOOSE((bits_t)(v > most), v, most);
  }
  float shift = lane_most(&most);
  for (size_t i = 0; i < count; i += LANES) {
    load(&v, x + i, LANES);
    v -= shift;
    exponential(&v);
    if (count - i < LANES) v = CHOOSE(FIRST_LANES(count - i), v, (lanes_t){0});
    store(&v, x + i, LANES);
    sum += v;
  }
  float inverse = 1.0f / lane_sum(&sum);
  for (size_t i = 0; i < count; i += LANES) {
    load(&v, x + i, LANES);
    v *= inverse;
    store(&v, x + i, LANES);
  }
}

/// y[l] = x · rows[l] for the first `count` of `n` rows, `offset` into each; 16 numbers are written. `n` is a
/// constant: the sums stay in registers.
INLINE void dot_group(size_t n, const float *x, const float *const *rows, size_t offset, size_t count,
                      size_t width, float *y) {
  const float *row[LANES];
  lanes_t sums[LANES], a, b;
#pragma clang loop unroll(full)
  for (size_t l = 0; l < LANES; l++) {
    sums[l] = (lanes_t){0};
    row[l] = rows[l < count ? l : 0] + offset;
  }
  size_t c = 0;
  for (; c + LANES <= width; c += LANES) {
    load(&a, x + c, LANES);
#pragma clang loop unroll(full)
    for (size_t l = 0; l < n; l++) {
      load(&b, row[l] + c, LANES);
      sums[l] += a * b;
    }
  }
  if (c < width) {
    load(&a, x + c, width - c);
#pragma clang loop unroll(full)
    for (size_t l = 0; l < n; l++) {
      load(&b, row[l] + c, width - c);
      sums[l] += a * b;
    }
  }
  lane_sums(sums, &a);
  store(&a, y, LANES);
}

/// y[j] = x · rows[j], `offset` into each row; up to 16 numbers behind the last are overwritten.
INLINE void dots(const float *x, const float *const *rows, size_t offset, size_t count, size_t width,
                 float *y) {
  for (size_t j = 0; j < count; j += LANES) {
    size_t left = count - j;
    if (left > LANES / 2)
      dot_group(LANES, x, rows + j, offset, left, width, y + j);
    else if (left > LANES / 4)
      dot_group(LANES / 2, x, rows + j, offset, left, width, y + j);
    else
      dot_group(LANES / 4, x, rows + j, offset, left, width, y + j);
  }
}

/// y = (or with `adds`, +=) the sum over j of weights[j * step] rows[j], in the order of j; rows begin at
/// `offset`.
INLINE void mix(float *y, const float *weights, size_t step, const float *const *rows, size_t offset,
                size_t count, size_t width, int adds) {
  size_t c = 0;
  // Several sums at a time: each waits for its own last addition.
  for (; c + 2 * LANES <= width; c += 2 * LANES) {
    lanes_t a = {0}, b = {0}, v;
    if (adds) load(&a, y + c, LANES);
    if (adds) load(&b, y + c + LANES, LANES);
    for (size_t j = 0; j < count; j++) {
      const float *row = rows[j] + offset + c;
      load(&v, row, LANES);
      a += weights[j * step] * v;
      load(&v, row + LANES, LANES);
      b += weights[j * step] * v;
    }
    store(&a, y + c, LANES);
    store(&b, y + c + LANES, LANES);
  }
  for (; c < width; c += LANES) {
    lanes_t a = {0}, v;
    if (adds) load(&a, y + c, width - c);
    for (size_t j = 0; j < count; j++) {
      load(&v, rows[j] + offset + c, width - c);
      a += weights[j * step] * v;
    }
    store(&a, y + c, width - c);
  }
}

CLONES void emend_attend(const float *const *queries, const float *const *keys,
                         const float *const *values, const int32_t *visible, size_t query_count,
                         size_t offset_q, size_t offset_k, size_t offset_v, size_t width,
                         float scale, float *const *outputs, size_t offset_out,
                         float *probabilities, size_t probability_stride) {
  // Step by step for all queries: the steps of one query wait for each other, those of several do not.
  for (size_t i = 0; i < query_count; i++)
    dots(queries[i] + offset_q, keys, offset_k, (size_t)visible[i], width,
         probabilities + i * probability_stride);
  for (size_t i = 0; i < query_count; i++)
    softmax(probabilities + i * probability_stride, (size_t)visible[i], scale);
  for (size_t i = 0; i < query_count; i++)
    mix(outputs[i] + offset_out, probabilities + i * probability_stride, 1, values, offset_v,
        (size_t)visible[i], width, 0);
}

CLONES void emend_attend_backward(const float *const *queries, const float *const *keys,
                                  const float *const *values, const int32_t *visible,
                                  size_t query_count, size_t offset_q, size_t offset_k,
                                  size_t offset_v, size_t width, float scale,
                                  const float *const *d_outputs, size_t offset_out,
                                  const float *probabilities, size_t probability_stride,
                                  float *const *d_queries, float *const *d_keys,
                                  float *const *d_values, float *scratch) {
  for (size_t i = 0; i < query_count; i++)
    dots(d_outputs[i] + offset_out, values, offset_v, (size_t)visible[i], width,
         scratch + i * probability_stride);
  for (size_t i = 0; i < query_count; i++) {
    const float *p = probabilities + i * probability_stride;
    float *d_scores = scratch + i * probability_stride;
    size_t count = (size_t)visible[i];
    lanes_t sum = {0}, v, weight;
    for (size_t j = 0; j < count; j += LANES) {
      load(&v, d_scores + j, LANES);
      load(&weight, p + j, LANES);
      v *= weight;
      if (count - j < LANES) v = CHOOSE(FIRST_LANES(count - j), v, (lanes_t){0});
      sum += v;
    }
    float centre = lane_sum(&sum);
    for (size_t j = 0; j < count; j += LANES) {
      load(&v, d_scores + j, LANES);
      load(&weight, p + j, LANES);
      v = weight * (v - centre) * scale;
      store(&v, d_scores + j, LANES);
    }
  }
  for (size_t i = 0; i < query_count; i++)
    if (d_queries[i])
      mix(d_queries[i] + offset_q, scratch + i * probability_stride, 1, keys, offset_k,
          (size_t)visible[i], width, 1);
  // Key by key, so that each gradient is read and written once for all queries that see the key: from
  // the first on, since later queries see more.
  size_t first = 0;
  for (size_t j = 0;; j++) {
    while (first < query_count && (size_t)visible[first] <= j) first++;
    if (first == query_count) break;
    size_t count = query_count - first, start = first * probability_stride + j;
    if (d_keys[j])
      mix(d_keys[j] + offset_k, scratch + start, probability_stride, queries + first, offset_q, count,
          width, 1);
    if (d_values[j])
      mix(d_values[j] + offset_v, probabilities + start, probability_stride, d_outputs + first,
          offset_out, count, width, 1);
  }
}
