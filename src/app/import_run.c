#include "app/import_run.h"

#include "app/import_tell.h"
#include "app/import_text.h"
#include "base/csv.h"
#include "base/json.h"
#include "collect/catalog_csv.h"
#include "collect/google_xml.h"
#include "collect/orders_csv.h"
#include "collect/shopify_csv.h"
#include "core/event.h"
#include "core/id.h"
#include "sys/input.h"
#include "sys/progress.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_BYTES_MAX (1u << 20)          /* of a JSON line: anything longer is not read */
#define ENTRY_BYTES_MAX ((size_t)1 << 20)  /* of a converted line, before its check */

static const zh_sv prefix_events = { "{\"batch\":[", 10 }, prefix_items = { "{\"items\":[", 10 },
                   suffix = { "]}", 2 };

struct zh_import_run {
    zh_import_run_desc desc;
    zh_import_result result;
    zh_orders_csv orders;
    zh_catalog_csv catalog;
    zh_google_table google;
    zh_shopify_csv shopify;
    zh_json *json;     /* judges lines of JSON */
    /* The batch: entries with commas between, and the line of each. */
    zh_buf entries, entry, request;
    size_t at[ZH_IMPORT_BATCH_ENTRIES_MAX + 1]; /* where each begins; the last is the end */
    uint64_t line[ZH_IMPORT_BATCH_ENTRIES_MAX];
    uint32_t count;
    zh_map items;      /* of the batch: an engine cannot tell which of two came first */
    uint64_t item_hash; /* of the item in `entry` */
    zh_note *why;      /* of the file being read, for what is called back */
    /* The file being read. */
    zh_sv path;
    zh_import_tell tell;
    zh_import_result before; /* counts when it began */
    uint64_t skip;           /* lines of it that an earlier run had done */
    zh_import_text text;
    zh_import_rejects rejects;
    zh_progress progress;
};

static const char *const format_names[ZH_IMPORT_FORMATS] = { "segment", "sensors", "orders-csv", "catalog-csv", "google-feed", "shopify-csv" };

const char *zh_import_format_name(zh_import_format format)
{
    return format_names[format];
}

bool zh_import_format_of(zh_sv name, zh_import_format *out)
{
    for (int f = 0; f < ZH_IMPORT_FORMATS; f++)
        if (zh_sv_equal(name, zh_sv_of(format_names[f]))) {
            *out = (zh_import_format)f;
            return true;
        }
    *out = zh_sv_equal(name, ZH_SV("sensors-jsonl")) ? ZH_IMPORT_SENSORS : ZH_IMPORT_SEGMENT;
    return *out == ZH_IMPORT_SENSORS || zh_sv_equal(name, ZH_SV("segment-jsonl"));
}

/* ---- life ---- */

zh_err zh_import_run_open(zh_import_run **out, const zh_import_run_desc *desc)
{
    *out = NULL;
    zh_import_run *run = calloc(1, sizeof *run);
    if (run == NULL) return ZH_NOMEM;
    run->desc = *desc;
    run->entries = zh_buf_open(ZH_IMPORT_BATCH_BYTES_MAX);
    run->entry = zh_buf_open(ENTRY_BYTES_MAX);
    run->request = zh_buf_open(ZH_IMPORT_BATCH_BYTES_MAX + 64);
    run->rejects.given = desc->rejects;
    run->items = zh_map_open();
    if (desc->format == ZH_IMPORT_ORDERS) run->orders = zh_orders_csv_open(desc->map, desc->zone);
    if (desc->format == ZH_IMPORT_CATALOG) run->catalog = zh_catalog_csv_of(desc->map);
    if (desc->format == ZH_IMPORT_GOOGLE) run->google = zh_google_table_of(desc->map);
    if (desc->format == ZH_IMPORT_SHOPIFY) run->shopify = zh_shopify_csv_open(desc->map);
    if (zh_json_open(&run->json, LINE_BYTES_MAX) != ZH_OK) {
        zh_import_run_close(run);
        return ZH_NOMEM;
    }
    *out = run;
    return ZH_OK;
}

void zh_import_run_close(zh_import_run *run)
{
    if (run == NULL) return;
    zh_import_rejects_close(&run->rejects);
    zh_import_text_close(&run->text);
    zh_orders_csv_close(&run->orders);
    zh_shopify_csv_close(&run->shopify);
    zh_json_close(run->json);
    zh_buf_close(&run->entries);
    zh_buf_close(&run->entry);
    zh_buf_close(&run->request);
    zh_map_close(&run->items);
    free(run);
}

const zh_import_result *zh_import_run_result(const zh_import_run *run)
{
    return &run->result;
}

/* ---- rejects ---- */

/* One data line that goes nowhere. */
static zh_err reject(zh_import_run *run, uint64_t line, const char *reason, zh_sv raw, zh_note *why)
{
    if (run->result.rejected++ == 0)
        zh_note_set(&run->result.first, "line %llu: %.200s", (unsigned long long)line, reason);
    if (run->desc.rejected != NULL) {
        run->desc.rejected(run->desc.sink_ctx, line, reason, raw);
        return ZH_OK;
    }
    const zh_err e = zh_import_rejects_put(&run->rejects, run->path, line, reason, raw, why);
    memcpy(run->result.rejects, run->rejects.path, sizeof run->result.rejects);
    return e;
}

/* ---- batches ---- */

/* Hand over `count` entries from `first`; halves where the whole is refused. */
static zh_err send(zh_import_run *run, uint32_t first, uint32_t count, zh_note *why)
{
    const bool items = zh_import_is_items(run->desc.format);
    const zh_sv slice = zh_sv_part(zh_buf_view(&run->entries), run->at[first],
                                   run->at[first + count] - run->at[first] - 1);
    const bool array = run->desc.format == ZH_IMPORT_SENSORS;
    zh_buf_reset(&run->request);
    zh_buf_put(&run->request, array ? ZH_SV("[") : items ? prefix_items : prefix_events);
    zh_buf_put(&run->request, slice);
    zh_buf_put(&run->request, array ? ZH_SV("]") : suffix);
    zh_err e = zh_buf_err(&run->request);
    if (e != ZH_OK) return e;
    zh_import_counts counts = { 0 };
    zh_note said = { "" };
    const zh_sv path = items ? ZH_SV("/api/v1/items") : array ? ZH_SV("/v1/import/sensors") : ZH_SV("/v1/import");
    e = run->desc.sink(run->desc.sink_ctx, path,
                       zh_buf_view(&run->request), &counts, &said);
    if ((e == ZH_FORMAT || e == ZH_RANGE) && count > 1) {
        e = send(run, first, count / 2, why);
        return e != ZH_OK ? e : send(run, first + count / 2, count - count / 2, why);
    }
    if (e == ZH_FORMAT || e == ZH_RANGE)
        return reject(run, run->line[first], said.text[0] != '\0' ? said.text : zh_err_text(e),
                      slice, why);
    if (e == ZH_OK && counts.accepted + counts.duplicate + counts.rejected != count) {
        zh_note_set(&said, "the engine answered for %llu of %u lines: run the import again",
                    (unsigned long long)(counts.accepted + counts.duplicate + counts.rejected),
                    count);
        e = ZH_CORRUPT;
    }
    if (e != ZH_OK) {
        if (why != NULL) *why = said;
        return e;
    }
    zh_import_result *result = &run->result;
    if (counts.rejected > 0 && result->rejected == 0)
        zh_note_set(&result->first, "%.200s",
                    said.text[0] != '\0' ? said.text
                                         : "the engine refused it, see its dead letters");
    result->accepted += counts.accepted;
    result->duplicate += counts.duplicate;
    result->rejected += counts.rejected;
    result->refused += counts.rejected;
    return ZH_OK;
}

/* Of this file, up to the last batch that was answered. */
static zh_import_told told(zh_import_run *run)
{
    const zh_import_result *r = &run->result, *b = &run->before;
    zh_import_told t = { .accepted = r->accepted - b->accepted, .duplicate = r->duplicate - b->duplicate, .rejected = r->rejected - b->rejected };
    t.lines = t.accepted + t.duplicate + t.rejected;
    (void)!zh_import_rejects_flush(&run->rejects, &t.rejects_bytes);
    return t;
}

static zh_err flush(zh_import_run *run, zh_note *why)
{
    const uint32_t count = run->count;
    zh_err e = count == 0 ? ZH_OK : send(run, 0, count, why);
    run->count = 0;
    zh_buf_reset(&run->entries);
    zh_map_clear(&run->items);
    if (e != ZH_OK || count == 0) return e;
    const zh_import_told so_far = told(run);
    if (run->desc.heard != NULL) run->desc.heard(run->desc.heard_ctx, &so_far, zh_input_at_bytes(run->text.input), zh_input_total_bytes(run->text.input));
    e = zh_import_tell_now(&run->tell, "running", &so_far, NULL, why);
    if (e != ZH_OK || run->desc.stop == NULL || *run->desc.stop == 0) return e;
    zh_note_set(why, "it was interrupted: the same command goes on behind line %llu", (unsigned long long)so_far.lines);
    return ZH_STOPPED;
}

/* Note the item of run->entry; *fresh: the batch has no other of this id. */
static bool remember(zh_import_run *run, bool *fresh)
{
    *fresh = true;
    if (!zh_import_is_items(run->desc.format)) return true;
    return zh_map_at(&run->items, run->item_hash, fresh) != NULL;
}

/* Put run->entry, made of this line, into the batch. */
static zh_err add(zh_import_run *run, uint64_t line, zh_note *why)
{
    const zh_sv entry = zh_buf_view(&run->entry);
    const size_t with = run->entries.size + entry.size + 1 + prefix_events.size + suffix.size;
    bool fresh;
    if (!remember(run, &fresh)) return ZH_NOMEM;
    if (run->count == ZH_IMPORT_BATCH_ENTRIES_MAX || with > ZH_IMPORT_BATCH_BYTES_MAX || !fresh) {
        const zh_err e = flush(run, why);
        if (e != ZH_OK) return e;
        if (!remember(run, &fresh)) return ZH_NOMEM;
    }
    run->at[run->count] = run->entries.size;
    run->line[run->count++] = line;
    zh_buf_put(&run->entries, entry);
    zh_buf_put_u8(&run->entries, ',');
    run->at[run->count] = run->entries.size;
    return zh_buf_err(&run->entries);
}

/* A line became run->entry, or is refused with a reason. */
static zh_err take(zh_import_run *run, zh_err e, uint64_t line, zh_sv raw, const zh_note *reason,
                   zh_note *why)
{
    const size_t bytes_max =
        zh_import_is_items(run->desc.format) ? ZH_IMPORT_ITEM_BYTES_MAX : ZH_EVENT_BYTES_MAX;
    char large[64];
    if (e != ZH_OK && e != ZH_FORMAT && e != ZH_RANGE && e != ZH_FULL) return e;
    if (run->skip > 0) {
        run->skip--;
        return ZH_OK;
    }
    run->result.lines++;
    if (e == ZH_FORMAT || e == ZH_RANGE) return reject(run, line, reason->text, raw, why);
    if (e == ZH_OK && run->entry.size <= bytes_max) return add(run, line, why);
    (void)snprintf(large, sizeof large, "longer than %zu bytes as JSON", bytes_max);
    return reject(run, line, large, raw, why);
}

static void tick(zh_import_run *run)
{
    if (run->desc.progress) zh_progress_at(&run->progress, zh_input_at_bytes(run->text.input));
}

/* Are there as many lines as somebody wants to see? */
static bool is_enough(const zh_import_run *run)
{
    return run->desc.lines_max > 0 && run->result.lines >= run->desc.lines_max;
}

/* ---- files ---- */

/* A row of items: the table's own reader, and the number of the item it made. */
static zh_err read_item_row(zh_import_run *run, const zh_csv_row *row, bool header, zh_note *reason)
{
    zh_err e;
    switch (run->desc.format) {
    case ZH_IMPORT_GOOGLE:
        if (header) return zh_google_table_header(&run->google, row->fields, row->count, reason);
        e = zh_google_table_line(&run->google, row->fields, row->count, &run->entry, reason);
        run->item_hash = run->google.item_hash;
        return e;
    case ZH_IMPORT_SHOPIFY:
        if (header) return zh_shopify_csv_header(&run->shopify, row->fields, row->count, reason);
        e = zh_shopify_csv_line(&run->shopify, row->fields, row->count, &run->entry, reason);
        run->item_hash = run->shopify.item_hash;
        return e;
    default:
        if (header) return zh_catalog_csv_header(&run->catalog, row->fields, row->count, reason);
        e = zh_catalog_csv_line(&run->catalog, row->fields, row->count, &run->entry, reason);
        run->item_hash = run->catalog.item_hash;
        return e;
    }
}

static zh_err read_row(zh_import_run *run, const zh_csv_row *row, bool header, zh_note *reason)
{
    zh_buf_reset(&run->entry);
    if (zh_import_is_items(run->desc.format)) return read_item_row(run, row, header, reason);
    return header ? zh_orders_csv_header(&run->orders, row->fields, row->count, reason)
                  : zh_orders_csv_line(&run->orders, row->fields, row->count, &run->entry, reason);
}

static zh_err read_rows(zh_import_run *run, zh_csv *csv, zh_note *why)
{
    zh_import_text *w = &run->text;
    bool header = true;
    while (!is_enough(run)) {
        size_t used;
        zh_csv_row row;
        zh_note reason = { "" };
        zh_err e = zh_csv_next(csv, zh_import_text_left(w), w->last, &used, &row, &reason);
        w->from += used;
        if (e == ZH_ABSENT) {
            if (w->last) break;
            if ((e = zh_import_text_more(w)) != ZH_OK) return e;
            tick(run);
            continue;
        }
        if (e == ZH_OK) e = read_row(run, &row, header, &reason);
        if (!header && e == ZH_ABSENT) continue; /* a row that is no line: a further picture */
        if (header && e != ZH_OK) {
            zh_note_set(why, "line %llu: %.200s", (unsigned long long)row.line, reason.text);
            return e;
        }
        if (!header && (e = take(run, e, row.line, row.raw, &reason, why)) != ZH_OK) return e;
        header = false;
    }
    if (!header) return ZH_OK;
    zh_note_set(why, "the file is empty: its first line must name the columns");
    return ZH_FORMAT;
}

/* ---- a feed as XML ---- */

static zh_err take_product(void *context, const zh_google_item *item, uint64_t line, zh_err fault)
{
    zh_import_run *run = context;
    zh_note reason = { "" };
    zh_err e = fault;
    zh_buf_reset(&run->entry);
    if (e == ZH_RANGE) zh_note_set(&reason, "a field is longer than %u bytes", ZH_GOOGLE_XML_FIELD_BYTES_MAX);
    else e = zh_google_item_put(run->desc.map, item, &run->entry, &run->item_hash, &reason);
    return take(run, e, line, zh_sv_trim(item->field[ZH_GOOGLE_ID]), &reason, run->why);
}

static zh_err read_xml(zh_import_run *run, zh_note *why)
{
    zh_import_text *w = &run->text;
    zh_google_xml *xml;
    zh_err e = zh_google_xml_open(&xml, &(zh_google_xml_desc){ .item = take_product, .context = run });
    if (e != ZH_OK) return e;
    run->why = why;
    const char *begins = memchr(w->bytes.data, '<', w->bytes.size); /* blanks in front are no XML, and common */
    w->from = begins == NULL ? 0 : (size_t)(begins - w->bytes.data);
    for (bool last = false; e == ZH_OK && !last && !is_enough(run);) {
        last = w->last;
        const zh_sv text = zh_import_text_left(w);
        w->from = w->bytes.size;
        e = zh_google_xml_put(xml, text, last, why);
        if (e == ZH_OK && !last) e = zh_import_text_more(w);
        tick(run);
    }
    if (e == ZH_OK && zh_google_xml_items(xml) == 0) {
        zh_note_set(why, "the XML has no <item> and no <entry>: it is no feed of products");
        e = ZH_FORMAT;
    }
    zh_google_xml_close(xml);
    return e;
}

/* Does the file begin as XML does? */
static bool is_xml(const zh_import_run *run)
{
    const zh_sv mark = ZH_SV("\xEF\xBB\xBF");
    zh_sv text = zh_sv_part(zh_buf_view(&run->text.bytes), 0, 4096);
    if (zh_sv_starts(text, mark)) text = zh_sv_part(text, mark.size, SIZE_MAX);
    return run->desc.format == ZH_IMPORT_GOOGLE && zh_sv_starts(zh_sv_trim(text), ZH_SV("<"));
}

static zh_err read_table(zh_import_run *run, zh_note *why)
{
    zh_csv *csv;
    zh_err e;
    if (is_xml(run)) return read_xml(run, why);
    const char separator = run->desc.map->separator != 0
                               ? run->desc.map->separator
                               : zh_csv_separator(zh_buf_view(&run->text.bytes));
    if ((e = zh_csv_open(&csv, &(zh_csv_desc){ .separator = separator,
                                               .row_bytes_max = run->desc.format == ZH_IMPORT_SHOPIFY
                                                                    ? ZH_SHOPIFY_ROW_BYTES_MAX
                                                                    : 0,
                                               .fields_max = ZH_COLUMN_TABLE_MAX })) != ZH_OK)
        return e;
    e = read_rows(run, csv, why);
    zh_csv_close(csv);
    return e;
}

/* Is the line one JSON object? It must not spoil the batch it travels in. */
static zh_err read_line(zh_import_run *run, zh_sv line, zh_note *reason)
{
    zh_json_value root;
    zh_json_fault fault = { 0 };
    zh_buf_reset(&run->entry);
    const zh_err e = zh_json_parse(run->json, line, &root, &fault);
    if (e == ZH_NOMEM) return e;
    if (e != ZH_OK) {
        zh_note_set(reason, "not an event as JSON: %s", zh_json_fault_text(fault.kind));
        return ZH_FORMAT;
    }
    if (!zh_json_is(root, ZH_JSON_OBJECT)) {
        zh_note_set(reason, "not an event as JSON: it must be an object { }");
        return ZH_FORMAT;
    }
    zh_buf_put(&run->entry, line);
    return zh_buf_err(&run->entry);
}

static zh_err read_lines(zh_import_run *run, zh_note *why)
{
    const zh_sv mark = ZH_SV("\xEF\xBB\xBF");
    run->result.encoding = ZH_ENCODING_UTF8;
    for (uint64_t number = 1; !is_enough(run); number++) {
        zh_sv line;
        zh_note reason = { "" };
        zh_err e = zh_input_line(run->text.input, LINE_BYTES_MAX, &line);
        if (e == ZH_ABSENT) return ZH_OK;
        if (e != ZH_OK && e != ZH_FULL) return e;
        if (number == 1 && zh_sv_starts(line, mark)) line = zh_sv_part(line, mark.size, SIZE_MAX);
        line = zh_sv_trim(line);
        if (line.size == 0) continue;
        if (run->skip > 0) {
            run->skip--;
            continue;
        }
        if (e == ZH_FULL) line = zh_sv_part(line, 0, ZH_EVENT_BYTES_MAX);
        if (e == ZH_OK) e = read_line(run, line, &reason);
        if ((e = take(run, e, number, line, &reason, why)) != ZH_OK) return e;
        if (number % 1024 == 0) tick(run);
    }
    return ZH_OK;
}

static zh_err open_text(zh_import_run *run, zh_note *why)
{
    if (!zh_import_is_lines(run->desc.format)) {
        const zh_err e = zh_import_text_open(&run->text, run->path, run->desc.map->encoding, why);
        run->result.encoding = run->text.encoding;
        return e;
    }
    const zh_err e = zh_input_open(&run->text.input, run->path);
    if (e != ZH_OK) zh_note_set(why, "%s: check the path and the rights", zh_err_text(e));
    return e;
}

/* Tell the engine; an import that was cut off goes on with the counts it had. */
static zh_err begin(zh_import_run *run, zh_note *why)
{
    zh_import_result *r = &run->result;
    run->before = *r;
    run->skip = 0;
    const zh_err e = zh_import_tell_begin(&run->tell, run->desc.engine, run->path, &run->desc, why);
    if (e != ZH_OK) return e;
    const zh_import_told *t = &run->tell.so_far;
    r->number = run->tell.number;
    if (!run->tell.resumed || t->lines == 0) return ZH_OK;
    run->skip = t->lines;
    r->resumed += t->lines;
    r->lines += t->lines;
    r->accepted += t->accepted;
    r->duplicate += t->duplicate;
    r->rejected += t->rejected;
    run->rejects.keep_bytes = t->rejects_bytes;
    return ZH_OK;
}

/* Batches that were taken after the last telling come again as duplicates; the engine knows better what it holds of this import. */
static bool correct(zh_import_run *run, uint64_t taken)
{
    const zh_import_told t = told(run);
    zh_import_result *r = &run->result;
    if (!run->tell.resumed || taken <= t.accepted || taken > t.lines - t.rejected) return false;
    r->accepted = run->before.accepted + taken;
    r->duplicate = run->before.duplicate + (t.lines - t.rejected - taken);
    return true;
}

static zh_err finish(zh_import_run *run, zh_err e, zh_note *why)
{
    uint64_t taken = 0;
    zh_note unasked;
    zh_import_told t = told(run);
    if (e != ZH_OK) {
        (void)!zh_import_tell_now(&run->tell, "stopped", &t, NULL, &unasked);
        return e;
    }
    e = zh_import_tell_now(&run->tell, "done", &t, &taken, why);
    if (e != ZH_OK || !correct(run, taken)) return e;
    t = told(run);
    return zh_import_tell_now(&run->tell, "done", &t, NULL, why);
}

static zh_err read_file(zh_import_run *run, zh_note *why)
{
    run->progress = zh_progress_open(STDERR_FILENO, "import", zh_input_total_bytes(run->text.input));
    tick(run);
    zh_err e = zh_import_is_lines(run->desc.format) ? read_lines(run, why) : read_table(run, why);
    if (e == ZH_OK) e = flush(run, why);
    zh_import_result *r = &run->result;
    const uint64_t answered = r->accepted + r->duplicate + r->rejected;
    assert(e != ZH_OK || r->lines == answered);
    r->lines = answered;
    if (run->desc.progress) zh_progress_end(&run->progress, zh_input_at_bytes(run->text.input));
    return finish(run, e, why);
}

zh_err zh_import_run_file(zh_import_run *run, zh_sv path, zh_note *why)
{
    zh_note inner = { "" };
    run->path = path;
    zh_err e = open_text(run, &inner);
    if (e == ZH_OK) e = begin(run, &inner);
    if (e == ZH_OK) e = read_file(run, &inner);
    zh_import_text_close(&run->text);
    if (zh_import_rejects_end(&run->rejects) != ZH_OK && e == ZH_OK) {
        zh_note_set(&inner, "the file for rejects cannot be written: is the disk full?");
        e = ZH_IO;
    }
    run->count = 0;
    if (e != ZH_OK)
        zh_note_set(why, "%.*s: %.150s", ZH_SV_ARG(zh_sv_part(path, 0, 100)), inner.text[0] != '\0' ? inner.text : zh_err_text(e));
    return e;
}
