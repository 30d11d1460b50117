/* analyze_forecast.h -- the parts of `zhun analyze forecast`: a series with its calendar, and sets of many series.
 *
 * A series has a period (values until it comes again) and, where a column of times is there, moments: months or days since 1970,
 * equally far apart. Times may be dates (2026-11-21), months (2026-11) or years with a fraction (1949.0833).
 */
#ifndef ZH_APP_ANALYZE_FORECAST_H
#define ZH_APP_ANALYZE_FORECAST_H
#include "app/analyze.h"
#include "measure/ets.h"
#include "measure/forecast.h"

#define ZH_FORECAST_VALUES_MAX 20000 /* a fit of 2,000 passes: under a second */
#define ZH_FORECAST_SERIES_MAX 10000 /* of one file */
#define ZH_FORECAST_WIDE 9           /* a file with so many columns, none of them called value, holds a series a row */
#define ZH_FORECAST_HORIZON 12       /* values ahead where nobody says how many */

typedef enum zh_dated_by { ZH_DATED_NOT, ZH_DATED_MONTHS, ZH_DATED_DAYS } zh_dated_by;

typedef struct zh_dated {
    double *values;
    uint32_t count, period;
    zh_dated_by by;
    int64_t first, step; /* months or days since 1970 of the first value, and between two */
    bool wide;           /* the file holds many series: nothing but this is told */
} zh_dated;

/* What `model` asks for. */
typedef enum zh_foresee { ZH_FORESEE_CHOOSE, ZH_FORESEE_ETS, ZH_FORESEE_METHOD } zh_foresee;

typedef struct zh_forecast_asked {
    zh_foresee way;
    zh_ets model;              /* of ZH_FORESEE_ETS */
    zh_forecast_method method; /* of ZH_FORESEE_METHOD */
} zh_forecast_asked;

/* `values`, or the file; `period`, `transform`. */
void zh_dated_read(zh_analyze *job, zh_dated *out);
/* "2026-12", "2026-12-01", "2026" (whole years), of value `index`, which may lie ahead; empty where there is no calendar. In the arena. */
zh_sv zh_dated_label(zh_analyze *job, const zh_dated *d, uint32_t index);
/* The index of a month "2026-12"; the job fails where the series has none such. */
uint32_t zh_dated_month(zh_analyze *job, const zh_dated *d, zh_sv month);
/* `model`, by one of its names. */
zh_forecast_asked zh_forecast_model(zh_analyze *job);
/* Many series, a row each: their number and lengths, or the mean errors of a method on the values of a second file. */
void zh_forecast_many(zh_analyze *job);

#endif
