/* Goal: `zhun import` hands every data line over once or rejects it with a reason, in bounded batches, and
 * says exactly what became of them.
 * Method: the command itself with a door that keeps what it is given; files of all forms made here (plain,
 * gzip, GB18030, many lines); wrong calls; the real table of an online shop, twice, where the data is there. */
#include "app/cmd_import.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/map.h"

#include "check.h"

#include <fcntl.h>
#include <iconv.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* ---- a place that remembers ---- */

typedef struct place {
    zh_json *json;
    zh_map ids;          /* of messageIds or itemIds seen */
    uint64_t batches, entries, largest, largest_bytes;
    uint64_t refusals;   /* batches refused as a whole */
    zh_sv poison;        /* a batch with this text is refused */
    uint64_t fail_after; /* batches before the disk is full; 0: never */
    bool lies;           /* answers for one line too few */
    bool open;
    char last[4096];     /* the last batch */
    char path[64];
} place;

static place here;

static zh_err take(void *ctx, zh_sv path, zh_sv json, zh_import_counts *counts, zh_note *why)
{
    place *p = ctx;
    zh_json_value root;
    const bool items = zh_sv_equal(path, ZH_SV("/api/v1/items"));
    CHECK(items || zh_sv_equal(path, ZH_SV("/v1/import")));
    CHECK(json.size <= 400u << 10);
    CHECK(zh_json_parse(p->json, json, &root, NULL) == ZH_OK);
    if (p->poison.size > 0 && memmem(json.data, json.size, p->poison.data, p->poison.size) != NULL) {
        p->refusals++;
        zh_note_set(why, "poison");
        return ZH_FORMAT;
    }
    if (p->fail_after > 0 && p->batches == p->fail_after) {
        zh_note_set(why, "the disk is full");
        return ZH_IO;
    }
    const zh_json_value list = zh_json_get(root, items ? ZH_SV("items") : ZH_SV("batch"));
    const uint64_t count = zh_json_count(list);
    CHECK(count >= 1 && count <= 500);
    p->batches++;
    p->entries += count;
    if (count > p->largest) p->largest = count;
    if (json.size > p->largest_bytes) p->largest_bytes = json.size;
    (void)snprintf(p->last, sizeof p->last, "%.*s", ZH_SV_ARG(json));
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it);) {
        const zh_sv id = zh_json_text_or_empty(zh_json_get(it.value, items ? ZH_SV("itemId") : ZH_SV("messageId")));
        bool made;
        CHECK(zh_map_at(&p->ids, zh_fast64(id), &made) != NULL);
        if (id.size == 0) counts->rejected++;
        else if (made || items) counts->accepted++;
        else counts->duplicate++;
    }
    if (p->lies) counts->accepted--;
    return ZH_OK;
}

static zh_err open_here(zh_sv data_dir, zh_import_sink *sink, void **ctx, zh_note *why)
{
    if (zh_sv_equal(data_dir, ZH_SV("nowhere"))) {
        zh_note_set(why, "nowhere: no such folder: check --data");
        return ZH_ABSENT;
    }
    here.open = true;
    *sink = take;
    *ctx = &here;
    return ZH_OK;
}

static void close_here(void *ctx)
{
    CHECK(ctx == &here);
    here.open = false;
}

static const zh_import_door door = { .open = open_here, .close = close_here };

static void forget(void)
{
    zh_json *json = here.json;
    zh_map_close(&here.ids);
    here = (place){ .json = json };
}

/* ---- calling ---- */

typedef struct said { int status; int64_t lines, accepted, duplicate, rejected; char text[8192], error[8192]; } said;

static void read_back(int fd, char *text, size_t bytes)
{
    const ssize_t got = pread(fd, text, bytes - 1, 0);
    CHECK(got >= 0);
    text[got] = '\0';
}

/* Words ended by NULL; standard output and error are caught. */
static void call(said *out, const char *const *words)
{
    char *argv[24];
    int argc = 0;
    argv[argc++] = (char *)(uintptr_t)"import";
    for (; words[argc - 1] != NULL; argc++) argv[argc] = (char *)(uintptr_t)words[argc - 1];
    FILE *texts[2] = { tmpfile(), tmpfile() };
    int kept[2];
    CHECK(texts[0] != NULL && texts[1] != NULL);
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        kept[i] = dup(i + 1);
        CHECK(dup2(fileno(texts[i]), i + 1) == i + 1);
    }
    *out = (said){ 0 };
    out->status = zh_cmd_import(argc, argv, &door);
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        CHECK(dup2(kept[i], i + 1) == i + 1);
        close(kept[i]);
    }
    read_back(fileno(texts[0]), out->text, sizeof out->text);
    read_back(fileno(texts[1]), out->error, sizeof out->error);
    fclose(texts[0]);
    fclose(texts[1]);
    CHECK(!here.open);
    zh_json *json;
    zh_json_value root;
    CHECK(zh_json_open(&json, 1 << 16) == ZH_OK);
    if (zh_json_parse(json, zh_sv_of(out->text), &root, NULL) == ZH_OK) {
        (void)zh_json_int(zh_json_get(root, ZH_SV("lines")), &out->lines);
        (void)zh_json_int(zh_json_get(root, ZH_SV("accepted")), &out->accepted);
        (void)zh_json_int(zh_json_get(root, ZH_SV("duplicate")), &out->duplicate);
        (void)zh_json_int(zh_json_get(root, ZH_SV("rejected")), &out->rejected);
        CHECK(out->accepted + out->duplicate + out->rejected == out->lines);
    }
    zh_json_close(json);
}

#define CALL(out, ...) call(out, (const char *const[]){ __VA_ARGS__, NULL })

static void check_counts(const said *s, const char *row, int status, int64_t lines, int64_t accepted, int64_t duplicate, int64_t rejected)
{
    const bool good = s->status == status && s->lines == lines && s->accepted == accepted && s->duplicate == duplicate && s->rejected == rejected;
    if (!good) fprintf(stderr, "%d: %s%s", s->status, s->text, s->error);
    CHECK_ROW(good, row);
}

static void put(const char *path, zh_sv text)
{
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fwrite(text.data, 1, text.size, file) == text.size && fclose(file) == 0);
}

static void get(const char *path, char *text, size_t bytes)
{
    const int fd = open(path, O_RDONLY);
    CHECK_ROW(fd >= 0, path);
    read_back(fd, text, bytes);
    close(fd);
}

/* ---- wrong calls ---- */

static void wrong_calls_say_what_to_do(void)
{
    static const struct { const char *name, *words[10], *says; int status; } rows[] = {
        { "no file", { "--data", "d", "--format", "segment" }, "no file", 2 },
        { "no format", { "--data", "d", "f" }, "--format is missing", 2 },
        { "no such format", { "--data", "d", "--format", "xls", "f" }, "segment, sensors, orders-csv, catalog-csv, google-feed, shopify-csv or calendar", 2 },
        { "nothing to guess with", { "--data", "d", "--guess", "-" }, "standard input can only be read once", 2 },
        { "no place", { "--format", "segment", "f" }, "--data DIR", 2 },
        { "two places", { "--data", "d", "--url", "u", "--key", "k", "--format", "segment", }, "no file", 2 },
        { "no key", { "--url", "http://127.0.0.1:1", "--format", "segment", "f" }, "--url without --key", 2 },
        { "no such option", { "--redo", "1", "f" }, "no such option", 2 },
        { "undo takes no file", { "--data", "d", "--undo", "1", "f" }, "they take no file", 2 },
        { "no such preset", { "--data", "d", "--format", "orders-csv", "--preset", "x", "f" }, "online-retail", 2 },
        { "a preset for events", { "--data", "d", "--format", "segment", "--preset", "x", "f" }, "for tables", 2 },
        { "a currency for events", { "--data", "d", "--format", "segment", "--currency", "CNY", "f" }, "for tables", 2 },
        { "no currency", { "--data", "d", "--format", "shopify-csv", "f" }, "--currency CNY", 2 },
        { "no such currency", { "--data", "d", "--format", "shopify-csv", "--currency", "yuan", "f" }, "three letters", 2 },
        { "no such folder", { "--data", "nowhere", "--format", "segment", "f" }, "check --data", 3 },
        { "no such file", { "--data", "d", "--format", "segment", "absent.jsonl" }, "absent.jsonl", 3 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        said s;
        call(&s, rows[i].words);
        if (s.status != rows[i].status) fprintf(stderr, "%d: %s", s.status, s.error);
        CHECK_ROW(s.status == rows[i].status && strstr(s.error, rows[i].says) != NULL, rows[i].name);
        CHECK_ROW(strncmp(s.error, "zhun: ", 6) == 0, rows[i].name);
    }
    said s;
    CALL(&s, "--help");
    CHECK(s.status == 0 && strstr(s.text, "example:") != NULL && strstr(s.text, "orders-csv") != NULL);
}

/* ---- events ---- */

static void lines_of_json_are_judged_before_they_travel(void)
{
    forget();
    zh_buf text = zh_buf_open(1 << 20);
    zh_buf_put(&text, ZH_SV("\xEF\xBB\xBF{\"messageId\":\"a\",\"type\":\"track\"}\r\n\n  {\"messageId\":\"b\"}  \n{\"messageId\":\"a\"}\n"));
    zh_buf_put(&text, ZH_SV("{\"messageId\":\n[1,2]\n{\"messageId\":\"c\",\"n\":1e400}\n{\"messageId\":\"bad \xFF\"}\n{\"no\":\"id\"}\n"));
    zh_buf_put(&text, ZH_SV("{\"messageId\":\"long\",\"x\":\""));
    for (int i = 0; i < 40000; i++) zh_buf_put_u8(&text, 'x');
    zh_buf_put(&text, ZH_SV("\"}\n{\"messageId\":\"last\"}"));
    put("events.jsonl", zh_buf_view(&text));
    zh_buf_close(&text);
    said s;
    CALL(&s, "--data", "d", "--format", "segment", "--json", "events.jsonl");
    check_counts(&s, "events", 0, 10, 3, 1, 6);
    char rejects[100000];
    get("events.jsonl.rejects.csv", rejects, sizeof rejects);
    CHECK(strncmp(rejects, "file,line,reason,raw\nevents.jsonl,5,not an event as JSON", 56) == 0);
    CHECK(strstr(rejects, "\nevents.jsonl,6,not an event as JSON: it must be an object { },\"[1,2]\"\n") != NULL);
    CHECK(strstr(rejects, "\nevents.jsonl,7,") != NULL && strstr(rejects, "\nevents.jsonl,8,") != NULL);
    CHECK(strstr(rejects, "\nevents.jsonl,9,") == NULL); /* the engine's business */
    CHECK(strstr(rejects, "\nevents.jsonl,10,longer than 32768 bytes as JSON,") != NULL);
    struct stat about;
    CHECK(stat("events.jsonl.rejects.csv", &about) == 0 && (about.st_mode & 0777) == 0600);
}

static void batches_are_bounded_and_a_bad_line_costs_itself(void)
{
    forget();
    zh_buf text = zh_buf_open(64 << 20);
    for (int i = 0; i < 3000; i++) {
        zh_buf_printf(&text, "{\"messageId\":\"m%d\",\"pad\":\"", i);
        for (int b = 0; b < (i < 1500 ? 10 : 5000); b++) zh_buf_put_u8(&text, 'x');
        zh_buf_put(&text, ZH_SV("\"}\n"));
    }
    put("many.jsonl", zh_buf_view(&text));
    said s;
    CALL(&s, "--data", "d", "--format", "segment", "--json", "many.jsonl");
    check_counts(&s, "many", 0, 3000, 3000, 0, 0);
    CHECK(here.largest == 500 && here.largest_bytes > 380000 && access("many.jsonl.rejects.csv", F_OK) != 0);
    CALL(&s, "--data", "d", "--format", "segment", "--json", "many.jsonl");
    check_counts(&s, "again", 0, 3000, 0, 3000, 0);
    here.poison = ZH_SV("\"m1234\"");
    CALL(&s, "--data", "d", "--format", "segment", "--json", "--rejects", "r.csv", "many.jsonl");
    check_counts(&s, "one poisonous line", 0, 3000, 0, 2999, 1);
    CHECK(here.refusals > 5 && here.refusals < 12); /* halves of 500 */
    char rejects[1000];
    get("r.csv", rejects, sizeof rejects);
    CHECK(strstr(rejects, "many.jsonl,1235,poison,") != NULL);
    forget();
    here.fail_after = 3;
    CALL(&s, "--data", "d", "--format", "segment", "--json", "many.jsonl");
    check_counts(&s, "the disk is full", 3, 1500, 1500, 0, 0);
    CHECK(strstr(s.error, "the disk is full") != NULL && strstr(s.error, "run it again") != NULL);
    forget();
    here.lies = true;
    CALL(&s, "--data", "d", "--format", "segment", "--json", "many.jsonl");
    check_counts(&s, "an answer that does not add up", 3, 0, 0, 0, 0);
    zh_buf_close(&text);
}

/* ---- tables ---- */

#define HEADER "\xE8\xAE\xA2\xE5\x8D\x95,\xE4\xBC\x9A\xE5\x91\x98,\xE5\x95\x86\xE5\x93\x81,\xE5\x90\x8D\xE7\xA7\xB0,\xE6\x95\xB0\xE9\x87\x8F,\xE5\x8D\x95\xE4\xBB\xB7,\xE6\x97\xB6\xE9\x97\xB4\n"
static const char chinese[] = HEADER
    "D1,u1,a-1,\xE5\xA5\xB3\xE8\xA3\x85,2,\"\xC2\xA5" "1,009.90\",2026/11/21 08:05\n"
    "D1,u1,a-1,\xE5\xA5\xB3\xE8\xA3\x85,2,\"\xC2\xA5" "1,009.90\",2026/11/21 08:05\n"
    "1.23457E+17,u1,a-1,x,2,9,2026/11/21 08:05\n"
    "D2,,b-2,\"\xE4\xB8\xA4\n\xE8\xA1\x8C\",1,5,2026/11/21 08:06\n"
    "D3,u1,b-2,x,1\n";
static const char chinese_map[] =
    "columns:\n  order_id: \xE8\xAE\xA2\xE5\x8D\x95\n  customer_id: \xE4\xBC\x9A\xE5\x91\x98\n  item_id: \xE5\x95\x86\xE5\x93\x81\n"
    "  title: \xE5\x90\x8D\xE7\xA7\xB0\n  quantity: \xE6\x95\xB0\xE9\x87\x8F\n  unit_price: \xE5\x8D\x95\xE4\xBB\xB7\n  \xE6\x97\xB6\xE9\x97\xB4: ordered_at\n"
    "currency: CNY\nzone: Asia/Shanghai\ndates: [\"%Y/%m/%d %H:%M\"]\n";

static zh_sv to_gb18030(const char *text, char *out, size_t bytes)
{
    iconv_t table = iconv_open("GB18030", "UTF-8");
    CHECK(table != (iconv_t)-1);
    char *from = (char *)(uintptr_t)text, *to = out;
    size_t left = strlen(text), room = bytes;
    CHECK(iconv(table, &from, &left, &to, &room) == 0 && left == 0);
    iconv_close(table);
    return (zh_sv){ out, bytes - room };
}

static void a_table_is_the_same_in_every_encoding_and_packing(void)
{
    static const char *const files[] = { "utf8.csv", "mark.csv", "gb18030.csv", "packed.csv.gz", "semicolons.csv" };
    char gb[4096], rejects[4096];
    forget();
    put("map.yaml", ZH_SV(chinese_map));
    put(files[0], ZH_SV(chinese));
    zh_buf marked = zh_buf_open(4096);
    zh_buf_put(&marked, ZH_SV("\xEF\xBB\xBF"));
    zh_buf_put(&marked, ZH_SV(chinese));
    put(files[1], zh_buf_view(&marked));
    put(files[2], to_gb18030(chinese, gb, sizeof gb));
    gzFile packed = gzopen(files[3], "w");
    CHECK(packed != NULL && gzwrite(packed, chinese, sizeof chinese - 1) == (int)sizeof chinese - 1 && gzclose(packed) == Z_OK);
    zh_buf_reset(&marked);
    for (size_t i = 0; i < sizeof chinese - 1; i++) zh_buf_put_u8(&marked, chinese[i] == ',' && strncmp(chinese + i, ",009", 4) != 0 ? ';' : (uint8_t)chinese[i]);
    put(files[4], zh_buf_view(&marked));
    zh_buf_close(&marked);
    for (size_t i = 0; i < 5; i++) {
        said s;
        CALL(&s, "--data", "d", "--format", "orders-csv", "--map", "map.yaml", "--json", files[i]);
        check_counts(&s, files[i], 0, 5, i == 0 ? 3 : 0, i == 0 ? 0 : 3, 2);
        CHECK_ROW(strstr(s.text, i == 2 ? "\"encoding\":\"GB18030\"" : "\"encoding\":\"UTF-8\"") != NULL, files[i]);
        CHECK_ROW(strstr(here.last, "\"name\":\"\xE4\xB8\xA4\\n\xE8\xA1\x8C\"") != NULL, files[i]);
        CHECK_ROW(strstr(here.last, "\"timestamp\":\"2026-11-21T00:05:00.000Z\"") != NULL && strstr(here.last, "\"price\":1009.90") != NULL, files[i]);
        char name[64];
        (void)snprintf(name, sizeof name, "%s.rejects.csv", files[i]);
        get(name, rejects, sizeof rejects);
        CHECK_ROW(strstr(rejects, ",4,\"order_id '1.23457E+17' was made") != NULL || strstr(rejects, ",4,order_id '1.23457E+17' was made") != NULL, files[i]);
        CHECK_ROW(strstr(rejects, ",7,5 columns where the header has 7,") != NULL, files[i]);
    }
}

static void a_wrong_map_or_header_stops_before_anything_is_sent(void)
{
    static const struct { const char *name, *map, *says; int status; } rows[] = {
        { "no yaml", "a: [1\n", "m.yaml: line", 2 },
        { "an unknown key", "columns:\n  colour: x\n", "m.yaml: line 2", 2 },
        { "a list of columns", "columns: [a, b]\n", "shape", 2 },
        { "a zone nobody knows", "zone: Mars/Olympus\n", "Mars/Olympus", 3 },
        { "a zone that is a path", "zone: ../../etc/passwd\n", "not known here", 3 },
        { "columns that are not there", "currency: CNY\n", "utf8.csv: line 1: the header has no column 'order_id'", 3 },
    };
    forget();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        said s;
        put("m.yaml", zh_sv_of(rows[i].map));
        CALL(&s, "--data", "d", "--format", "orders-csv", "--map", "m.yaml", "utf8.csv");
        if (s.status != rows[i].status || strstr(s.error, rows[i].says) == NULL) fprintf(stderr, "%d %s", s.status, s.error);
        CHECK_ROW(s.status == rows[i].status && strstr(s.error, rows[i].says) != NULL, rows[i].name);
    }
    said s;
    put("empty.csv", (zh_sv){ "", 0 });
    CALL(&s, "--data", "d", "--format", "catalog-csv", "empty.csv");
    CHECK(s.status == 3 && strstr(s.error, "the file is empty") != NULL);
    put("utf16.csv", (zh_sv){ "\xFF\xFE" "a\0,\0", 6 });
    CALL(&s, "--data", "d", "--format", "catalog-csv", "utf16.csv");
    CHECK(s.status == 3 && strstr(s.error, "UTF-16") != NULL);
    CHECK(here.batches == 0);
}

static void two_of_one_item_never_share_a_batch(void)
{
    forget();
    put("items.csv", ZH_SV("item_id,title,price,currency\na,Old,1,CNY\nb,B,2,CNY\na,New,3,CNY\nc,C,free,CNY\n"));
    said s;
    CALL(&s, "--data", "d", "--format", "catalog-csv", "--json", "items.csv");
    check_counts(&s, "items", 0, 4, 3, 0, 1);
    CHECK(here.batches == 2 && strcmp(here.last, "{\"items\":[{\"itemId\":\"a\",\"title\":\"New\",\"priceCents\":300,\"currency\":\"CNY\"}]}") == 0);
    CHECK(strstr(s.text, "\"firstReject\":\"line 5: price 'free'") != NULL);
    CALL(&s, "--data", "d", "--format", "catalog-csv", "items.csv");
    CHECK(s.status == 0 && strstr(s.text, "rejected   1\n") != NULL && strstr(s.text, "items.csv.rejects.csv") != NULL);
}

#define SHOPIFY "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src\n" \
                "hat,Hat,Size,S,H-S,12,https://cdn.example/1.png\nhat,,,M,H-M,12,\nhat,,,,,,https://cdn.example/2.png\nhat,,,L,H-S,12,\n"

static void feeds_become_items(void)
{
    static const char rss[] = "\xEF\xBB\xBF <?xml version=\"1.0\"?><rss xmlns:g=\"http://base.google.com/ns/1.0\"><channel>\n"
        "<item><g:id>a</g:id><title>Tea</title><g:price>15.00 CNY</g:price></item>\n<item><g:id>b</g:id><g:price>free</g:price></item>\n"
        "<item><g:id>a</g:id><title>New</title></item></channel></rss>";
    char rejects[4096];
    said s;
    forget();
    put("feed.xml", ZH_SV(rss));
    CALL(&s, "--data", "d", "--format", "google-feed", "--json", "feed.xml");
    check_counts(&s, "rss", 0, 3, 2, 0, 1);
    CHECK(here.batches == 2 && strcmp(here.last, "{\"items\":[{\"itemId\":\"a\",\"title\":\"New\"}]}") == 0);
    get("feed.xml.rejects.csv", rejects, sizeof rejects);
    CHECK(strstr(rejects, "feed.xml,3,\"a price without") != NULL);
    put("feed.tsv", ZH_SV("id\ttitle\tprice\na\tTea, green\t15.00\n"));
    CALL(&s, "--data", "d", "--format", "google-feed", "--currency", "CNY", "--json", "feed.tsv");
    check_counts(&s, "tsv", 0, 1, 1, 0, 0);
    CHECK(strcmp(here.last, "{\"items\":[{\"itemId\":\"a\",\"title\":\"Tea, green\",\"priceCents\":1500,\"currency\":\"CNY\"}]}") == 0);
    put("products.csv", ZH_SV(SHOPIFY));
    CALL(&s, "--data", "d", "--format", "shopify-csv", "--currency", "CNY", "--json", "products.csv");
    check_counts(&s, "shopify", 0, 3, 2, 0, 1); /* a further picture is no line */
    get("products.csv.rejects.csv", rejects, sizeof rejects);
    CHECK(strstr(rejects, "products.csv,5,two variants of this file have the id 'H-S'") != NULL);
    forget();
    put("bomb.xml", ZH_SV("<!DOCTYPE rss [<!ENTITY a \"ha\">]><rss><item><title>&a;</title></item></rss>"));
    CALL(&s, "--data", "d", "--format", "google-feed", "bomb.xml");
    CHECK(s.status == 3 && strstr(s.error, "DOCTYPE") != NULL && here.batches == 0);
    put("page.xml", ZH_SV("<html><body/></html>"));
    CALL(&s, "--data", "d", "--format", "google-feed", "page.xml");
    CHECK(s.status == 3 && strstr(s.error, "no <item>") != NULL);
    put("m.yaml", ZH_SV("columns:\n  title: Name\n"));
    CALL(&s, "--data", "d", "--format", "google-feed", "--map", "m.yaml", "feed.tsv");
    CHECK(s.status == 2 && strstr(s.error, "its own names") != NULL);
}

/* 0, or 77 where the data is not there. `shared`: the folder, "" where there is none. */
static int the_real_table_twice(const char *shared)
{
    char path[8192];
    (void)snprintf(path, sizeof path, "%s/data/orders/online_retail.csv.gz", shared);
    if (access(path, R_OK) != 0) {
        printf("skipped: no data/orders/online_retail.csv.gz in ZHUN_SHARED\n");
        return 77;
    }
    forget();
    for (int round = 0; round < 2; round++) {
        said s;
        CALL(&s, "--data", "d", "--format", "orders-csv", "--preset", "online-retail", "--json", path);
        check_counts(&s, "the real table", 0, 541909, round == 0 ? 541909 : 0, round == 0 ? 0 : 541909, 0);
        printf("%s", s.text);
    }
    return 0;
}

int main(void)
{
    char folder[] = "/tmp/zhun-import-XXXXXX", shared[4096] = "";
    char beside[4096];
    const char *given = getenv("ZHUN_SHARED"), *slash = strrchr(__FILE__, '/');
    (void)snprintf(beside, sizeof beside, "%.*s/../../../shared", slash == NULL ? 0 : (int)(slash - __FILE__), __FILE__);
    if (realpath(given == NULL ? beside : given, shared) == NULL) shared[0] = '\0';
    CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
    CHECK(unsetenv("ZHUN_URL") == 0 && unsetenv("ZHUN_KEY") == 0 && unsetenv("ZHUN_DATA") == 0);
    CHECK(zh_json_open(&here.json, 1 << 20) == ZH_OK);
    wrong_calls_say_what_to_do();
    lines_of_json_are_judged_before_they_travel();
    batches_are_bounded_and_a_bad_line_costs_itself();
    a_table_is_the_same_in_every_encoding_and_packing();
    a_wrong_map_or_header_stops_before_anything_is_sent();
    two_of_one_item_never_share_a_batch();
    feeds_become_items();
    const int status = the_real_table_twice(shared);
    forget();
    zh_json_close(here.json);
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
    return status;
}
