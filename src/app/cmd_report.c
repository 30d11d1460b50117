#include "app/cmd_report.h"
#include "app/cmd_ask.h"
#include "base/buf.h"

#include <string.h>

#define BODY_BYTES_MAX (64u << 10)

static const zh_option report_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "json", NULL, "print the engine's own JSON instead of a table", NULL, true },
    { "placement", "NAME", "fairness and bubble: of this placement alone", NULL, false },
    { "pairs", "N", "prices: pairs of customers, 1 to 100000", "2000", false },
    { "days", "N", "fairness and bubble: of the last N days, 1 to 56", "28", false },
};

static const char *const kinds[] = { "funnel", "paths", "retention", "baskets", "attribution", "fairness", "bubble", "prices" };
#define KINDS (sizeof kinds / sizeof *kinds)
#define FIRST_READ 5 /* from here on a report is read with parameters, not asked with a body */

/* What is asked: a JSON object as it stands, or a file with one; - for standard input. */
static bool read_ask(const char *given, zh_buf *out)
{
    char piece[4096];
    size_t size;
    if (given[0] == '{') {
        zh_buf_put(out, zh_sv_of(given));
        return zh_buf_err(out) == ZH_OK;
    }
    FILE *file = strcmp(given, "-") == 0 ? stdin : fopen(given, "rb");
    if (file == NULL) return false;
    while ((size = fread(piece, 1, sizeof piece, file)) > 0) zh_buf_put(out, (zh_sv){ piece, size });
    const bool read = ferror(file) == 0;
    if (file != stdin) fclose(file);
    return read && zh_buf_err(out) == ZH_OK;
}

/* A name as people give it may go into an address as it is. */
static bool is_plain(zh_sv text)
{
    for (size_t i = 0; i < text.size; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-", text.data[i]) == NULL) return false;
    return text.size <= 64;
}

static int read_report(const zh_options *given, size_t kind)
{
    char path[256];
    const zh_sv placement = zh_options_text(given, "placement"), days = zh_options_text(given, "days"), pairs = zh_options_text(given, "pairs");
    const bool is_prices = strcmp(kinds[kind], "prices") == 0;
    if (given->arguments_count > 1 || !is_plain(placement) || !is_plain(days) || !is_plain(pairs)) {
        zh_complain("zhun report %s takes %s and nothing else", kinds[kind], is_prices ? "--pairs" : "--placement and --days");
        return ZH_EXIT_USAGE;
    }
    const char *format = zh_options_flag(given, "json") ? "json" : "csv";
    const int size = is_prices ? snprintf(path, sizeof path, "/api/v1/reports/prices?format=%s&pairs=%.*s", format, ZH_SV_ARG(pairs))
                               : snprintf(path, sizeof path, "/api/v1/reports/%s?format=%s&days=%.*s&placement=%.*s", kinds[kind], format, ZH_SV_ARG(days), ZH_SV_ARG(placement));
    return zh_ask_and_print(given, ZH_SV("GET"), (zh_sv){ path, (size_t)size }, (zh_sv){ 0 }, true);
}

static int run_report(const zh_options *given)
{
    char path[96];
    size_t kind = 0;
    if (given->arguments_count == 1 && strcmp(given->arguments[0], "scene") == 0)
        return zh_ask_and_print(given, ZH_SV("GET"), zh_options_flag(given, "json") ? ZH_SV("/api/v1/scene") : ZH_SV("/api/v1/scene?format=csv"), (zh_sv){ 0 }, true);
    while (kind < KINDS && (given->arguments_count == 0 || strcmp(given->arguments[0], kinds[kind]) != 0)) kind++;
    if (kind == KINDS || given->arguments_count > 2) {
        zh_complain("report knows scene, and funnel, paths, retention, baskets and attribution, each with what is asked as JSON, a file of it, or -, and fairness, bubble and prices: see zhun report --help");
        return ZH_EXIT_USAGE;
    }
    if (kind >= FIRST_READ) return read_report(given, kind);
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    int status = ZH_EXIT_USAGE;
    if (!read_ask(given->arguments_count > 1 ? given->arguments[1] : "{}", &body)) zh_complain("%s cannot be read, or is larger than 64 KB: give a file with what is asked as JSON, or - for standard input", given->arguments[1]);
    else {
        const int size = snprintf(path, sizeof path, "/api/v1/reports/%s?format=%s", kinds[kind], zh_options_flag(given, "json") ? "json" : "csv");
        status = zh_ask_and_print(given, ZH_SV("POST"), (zh_sv){ path, (size_t)size }, zh_buf_view(&body), true);
    }
    zh_buf_close(&body);
    return status;
}

const zh_command zh_cmd_report = {
    .name = "report", .usage = "funnel|paths|retention|baskets|attribution|fairness|bubble|prices|scene [ASK] --data DIR",
    .summary = "Reports over all customers, as a table (CSV). ASK is what POST /api/v1/reports/… takes: JSON, a file of it, or -.\n"
               "funnel: how far customers get. paths: what they do after an event, or before one.\n"
               "retention: who comes back, and what cohorts are worth. baskets: what is bought together.\n"
               "attribution: which channels were there before orders, by seven models.\n"
               "fairness: which items, merchants and customers lists serve. bubble: do lists become narrower.\n"
               "prices: what pairs of customers are asked for the same cart. Nothing is sold, told or kept.\n"
               "scene: how much more each category is looked at and bought by hour, day, weather, device and place; takes no ASK.",
    .example = "  zhun report funnel '{\"steps\": [\"Product Viewed\", \"Order Completed\"]}' --data ./zhun-data\n"
               "  zhun report paths '{\"start\": \"Product Viewed\", \"depth\": 3}' --data ./zhun-data > paths.csv\n"
               "  zhun report retention '{\"first\": \"Product Viewed\", \"return\": \"Order Completed\", \"period\": \"month\", \"value\": true}' --data ./zhun-data\n"
               "  zhun report bubble --placement home --days 56 --data ./zhun-data",
    .options = report_options, .options_count = sizeof report_options / sizeof *report_options, .run = run_report,
};
