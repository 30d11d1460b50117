#include "app/cmd_import.h"

#include "app/import_calendar.h"
#include "app/import_http.h"
#include "app/import_map.h"
#include "app/import_preview.h"
#include "app/import_run.h"
#include "app/import_tell.h"
#include "app/options.h"
#include "base/json_out.h"
#include "sys/clock.h"

#include <stdlib.h>

#define PREVIEW_BYTES_MAX ((size_t)8 << 20)
#define FORMATS "segment, sensors, orders-csv, catalog-csv, google-feed, shopify-csv or calendar"

static const zh_option options[] = {
    { "data", "DIR", "import into this data folder, through its engine where one runs", NULL,
      true },
    { "url", "URL", "or into an engine over HTTP (else ZHUN_URL)", NULL, true },
    { "key", "KEY", "a write key for events, an admin token for items (else ZHUN_KEY)", NULL,
      false },
    { "format", "F", FORMATS, NULL, true },
    { "preset", "P", "columns and rules of a known table: online-retail (orders-csv)", NULL, true },
    { "map", "FILE", "names of columns and other rules, as YAML", NULL, true },
    { "guess", NULL, "find out format and columns, and import where nothing is open", NULL, true },
    { "preview", NULL, "say what would be imported and how, and import nothing", NULL, true },
    { "zone", "ZONE", "of times without one, such as Asia/Shanghai (orders-csv)", NULL, true },
    { "currency", "CODE", "of prices without one, such as CNY (tables and feeds)", NULL, true },
    { "source", "NAME", "whose events these are; made where it is unknown (default: the key's, or the first)", NULL, true },
    { "list", NULL, "say what was imported", NULL, true },
    { "undo", "ID", "take the import with this number back", NULL, true },
    { "rejects", "FILE", "where rejected lines go (else FILE.rejects.csv)", NULL, true },
    { "json", NULL, "print the counts as one JSON object", NULL, true },
};

static const zh_command command = {
    .name = "import",
    .usage = "(--data DIR | --url URL --key KEY) --format F [options] FILE...",
    .summary =
        "Load files of events, orders or items. Importing the same file again changes nothing; one that was cut off goes on.\n"
        "Each file is an import with a number: --list shows them, --undo takes one back as if it had never been.\n"
        "Plain, .gz and .zst files are read; - is standard input.\n"
        "\n"
        "formats:\n"
        "  segment      one event a line, as JSON in Segment's form (track, identify, page ...)\n"
        "  sensors      one record a line, as JSON of Sensors Analytics (track, profile_set ...)\n"
        "  orders-csv   a table with order_id, customer_id, item_id, quantity, unit_price,\n"
        "               currency, ordered_at, and perhaps sku, title, category, brand, country,\n"
        "               discount; a blank customer is a guest\n"
        "  catalog-csv  a table with item_id and any of title, category, brand, price, currency,\n"
        "               stock, available, url, image_url, attributes.NAME; a blank cell leaves\n"
        "               its field as it is\n"
        "  google-feed  products for Google Merchant: a table (tab or comma) whose first line has\n"
        "               id, title, price, availability, item_group_id ..., or RSS or Atom with g:\n"
        "  shopify-csv  Shopify's export of products: a variant is an item, its id the SKU (else\n"
        "               the handle and its options), its group the handle; needs --currency\n"
        "  calendar     a year of days off and days worked instead, as JSON of holiday-cn\n"
        "\n"
        "A map file names what a table calls otherwise, and says how its cells are meant:\n"
        "  columns: {order_id: InvoiceNo, ordered_at: InvoiceDate}\n"
        "  currency: GBP               # of all lines, where no column says it\n"
        "  zone: Europe/London         # of times without a zone (default UTC)\n"
        "  dates: [\"%d/%m/%Y %H:%M\"]   # default iso8601; also unix, unix_ms, excel\n"
        "  decimal: \",\"                # default .\n"
        "  separator: \";\"              # default: what the header has most\n"
        "  encoding: gb18030           # default: UTF-8 or GB18030, by the first bytes\n"
        "  cancel_prefix: C            # orders whose id begins so are refunds\n"
        "  negative_quantity: refund   # or stock, or reject\n"
        "  item_case: upper            # or as-written\n"
        "  product_code: five-digits   # or any; other items are postage and fees\n"
        "  non_products: [POST, FEE]   # items that are postage and fees",
    .example =
        "  zhun import --preview --zone Asia/Shanghai orders.csv\n"
        "  zhun import --data ./zhun-data --guess --zone Asia/Shanghai orders.csv\n"
        "  zhun import --data ./zhun-data --undo 3\n"
        "  zhun import --data ./zhun-data --format orders-csv --preset online-retail orders.csv.gz\n"
        "  zhun import --url http://127.0.0.1:8700 --key KEY --format segment events.jsonl.zst\n"
        "  zhun import --data ./zhun-data --format catalog-csv --map columns.yaml items.csv\n"
        "  zhun import --data ./zhun-data --format shopify-csv --currency CNY products_export.csv\n"
        "  curl -s https://shop.example/feed.xml | zhun import --data ./zhun-data --format google-feed -",
    .options = options,
    .options_count = sizeof options / sizeof *options,
};

/* What one call needs; closed at the end whatever happened. */
typedef struct import {
    const zh_options *given;
    zh_sv data, url, key;
    bool has_format, has_map;
    zh_import_format format;
    zh_column_map map;
    zh_tz *zone;
    zh_import_sink sink;
    zh_import_engine engine;
    const zh_import_door *door;
    void *ctx;
    void (*close)(void *ctx);
    zh_import_run *run;
} import;

static int wrong(const char *what, const char *hint)
{
    zh_complain("%s: %s; see zhun import --help", what, hint);
    return ZH_EXIT_USAGE;
}

/* ---- what is wanted ---- */

static int choose_format(import *im)
{
    zh_sv format = zh_options_text(im->given, "format");
    if (format.size == 0 && zh_options_text(im->given, "preset").size > 0) format = ZH_SV("orders-csv"); /* all presets are of it */
    im->has_format = format.size > 0;
    const bool guessed = zh_options_flag(im->given, "preview") || zh_options_flag(im->given, "guess");
    if (!im->has_format && guessed && zh_options_text(im->given, "map").size == 0) return ZH_EXIT_DONE;
    if (!im->has_format) return wrong("--format is missing", "give " FORMATS ", or let --preview find out");
    return zh_import_format_of(format, &im->format) ? ZH_EXIT_DONE : wrong(format.data, "no such format: give " FORMATS);
}

/* The command line first, then the environment. */
static int choose_place(import *im, const zh_import_door *door)
{
    im->data = zh_options_text(im->given, "data");
    im->url = zh_options_text(im->given, "url");
    im->key = zh_options_text(im->given, "key");
    if (im->data.size > 0 && im->url.size > 0) return wrong("--data and --url", "give one of them");
    if (im->data.size == 0 && im->url.size == 0) im->url = zh_sv_of(getenv("ZHUN_URL"));
    if (im->data.size == 0 && im->url.size == 0) im->data = zh_sv_of(getenv("ZHUN_DATA"));
    if (im->data.size == 0 && im->url.size == 0)
        return wrong("no place to import into", "give --data DIR, or --url URL --key KEY");
    if (im->url.size > 0 && im->key.size == 0)
        return wrong("--url without --key",
                     "give a write key for events, an admin token for items");
    if (im->data.size > 0 && door == NULL)
        return wrong("--data", "not in this program: give --url URL --key KEY");
    return ZH_EXIT_DONE;
}

/* ---- the map ---- */

static int read_map(import *im, zh_sv path)
{
    zh_note why = { "" };
    const zh_err e = zh_import_map_file(&im->map, path, &why);
    if (e == ZH_OK) return ZH_EXIT_DONE;
    zh_complain("%.*s: %s", ZH_SV_ARG(path), why.text);
    return e == ZH_FORMAT || e == ZH_FULL ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

static int read_zone(import *im)
{
    zh_note why = { "" };
    if (zh_import_map_zone(&im->map, &im->zone, &why) == ZH_OK) return ZH_EXIT_DONE;
    zh_complain("%s", why.text);
    return ZH_EXIT_COULD_NOT;
}

/* Feeds know their own columns: a map may name Shopify's column of ids, and rules. */
static int check_feed_map(const import *im)
{
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) {
        if (im->map.names[c][0] == '\0') continue;
        if (im->format == ZH_IMPORT_SHOPIFY && c == ZH_COLUMN_ITEM_ID) continue;
        return wrong("--map", "a feed has its own names of columns: only item_id of shopify-csv may have another");
    }
    if (im->format == ZH_IMPORT_SHOPIFY && im->map.currency.code == 0)
        return wrong("shopify-csv has prices without a currency", "give --currency CODE, such as --currency CNY");
    return ZH_EXIT_DONE;
}

static int choose_columns(import *im)
{
    const zh_sv preset = zh_options_text(im->given, "preset"), map = zh_options_text(im->given, "map"),
                currency = zh_options_text(im->given, "currency"), zone = zh_options_text(im->given, "zone");
    zh_note why;
    if (im->has_format && zh_import_is_lines(im->format)) {
        if (preset.size > 0 || map.size > 0 || currency.size > 0 || zone.size > 0)
            return wrong("--preset, --map, --zone and --currency", "they are for tables, not for lines of JSON");
        return ZH_EXIT_DONE;
    }
    im->map = zh_column_map_of(!im->has_format || im->format == ZH_IMPORT_ORDERS ? ZH_TABLE_ORDERS : ZH_TABLE_CATALOG);
    im->has_map = preset.size > 0 || map.size > 0;
    if (preset.size > 0 && zh_column_map_preset(&im->map, preset, &why) != ZH_OK)
        return wrong("--preset", why.text);
    int status = map.size > 0 ? read_map(im, map) : ZH_EXIT_DONE;
    if (status != ZH_EXIT_DONE) return status;
    if (currency.size > 0) im->map.currency = zh_currency_of(currency);
    if (currency.size > 0 && im->map.currency.code == 0) return wrong("--currency", "it must be three letters such as CNY");
    if (zone.size > 0 && zh_column_map_set(&im->map, ZH_SV("zone"), zone, true, &why) != ZH_OK) return wrong("--zone", why.text);
    if (im->has_format && (im->format == ZH_IMPORT_GOOGLE || im->format == ZH_IMPORT_SHOPIFY)) status = check_feed_map(im);
    return status != ZH_EXIT_DONE ? status : read_zone(im);
}

/* ---- looking first ---- */

static int make_preview(const import *im, const char *path, zh_import_preview *preview)
{
    zh_note why = { "" };
    const zh_import_preview_desc desc = {
        .path = zh_sv_of(path), .has_format = im->has_format, .format = im->format, .map = im->has_map ? &im->map : NULL,
        .given = { .currency = im->map.currency, .zone = zh_sv_of(im->map.zone) },
    };
    if (zh_import_preview_make(preview, &desc, &why) == ZH_OK) return ZH_EXIT_DONE;
    zh_complain("%s", why.text);
    return ZH_EXIT_COULD_NOT;
}

static void print_preview(const import *im, const zh_import_preview *preview)
{
    zh_buf text = zh_buf_open(PREVIEW_BYTES_MAX);
    if (zh_options_flag(im->given, "json")) {
        zh_json_out out = zh_json_out_on(&text);
        zh_import_preview_json(preview, &out);
        (void)!zh_json_out_done(&out);
        zh_buf_put(&text, ZH_SV("\n"));
    } else {
        zh_import_preview_text(preview, &text);
    }
    (void)fwrite(text.data == NULL ? "" : text.data, 1, text.size, stdout);
    zh_buf_close(&text);
}

/* Ready or not says the status too: 0 or 2. */
static int show_previews(const import *im)
{
    int status = ZH_EXIT_DONE;
    for (size_t i = 0; i < im->given->arguments_count && status != ZH_EXIT_COULD_NOT; i++) {
        zh_import_preview preview;
        const int made = make_preview(im, im->given->arguments[i], &preview);
        if (made == ZH_EXIT_DONE) print_preview(im, &preview);
        if (made != ZH_EXIT_DONE || !preview.ready) status = made != ZH_EXIT_DONE ? made : ZH_EXIT_USAGE;
        zh_import_preview_close(&preview);
    }
    return status;
}

/* Format and map of the first file, which all others must share. */
static int take_guess(import *im)
{
    zh_import_preview preview;
    int status = zh_sv_equal(zh_sv_of(im->given->arguments[0]), ZH_SV("-")) ? wrong("--guess", "standard input can only be read once: give a file")
                                                                            : make_preview(im, im->given->arguments[0], &preview);
    if (status != ZH_EXIT_DONE) return status;
    if (!preview.ready) {
        print_preview(im, &preview);
        status = wrong("--guess", "something is open: look at --preview and give --map");
    } else {
        im->format = preview.format;
        im->map = preview.map;
        im->has_format = true;
        zh_tz_close(im->zone);
        status = read_zone(im);
    }
    zh_import_preview_close(&preview);
    return status;
}

/* ---- doing it ---- */

static int open_place(import *im, const zh_import_door *door)
{
    zh_note why = { "" };
    zh_err e;
    if (im->url.size > 0) {
        im->close = zh_import_http_close;
        im->engine.name = zh_import_http_name;
        e = zh_import_http_open(
            &(zh_import_http_desc){
                .url = im->url, .key = im->key, .source = zh_options_text(im->given, "source") },
            &im->sink, &im->ctx, &why);
    } else {
        im->close = door->close;
        im->engine.name = door->name;
        e = door->open(im->data, &im->sink, &im->ctx, &why);
    }
    if (e == ZH_OK) {
        im->engine.ctx = im->ctx;
        im->engine.source = zh_options_text(im->given, "source");
        im->engine.client = im->url.size > 0 ? zh_import_http_client(im->ctx) : door->client != NULL ? door->client(im->ctx) : NULL;
        return ZH_EXIT_DONE;
    }
    im->close = NULL;
    zh_complain("%s", why.text[0] != '\0' ? why.text : zh_err_text(e));
    return ZH_EXIT_COULD_NOT;
}

static void say_json(const import *im, const zh_import_result *r, double seconds)
{
    zh_buf text = zh_buf_open(1 << 16);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("format"), zh_sv_of(zh_import_format_name(im->format)));
    zh_json_out_key_int(&out, ZH_SV("files"), (int64_t)im->given->arguments_count);
    zh_json_out_key_int(&out, ZH_SV("lines"), (int64_t)r->lines);
    zh_json_out_key_int(&out, ZH_SV("accepted"), (int64_t)r->accepted);
    zh_json_out_key_int(&out, ZH_SV("duplicate"), (int64_t)r->duplicate);
    zh_json_out_key_int(&out, ZH_SV("rejected"), (int64_t)r->rejected);
    zh_json_out_key_int(&out, ZH_SV("rejectedByEngine"), (int64_t)r->refused);
    zh_json_out_key_text(&out, ZH_SV("encoding"), zh_sv_of(zh_encoding_name(r->encoding)));
    char number[16];
    (void)snprintf(number, sizeof number, "%u", r->number);
    if (r->number != 0) zh_json_out_key_text(&out, ZH_SV("import"), zh_sv_of(number));
    if (r->resumed > 0) zh_json_out_key_int(&out, ZH_SV("resumedLines"), (int64_t)r->resumed);
    if (r->first.text[0] != '\0')
        zh_json_out_key_text(&out, ZH_SV("firstReject"), zh_sv_of(r->first.text));
    if (r->rejects[0] != '\0') zh_json_out_key_text(&out, ZH_SV("rejects"), zh_sv_of(r->rejects));
    zh_json_out_key_real(&out, ZH_SV("seconds"), seconds);
    zh_json_out_end(&out);
    if (zh_json_out_done(&out) == ZH_OK) printf("%.*s\n", ZH_SV_ARG(zh_buf_view(&text)));
    zh_buf_close(&text);
}

static void say(const import *im, const zh_import_result *r, double seconds)
{
    if (zh_options_flag(im->given, "json")) {
        say_json(im, r, seconds);
        return;
    }
    printf("lines      %llu (%s)\naccepted   %llu\nduplicate  %llu\nrejected   %llu\nseconds    "
           "%.2f\n",
           (unsigned long long)r->lines, zh_encoding_name(r->encoding),
           (unsigned long long)r->accepted, (unsigned long long)r->duplicate,
           (unsigned long long)r->rejected, seconds);
    if (r->resumed > 0) printf("resumed    %llu lines of an earlier run that was cut off\n", (unsigned long long)r->resumed);
    if (r->number != 0) printf("import     %u (zhun import --undo %u takes it back)\n", r->number, r->number);
    if (r->rejected > 0) printf("\nthe first reject: %s\n", r->first.text);
    if (r->rejects[0] != '\0') printf("rejected lines are in %s\n", r->rejects);
    if (r->refused > 0)
        printf("%llu of the rejects are among the dead letters of the engine\n",
               (unsigned long long)r->refused);
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

/* The first one ends after the batch under way, the second one at once. */
static void catch_interrupts(void)
{
    const struct sigaction action = { .sa_handler = interrupt, .sa_flags = (int)(SA_RESTART | SA_RESETHAND) };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- what was imported ---- */

/* Where the folder was opened by this process, opening it again takes the views that were folded anew; an engine that runs does so itself. */
static zh_err reopen(void *ctx, zh_import_engine *engine, zh_note *why)
{
    import *im = ctx;
    im->close(im->ctx);
    im->close = NULL;
    const zh_err e = im->door->open(im->data, &im->sink, &im->ctx, why);
    if (e != ZH_OK) return e;
    im->close = im->door->close;
    im->engine.ctx = im->ctx;
    im->engine.client = im->door->client(im->ctx);
    *engine = im->engine;
    return ZH_OK;
}

static int show_or_undo(import *im)
{
    zh_note why = { "" };
    zh_buf said = zh_buf_open(PREVIEW_BYTES_MAX);
    const zh_sv id = zh_options_text(im->given, "undo");
    const bool is_own = im->data.size > 0 && im->door->is_own != NULL && im->door->is_own(im->ctx);
    zh_err e = im->engine.client == NULL ? ZH_DENIED : ZH_OK;
    if (e == ZH_OK && id.size > 0) e = zh_import_undo(&im->engine, id, is_own ? reopen : NULL, im, &said, &why);
    else if (e == ZH_OK) e = zh_import_list(&im->engine, zh_options_flag(im->given, "json"), &said, &why);
    (void)fwrite(said.data == NULL ? "" : said.data, 1, said.size, stdout);
    zh_buf_close(&said);
    if (e == ZH_OK) return ZH_EXIT_DONE;
    zh_complain("%s", why.text[0] != '\0' ? why.text : zh_err_text(e));
    return ZH_EXIT_COULD_NOT;
}

static int run_files(import *im)
{
    const zh_import_run_desc desc = {
        .format = im->format,
        .map = &im->map,
        .zone = im->zone != NULL ? im->zone : zh_tz_utc(),
        .sink = im->sink,
        .sink_ctx = im->ctx,
        .rejects = zh_options_text(im->given, "rejects"),
        .progress = true,
        .engine = &im->engine,
        .stop = &interrupted,
    };
    catch_interrupts();
    const int64_t began_us = zh_clock_mono_us(NULL);
    zh_note why = { "" };
    zh_err e = zh_import_run_open(&im->run, &desc);
    if (e != ZH_OK) zh_note_set(&why, "%s: give this machine more memory", zh_err_text(e));
    for (size_t i = 0; e == ZH_OK && i < im->given->arguments_count; i++)
        e = zh_import_run_file(im->run, zh_sv_of(im->given->arguments[i]), &why);
    if (im->run != NULL)
        say(im, zh_import_run_result(im->run), (double)(zh_clock_mono_us(NULL) - began_us) / 1e6);
    if (e == ZH_OK) return ZH_EXIT_DONE;
    if (e == ZH_STOPPED) zh_complain("%s", why.text);
    else zh_complain("the import stopped: %s; what was accepted stays, run it again when that is mended", why.text);
    return ZH_EXIT_COULD_NOT;
}

int zh_cmd_import(int argc, char **argv, const zh_import_door *door)
{
    static zh_options given; /* large, and a process imports once */
    import im = { .given = &given };
    int status = zh_options_read(&given, &command, argc - 1, argv + 1);
    if (status != -1) return status;
    const bool about = zh_options_flag(&given, "list") || zh_options_text(&given, "undo").size > 0;
    im.door = door;
    if (about) {
        status = given.arguments_count > 0 ? wrong("--list and --undo", "they take no file") : choose_place(&im, door);
        if (status == ZH_EXIT_DONE) status = open_place(&im, door);
        if (status == ZH_EXIT_DONE) status = show_or_undo(&im);
        if (im.close != NULL) im.close(im.ctx);
        return status;
    }
    status = given.arguments_count == 0 ? wrong("no file", "name one, or - for standard input")
                                        : ZH_EXIT_DONE;
    if (status == ZH_EXIT_DONE && zh_sv_equal(zh_options_text(&given, "format"), ZH_SV("calendar"))) return zh_import_calendar(&given);
    const bool look = zh_options_flag(&given, "preview");
    if (status == ZH_EXIT_DONE) status = choose_format(&im);
    if (status == ZH_EXIT_DONE && !look) status = choose_place(&im, door);
    if (status == ZH_EXIT_DONE) status = choose_columns(&im);
    if (status == ZH_EXIT_DONE && !look && zh_options_flag(&given, "guess")) status = take_guess(&im);
    if (status == ZH_EXIT_DONE && look) status = show_previews(&im);
    else if (status == ZH_EXIT_DONE) status = open_place(&im, door);
    if (status == ZH_EXIT_DONE && !look) status = run_files(&im);
    zh_import_run_close(im.run);
    if (im.close != NULL) im.close(im.ctx);
    zh_tz_close(im.zone);
    return status;
}
