/* jacobi.h -- eigenvalues and eigenvectors of a small symmetric matrix, by plane rotations: the slow model
 * of what looks for them faster. */
#ifndef ZH_TESTS_MODEL_JACOBI_H
#define ZH_TESTS_MODEL_JACOBI_H
#include <math.h>
#include <string.h>

enum { JACOBI_MAX = 60 };

typedef struct jacobi {
    double a[JACOBI_MAX][JACOBI_MAX];      /* given; afterwards the values are on its diagonal */
    double vector[JACOBI_MAX][JACOBI_MAX]; /* column c belongs to the c-th largest value */
    double value[JACOBI_MAX];              /* descending */
} jacobi;

static inline void jacobi_rotate(jacobi *j, int n, int p, int q)
{
    if (fabs(j->a[p][q]) < 1e-300) return;
    const double theta = (j->a[q][q] - j->a[p][p]) / (2 * j->a[p][q]);
    const double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
    for (int k = 0; k < n; k++) {
        const double kp = j->a[k][p], kq = j->a[k][q];
        j->a[k][p] = c * kp - s * kq;
        j->a[k][q] = s * kp + c * kq;
    }
    for (int k = 0; k < n; k++) {
        const double pk = j->a[p][k], qk = j->a[q][k], vp = j->vector[k][p], vq = j->vector[k][q];
        j->a[p][k] = c * pk - s * qk;
        j->a[q][k] = s * pk + c * qk;
        j->vector[k][p] = c * vp - s * vq;
        j->vector[k][q] = s * vp + c * vq;
    }
}

static inline void jacobi_solve(jacobi *j, int n)
{
    memset(j->vector, 0, sizeof j->vector);
    for (int i = 0; i < n; i++) j->vector[i][i] = 1;
    for (int sweep = 0; sweep < 30; sweep++)
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++) jacobi_rotate(j, n, p, q);
    for (int i = 0; i < n; i++) j->value[i] = j->a[i][i];
    for (int i = 0; i < n; i++)
        for (int k = i + 1; k < n; k++) {
            if (j->value[k] <= j->value[i]) continue;
            const double value = j->value[i];
            j->value[i] = j->value[k];
            j->value[k] = value;
            for (int r = 0; r < n; r++) {
                const double v = j->vector[r][i];
                j->vector[r][i] = j->vector[r][k];
                j->vector[r][k] = v;
            }
        }
}

#endif
