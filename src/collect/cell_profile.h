/* cell_profile.h -- what the cells of one column look like: numbers, amounts, moments, addresses, spoilt ids.
 *
 * Cells are put in one by one; what was seen is counted, so that a guess can say how many cells speak for it.
 *
 * Dates       every format of zh_cell_dates() is tried on every cell until it has failed too often. A day that
 *             could be a month is only settled by another cell of the column: by one whose day is above 12, or by
 *             the order of the rows where one reading never goes back in time and the other does.
 * Cost        below 1 us a cell, up to 2 us while many date formats still fit; no allocation.
 */
#ifndef ZH_COLLECT_CELL_PROFILE_H
#define ZH_COLLECT_CELL_PROFILE_H
#include "collect/cell.h"
#include "core/money.h"

#define ZH_CELL_DATES 40         /* formats tried, and a margin */
#define ZH_CELL_SAMPLES 3        /* cells shown to people */
#define ZH_CELL_SAMPLE_BYTES 80

typedef struct zh_cell_profile {
    uint64_t filled, blank;
    uint64_t whole, negative;       /* whole numbers; amounts below 0 */
    uint64_t amounts;               /* numbers with '.' or with ',' before the decimals */
    uint64_t only_point, only_comma; /* numbers that have one meaning, by that sign */
    uint64_t spoilt;                /* "1.23457E+17" */
    uint64_t addresses, pictures, currencies, identifiers; /* http(s)://…, of them .jpg …; ISO codes; one word with a digit */
    zh_currency sign;               /* of a currency sign that stood at an amount; 0: none */
    uint64_t date_tried;            /* bits: formats that are still tried */
    uint32_t date_fits[ZH_CELL_DATES], date_back[ZH_CELL_DATES]; /* cells; of them earlier than the one before */
    int64_t date_last[ZH_CELL_DATES];
    char samples[ZH_CELL_SAMPLES][ZH_CELL_SAMPLE_BYTES]; /* the first different ones, cut */
    uint32_t samples_count;
} zh_cell_profile;

/* An empty profile tries every format. */
zh_cell_profile zh_cell_profile_open(void);
void zh_cell_profile_put(zh_cell_profile *profile, zh_sv cell);

typedef enum zh_cell_kind { ZH_CELL_BLANK, ZH_CELL_TEXT, ZH_CELL_WHOLE, ZH_CELL_AMOUNT, ZH_CELL_DATE, ZH_CELL_URL, ZH_CELL_CURRENCY } zh_cell_kind;
const char *zh_cell_kind_name(zh_cell_kind kind); /* "whole" */
/* What nearly all (19 of 20) cells are. A number is no date here, whatever it could mean. */
zh_cell_kind zh_cell_profile_kind(const zh_cell_profile *profile);

typedef enum zh_cell_day { ZH_CELL_DAY_PLAIN, ZH_CELL_DAY_SEEN, ZH_CELL_DAY_BY_ORDER, ZH_CELL_DAY_EITHER } zh_cell_day;
typedef struct zh_cell_date {
    const char *format;    /* NULL: the cells are no moments */
    const char *other;     /* the other reading of day and month; NULL: there is none */
    zh_cell_day day;       /* how it was settled which is the day; EITHER: it was not */
    uint32_t fits;         /* cells of this format */
    bool is_number;        /* unix, unix_ms, excel, 20261121: only a name can say that this is a moment */
} zh_cell_date;
zh_cell_date zh_cell_profile_date(const zh_cell_profile *profile);

#endif
