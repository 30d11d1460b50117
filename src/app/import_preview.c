#include "app/import_preview.h"

#include "app/import_map.h"
#include "app/import_text.h"
#include "base/csv.h"
#include "base/json.h"
#include "collect/google_item.h"
#include "collect/shopify_csv.h"

#define FIRST_LINE_BYTES_MAX (1u << 20)
#define SHOWN_BYTES_MAX (1u << 20) /* of events, of rejects */

/* ---- which form ---- */

/* Sensors' records name their customer distinct_id, or are of an item. */
static zh_import_format form_of_json(zh_sv line)
{
    zh_json *json;
    zh_json_value root;
    zh_import_format format = ZH_IMPORT_SEGMENT;
    if (zh_json_open(&json, FIRST_LINE_BYTES_MAX) != ZH_OK) return format;
    if (zh_json_parse(json, line, &root, NULL) == ZH_OK) {
        const zh_sv type = zh_json_text_or_empty(zh_json_get(root, ZH_SV("type")));
        const bool sensors = zh_json_is(zh_json_get(root, ZH_SV("distinct_id")), ZH_JSON_TEXT) || zh_sv_starts(type, ZH_SV("item_"));
        if (sensors) format = ZH_IMPORT_SENSORS;
    }
    zh_json_close(json);
    return format;
}

static bool has_column(const zh_sv *fields, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (zh_sv_equal(zh_sv_trim(fields[i]), zh_sv_of(name))) return true;
    return false;
}

/* A table by its header: the two feeds have names of their own; what is left is orders or a catalog. False: those. */
static bool form_of_header(const zh_sv *fields, uint32_t count, zh_import_format *format)
{
    const bool shopify = (has_column(fields, count, "Handle") && has_column(fields, count, "Variant Price")) ||
                         (has_column(fields, count, "URL handle") && has_column(fields, count, "Title"));
    const bool google = has_column(fields, count, "id") && has_column(fields, count, "title") && has_column(fields, count, "link");
    *format = shopify ? ZH_IMPORT_SHOPIFY : ZH_IMPORT_GOOGLE;
    return shopify || google;
}

/* ---- the table ---- */

typedef struct look {
    zh_import_preview *p;
    const zh_import_preview_desc *desc;
    zh_import_text text;
} look;

static zh_err take_row(look *l, const zh_csv_row *row, bool *done)
{
    zh_import_preview *p = l->p;
    if (p->guess != NULL) {
        zh_table_guess_row(p->guess, row->fields, row->count);
        return ZH_OK;
    }
    if (!l->desc->has_format && form_of_header(row->fields, row->count, &p->format)) *done = true;
    return *done ? ZH_OK : zh_table_guess_open(&p->guess, row->fields, row->count);
}

static zh_err read_rows(look *l, zh_csv *csv)
{
    bool done = false;
    uint64_t bytes = 0;
    while (!done && bytes < ZH_IMPORT_PREVIEW_BYTES) {
        size_t used;
        zh_csv_row row;
        zh_err e = zh_csv_next(csv, zh_import_text_left(&l->text), l->text.last, &used, &row, NULL);
        l->text.from += used;
        bytes += used;
        if (e == ZH_ABSENT && l->text.last) {
            l->p->whole = true;
            return ZH_OK;
        }
        if (e == ZH_ABSENT) e = zh_import_text_more(&l->text);
        else if (e == ZH_OK) e = take_row(l, &row, &done);
        else if (e == ZH_FORMAT || e == ZH_RANGE) e = ZH_OK; /* a damaged row: the import rejects it */
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

static zh_err read_table(look *l)
{
    zh_import_preview *p = l->p;
    zh_csv *csv;
    const char given = l->desc->map != NULL ? l->desc->map->separator : 0;
    p->separator = given != 0 ? given : zh_csv_separator(zh_import_text_left(&l->text));
    zh_err e = zh_csv_open(&csv, &(zh_csv_desc){ .separator = p->separator, .row_bytes_max = ZH_SHOPIFY_ROW_BYTES_MAX, .fields_max = ZH_COLUMN_TABLE_MAX });
    if (e != ZH_OK) return e;
    e = read_rows(l, csv);
    zh_csv_close(csv);
    return e;
}

static void guess_map(look *l)
{
    zh_import_preview *p = l->p;
    const bool orders = l->desc->has_format ? p->format == ZH_IMPORT_ORDERS : zh_table_guess_table(p->guess) == ZH_TABLE_ORDERS;
    p->format = orders ? ZH_IMPORT_ORDERS : ZH_IMPORT_CATALOG;
    if (l->desc->map != NULL) p->map = *l->desc->map;
    else zh_table_guess_map(p->guess, orders ? ZH_TABLE_ORDERS : ZH_TABLE_CATALOG, &l->desc->given, &p->map);
    zh_table_guess_judge(p->guess, &p->map, &p->verdict);
    p->ready = p->verdict.ready;
}

/* Its form, and of a table what its columns are. */
static zh_err look_at(look *l)
{
    zh_import_preview *p = l->p;
    zh_sv head = zh_import_text_left(&l->text);
    p->encoding = l->text.encoding;
    p->has_mark = l->text.has_mark;
    head = zh_sv_trim(zh_sv_part(head, p->has_mark ? 3 : 0, SIZE_MAX));
    const char *feed = head.size == 0 ? NULL : memchr(head.data, '\n', head.size);
    const zh_sv line = zh_sv_trim(zh_sv_part(head, 0, feed == NULL ? head.size : (size_t)(feed - head.data)));
    const bool said = l->desc->has_format, json = zh_sv_starts(line, ZH_SV("{")), xml = zh_sv_starts(line, ZH_SV("<"));
    p->ready = true;
    if (said) p->format = l->desc->format;
    else if (json) p->format = form_of_json(line);
    else if (xml) p->format = ZH_IMPORT_GOOGLE;
    if (json || xml || (said && p->format != ZH_IMPORT_ORDERS && p->format != ZH_IMPORT_CATALOG)) return ZH_OK;
    const zh_err e = read_table(l);
    if (e == ZH_OK && p->guess != NULL) guess_map(l);
    return e;
}

/* ---- the first lines ---- */

static zh_err keep_entries(void *ctx, zh_sv path, zh_sv json, zh_import_counts *counts, zh_note *why)
{
    zh_import_preview *p = ctx;
    zh_json *parser;
    zh_json_value root;
    (void)why;
    zh_err e = zh_json_open(&parser, ZH_IMPORT_BATCH_BYTES_MAX + 64);
    if (e != ZH_OK) return e;
    e = zh_json_parse(parser, json, &root, NULL);
    const zh_sv key = zh_sv_equal(path, ZH_SV("/api/v1/items")) ? ZH_SV("items") : ZH_SV("batch");
    const zh_json_value list = zh_json_is(root, ZH_JSON_ARRAY) ? root : zh_json_get(root, key);
    for (zh_json_iter it = zh_json_walk(list); e == ZH_OK && zh_json_next(&it); counts->accepted++) {
        if (counts->accepted + p->result.accepted >= ZH_IMPORT_PREVIEW_EVENTS) continue;
        zh_json_write(it.value, &p->entries);
        zh_buf_put_u8(&p->entries, '\n');
    }
    p->result.accepted += counts->accepted;
    zh_json_close(parser);
    return e;
}

static void keep_reject(void *ctx, uint64_t line, const char *reason, zh_sv raw)
{
    zh_import_preview *p = ctx;
    (void)raw;
    if (p->result.rejected++ < ZH_IMPORT_PREVIEW_EVENTS) zh_buf_printf(&p->rejects, "%llu\t%s\n", (unsigned long long)line, reason);
}

static zh_err convert_some(zh_import_preview *p, zh_sv path)
{
    zh_import_run *run;
    zh_tz *zone;
    zh_note why = { "" };
    zh_err e = zh_import_map_zone(&p->map, &zone, &p->why);
    if (e != ZH_OK) return ZH_OK;
    const zh_import_run_desc desc = { .format = p->format, .map = &p->map, .zone = zone != NULL ? zone : zh_tz_utc(), .sink = keep_entries,
                                      .sink_ctx = p, .rejected = keep_reject, .lines_max = ZH_IMPORT_PREVIEW_LINES };
    e = zh_import_run_open(&run, &desc);
    if (e == ZH_OK) {
        const zh_err read = zh_import_run_file(run, path, &why);
        p->result.lines = zh_import_run_result(run)->lines;
        if (read == ZH_NOMEM) e = read;
        else if (read != ZH_OK) p->why = why;
        zh_import_run_close(run);
    }
    zh_tz_close(zone);
    return e;
}

zh_err zh_import_preview_make(zh_import_preview *p, const zh_import_preview_desc *desc, zh_note *why)
{
    *p = (zh_import_preview){ .map = zh_column_map_of(ZH_TABLE_CATALOG), .entries = zh_buf_open(SHOWN_BYTES_MAX), .rejects = zh_buf_open(SHOWN_BYTES_MAX) };
    look l = { .p = p, .desc = desc };
    zh_note inner = { "" };
    zh_err e = zh_import_text_open(&l.text, desc->path, desc->map != NULL ? desc->map->encoding : ZH_COLUMN_ENCODING_AUTO, &inner);
    if (e == ZH_OK) e = look_at(&l);
    zh_import_text_close(&l.text);
    if (e == ZH_FORMAT || e == ZH_RANGE || e == ZH_FULL || e == ZH_CORRUPT) { /* the file, not the machine */
        p->why = inner.text[0] != '\0' ? inner : p->why;
        if (p->why.text[0] == '\0') zh_note_set(&p->why, "the file cannot be read: %s", zh_err_text(e));
        p->ready = false;
        return ZH_OK;
    }
    if (e != ZH_OK) {
        zh_note_set(why, "%.*s: %.150s", ZH_SV_ARG(zh_sv_part(desc->path, 0, 100)), inner.text[0] != '\0' ? inner.text : zh_err_text(e));
        return e;
    }
    if (p->guess == NULL) {
        if (desc->map != NULL) p->map = *desc->map;
        else p->map.currency = desc->given.currency;
    }
    if (p->format == ZH_IMPORT_SHOPIFY && p->map.currency.code == 0) zh_note_set(&p->why, "the file has prices without a currency: give one, such as CNY");
    else if (p->ready) e = convert_some(p, desc->path);
    p->ready = p->ready && p->why.text[0] == '\0';
    return e;
}

void zh_import_preview_close(zh_import_preview *p)
{
    zh_table_guess_close(p->guess);
    zh_buf_close(&p->entries);
    zh_buf_close(&p->rejects);
    p->guess = NULL;
}
