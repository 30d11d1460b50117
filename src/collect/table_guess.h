/* table_guess.h -- what an unknown table means: which column is what, how its dates and amounts are written, what is in the way.
 *
 *     zh_table_guess_open(&guess, header, count);
 *     for (each row of the sample) zh_table_guess_row(guess, fields, count);
 *     zh_table_guess_map(guess, ZH_TABLE_ORDERS, &given, &map);   a proposal, to be looked at and changed
 *     zh_table_guess_judge(guess, &map, &verdict);                what would go wrong with this map
 *
 * A guess is never more than a proposal: what the sample leaves open (03/04/2024) is said and left to a person.
 *
 * Guarantees  the same table gives the same guess; any bytes give one. A map without a problem of level ERROR binds
 *             to the table's header.
 * Cost        about 1 us a cell; 2 KB of memory a column.
 * Threads     one guess, one thread.
 * Not here    reading the file (app), events of its rows (orders_csv.h, catalog_csv.h).
 */
#ifndef ZH_COLLECT_TABLE_GUESS_H
#define ZH_COLLECT_TABLE_GUESS_H
#include "base/buf.h"
#include "collect/cell_profile.h"
#include "collect/column_map.h"

#define ZH_TABLE_PROBLEMS_MAX 32

typedef struct zh_table_guess zh_table_guess;

/* `header` is copied. At most ZH_COLUMN_TABLE_MAX columns. The caller closes. Errors: ZH_RANGE too many, ZH_NOMEM. */
ZH_MUST zh_err zh_table_guess_open(zh_table_guess **out, const zh_sv *header, uint32_t count);
void zh_table_guess_close(zh_table_guess *guess);
/* A row of another number of cells is counted as odd and says nothing else. */
void zh_table_guess_row(zh_table_guess *guess, const zh_sv *fields, uint32_t count);

uint64_t zh_table_guess_rows(const zh_table_guess *guess);
uint64_t zh_table_guess_odd_rows(const zh_table_guess *guess); /* of another number of cells than the header */
uint32_t zh_table_guess_columns(const zh_table_guess *guess);
zh_sv zh_table_guess_name(const zh_table_guess *guess, uint32_t column); /* of the header, trimmed */
const zh_cell_profile *zh_table_guess_profile(const zh_table_guess *guess, uint32_t column);

/* Which table is it more likely? */
zh_table zh_table_guess_table(const zh_table_guess *guess);

typedef struct zh_table_given { /* what somebody said; zeros: nothing */
    zh_currency currency;
    zh_sv zone;
} zh_table_given;
/* Columns by their names where the cells allow it, then by their cells where only one can be meant. */
void zh_table_guess_map(const zh_table_guess *guess, zh_table table, const zh_table_given *given, zh_column_map *map);

/* An error stops an import; lines named by a warning are rejected or lose something; a note says how it is read. */
typedef enum zh_table_level { ZH_TABLE_NOTE, ZH_TABLE_WARNING, ZH_TABLE_ERROR } zh_table_level;
typedef struct zh_table_problem {
    zh_table_level level;
    const char *code;    /* "ambiguous_dates" */
    int32_t column;      /* of the table; -1: none */
    zh_column is;        /* of ours; ZH_COLUMN_COUNT: none */
    uint64_t rows;       /* of the sample that it is about; 0: all */
    char detail[256];    /* a sentence */
} zh_table_problem;

typedef struct zh_table_verdict {
    int32_t at[ZH_COLUMN_COUNT]; /* of the table, -1: not there */
    zh_table_problem problems[ZH_TABLE_PROBLEMS_MAX];
    uint32_t problems_count;
    bool ready;                  /* no errors */
} zh_table_verdict;
void zh_table_guess_judge(const zh_table_guess *guess, const zh_column_map *map, zh_table_verdict *out);

/* The map as the lines of a map file (column_map.h reads them again). */
void zh_table_map_print(const zh_column_map *map, zh_buf *out);

#endif
