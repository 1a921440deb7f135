#pragma once
// The elementwise kernels of a decoder, for float32 rows, of sums on a grid, and of taking over a change.
//
// They are C for one reason: `target_clones` picks AVX2 or AVX-512 code at run time, which Swift
// cannot express. Contraction to fused multiply-add is off and sums run in a fixed order over 16
// partial sums, so every clone gives the same bits.
#include <stddef.h>
#include <stdint.h>

/// An MLP's activation function.
typedef enum {
  EMEND_GELU_TANH = 0, ///< x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): GPT-2, GPT-J
  EMEND_GELU_ERF = 1,  ///< x/2 (1 + erf(x / sqrt 2)): GPT-NeoX
  EMEND_SILU = 2,      ///< x / (1 + exp(-x)): Llama
  EMEND_RELU = 3       ///< max(x, 0)
} emend_activation;

/// y = act(x).
void emend_activate(emend_activation kind, const float *x, float *y, size_t count);
/// dx = dy * act'(x). `dx` may be `dy`.
void emend_activate_backward(emend_activation kind, const float *x, const float *dy, float *dx,
                             size_t count);
/// y = act(gate) * up.
void emend_activate_gated(emend_activation kind, const float *gate, const float *up, float *y,
                          size_t count);
/// dgate = dy * up * act'(gate), dup = dy * act(gate). `dup` may be `dy`.
void emend_activate_gated_backward(emend_activation kind, const float *gate, const float *up,
                                   const float *dy, float *dgate, float *dup, size_t count);

/// Each row of `x` gets `bias` added; rows are `stride` apart.
void emend_add_bias(float *x, const float *bias, size_t rows, size_t columns, size_t stride);
/// y += x.
void emend_accumulate(float *y, const float *x, size_t count);

/// Layer normalisation of rows: y = (x - mean) * rstd * gain + bias; keeps mean and rstd a row.
void emend_layer_norm(const float *x, const float *gain, const float *bias, float epsilon, float *y,
                      float *mean, float *rstd, size_t rows, size_t columns);
/// dx += the gradient of layer normalisation with respect to its input.
void emend_layer_norm_backward(const float *dy, const float *x, const float *gain,
                               const float *mean, const float *rstd, float *dx, size_t rows,
                               size_t columns);
/// Root-mean-square normalisation of rows: y = x * rstd * gain; keeps rstd a row.
void emend_rms_norm(const float *x, const float *gain, float epsilon, float *y, float *rstd,
                    size_t rows, size_t columns);
/// dx += the gradient of root-mean-square normalisation with respect to its input.
void emend_rms_norm_backward(const float *dy, const float *x, const float *gain, const float *rstd,
                             float *dx, size_t rows, size_t columns);

/// How a rotary embedding pairs coordinates.
typedef enum {
  EMEND_ROTARY_INTERLEAVED = 0, ///< (0,1), (2,3), …: GPT-J
  EMEND_ROTARY_HALVES = 1       ///< (0,n/2), (1,n/2+1), …: GPT-NeoX, Llama
} emend_rotary_pairing;

/// Rotates the first 2 `pairs` coordinates of each head of each row, in place.
///
/// `cosines` and `sines` are [positions, pairs]; `direction` is 1, or -1 for the inverse rotation.
void emend_rotate(emend_rotary_pairing pairing, float *x, size_t rows, size_t row_stride,
                  size_t heads, size_t head_stride, const float *cosines, const float *sines,
                  const int32_t *positions, size_t pairs, float direction);

/// Causal attention of one head for the queries of one run of tokens.
///
/// `keys[j]` and `values[j]` point at the rows of the j-th visible token; query i sees the first
/// `visible[i]` of them, no fewer than the query before it. Probabilities go to `probabilities`, query i
/// at i * `probability_stride`, a multiple of 16; what lies behind them is overwritten.
void emend_attend(const float *const *queries, const float *const *keys,
                  const float *const *values, const int32_t *visible, size_t query_count,
                  size_t offset_q, size_t offset_k, size_t offset_v, size_t width, float scale,
                  float *const *outputs, size_t offset_out, float *probabilities,
                  size_t probability_stride);
/// The gradient of `emend_attend`. `d_queries`, `d_keys` and `d_values` are added to; a null
/// pointer among them marks a row that is a constant. `scratch` has the extent of `probabilities`.
void emend_attend_backward(const float *const *queries, const float *const *keys,
                           const float *const *values, const int32_t *visible, size_t query_count,
                           size_t offset_q, size_t offset_k, size_t offset_v, size_t width,
                           float scale, const float *const *d_outputs, size_t offset_out,
                           const float *probabilities, size_t probability_stride,
                           float *const *d_queries, float *const *d_keys, float *const *d_values,
                           float *scratch);

/// log(sum(exp(x))) of one row.
float emend_log_sum_exp(const float *x, size_t count);
/// y = exp(x - shift) * weight.
void emend_exp_shifted(const float *x, float shift, float weight, float *y, size_t count);
/// KL(p || p0) for p = softmax(x); the gradient with respect to x, times `weight`, goes to `dx`.
///
/// `log_p0` holds the logarithms of p0; `shift` is `emend_log_sum_exp(x)`. `dx` may be `x`.
float emend_kl_divergence(const float *x, float shift, const float *log_p0, float weight,
                          float *dx, size_t count);

/// Widens IEEE half precision; `x` needs no alignment.
void emend_widen_half(const void *x, float *y, size_t count);
/// Widens bfloat16; `x` needs no alignment.
void emend_widen_bfloat(const void *x, float *y, size_t count);

/// How many columns a strip of a right factor has: `emend_add_product`, `emend_interval_excess`.
enum { EMEND_PRODUCT_STRIP = 16 };

/// target += round(L R / 2^shift), to nearest, ties to even; or L R 2^-shift where `shift` is negative.
///
/// `left` is [rows, rank]. `right` holds strips of sixteen columns, each [rank, 16], zeros behind the last
/// column. `target` is [rows, columns]. Every sum must fit 63 bits. Negative where a target passed 64.
int64_t emend_add_product(const int32_t *left, const int32_t *right, size_t rank, size_t rows,
                          size_t columns, int shift, int64_t *target);

/// What rounding took away, eight numbers at a time: squares of what was lost and of what was wanted;
/// how many numbers stayed as they were of those that were to change.
typedef struct {
  double lost[8];
  double wanted[8];
  int64_t swallowed[8];
  int64_t changed[8];
} emend_rounding;

/// target = stored + step * sums in float64, rounded once to float32; where a sum is 0, the stored bits.
/// `stored` and `target` need no alignment and may be the same. Adds to `rounding`.
void emend_add_to_floats(const int64_t *sums, double step, const void *stored, void *target,
                         size_t count, emend_rounding *rounding);
/// numbers += step * sums; where a sum is 0, the number's bits.
void emend_add_steps(const int64_t *sums, double step, double *numbers, size_t count);
/// Adds to `rounding` what became of `before` + step * sums when it was stored as `after`.
void emend_tally_rounding(const int64_t *sums, double step, const double *before,
                          const double *after, size_t count, emend_rounding *rounding);
/// The places at which two runs of elements of 2, 4 or 8 bytes differ, ascending; gives back how many.
/// `places` has room for `count` and one more.
size_t emend_differing(const void *a, const void *b, size_t width, size_t count, uint32_t *places);

/// The distance from a number to the next one of its type: 2^exponent, at least `least_normal`, times `unit`.
typedef struct {
  double least_normal;
  double unit;
} emend_spacing;

/// a - b, of float32 or float64 numbers, in float64; to `narrow` as float32, or where that is null to `wide`.
void emend_subtract(const void *a, const void *b, int is_double, size_t count, float *narrow,
                    double *wide);

/// Sums over the elements of a difference T - P: of the squares of the spacings that were rounded to, not finite
/// where T is not; of its own squares; of the inverse spacings of T; of the squares of P;
/// and how many are not 0.
typedef struct {
  double noise;
  double square;
  double inverse;
  double present;
  double changed;
} emend_difference;

/// Measures T - P. `typical` is a spacing below which inverses do not count; `rounded_twice` says that P was
/// rounded, too.
void emend_measure_difference(const void *target, const void *present, int is_double,
                              int rounded_twice, double typical, const emend_spacing *type,
                              size_t count, emend_difference *result);
/// What is missing from L R to the nearest number within half a spacing of T around T - P; gives back how
/// many elements miss something.
///
/// `left` is [rows, rank]; `right` as in `emend_add_product`; `target`, `present` and `excess` are
/// [rows, columns].
size_t emend_interval_excess(const void *target, const void *present, int is_double,
                             const double *left, const double *right, size_t rank, size_t rows,
                             size_t columns, const emend_spacing *type, float *excess);
