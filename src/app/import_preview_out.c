/* import_preview_out.c -- a preview said to a program and to a person. */
#include "app/import_map.h"
#include "app/import_preview.h"

static const char *const levels[] = { "note", "warning", "error" };

static zh_column is_of(const zh_import_preview *p, uint32_t at)
{
    for (int c = 0; c < ZH_COLUMN_COUNT; c++)
        if (p->verdict.at[c] == (int32_t)at) return (zh_column)c;
    return ZH_COLUMN_COUNT;
}

/* ---- JSON ---- */

static void put_column(const zh_import_preview *p, uint32_t i, zh_json_out *out)
{
    const zh_cell_profile *cells = zh_table_guess_profile(p->guess, i);
    const zh_cell_date date = zh_cell_profile_date(cells);
    const zh_column is = is_of(p, i);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("name"), zh_table_guess_name(p->guess, i));
    zh_json_out_key(out, ZH_SV("is"));
    if (is == ZH_COLUMN_COUNT) zh_json_out_null(out);
    else zh_json_out_text(out, zh_sv_of(zh_column_name(is)));
    zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(zh_cell_kind_name(zh_cell_profile_kind(cells))));
    zh_json_out_key_int(out, ZH_SV("filled"), (int64_t)cells->filled);
    zh_json_out_key_int(out, ZH_SV("blank"), (int64_t)cells->blank);
    if (date.format != NULL) zh_json_out_key_text(out, ZH_SV("dates"), zh_sv_of(date.format));
    if (date.other != NULL && date.day == ZH_CELL_DAY_EITHER) zh_json_out_key_text(out, ZH_SV("otherDates"), zh_sv_of(date.other));
    zh_json_out_key(out, ZH_SV("samples"));
    zh_json_out_array(out);
    for (uint32_t s = 0; s < cells->samples_count; s++) zh_json_out_text(out, zh_sv_of(cells->samples[s]));
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static void put_problem(const zh_import_preview *p, const zh_table_problem *problem, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("level"), zh_sv_of(levels[problem->level]));
    zh_json_out_key_text(out, ZH_SV("code"), zh_sv_of(problem->code));
    if (problem->column >= 0) zh_json_out_key_text(out, ZH_SV("column"), zh_table_guess_name(p->guess, (uint32_t)problem->column));
    if (problem->is != ZH_COLUMN_COUNT) zh_json_out_key_text(out, ZH_SV("is"), zh_sv_of(zh_column_name(problem->is)));
    if (problem->rows > 0) zh_json_out_key_int(out, ZH_SV("rows"), (int64_t)problem->rows);
    zh_json_out_key_text(out, ZH_SV("detail"), zh_sv_of(problem->detail));
    zh_json_out_end(out);
}

static void put_problems(const zh_import_preview *p, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("problems"));
    zh_json_out_array(out);
    if (p->why.text[0] != '\0') {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("level"), ZH_SV("error"));
        zh_json_out_key_text(out, ZH_SV("code"), ZH_SV("file"));
        zh_json_out_key_text(out, ZH_SV("detail"), zh_sv_of(p->why.text));
        zh_json_out_end(out);
    }
    for (uint32_t i = 0; i < p->verdict.problems_count; i++) put_problem(p, &p->verdict.problems[i], out);
    zh_json_out_end(out);
}

/* The next line of a text; empty at its end. */
static zh_sv next_line(zh_sv *text)
{
    const char *feed = text->size == 0 ? NULL : memchr(text->data, '\n', text->size);
    const zh_sv line = zh_sv_part(*text, 0, feed == NULL ? text->size : (size_t)(feed - text->data));
    *text = zh_sv_part(*text, line.size + 1, SIZE_MAX);
    return line;
}

static void put_first_lines(const zh_import_preview *p, zh_json_out *out)
{
    zh_sv line, rest = zh_buf_view(&p->entries);
    zh_json_out_key(out, zh_import_is_items(p->format) ? ZH_SV("items") : ZH_SV("events"));
    zh_json_out_array(out);
    while ((line = next_line(&rest)).size > 0) zh_json_out_raw(out, line);
    zh_json_out_end(out);
    rest = zh_buf_view(&p->rejects);
    zh_json_out_key(out, ZH_SV("rejects"));
    zh_json_out_array(out);
    while ((line = next_line(&rest)).size > 0) zh_json_out_text(out, line);
    zh_json_out_end(out);
}

void zh_import_preview_json(const zh_import_preview *p, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("format"), zh_sv_of(zh_import_format_name(p->format)));
    zh_json_out_key_text(out, ZH_SV("encoding"), zh_sv_of(zh_encoding_name(p->encoding)));
    zh_json_out_key_bool(out, ZH_SV("byteOrderMark"), p->has_mark);
    if (p->separator != 0) zh_json_out_key_text(out, ZH_SV("separator"), p->separator == '\t' ? ZH_SV("tab") : (zh_sv){ &p->separator, 1 });
    zh_json_out_key_bool(out, ZH_SV("ready"), p->ready);
    if (p->guess != NULL) {
        zh_json_out_key_int(out, ZH_SV("rows"), (int64_t)zh_table_guess_rows(p->guess));
        zh_json_out_key_bool(out, ZH_SV("whole"), p->whole);
        zh_json_out_key(out, ZH_SV("columns"));
        zh_json_out_array(out);
        for (uint32_t i = 0; i < zh_table_guess_columns(p->guess); i++) put_column(p, i, out);
        zh_json_out_end(out);
    }
    zh_json_out_key(out, ZH_SV("map"));
    zh_import_map_json(&p->map, out);
    put_problems(p, out);
    put_first_lines(p, out);
    zh_json_out_end(out);
}

/* ---- text ---- */

static void say_columns(const zh_import_preview *p, zh_buf *out)
{
    zh_buf_printf(out, "\n%-28s %-12s %-9s %s\n", "column", "is", "looks like", "for example");
    for (uint32_t i = 0; i < zh_table_guess_columns(p->guess); i++) {
        const zh_cell_profile *cells = zh_table_guess_profile(p->guess, i);
        const zh_column is = is_of(p, i);
        zh_buf_printf(out, "%-28.*s %-12s %-9s  ", ZH_SV_ARG(zh_table_guess_name(p->guess, i)), is == ZH_COLUMN_COUNT ? "-" : zh_column_name(is),
                      zh_cell_kind_name(zh_cell_profile_kind(cells)));
        for (uint32_t s = 0; s < cells->samples_count; s++) zh_buf_printf(out, "%s%s", s == 0 ? "" : " | ", cells->samples[s]);
        zh_buf_put(out, ZH_SV("\n"));
    }
}

static void say_problems(const zh_import_preview *p, zh_buf *out)
{
    if (p->why.text[0] != '\0') zh_buf_printf(out, "error: %s\n", p->why.text);
    for (uint32_t i = 0; i < p->verdict.problems_count; i++)
        zh_buf_printf(out, "%s: %s\n", levels[p->verdict.problems[i].level], p->verdict.problems[i].detail);
}

void zh_import_preview_text(const zh_import_preview *p, zh_buf *out)
{
    zh_sv line, rest = zh_buf_view(&p->entries);
    zh_buf_printf(out, "format     %s\nencoding   %s%s\n", zh_import_format_name(p->format), zh_encoding_name(p->encoding), p->has_mark ? " with a byte order mark" : "");
    if (p->guess != NULL) {
        zh_buf_printf(out, "separator  %s%.1s\nlines      %llu%s\n", p->separator == '\t' ? "tab" : "", p->separator == '\t' ? "" : &p->separator,
                      (unsigned long long)zh_table_guess_rows(p->guess), p->whole ? "" : " looked at, there are more");
        say_columns(p, out);
        zh_buf_put(out, ZH_SV("\nthe map (for --map):\n"));
        zh_table_map_print(&p->map, out);
    }
    zh_buf_put(out, ZH_SV("\n"));
    say_problems(p, out);
    if (p->entries.size > 0) zh_buf_put(out, zh_import_is_items(p->format) ? ZH_SV("\nthe first items:\n") : ZH_SV("\nthe first events:\n"));
    while ((line = next_line(&rest)).size > 0) zh_buf_printf(out, "%.*s\n", ZH_SV_ARG(line));
    rest = zh_buf_view(&p->rejects);
    if (rest.size > 0) zh_buf_put(out, ZH_SV("\nlines that would be rejected:\n"));
    while ((line = next_line(&rest)).size > 0) zh_buf_printf(out, "%.*s\n", ZH_SV_ARG(line));
    zh_buf_put(out, p->ready ? ZH_SV("\nready to be imported\n") : ZH_SV("\nnot ready: see the errors above\n"));
}
