#include "CKernels.h"
#include "Vector.h"

// Sums wrap, and say so; shifts to the right keep the sign, as all compilers that we know do it.

CLONES void emend_widen_products(const double *product, unsigned shift, int adds, int64_t *wide,
                                 size_t count) {
  if (adds) {
    for (size_t i = 0; i < count; i++)
      wide[i] = (int64_t)((uint64_t)wide[i] + ((uint64_t)(int64_t)product[i] << shift));
  } else {
    for (size_t i = 0; i < count; i++)
      wide[i] = (int64_t)((uint64_t)(int64_t)product[i] << shift);
  }
}

CLONES int64_t emend_add_rounded(const int64_t *wide, unsigned fraction, int64_t *target,
                                 size_t count) {
  // Half a step less one, and one more where the floor is odd: ties go to even.
  uint64_t nearly_half = fraction ? ((uint64_t)1 << (fraction - 1)) - 1 : 0;
  uint64_t one = fraction ? 1 : 0;
  int64_t overflow = 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t odd = (uint64_t)(wide[i] >> fraction) & one;
    int64_t n = (int64_t)((uint64_t)wide[i] + nearly_half + odd) >> fraction;
    int64_t sum = (int64_t)((uint64_t)target[i] + (uint64_t)n);
    overflow |= (target[i] ^ sum) & (n ^ sum);
    target[i] = sum;
  }
  return overflow;
}
