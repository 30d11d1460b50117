#include "measure/logit.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define N ZH_LOGIT_COLUMNS_MAX
#define STEP_MIN 1e-13 /* rounding keeps large coefficients from resting below it, then the likelihood's rest decides */

double zh_logit_score(const double *coefs, const double *row, size_t columns)
{
    double z = 0;
    for (size_t i = 0; i < columns; i++) z += coefs[i] * row[i];
    return z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z));
}

/* Solve h step = g for a symmetric positive h, by Cholesky. false: it is none. */
static bool solve(double h[N][N], const double *g, double *step, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = h[i][j];
            for (size_t k = 0; k < j; k++) sum -= h[i][k] * h[j][k];
            if (i == j && !(sum > 1e-12 * h[i][i])) return false;
            h[i][j] = i == j ? sqrt(sum) : sum / h[j][j];
        }
    for (size_t i = 0; i < n; i++) {
        step[i] = g[i];
        for (size_t k = 0; k < i; k++) step[i] -= h[i][k] * step[k];
        step[i] /= h[i][i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++) step[i] -= h[k][i] * step[k];
        step[i] /= h[i][i];
    }
    return true;
}

zh_err zh_logit_fit(const double *x, const double *y, size_t rows, size_t columns, double *coefs, double *ll)
{
    assert(columns >= 1 && columns <= N);
    double last = -INFINITY;
    memset(coefs, 0, columns * sizeof *coefs);
    for (int round = 0; round < ZH_LOGIT_STEPS_MAX; round++) {
        double h[N][N], g[N] = { 0 }, step[N], largest = 0;
        memset(h, 0, sizeof h);
        *ll = 0;
        for (size_t r = 0; r < rows; r++) {
            const double *row = x + r * columns, s = zh_logit_score(coefs, row, columns), weight = s * (1 - s), rest = y[r] - s;
            *ll += log(y[r] > 0.5 ? s : 1 - s);
            for (size_t i = 0; i < columns; i++) {
                g[i] += rest * row[i];
                for (size_t j = 0; j <= i; j++) h[i][j] += weight * row[i] * row[j];
            }
        }
        if (!isfinite(*ll) || !solve(h, g, step, columns)) return ZH_RANGE;
        for (size_t i = 0; i < columns; i++) {
            coefs[i] += step[i];
            largest = fmax(largest, fabs(step[i]));
        }
        if (largest < STEP_MIN || (round > 8 && largest < 1e-9 && fabs(*ll - last) <= 1e-12 * fabs(*ll))) return fabs(*ll) < 1e-6 * (double)rows ? ZH_RANGE : ZH_OK;
        last = *ll;
    }
    return ZH_RANGE;
}
