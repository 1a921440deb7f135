#include "CKernels.h"
#include "Vector.h"

#define EXPONENT_BITS 0x7FF0000000000000u

/// a where the mask's bits are set.
#define ONLY(mask, a) ((eight_doubles_t)((eight_words_t)(mask) & (eight_words_t)(a)))
#define EITHER(mask, a, b) ((eight_doubles_t)(((eight_words_t)(mask) & (eight_words_t)(a)) |                 \
                                      (~(eight_words_t)(mask) & (eight_words_t)(b))))

/// The distance from |x| to the next number of a type.
INLINE void spacing(const eight_doubles_t *x, const emend_spacing *type, eight_doubles_t *result) {
  eight_doubles_t power = (eight_doubles_t)((eight_words_t)*x & EXPONENT_BITS);
  eight_doubles_t least = type->least_normal + (eight_doubles_t){0};
  *result = EITHER(power > least, power, least) * type->unit;
}

/// Up to eight numbers from `x` on, zeros behind them.
INLINE void read_numbers(const void *x, int is_double, size_t left, eight_doubles_t *result) {
  if (is_double) {
    if (left >= EIGHT) {
      memcpy(result, x, sizeof *result);
    } else {
      double padded[EIGHT] = {0};
      memcpy(padded, x, left * sizeof *padded);
      memcpy(result, padded, sizeof *result);
    }
    return;
  }
  eight_floats_t narrow;
  if (left >= EIGHT) {
    memcpy(&narrow, x, sizeof narrow);
  } else {
    float padded[EIGHT] = {0};
    memcpy(padded, x, left * sizeof *padded);
    memcpy(&narrow, padded, sizeof narrow);
  }
  *result = __builtin_convertvector(narrow, eight_doubles_t);
}

INLINE void write_floats(const eight_doubles_t *x, float *to, size_t left) {
  eight_floats_t narrow = __builtin_convertvector(*x, eight_floats_t);
  if (left >= EIGHT) {
    memcpy(to, &narrow, sizeof narrow);
  } else {
    float padded[EIGHT];
    memcpy(padded, &narrow, sizeof narrow);
    memcpy(to, padded, left * sizeof *to);
  }
}

INLINE void subtract(const void *a, const void *b, int is_double, size_t count, float *narrow,
                     double *wide) {
  size_t size = is_double ? 8 : 4;
  for (size_t i = 0; i < count; i += EIGHT) {
    eight_doubles_t x, y;
    read_numbers((const char *)a + i * size, is_double, count - i, &x);
    read_numbers((const char *)b + i * size, is_double, count - i, &y);
    x -= y;
    if (narrow) {
      write_floats(&x, narrow + i, count - i);
    } else if (count - i >= EIGHT) {
      memcpy(wide + i, &x, sizeof x);
    } else {
      for (size_t l = 0; l < count - i; l++) wide[i + l] = x[l];
    }
  }
}

WIDE CLONES void emend_subtract(const void *a, const void *b, int is_double, size_t count, float *narrow,
                           double *wide) {
  if (is_double)
    subtract(a, b, 1, count, narrow, wide);
  else
    subtract(a, b, 0, count, narrow, wide);
}

INLINE void measure(const void *target, const void *present, int is_double, int rounded_twice,
                    double typical, const emend_spacing *type, size_t count,
                    emend_difference *result) {
  size_t size = is_double ? 8 : 4;
  eight_doubles_t noise = {0}, square = {0}, inverse = {0}, weight = {0};
  eight_words_t changed = {0};
  for (size_t i = 0; i < count; i += EIGHT) {
    eight_doubles_t t, p, u, v, w = {0};
    size_t left = count - i;
    read_numbers((const char *)target + i * size, is_double, left, &t);
    read_numbers((const char *)present + i * size, is_double, left, &p);
    eight_doubles_t d = t - p;
    spacing(&t, type, &u);
    spacing(&d, type, &v);
    v = ONLY(d != 0, v);
    changed -= (eight_words_t)(d != 0);
    if (rounded_twice) spacing(&p, type, &w);
    // A spacing is a power of two; so is its inverse.
    eight_doubles_t least = typical + (eight_doubles_t){0}, coarse = EITHER(u > least, u, least);
    eight_doubles_t one = (eight_doubles_t)(((uint64_t)2046 << 52) - (eight_words_t)coarse);
    if (left < EIGHT) {
      eight_words_t there;
      for (size_t l = 0; l < EIGHT; l++) there[l] = l < left ? ~(uint64_t)0 : 0;
      u = ONLY(there, u);
      w = ONLY(there, w);
      one = ONLY(there, one);
    }
    noise += u * u + v * v + w * w;
    square += d * d;
    inverse += one;
    weight += p * p;
  }
  *result = (emend_difference){0, 0, 0, 0, 0};
  for (int l = 0; l < EIGHT; l++) {
    result->noise += noise[l];
    result->square += square[l];
    result->inverse += inverse[l];
    result->present += weight[l];
    result->changed += (double)changed[l];
  }
}

WIDE CLONES void emend_measure_difference(const void *target, const void *present, int is_double,
                                     int rounded_twice, double typical, const emend_spacing *type,
                                     size_t count, emend_difference *result) {
  if (is_double)
    measure(target, present, 1, rounded_twice, typical, type, count, result);
  else
    measure(target, present, 0, rounded_twice, typical, type, count, result);
}

/// Eight elements' excess; `left` of them are there.
INLINE void excess_of(const eight_doubles_t *low, const char *target, const char *present, int is_double,
                      size_t left, const emend_spacing *type, float *excess,
                      eight_words_t *outside) {
  eight_doubles_t t, p, space;
  read_numbers(target, is_double, left, &t);
  read_numbers(present, is_double, left, &p);
  spacing(&t, type, &space);
  eight_doubles_t off = (t - p) - *low;
  eight_words_t sign = (eight_words_t)off & ((uint64_t)1 << 63);
  eight_doubles_t over = (eight_doubles_t)((eight_words_t)off ^ sign) - space * 0.5;
  eight_words_t is_over = (eight_words_t)(over > 0);
  over = (eight_doubles_t)((eight_words_t)ONLY(is_over, over) | sign);
  write_floats(&over, excess, left);
  for (size_t l = left; l < EIGHT; l++) is_over[l] = 0;
  *outside -= is_over;
}

/// `rows` rows of a strip of sixteen columns, of which `columns` are there.
INLINE void excess_tile(const char *target, const char *present, int is_double,
                        const double *left, const double *right, size_t rank, size_t rows,
                        size_t columns, size_t stride, const emend_spacing *type, float *excess,
                        eight_words_t *outside) {
  size_t size = is_double ? 8 : 4;
  eight_doubles_t low[TILE_ROWS], high[TILE_ROWS];
  for (size_t r = 0; r < rows; r++) low[r] = high[r] = (eight_doubles_t){0};
  for (size_t k = 0; k < rank; k++) {
    eight_doubles_t x, y;
    memcpy(&x, right + k * STRIP, sizeof x);
    memcpy(&y, right + k * STRIP + EIGHT, sizeof y);
    for (size_t r = 0; r < rows; r++) {
      low[r] += left[r * rank + k] * x;
      high[r] += left[r * rank + k] * y;
    }
  }
  for (size_t r = 0; r < rows; r++) {
    const char *t = target + r * stride * size, *p = present + r * stride * size;
    float *e = excess + r * stride;
    if (columns == STRIP) {
      excess_of(&low[r], t, p, is_double, EIGHT, type, e, outside);
      excess_of(&high[r], t + EIGHT * size, p + EIGHT * size, is_double, EIGHT, type, e + EIGHT,
                outside);
    } else {
      excess_of(&low[r], t, p, is_double, columns < EIGHT ? columns : EIGHT, type, e, outside);
      if (columns > EIGHT)
        excess_of(&high[r], t + EIGHT * size, p + EIGHT * size, is_double, columns - EIGHT, type,
                  e + EIGHT, outside);
    }
  }
}

INLINE size_t interval_excess(const char *target, const char *present, int is_double,
                              const double *left, const double *right, size_t rank, size_t rows,
                              size_t columns, const emend_spacing *type, float *excess) {
  size_t size = is_double ? 8 : 4;
  eight_words_t outside = {0};
  for (size_t j = 0; j < columns; j += STRIP, right += rank * STRIP) {
    size_t width = columns - j < STRIP ? columns - j : STRIP, i = 0;
    for (; i + TILE_ROWS <= rows; i += TILE_ROWS) {
      size_t place = i * columns + j;
      excess_tile(target + place * size, present + place * size, is_double, left + i * rank, right,
                  rank, TILE_ROWS, width, columns, type, excess + place, &outside);
    }
    for (; i < rows; i++) {
      size_t place = i * columns + j;
      excess_tile(target + place * size, present + place * size, is_double, left + i * rank, right,
                  rank, 1, width, columns, type, excess + place, &outside);
    }
  }
  size_t sum = 0;
  for (int l = 0; l < EIGHT; l++) sum += outside[l];
  return sum;
}

WIDE CLONES size_t emend_interval_excess(const void *target, const void *present, int is_double,
                                    const double *left, const double *right, size_t rank,
                                    size_t rows, size_t columns, const emend_spacing *type,
                                    float *excess) {
  if (is_double)
    return interval_excess(target, present, 1, left, right, rank, rows, columns, type, excess);
  return interval_excess(target, present, 0, left, right, rank, rows, columns, type, excess);
}
