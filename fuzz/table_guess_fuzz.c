/* Promise: any table gives a guess and a verdict, the same each time; a map that is called ready binds to the header; the map's
 * texts are whole. The first byte chooses the separator and what is given. */
#include "base/csv.h"
#include "collect/table_guess.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static zh_table_guess *read_table(zh_sv text, char separator)
{
    zh_csv *csv;
    zh_csv_row row;
    size_t used;
    zh_table_guess *guess = NULL;
    if (zh_csv_open(&csv, &(zh_csv_desc){ .separator = separator, .fields_max = 64 }) != ZH_OK) abort();
    for (zh_err e; (e = zh_csv_next(csv, text, true, &used, &row, NULL)) != ZH_ABSENT; text = zh_sv_part(text, used, SIZE_MAX)) {
        if (e != ZH_OK) continue;
        if (guess != NULL) zh_table_guess_row(guess, row.fields, row.count);
        else if (zh_table_guess_open(&guess, row.fields, row.count) != ZH_OK) abort();
    }
    zh_csv_close(csv);
    return guess;
}

static void judge(const zh_table_guess *guess, const zh_column_map *map)
{
    zh_table_verdict verdict;
    zh_columns columns;
    zh_sv names[64];
    zh_table_guess_judge(guess, map, &verdict);
    for (uint32_t i = 0; i < zh_table_guess_columns(guess); i++) names[i] = zh_table_guess_name(guess, i);
    if (verdict.ready && zh_columns_bind(map, names, zh_table_guess_columns(guess), &columns, NULL) != ZH_OK) abort();
    for (uint32_t i = 0; i < verdict.problems_count; i++)
        if (verdict.problems[i].detail[0] == '\0' || verdict.problems[i].column >= (int32_t)zh_table_guess_columns(guess)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char separators[] = { ',', ';', '\t', '|' };
    if (size < 1 || size > 8192) return 0;
    const zh_sv text = { (const char *)bytes + 1, size - 1 };
    zh_table_guess *once = read_table(text, separators[bytes[0] & 3]), *twice = read_table(text, separators[bytes[0] & 3]);
    if (once == NULL) return 0;
    const zh_table_given given = { .currency = bytes[0] & 4 ? zh_currency_of(ZH_SV("CNY")) : (zh_currency){ 0 } };
    const zh_table table = bytes[0] & 8 ? zh_table_guess_table(once) : bytes[0] & 16 ? ZH_TABLE_ORDERS : ZH_TABLE_CATALOG;
    zh_column_map map, again;
    zh_buf first = zh_buf_open(1 << 20), second = zh_buf_open(1 << 20);
    zh_table_guess_map(once, table, &given, &map);
    zh_table_guess_map(twice, table, &given, &again);
    zh_table_map_print(&map, &first);
    zh_table_map_print(&again, &second);
    if (!zh_sv_equal(zh_buf_view(&first), zh_buf_view(&second))) abort();
    judge(once, &map);
    zh_buf_close(&first);
    zh_buf_close(&second);
    zh_table_guess_close(once);
    zh_table_guess_close(twice);
    return 0;
}
