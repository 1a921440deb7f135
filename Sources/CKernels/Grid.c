#include "CKernels.h"
#include "Vector.h"

// Sums wrap, and say so; shifts to the right keep the sign, as all compilers that we know do it.

/// target += round(sum / 2^shift), ties to even, or sum · 2^-shift; collects where that passes 64 bits.
INLINE void add_rounded(const eight_longs_t *sum, int shift, eight_words_t *target, eight_words_t *overflow) {
  eight_words_t n;
  if (shift > 0) {
    // Half a step less one, and one more where the floor is odd.
    eight_words_t odd = (eight_words_t)(*sum >> shift) & 1;
    n = (eight_words_t)(*sum) + (((uint64_t)1 << (shift - 1)) - 1) + odd;
    n = (eight_words_t)((eight_longs_t)n >> shift);
  } else {
    n = (eight_words_t)(*sum) << -shift;
  }
  eight_words_t total = *target + n;
  *overflow |= (*target ^ total) & (n ^ total);
  *target = total;
}

/// `rows` rows of a strip of sixteen columns, of which `columns` are there.
INLINE void product_tile(const int32_t *left, const int32_t *right, size_t rank, size_t rows,
                         size_t columns, int shift, int64_t *target, size_t stride,
                         eight_words_t *overflow) {
  eight_longs_t low[TILE_ROWS], high[TILE_ROWS];
  for (size_t r = 0; r < rows; r++) low[r] = high[r] = (eight_longs_t){0};
  for (size_t k = 0; k < rank; k++) {
    eight_ints_t a, b;
    memcpy(&a, right + k * STRIP, sizeof a);
    memcpy(&b, right + k * STRIP + EIGHT, sizeof b);
    eight_longs_t x = __builtin_convertvector(a, eight_longs_t), y = __builtin_convertvector(b, eight_longs_t);
    for (size_t r = 0; r < rows; r++) {
      eight_longs_t factor = (int64_t)left[r * rank + k] + (eight_longs_t){0};
      low[r] = (eight_longs_t)((eight_words_t)low[r] + (eight_words_t)(factor * x));
      high[r] = (eight_longs_t)((eight_words_t)high[r] + (eight_words_t)(factor * y));
    }
  }
  for (size_t r = 0; r < rows; r++) {
    int64_t *out = target + r * stride;
    if (columns == STRIP) {
      eight_words_t a, b;
      memcpy(&a, out, sizeof a);
      memcpy(&b, out + EIGHT, sizeof b);
      add_rounded(&low[r], shift, &a, overflow);
      add_rounded(&high[r], shift, &b, overflow);
      memcpy(out, &a, sizeof a);
      memcpy(out + EIGHT, &b, sizeof b);
    } else {
      eight_words_t padded[2] = {0};
      memcpy(padded, out, columns * sizeof *out);
      add_rounded(&low[r], shift, &padded[0], overflow);
      add_rounded(&high[r], shift, &padded[1], overflow);
      memcpy(out, padded, columns * sizeof *out);
    }
  }
}

WIDE CLONES int64_t emend_add_product(const int32_t *left, const int32_t *right, size_t rank,
                                 size_t rows, size_t columns, int shift, int64_t *target) {
  eight_words_t overflow = {0};
  for (size_t j = 0; j < columns; j += STRIP, right += rank * STRIP) {
    size_t width = columns - j < STRIP ? columns - j : STRIP, i = 0;
    for (; i + TILE_ROWS <= rows; i += TILE_ROWS)
      product_tile(left + i * rank, right, rank, TILE_ROWS, width, shift,
                   target + i * columns + j, columns, &overflow);
    for (; i < rows; i++)
      product_tile(left + i * rank, right, rank, 1, width, shift, target + i * columns + j,
                   columns, &overflow);
  }
  uint64_t any = 0;
  for (int l = 0; l < EIGHT; l++) any |= overflow[l];
  return (int64_t)any;
}

/// Eight numbers' share of what rounding takes away; lanes where `moved` is 0 have none.
INLINE void tally(const eight_doubles_t *before, const eight_doubles_t *change,
                  const eight_doubles_t *after, const eight_longs_t *moved, emend_rounding *rounding) {
  eight_doubles_t off = *after - (*before + *change), lost, wanted;
  off = (eight_doubles_t)((eight_longs_t)off & *moved);
  memcpy(&lost, rounding->lost, sizeof lost);
  memcpy(&wanted, rounding->wanted, sizeof wanted);
  lost += off * off;
  wanted += *change * *change;
  memcpy(rounding->lost, &lost, sizeof lost);
  memcpy(rounding->wanted, &wanted, sizeof wanted);
  eight_longs_t same = *moved & (eight_longs_t)(*after == *before), swallowed, changed;
  memcpy(&swallowed, rounding->swallowed, sizeof swallowed);
  memcpy(&changed, rounding->changed, sizeof changed);
  swallowed -= same;
  changed -= *moved;
  memcpy(rounding->swallowed, &swallowed, sizeof swallowed);
  memcpy(rounding->changed, &changed, sizeof changed);
}

INLINE void add_to_float(const int64_t *sums, double step, const char *stored, char *target,
                         emend_rounding *rounding) {
  eight_longs_t n;
  eight_floats_t old;
  memcpy(&n, sums, sizeof n);
  memcpy(&old, stored, sizeof old);
  eight_longs_t moved = n != 0;
  eight_doubles_t before = __builtin_convertvector(old, eight_doubles_t);
  eight_doubles_t change = __builtin_convertvector(n, eight_doubles_t) * step;
  eight_floats_t rounded = __builtin_convertvector(before + change, eight_floats_t);
  eight_ints_t mask = __builtin_convertvector(moved, eight_ints_t);
  // What does not change keeps its bits.
  eight_ints_t bits = ((eight_ints_t)rounded & mask) | ((eight_ints_t)old & ~mask);
  eight_doubles_t after = __builtin_convertvector((eight_floats_t)bits, eight_doubles_t);
  memcpy(target, &bits, sizeof bits);
  tally(&before, &change, &after, &moved, rounding);
}

WIDE CLONES void emend_add_to_floats(const int64_t *sums, double step, const void *stored, void *target,
                                size_t count, emend_rounding *rounding) {
  const char *from = stored;
  char *to = target;
  emend_rounding local = *rounding;
  size_t i = 0;
  for (; i + EIGHT <= count; i += EIGHT)
    add_to_float(sums + i, step, from + 4 * i, to + 4 * i, &local);
  if (i < count) {
    int64_t last[EIGHT] = {0};
    char padded[4 * EIGHT] = {0};
    memcpy(last, sums + i, (count - i) * sizeof *last);
    memcpy(padded, from + 4 * i, 4 * (count - i));
    add_to_float(last, step, padded, padded, &local);
    memcpy(to + 4 * i, padded, 4 * (count - i));
  }
  *rounding = local;
}

WIDE CLONES void emend_add_steps(const int64_t *sums, double step, double *numbers, size_t count) {
  for (size_t i = 0; i < count; i += EIGHT) {
    size_t size = (count - i < EIGHT ? count - i : EIGHT) * sizeof *sums;
    eight_longs_t n = {0};
    eight_doubles_t x = {0};
    memcpy(&n, sums + i, size);
    memcpy(&x, numbers + i, size);
    eight_longs_t moved = n != 0;
    eight_doubles_t sum = x + __builtin_convertvector(n, eight_doubles_t) * step;
    eight_longs_t bits = ((eight_longs_t)sum & moved) | ((eight_longs_t)x & ~moved);
    memcpy(numbers + i, &bits, size);
  }
}

WIDE CLONES void emend_tally_rounding(const int64_t *sums, double step, const double *before,
                                 const double *after, size_t count, emend_rounding *rounding) {
  emend_rounding local = *rounding;
  for (size_t i = 0; i < count; i += EIGHT) {
    size_t here = count - i < EIGHT ? count - i : EIGHT;
    eight_longs_t n = {0};
    eight_doubles_t x = {0}, y = {0};
    memcpy(&n, sums + i, here * sizeof *sums);
    memcpy(&x, before + i, here * sizeof *before);
    memcpy(&y, after + i, here * sizeof *after);
    eight_longs_t moved = n != 0;
    eight_doubles_t change = __builtin_convertvector(n, eight_doubles_t) * step;
    tally(&x, &change, &y, &moved, &local);
  }
  *rounding = local;
}

#define DIFFERING(type)                                                                            \
  for (size_t i = 0; i < count; i++) {                                                             \
    type x, y;                                                                                     \
    memcpy(&x, (const char *)a + i * sizeof x, sizeof x);                                          \
    memcpy(&y, (const char *)b + i * sizeof y, sizeof y);                                          \
    places[found] = (uint32_t)i;                                                                   \
    found += x != y;                                                                               \
  }

WIDE CLONES size_t emend_differing(const void *a, const void *b, size_t width, size_t count,
                              uint32_t *places) {
  size_t found = 0;
  switch (width) {
  case 2: DIFFERING(uint16_t) break;
  case 4: DIFFERING(uint32_t) break;
  default: DIFFERING(uint64_t) break;
  }
  return found;
}
