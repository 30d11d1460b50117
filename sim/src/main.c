/* main.c -- the command line of zhun-sim: options in, a run, a report out. */
#include "base/time.h"
#include "offers_files.h"
#include "offers_judge.h"
#include "report.h"
#include "truth.h"
#include "sys/clock.h"
#include "sys/file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define ARENA_BYTES_MAX ((size_t)16 << 30) /* four worlds of a million customers */
#define REPORT_BYTES_MAX (1u << 20)
#define BUDGET_MAX 100000000000000u /* cents; exact as a double */

static const char help[] =
    "zhun-sim -- a simulated shop whose hidden truth is known, to measure what recommendations bring.\n"
    "\n"
    "  zhun-sim [--to URL --key K] [--shop FILE.json] [--seed N] [--customers N] [--days N] [--speed X]\n"
    "           [--policy engine|popular|random|oracle|all] [--start DATE|now] [--live] [--report NAME] [--daily] [--json]\n"
    "\n"
    "  --to URL         the engine, as http://127.0.0.1:8700 (ZHUN_URL); needed by the policy engine\n"
    "  --key K          WRITE,SERVER: its two keys (or ZHUN_WRITE_KEY and ZHUN_SERVER_KEY); one key is used for both\n"
    "  --server-key K   the server key apart\n"
    "  --shop FILE      another shop; docs/SHOP_FILE.md; --print-shop prints the built-in one\n"
    "  --seed N         of the customers and their luck; default 1\n"
    "  --customers N    default: the shop file's\n"
    "  --days N         default: the shop file's\n"
    "  --speed X        simulated seconds a second, as 3600; default 0: as fast as it goes\n"
    "  --policy P       whose lists customers see; default all (engine among them with --to).\n"
    "                   popular, to compare with, and oracle, the best possible, always run beside\n"
    "  --start DATE     first day, as 2026-03-02; now: the days end with yesterday. Default: the shop file's\n"
    "  --live           the days end with today, then the shop goes on by the wall clock until SIGINT or SIGTERM\n"
    "  --report NAME    tell the engine after each measured day how far the policies are; its console draws it\n"
    "  --daily          a JSON line after each measured day\n"
    "  --progress       a JSON line on standard error after each day: how far it is\n"
    "  --truth FILE     what is hidden from the engine, after the first and the last day: tastes, places, orders\n"
    "  --step           after each day wait for a line on standard input\n"
    "  --json           a JSON object a line: each policy, then the comparison\n"
    "  --offers PART    the world in which offers are mentioned (sim/README.md), as CSV on standard output: trial, the log of\n"
    "                   a random trial; ask, people to choose from; judge, what a choice earns: with --choices FILE\n"
    "                   (customer,arm), --budget CENTS and --lucks N (default 20)\n"
    "  --shop-keys      print the tables of the shop file's number keys\n"
    "\n"
    "Example:  zhun-sim --seed 3 --customers 500\n"
    "          zhun-sim --to http://127.0.0.1:8700 --key WRITE,SERVER --live --report shop\n"
    "Exit: 0 done or stopped, 2 wrong usage or shop file, 3 could not (the engine did not answer).\n";

typedef struct options {
    const char *to, *key, *server_key, *shop, *policy, *start, *report, *truth, *offers, *choices;
    uint64_t budget, lucks;         /* of --offers judge */
    uint64_t seed, customers, days; /* 0: the shop file's */
    double speed;
    bool json, daily, progress, live, step, print_shop, print_keys;
    zh_sim_truth known;
    bool untold; /* the truth could not be written after the first day */
    char unreported[256]; /* why the last report failed: said once, not each day */
} options;

static volatile sig_atomic_t stop_signal; /* a handler can reach nothing else */

static void on_signal(int number) { stop_signal = number; }

static int wrong(const char *what, const char *which)
{
    fprintf(stderr, "zhun-sim: %s%s: see zhun-sim --help\n", which, what);
    return 2;
}

static bool whole(const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && *out >= low && *out <= high;
}

static int parse_value(options *o, const char *name, const char *value)
{
    if (strcmp(name, "--to") == 0) o->to = value;
    else if (strcmp(name, "--key") == 0) o->key = value;
    else if (strcmp(name, "--server-key") == 0) o->server_key = value;
    else if (strcmp(name, "--shop") == 0) o->shop = value;
    else if (strcmp(name, "--policy") == 0) o->policy = value;
    else if (strcmp(name, "--start") == 0) o->start = value;
    else if (strcmp(name, "--truth") == 0) o->truth = value;
    else if (strcmp(name, "--offers") == 0) o->offers = value;
    else if (strcmp(name, "--choices") == 0) o->choices = value;
    else if (strcmp(name, "--budget") == 0) return whole(value, 0, BUDGET_MAX, &o->budget) ? 0 : wrong(" is not a whole number of cents", name);
    else if (strcmp(name, "--lucks") == 0) return whole(value, 1, ZH_OFFERS_LUCKS_MAX, &o->lucks) ? 0 : wrong(" is not a number from 1 to 1000", name);
    else if (strcmp(name, "--report") == 0) {
        o->report = value;
        return zh_sim_wire_name_fits(zh_sv_of(value)) ? 0 : wrong(" is at most 64 letters, digits, dots, lines and underlines", name);
    }
    else if (strcmp(name, "--seed") == 0) return whole(value, 0, INT64_MAX, &o->seed) ? 0 : wrong(" is not a whole number", name);
    else if (strcmp(name, "--customers") == 0)
        return whole(value, 1, ZH_SHOP_CUSTOMERS_MAX, &o->customers) ? 0 : wrong(" is not a number from 1 to 1000000", name);
    else if (strcmp(name, "--days") == 0) return whole(value, 2, ZH_SHOP_DAYS_MAX, &o->days) ? 0 : wrong(" is not a number from 2 to 3650", name);
    else if (strcmp(name, "--speed") == 0) {
        char *end = NULL;
        o->speed = strtod(value, &end);
        return end != value && *end == '\0' && o->speed >= 0 && o->speed <= 1e9 ? 0 : wrong(" is not a number of seconds a second", name);
    } else return wrong(": no such option", name);
    return 0;
}

static int parse(options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char name[32];
        const char *equals = strchr(argv[i], '=');
        if (strcmp(argv[i], "--json") == 0) o->json = true;
        else if (strcmp(argv[i], "--daily") == 0) o->daily = true;
        else if (strcmp(argv[i], "--progress") == 0) o->progress = true;
        else if (strcmp(argv[i], "--live") == 0) o->live = true;
        else if (strcmp(argv[i], "--step") == 0) o->step = true;
        else if (strcmp(argv[i], "--print-shop") == 0) o->print_shop = true;
        else if (strcmp(argv[i], "--shop-keys") == 0) o->print_keys = true;
        else {
            if (strncmp(argv[i], "--", 2) != 0) return wrong(": no such argument", argv[i]);
            const size_t size = equals != NULL ? (size_t)(equals - argv[i]) : strlen(argv[i]);
            if (size >= sizeof name) return wrong(": no such option", argv[i]);
            memcpy(name, argv[i], size);
            name[size] = '\0';
            if (equals == NULL && i + 1 == argc) return wrong(": its value is missing, or no such option", name);
            const int status = parse_value(o, name, equals != NULL ? equals + 1 : argv[++i]);
            if (status != 0) return status;
        }
    }
    return 0;
}

/* What does not go together. */
static int check_options(const options *o)
{
    if (o->live && (o->truth != NULL || o->step)) return wrong("--live has no end of days: leave --truth and --step away", "");
    if (o->live && o->speed > 0) return wrong("--live goes by the wall clock: leave --speed away", "");
    if (o->live && o->start != NULL && strcmp(o->start, "now") != 0) return wrong("--live ends with today: leave --start away", "");
    const bool judge = o->offers != NULL && strcmp(o->offers, "judge") == 0;
    if (o->offers != NULL && !judge && strcmp(o->offers, "trial") != 0 && strcmp(o->offers, "ask") != 0) return wrong(" is trial, ask or judge", "--offers");
    if (judge != (o->choices != NULL)) return wrong("--choices FILE goes with --offers judge", "");
    if (o->report != NULL && o->to == NULL) return wrong("--report tells an engine: give --to URL and --key WRITE,SERVER", "");
    return 0;
}

static int choose_policies(const options *o, zh_sim_run *run)
{
    run->policies[ZH_SIM_POPULAR] = run->policies[ZH_SIM_ORACLE] = true;
    if (strcmp(o->policy, "all") == 0) {
        run->policies[ZH_SIM_RANDOM] = true;
        run->policies[ZH_SIM_ENGINE] = o->to != NULL;
        return 0;
    }
    for (int p = 0; p < ZH_SIM_POLICIES; p++)
        if (strcmp(o->policy, zh_sim_policy_name((zh_sim_policy)p)) == 0) {
            run->policies[p] = true;
            return p != ZH_SIM_ENGINE || o->to != NULL ? 0 : wrong("--policy engine asks an engine: give --to URL and --key WRITE,SERVER", "");
        }
    return wrong(" is engine, popular, random, oracle or all", "--policy");
}

static int read_shop(const options *o, zh_arena *arena, zh_shop *shop)
{
    zh_note why = { "" };
    zh_sv text = zh_shop_default();
    zh_buf file = zh_buf_open(ZH_SHOP_BYTES_MAX);
    if (o->shop != NULL) {
        const zh_err e = zh_file_read(zh_sv_of(o->shop), &file);
        if (e != ZH_OK) {
            fprintf(stderr, "zhun-sim: %s: %s\n", o->shop, e == ZH_FULL ? "over 1 MiB, which is no shop file" : zh_err_text(e));
            zh_buf_close(&file);
            return 2;
        }
        text = zh_buf_view(&file);
    }
    const zh_err e = zh_shop_read(text, arena, shop, &why);
    zh_buf_close(&file);
    if (e == ZH_OK) return 0;
    fprintf(stderr, "zhun-sim: %s: %s\n", o->shop != NULL ? o->shop : "the built-in shop", why.text);
    return 2;
}

/* The first day: a date, or so that the last one is yesterday by the shop's clock; live: today. */
static int set_start(const options *o, zh_shop *shop, int32_t days)
{
    const int64_t offset_ms = shop->utc_offset_minutes * ZH_MINUTE_MS;
    int64_t ms;
    if (o->live) days--;
    else if (o->start == NULL) return 0;
    if (o->live || strcmp(o->start, "now") == 0) ms = (zh_clock_wall_ms(NULL) + offset_ms) / ZH_DAY_MS * ZH_DAY_MS - days * ZH_DAY_MS;
    else if (strlen(o->start) != 10 || zh_time_parse(zh_sv_of(o->start), &ms) != ZH_OK) return wrong(" is a date as 2026-03-02, or now", "--start");
    shop->start_ms = ms - offset_ms;
    return 0;
}

static int open_wire(const options *o, zh_sim_run *run)
{
    const char *comma = o->key != NULL ? strchr(o->key, ',') : NULL;
    zh_sv write_key = zh_sv_of(o->key), server_key = write_key;
    zh_note why = { "" };
    if (comma != NULL) {
        write_key = (zh_sv){ o->key, (size_t)(comma - o->key) };
        server_key = zh_sv_of(comma + 1);
    }
    if (o->key == NULL) write_key = zh_sv_of(getenv("ZHUN_WRITE_KEY")), server_key = zh_sv_of(getenv("ZHUN_SERVER_KEY"));
    if (o->server_key != NULL) server_key = zh_sv_of(o->server_key);
    if (write_key.size == 0 || server_key.size == 0)
        return wrong("--key WRITE,SERVER is missing (or ZHUN_WRITE_KEY and ZHUN_SERVER_KEY)", "");
    const zh_err e = zh_sim_wire_open(&run->wire, &(zh_sim_wire_desc){ .url = zh_sv_of(o->to), .write_key = write_key,
        .server_key = server_key, .seed = run->seed, .each_visit = run->speed > 0 }, &why);
    if (e == ZH_OK) return 0;
    fprintf(stderr, "zhun-sim: %s\n", why.text);
    return 3;
}

static int put(zh_buf *report)
{
    const bool fine = zh_buf_err(report) == ZH_OK && fwrite(report->data, 1, report->size, stdout) == report->size && fflush(stdout) == 0;
    zh_buf_reset(report);
    return fine ? 0 : 3;
}

/* A report that does not arrive is a pity, never the end of a run. */
static void tell(options *o, const zh_sim_run *run, int32_t day)
{
    zh_note why = { "" };
    zh_buf report = zh_buf_open(REPORT_BYTES_MAX);
    if (zh_sim_report_policies(run, day, &report)) {
        if (zh_sim_wire_report(run->wire, zh_sv_of(o->report), zh_buf_view(&report), &why) == ZH_OK) why.text[0] = '\0';
        else if (strcmp(why.text, o->unreported) != 0) fprintf(stderr, "zhun-sim: the report %s did not arrive: %s: the run goes on\n", o->report, why.text);
        snprintf(o->unreported, sizeof o->unreported, "%s", why.text);
    }
    zh_buf_close(&report);
}

static void show_progress(const options *o, const zh_sim_run *run, int32_t day)
{
    if (o->progress) {
        zh_buf line = zh_buf_open(REPORT_BYTES_MAX);
        zh_sim_report_progress(run, day, &line);
        if (zh_buf_err(&line) == ZH_OK) (void)fwrite(line.data, 1, line.size, stderr);
        zh_buf_close(&line);
    } else if (isatty(STDERR_FILENO) && run->is_live) fprintf(stderr, "\rzhun-sim: live, %llu visits ", (unsigned long long)run->visits);
    else if (isatty(STDERR_FILENO))
        fprintf(stderr, "\rzhun-sim: day %d of %d%s", (int)day + 1, (int)run->days, day + 1 == run->days ? "\n" : " ");
}

static void seen(void *context, const zh_sim_run *run, const zh_sim_trace *trace)
{
    options *o = context;
    if (o->truth != NULL) zh_sim_truth_note(&o->known, run, trace);
}

static int write_truth(options *o, const zh_sim_run *run)
{
    FILE *file = o->truth == NULL ? NULL : fopen(o->truth, "w");
    if (o->truth == NULL) return 0;
    zh_err e = file == NULL ? ZH_IO : zh_sim_truth_write(&o->known, run, file);
    if (file != NULL && fclose(file) != 0 && e == ZH_OK) e = ZH_IO;
    if (e == ZH_OK) return 0;
    fprintf(stderr, "zhun-sim: %s: %s\n", o->truth, zh_err_text(e));
    return 3;
}

static void day_done(void *context, const zh_sim_run *run, int32_t day)
{
    options *o = context;
    if (o->daily) {
        zh_buf report = zh_buf_open(REPORT_BYTES_MAX);
        zh_sim_report_day(run, day, &report);
        if (report.size > 0) (void)put(&report);
        zh_buf_close(&report);
    }
    if (o->report != NULL && run->wire != NULL) tell(o, run, day);
    if (day == 0) o->untold |= write_truth(o, run) != 0;
    show_progress(o, run, day);
    for (int c = 0; o->step && c != '\n' && c != EOF;) c = getchar();
}

static void beat(void *context, const zh_sim_run *run, int32_t day)
{
    options *o = context;
    if (o->report != NULL && run->wire != NULL) tell(o, run, day);
    show_progress(o, run, day);
}

static int go(const options *o, zh_sim_run *run, zh_arena *arena)
{
    zh_note why = { "" };
    zh_buf report = zh_buf_open(REPORT_BYTES_MAX);
    const int64_t began_us = zh_clock_mono_us(NULL);
    const zh_err e = zh_sim_run_go(run, arena, &why);
    const double seconds = (double)(zh_clock_mono_us(NULL) - began_us) / 1e6;
    if (e != ZH_OK) {
        fprintf(stderr, "zhun-sim: %s\n", why.text[0] != '\0' ? why.text : zh_err_text(e));
        return 3;
    }
    if (o->json) zh_sim_report_json(run, &report);
    else zh_sim_report_table(run, &report);
    const int status = put(&report);
    zh_buf_close(&report);
    fprintf(stderr, "zhun-sim: %llu visits in %.2f s, %.0f a second\n", (unsigned long long)run->visits, seconds, (double)run->visits / seconds);
    if (run->wire != NULL) {
        const zh_sim_wire_counts c = zh_sim_wire_counted(run->wire);
        fprintf(stderr, "zhun-sim: %llu events in %llu batches, %llu lists asked for, %llu of them short, %llu items told\n",
                (unsigned long long)c.events, (unsigned long long)c.batches, (unsigned long long)c.lists, (unsigned long long)c.lists_short, (unsigned long long)c.items);
    }
    return status;
}

static int print_only(const options *o)
{
    zh_buf out = zh_buf_open(REPORT_BYTES_MAX);
    if (o->print_shop) zh_buf_put(&out, zh_shop_default());
    else zh_shop_print_keys(&out);
    const int status = put(&out);
    zh_buf_close(&out);
    return status;
}

/* --offers: files in and out, no days. */
static int go_offers(const options *o, const zh_shop *shop, zh_arena *arena)
{
    zh_note why = { "" };
    zh_buf text = zh_buf_open(ZH_OFFERS_CHOICES_BYTES_MAX);
    const zh_offers_world world = zh_offers_world_of(shop, o->seed);
    zh_offers_job job = { .world = &world, .customers = (uint32_t)(o->customers > 0 ? o->customers : (uint64_t)shop->customers), .budget_cents = (double)o->budget,
                          .lucks = (uint32_t)o->lucks, .json = o->json };
    zh_err e = o->choices != NULL ? zh_file_read(zh_sv_of(o->choices), &text) : ZH_OK;
    if (e != ZH_OK) zh_note_set(&why, "it cannot be read (%s)", zh_err_text(e));
    job.choices = zh_buf_view(&text);
    if (e == ZH_OK && o->choices != NULL) e = zh_offers_sentence(&job, arena, stdout, &why);
    else if (e == ZH_OK) e = strcmp(o->offers, "trial") == 0 ? zh_offers_trial(&job, stdout) : zh_offers_people(&job, stdout);
    zh_buf_close(&text);
    if (e == ZH_OK) return 0;
    fprintf(stderr, "zhun-sim: %s: %s\n", o->choices != NULL ? o->choices : "--offers", why.text[0] != '\0' ? why.text : zh_err_text(e));
    return e == ZH_FORMAT || o->choices != NULL ? 2 : 3;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return fputs(help, stdout) < 0 ? 3 : 0;
    options o = { .seed = 1, .lucks = 20, .policy = "all", .to = getenv("ZHUN_URL") };
    int status = parse(&o, argc, argv);
    if (status == 0) status = check_options(&o);
    if (status != 0) return status;
    if (o.print_shop || o.print_keys) return print_only(&o);
    static zh_sim_run run;
    zh_shop shop;
    zh_arena arena = zh_arena_open(ARENA_BYTES_MAX);
    run = (zh_sim_run){ .shop = &shop, .seed = o.seed, .speed = o.speed, .live = o.live, .day_done = day_done, .seen = seen, .beat = beat, .context = &o };
    if (o.live) {
        run.stop = &stop_signal;
        (void)sigaction(SIGINT, &(struct sigaction){ .sa_handler = on_signal }, NULL);
        (void)sigaction(SIGTERM, &(struct sigaction){ .sa_handler = on_signal }, NULL);
    }
    status = choose_policies(&o, &run);
    if (status == 0) status = read_shop(&o, &arena, &shop);
    if (status == 0 && o.offers != NULL) {
        status = go_offers(&o, &shop, &arena);
        zh_arena_close(&arena);
        return status;
    }
    if (status == 0) {
        run.customers = (uint32_t)(o.customers > 0 ? o.customers : (uint64_t)shop.customers);
        run.days = (int32_t)(o.days > 0 ? o.days : (uint64_t)shop.days);
        status = set_start(&o, &shop, run.days);
    }
    if (status == 0 && run.policies[ZH_SIM_ENGINE]) status = open_wire(&o, &run);
    if (status == 0) status = go(&o, &run, &arena);
    if (status == 0) status = o.untold ? 3 : write_truth(&o, &run);
    zh_sim_truth_close(&o.known);
    zh_sim_wire_close(run.wire);
    zh_arena_close(&arena);
    return status;
}
