#include "app/import_run.h"

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
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK_BYTES (256u << 10)
#define WINDOW_BYTES_MAX ((size_t)8 << 20) /* a chunk recoded, and the row that did not fit */
#define LINE_BYTES_MAX (1u << 20)          /* of a JSON line: anything longer is not read */
#define ENTRY_BYTES_MAX ((size_t)1 << 20)  /* of a converted line, before its check */

static const zh_sv prefix_events = { "{\"batch\":[", 10 }, prefix_items = { "{\"items\":[", 10 },
                   suffix = { "]}", 2 };

/* Text of the file in UTF-8, read ahead. */
typedef struct window {
    zh_input *input;
    zh_recode *recode; /* NULL: it is UTF-8 */
    zh_buf text;
    size_t from;       /* what is before it was used */
    bool last;         /* the file ends with this text */
    char *chunk;
} window;

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
    window window;
    FILE *rejects;
    zh_progress progress;
};

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
    run->window.text = zh_buf_open(WINDOW_BYTES_MAX);
    run->window.chunk = malloc(CHUNK_BYTES);
    run->items = zh_map_open();
    if (desc->format == ZH_IMPORT_ORDERS) run->orders = zh_orders_csv_open(desc->map, desc->zone);
    if (desc->format == ZH_IMPORT_CATALOG) run->catalog = zh_catalog_csv_of(desc->map);
    if (desc->format == ZH_IMPORT_GOOGLE) run->google = zh_google_table_of(desc->map);
    if (desc->format == ZH_IMPORT_SHOPIFY) run->shopify = zh_shopify_csv_open(desc->map);
    if (run->window.chunk == NULL || zh_json_open(&run->json, LINE_BYTES_MAX) != ZH_OK) {
        zh_import_run_close(run);
        return ZH_NOMEM;
    }
    *out = run;
    return ZH_OK;
}

void zh_import_run_close(zh_import_run *run)
{
    if (run == NULL) return;
    if (run->rejects != NULL) (void)fclose(run->rejects);
    zh_orders_csv_close(&run->orders);
    zh_shopify_csv_close(&run->shopify);
    zh_json_close(run->json);
    zh_buf_close(&run->entries);
    zh_buf_close(&run->entry);
    zh_buf_close(&run->request);
    zh_buf_close(&run->window.text);
    zh_map_close(&run->items);
    free(run->window.chunk);
    free(run);
}

const zh_import_result *zh_import_run_result(const zh_import_run *run)
{
    return &run->result;
}

/* ---- rejects ---- */

static FILE *open_private(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL && fd >= 0) (void)close(fd);
    return file;
}

/* FILE.rejects.csv, or the same name here where the folder of the file takes none. */
static zh_err open_rejects(zh_import_run *run, zh_note *why)
{
    char *name = run->result.rejects;
    const bool given = run->desc.rejects.size > 0, piped = zh_sv_equal(run->path, ZH_SV("-"));
    const zh_sv base = given ? run->desc.rejects : piped ? ZH_SV("stdin") : run->path;
    const int size = snprintf(name, ZH_IMPORT_PATH_BYTES_MAX, "%.*s%s", ZH_SV_ARG(base),
                              given ? "" : ".rejects.csv");
    if (size < 0 || size >= ZH_IMPORT_PATH_BYTES_MAX) {
        name[0] = '\0';
        zh_note_set(why, "the name of the file for rejects is too long: give --rejects FILE");
        return ZH_RANGE;
    }
    run->rejects = open_private(name);
    const char *slash = strrchr(name, '/');
    if (run->rejects == NULL && !given && slash != NULL) {
        memmove(name, slash + 1, strlen(slash));
        run->rejects = open_private(name);
    }
    if (run->rejects == NULL) {
        zh_note_set(why, "the file for rejects %.150s cannot be written (%s): give --rejects FILE",
                    name, strerror(errno));
        name[0] = '\0';
        return ZH_IO;
    }
    (void)fputs("file,line,reason,raw\n", run->rejects);
    return ZH_OK;
}

/* A file of rejects of its own ends with its file, one for all stays open. */
static zh_err close_rejects(zh_import_run *run)
{
    if (run->rejects == NULL) return ZH_OK;
    if (run->desc.rejects.size > 0) return fflush(run->rejects) == 0 ? ZH_OK : ZH_IO;
    FILE *file = run->rejects;
    run->rejects = NULL;
    return fclose(file) == 0 ? ZH_OK : ZH_IO;
}

/* One data line that goes nowhere. */
static zh_err reject(zh_import_run *run, uint64_t line, const char *reason, zh_sv raw, zh_note *why)
{
    if (run->rejects == NULL) {
        const zh_err e = open_rejects(run, why);
        if (e != ZH_OK) return e;
    }
    char number[24];
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)line);
    const zh_sv fields[] = { run->path, zh_sv_of(number), zh_sv_of(reason), raw };
    zh_buf text = zh_buf_open((size_t)4 << 20);
    zh_csv_put_row(&text, fields, 4, ',');
    zh_err e = zh_buf_err(&text);
    if (e == ZH_OK && fwrite(text.data, 1, text.size, run->rejects) != text.size) e = ZH_IO;
    zh_buf_close(&text);
    if (e != ZH_OK) zh_note_set(why, "the file for rejects cannot be written: %s", zh_err_text(e));
    if (run->result.rejected++ == 0)
        zh_note_set(&run->result.first, "line %llu: %.200s", (unsigned long long)line, reason);
    return e;
}

/* ---- batches ---- */

/* Hand over `count` entries from `first`; halves where the whole is refused. */
static zh_err send(zh_import_run *run, uint32_t first, uint32_t count, zh_note *why)
{
    const bool items = zh_import_is_items(run->desc.format);
    const zh_sv slice = zh_sv_part(zh_buf_view(&run->entries), run->at[first],
                                   run->at[first + count] - run->at[first] - 1);
    zh_buf_reset(&run->request);
    zh_buf_put(&run->request, items ? prefix_items : prefix_events);
    zh_buf_put(&run->request, slice);
    zh_buf_put(&run->request, suffix);
    zh_err e = zh_buf_err(&run->request);
    if (e != ZH_OK) return e;
    zh_import_counts counts = { 0 };
    zh_note said = { "" };
    e = run->desc.sink(run->desc.sink_ctx, items ? ZH_SV("/api/v1/items") : ZH_SV("/v1/import"),
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

static zh_err flush(zh_import_run *run, zh_note *why)
{
    const uint32_t count = run->count;
    const zh_err e = count == 0 ? ZH_OK : send(run, 0, count, why);
    run->count = 0;
    zh_buf_reset(&run->entries);
    zh_map_clear(&run->items);
    return e;
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
    run->result.lines++;
    if (e == ZH_FORMAT || e == ZH_RANGE) return reject(run, line, reason->text, raw, why);
    if (e == ZH_OK && run->entry.size <= bytes_max) return add(run, line, why);
    (void)snprintf(large, sizeof large, "longer than %zu bytes as JSON", bytes_max);
    return reject(run, line, large, raw, why);
}

/* ---- the window ---- */

static void tick(zh_import_run *run)
{
    if (run->desc.progress) zh_progress_at(&run->progress, zh_input_at_bytes(run->window.input));
}

/* More text behind what is left; ZH_ABSENT: there is none. */
static zh_err more(window *w)
{
    if (w->last) return ZH_ABSENT;
    if (w->from > 0) {
        memmove(w->text.data, w->text.data + w->from, w->text.size - w->from);
        w->text.size -= w->from;
        w->from = 0;
    }
    size_t got;
    zh_err e = zh_input_read(w->input, w->chunk, CHUNK_BYTES, &got);
    if (e != ZH_OK) return e;
    w->last = got == 0;
    const zh_sv chunk = { w->chunk, got };
    if (w->recode != NULL) return zh_recode_put(w->recode, chunk, w->last, &w->text);
    zh_buf_put(&w->text, chunk);
    return zh_buf_err(&w->text);
}

/* Read enough to tell the encoding, and recode what was read. */
static zh_err begin(zh_import_run *run, zh_note *why)
{
    window *w = &run->window;
    zh_err e = ZH_OK;
    while (e == ZH_OK && w->text.size < ZH_RECODE_SAMPLE_BYTES) e = more(w);
    if (e != ZH_OK && e != ZH_ABSENT) return e;
    zh_encoding encoding;
    if (zh_encoding_detect(zh_buf_view(&w->text), &encoding) != ZH_OK) {
        zh_note_set(why, "the file is UTF-16: save it as UTF-8");
        return ZH_FORMAT;
    }
    if (run->desc.map->encoding == ZH_COLUMN_UTF8) encoding = ZH_ENCODING_UTF8;
    if (run->desc.map->encoding == ZH_COLUMN_GB18030) encoding = ZH_ENCODING_GB18030;
    run->result.encoding = encoding;
    if (encoding != ZH_ENCODING_GB18030) return ZH_OK;
    e = zh_recode_open(&w->recode);
    if (e == ZH_ABSENT)
        zh_note_set(why, "the file is GB18030, which this system cannot read: install its iconv "
                         "tables, or save the file as UTF-8");
    if (e != ZH_OK) return e == ZH_ABSENT ? ZH_IO : e;
    zh_buf utf8 = zh_buf_open(WINDOW_BYTES_MAX);
    e = zh_recode_put(w->recode, zh_buf_view(&w->text), w->last, &utf8);
    zh_buf_close(&w->text);
    w->text = utf8;
    return e;
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
    window *w = &run->window;
    bool header = true;
    for (;;) {
        size_t used;
        zh_csv_row row;
        zh_note reason = { "" };
        const zh_sv text = zh_sv_part(zh_buf_view(&w->text), w->from, SIZE_MAX);
        zh_err e = zh_csv_next(csv, text, w->last, &used, &row, &reason);
        w->from += used;
        if (e == ZH_ABSENT) {
            if (w->last) break;
            if ((e = more(w)) != ZH_OK) return e;
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
    window *w = &run->window;
    zh_google_xml *xml;
    zh_err e = zh_google_xml_open(&xml, &(zh_google_xml_desc){ .item = take_product, .context = run });
    if (e != ZH_OK) return e;
    run->why = why;
    const char *begins = memchr(w->text.data, '<', w->text.size); /* blanks in front are no XML, and common */
    w->from = begins == NULL ? 0 : (size_t)(begins - w->text.data);
    for (bool last = false; e == ZH_OK && !last;) {
        last = w->last;
        const zh_sv text = zh_sv_part(zh_buf_view(&w->text), w->from, SIZE_MAX);
        w->from = w->text.size;
        e = zh_google_xml_put(xml, text, last, why);
        if (e == ZH_OK && !last) e = more(w);
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
    zh_sv text = zh_sv_part(zh_buf_view(&run->window.text), 0, 4096);
    if (zh_sv_starts(text, mark)) text = zh_sv_part(text, mark.size, SIZE_MAX);
    return run->desc.format == ZH_IMPORT_GOOGLE && zh_sv_starts(zh_sv_trim(text), ZH_SV("<"));
}

static zh_err read_table(zh_import_run *run, zh_note *why)
{
    zh_csv *csv;
    zh_err e = begin(run, why);
    if (e != ZH_OK) return e;
    if (is_xml(run)) return read_xml(run, why);
    const char separator = run->desc.map->separator != 0
                               ? run->desc.map->separator
                               : zh_csv_separator(zh_buf_view(&run->window.text));
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
    for (uint64_t number = 1;; number++) {
        zh_sv line;
        zh_note reason = { "" };
        zh_err e = zh_input_line(run->window.input, LINE_BYTES_MAX, &line);
        if (e == ZH_ABSENT) return ZH_OK;
        if (e != ZH_OK && e != ZH_FULL) return e;
        if (number == 1 && zh_sv_starts(line, mark)) line = zh_sv_part(line, mark.size, SIZE_MAX);
        line = zh_sv_trim(line);
        if (line.size == 0) continue;
        if (e == ZH_FULL) line = zh_sv_part(line, 0, ZH_EVENT_BYTES_MAX);
        if (e == ZH_OK) e = read_line(run, line, &reason);
        if ((e = take(run, e, number, line, &reason, why)) != ZH_OK) return e;
        if (number % 1024 == 0) tick(run);
    }
}

zh_err zh_import_run_file(zh_import_run *run, zh_sv path, zh_note *why)
{
    window *w = &run->window;
    zh_note inner = { "" };
    run->path = path;
    zh_err e = zh_input_open(&w->input, path);
    if (e != ZH_OK) {
        zh_note_set(why, "%.*s: %s: check the path and the rights",
                    ZH_SV_ARG(zh_sv_part(path, 0, 150)), zh_err_text(e));
        return e;
    }
    zh_buf_reset(&w->text);
    w->from = 0;
    w->last = false;
    run->progress = zh_progress_open(STDERR_FILENO, "import", zh_input_total_bytes(w->input));
    tick(run);
    e = run->desc.format == ZH_IMPORT_SEGMENT ? read_lines(run, &inner) : read_table(run, &inner);
    if (e == ZH_OK) e = flush(run, &inner);
    zh_import_result *r = &run->result;
    const uint64_t answered = r->accepted + r->duplicate + r->rejected;
    assert(e != ZH_OK || r->lines == answered);
    r->lines = answered;
    if (run->desc.progress) zh_progress_end(&run->progress, zh_input_at_bytes(w->input));
    zh_recode_close(w->recode);
    w->recode = NULL;
    zh_input_close(w->input);
    w->input = NULL;
    if (close_rejects(run) != ZH_OK && e == ZH_OK) {
        zh_note_set(&inner, "the file for rejects cannot be written: is the disk full?");
        e = ZH_IO;
    }
    if (e != ZH_OK)
        zh_note_set(why, "%.*s: %s", ZH_SV_ARG(zh_sv_part(path, 0, 80)),
                    inner.text[0] != '\0' ? inner.text : zh_err_text(e));
    return e;
}
