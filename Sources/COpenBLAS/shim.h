#pragma once
#include <cblas.h>
#include <stddef.h>

// Debian's OpenBLAS carries LAPACK's Fortran symbols but no LAPACKE header: the
// Fortran interface is declared here. Each CHARACTER argument has a hidden length
// at the end; integers are 32 bits (LP64).

/// Cholesky factor of a symmetric positive definite matrix, in place.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info,
             size_t uploLength);
/// Solution of A X = B from the factor that `dpotrf_` left.
void dpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a, const int *lda,
             double *b, const int *ldb, int *info, size_t uploLength);
/// QR factorisation by Householder reflections.
void dgeqrf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work,
             const int *lwork, int *info);
/// The explicit Q of `dgeqrf_`.
void dorgqr_(const int *m, const int *n, const int *k, double *a, const int *lda,
             const double *tau, double *work, const int *lwork, int *info);
/// Singular value decomposition by divide and conquer.
void dgesdd_(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s,
             double *u, const int *ldu, double *vt, const int *ldvt, double *work,
             const int *lwork, int *iwork, int *info, size_t jobzLength);
/// Singular value decomposition by QR iteration: slower, converges where `dgesdd_` fails.
void dgesvd_(const char *jobu, const char *jobvt, const int *m, const int *n, double *a,
             const int *lda, double *s, double *u, const int *ldu, double *vt, const int *ldvt,
             double *work, const int *lwork, int *info, size_t jobuLength, size_t jobvtLength);
/// Eigenvalues and eigenvectors of a symmetric matrix by divide and conquer.
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info,
             size_t jobzLength, size_t uploLength);
