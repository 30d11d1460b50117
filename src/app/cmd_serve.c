#include "app/cmd_serve.h"
#include "app/confine.h"
#include "app/door.h"
#include "app/import_job.h"
#include "app/setup.h"
#include "app/version.h"
#include "decide/placement.h"
#include "engine/outbox.h"
#include "server/server.h"
#include "sys/file.h"
#include "sys/openblas.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define HOST_BYTES 256
#define LOOK_MS 250 /* between two looks at whether the engine wants to be opened anew */
#define ERASE_WAIT_MS_MAX 172800000 /* two of the three days an erasure may take */
#define CONFIG_BYTES_MAX (1u << 20) /* values of a configuration file */

static int run(const zh_options *given);

static const zh_option options[] = {
    { "data", "DIR", "the data folder; made where absent", "./zhun-data", false },
    { "listen", "HOST:PORT", "where to listen; port 0: the system chooses", "127.0.0.1:8700", false },
    { "config", "FILE", "YAML with the same names as these options, - written as _", NULL, false },
    { "key-file", "FILE", "the key that opens sealed data; made where absent (default DIR/zhun.key)", NULL, false },
    { "partitions", "N", "partitions of a new log", "1", false },
    { "time-zone", "ZONE", "of a new workspace: Asia/Shanghai, Europe/London …", "UTC", false },
    { "threads", "N", "threads that serve HTTP", "2", false },
    { "cache-mb", "N", "memory of the state store", "64", false },
    { "trusted-proxies", "ADDRESSES", "whose X-Forwarded-Proto is believed: 127.0.0.1,10.0.0.2 …", "127.0.0.1,::1", false },
    { "public-placements", "NAMES", "placements that a page may ask for with the write key: home,product_page …", NULL, false },
    { "retention-events", "AGE", "events older than this leave the log: 400d, 36h; 0 keeps all", "0", false },
    { "retention-size", "SIZE", "the oldest leave it while it is larger: 500GB, 20GB; 0: any size", "0", false },
    { "erase-wait", "TIME", "how long erased customers wait for others before views are told anew without them: 1h, 10m; 0: not at all", "1h", false },
    { "segment-mb", "N", "size of a new file of the log; retention lets go of whole ones", "64", false },
    { "senders", "N", "threads that send messages; 0: this engine sends none", "4", false },
    { "send-ports", "PORTS", "TCP ports that messages may go out to, with commas between; none; any", "25,53,80,443,465,587,2525", false },
    { "send-private", NULL, "messages may go to private and loopback addresses, too: gateways of the house", NULL, false },
    { "user", "NAME", "started as root: become this user before anything is opened", NULL, false },
    { "backup-dirs", "DIRS", "the only folders, with commas between, below which a running engine writes backups; none: nowhere", NULL, false },
    { "no-sandbox", NULL, "do not confine the process to its folders and system calls: for debuggers", NULL, false },
    { "log-level", "LEVEL", "debug, info, warn or error", "info", false },
};

const zh_command zh_cmd_serve = {
    .name = "serve", .usage = "[options]",
    .summary = "Run the engine: collect events, answer for recommendations, show the console.\n"
               "On an empty folder it makes the workspace `default` and prints once the console's address, the\n"
               "password of `admin`, one write key and one server key. ZHUN_ADMIN_PASSWORD, ZHUN_ADMIN_TOKEN,\n"
               "ZHUN_WRITE_KEY and ZHUN_SERVER_KEY set them instead. ZHUN_HOOK_SECRETS=NAME=SECRET,… are shops whose\n"
               "webhooks are taken. SIGTERM finishes what runs and exits 0.",
    .example = "  zhun serve --data /var/lib/zhun --listen 127.0.0.1:8700",
    .options = options, .options_count = sizeof options / sizeof *options, .run = run,
};

/* "HOST:PORT", "[::1]:8700", ":8700". */
static bool split_listen(zh_sv text, char host[HOST_BYTES], uint16_t *port)
{
    size_t colon = text.size;
    while (colon > 0 && text.data[colon - 1] != ':') colon--;
    if (colon == 0 || colon == text.size || colon > HOST_BYTES) return false;
    zh_sv name = zh_sv_part(text, 0, colon - 1);
    if (name.size > 1 && name.data[0] == '[' && name.data[name.size - 1] == ']') name = zh_sv_part(name, 1, name.size - 2);
    snprintf(host, HOST_BYTES, "%.*s", ZH_SV_ARG(name));
    uint32_t number = 0;
    for (size_t i = colon; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || number > 65535) return false;
        number = number * 10 + (uint32_t)(text.data[i] - '0');
    }
    *port = (uint16_t)number;
    return number <= 65535;
}

static bool read_rule(const zh_options *given, zh_retention_rule *rule)
{
    const zh_sv events = zh_options_text(given, "retention-events"), size = zh_options_text(given, "retention-size");
    uint64_t ms;
    if (!zh_options_duration(events, &ms) || (ms > 0 && ms < (uint64_t)ZH_RETENTION_MS_MIN)) {
        zh_complain("--retention-events %.*s: must be an age of an hour or more, such as 400d or 36h, or 0", ZH_SV_ARG(events));
        return false;
    }
    if (!zh_options_size(size, &rule->log_bytes) || (rule->log_bytes > 0 && rule->log_bytes < ZH_RETENTION_BYTES_MIN)) {
        zh_complain("--retention-size %.*s: must be a size of 1MB or more, such as 500GB, or 0", ZH_SV_ARG(size));
        return false;
    }
    rule->events_ms = (int64_t)ms;
    return true;
}

static bool read_erase_wait(const zh_options *given, int64_t *wait_ms)
{
    const zh_sv text = zh_options_text(given, "erase-wait");
    uint64_t ms;
    if (!zh_options_duration(text, &ms) || ms > ERASE_WAIT_MS_MAX) {
        zh_complain("--erase-wait %.*s: must be a time of at most 48h, such as 1h, or 0", ZH_SV_ARG(text));
        return false;
    }
    *wait_ms = (int64_t)ms;
    return true;
}

/* A name that does not exist would be an open door that nobody notices is shut. */
static bool are_placements(zh_sv names)
{
    while (names.size > 0) {
        const char *comma = memchr(names.data, ',', names.size);
        const size_t size = comma == NULL ? names.size : (size_t)(comma - names.data);
        const zh_sv name = zh_sv_trim(zh_sv_part(names, 0, size));
        if (zh_placement_find(name) == NULL) {
            zh_complain("--public-placements: there is no placement \"%.*s\": choose of home,product_page,cart,search_empty,order_done,substitutes,recently_seen,complements,accessories,buy_again", ZH_SV_ARG(name));
            return false;
        }
        names = zh_sv_part(names, size + 1, SIZE_MAX);
    }
    return true;
}

typedef struct numbers {
    int64_t partitions, cache_mb, threads, segment_mb, senders;
    zh_retention_rule retention;
    int64_t erase_wait_ms;
} numbers;

typedef struct running {
    numbers n;
    zh_line_sink sink;
    zh_metrics *metrics;
    zh_engine *engine;
    zh_server *server;
    zh_import_job *job;
    zh_server_importer importer;
    zh_blas blas;
    bool has_blas;
    zh_outside *outside;
    char host[HOST_BYTES], socket[ZH_DOOR_PATH_BYTES];
    uint16_t port;
} running;

static void say_recovered(void *context, uint64_t done, uint64_t all)
{
    running *r = context;
    if (done != all) return;
    zh_log_line line = zh_line_open(&r->sink, ZH_LINE_INFO, "serve.recovered");
    zh_line_int(&line, "records", (int64_t)done);
    zh_line_end(&line);
}

/* Before any thread is there: loading sets variables of the environment. Before the sandbox: it could not be read from inside. Without the library
 * models of dense algebra are left out, and it is said. */
static void load_blas(running *r)
{
    zh_note why;
    r->has_blas = zh_openblas_open(&r->blas, &why) == ZH_OK;
    if (r->has_blas) return;
    zh_log_line line = zh_line_open(&r->sink, ZH_LINE_WARN, "serve.no_dense_algebra");
    zh_line_text(&line, "why", zh_sv_of(why.text));
    zh_line_end(&line);
}

static int open_engine(running *r, const zh_options *given)
{
    const zh_engine_desc desc = {
        .dir = zh_options_text(given, "data"), .key_file = zh_options_text(given, "key-file"), .partitions = (uint32_t)r->n.partitions,
        .time_zone = zh_options_text(given, "time-zone"), .cache_bytes = (size_t)r->n.cache_mb << 20, .metrics = r->metrics, .sink = &r->sink, .blas = r->has_blas ? &r->blas : NULL, .outside = r->outside,
        .retention = r->n.retention, .erase_wait_ms = r->n.erase_wait_ms, .segment_bytes = (uint32_t)r->n.segment_mb << 20, .progress = say_recovered, .progress_context = r,
        .senders = (unsigned)r->n.senders, .sends_private = zh_options_flag(given, "send-private"),
    };
    zh_note why;
    const zh_err e = zh_engine_open(&r->engine, &desc, &why);
    if (e == ZH_OK) return -1;
    zh_complain("%s", why.text);
    return ZH_EXIT_COULD_NOT;
}

static int open_server(running *r, const zh_options *given)
{
    zh_door_socket(zh_options_text(given, "data"), r->socket);
    const zh_server_desc desc = { .engine = r->engine, .host = zh_sv_of(r->host), .port = r->port, .unix_path = zh_sv_of(r->socket),
                                  .importer = &r->importer, .threads = (unsigned)r->n.threads, .version = ZH_SV(ZH_VERSION),
                                  .trusted_proxies = zh_options_text(given, "trusted-proxies"),
                                  .public_placements = zh_options_text(given, "public-placements") };
    zh_note why;
    const zh_err e = zh_server_open(&r->server, &desc, &why);
    if (e == ZH_OK) return -1;
    zh_complain("%s:%u cannot be listened on: %s: is another engine running? choose with --listen", r->host, r->port, why.text);
    return ZH_EXIT_COULD_NOT;
}

static void say_ready(running *r)
{
    zh_log_line line = zh_line_open(&r->sink, ZH_LINE_INFO, "serve.ready");
    zh_line_text(&line, "version", ZH_SV(ZH_VERSION));
    zh_line_text(&line, "host", zh_sv_of(r->host));
    zh_line_int(&line, "port", zh_server_port(r->server));
    zh_line_end(&line);
}

/* -1: the engine wants to be opened anew. */
static int wait_for_end(running *r, const sigset_t *signals)
{
    for (;;) {
        const int signal = sigtimedwait(signals, NULL, &(struct timespec){ .tv_nsec = LOOK_MS * 1000000 });
        if (signal < 0 && zh_engine_wants_reopen(r->engine) && !zh_import_job_is_running(r->job)) {
            zh_log_line line = zh_line_open(&r->sink, ZH_LINE_INFO, "serve.reopen");
            zh_line_end(&line);
            return -1;
        }
        if (signal < 0) continue;
        if (signal == SIGHUP) { /* log files are rotated by who holds standard error; nothing else is kept open */
            zh_log_line line = zh_line_open(&r->sink, ZH_LINE_INFO, "serve.reload");
            zh_line_end(&line);
            continue;
        }
        zh_log_line line = zh_line_open(&r->sink, ZH_LINE_INFO, "serve.stop");
        zh_line_int(&line, "signal", signal);
        zh_line_end(&line);
        return ZH_EXIT_DONE;
    }
}

/* -1: again, with views that leave out what was undone. */
static int serve_once(running *r, const zh_options *given, const sigset_t *signals)
{
    int status = open_engine(r, given);
    if (status == -1) {
        zh_note why;
        const zh_err e = zh_setup_workspace(r->engine, &why);
        if (e != ZH_OK) zh_complain("the workspace cannot be set up: %s", why.text[0] != '\0' ? why.text : zh_err_text(e));
        if (e != ZH_OK) status = e == ZH_RANGE ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
    }
    if (status == -1 && zh_import_job_open(&r->job, zh_options_text(given, "data")) != ZH_OK) {
        zh_complain("no memory for imports");
        status = ZH_EXIT_COULD_NOT;
    }
    if (r->job != NULL) r->importer = zh_import_job_importer(r->job);
    if (status == -1) status = open_server(r, given);
    if (status == -1) {
        zh_setup_print(r->engine, r->host, zh_server_port(r->server), stdout);
        say_ready(r);
        status = wait_for_end(r, signals);
        if (r->port == 0) r->port = zh_server_port(r->server); /* the same again */
    }
    zh_import_job_close(r->job);
    zh_server_close(r->server);
    zh_engine_close(r->engine);
    r->job = NULL;
    r->server = NULL;
    r->engine = NULL;
    return status;
}

static int serve(running *r, const zh_options *given, const sigset_t *signals)
{
    int status = -1;
    while (status == -1) status = serve_once(r, given, signals);
    return status;
}

/* Group commits and batches come and go in megabytes. Given back to the system each time, their pages are
 * zeroed again each time: a twelfth of the processor at full load. What is larger, the entries of a checkpoint, goes back: kept,
 * it leaves holes between what grows meanwhile. Each thread with an arena of its own would keep such holes of its own. */
#define KEEP_BYTES (8 << 20)
#define TRIM_BYTES (128 << 20)
#define MALLOC_ARENAS 2

static int run_with(const zh_options *given)
{
    (void)mallopt(M_MMAP_THRESHOLD, KEEP_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
    (void)mallopt(M_ARENA_MAX, MALLOC_ARENAS);
    if (given->arguments_count > 0) {
        zh_complain("%s: serve takes no arguments: see zhun serve --help", given->arguments[0]);
        return ZH_EXIT_USAGE;
    }
    running r = { .n = { .partitions = 1, .cache_mb = 64, .threads = 2, .segment_mb = 64, .senders = 4 }, .sink = { .fd = STDERR_FILENO, .level = ZH_LINE_INFO } };
    if (!zh_options_number(given, "partitions", 1, ZH_LOG_PARTITIONS_MAX, &r.n.partitions) ||
        !zh_options_number(given, "cache-mb", 8, 65536, &r.n.cache_mb) ||
        !zh_options_number(given, "threads", 1, 64, &r.n.threads) || !zh_options_number(given, "senders", 0, ZH_OUTBOX_THREADS_MAX, &r.n.senders) ||
        !zh_options_number(given, "segment-mb", 1, ZH_LOG_SEGMENT_BYTES_MAX >> 20, &r.n.segment_mb) || !read_rule(given, &r.n.retention) || !read_erase_wait(given, &r.n.erase_wait_ms)) return ZH_EXIT_USAGE;
    zh_line_level level;
    if (zh_line_level_parse(zh_options_text(given, "log-level"), &level) != ZH_OK) {
        zh_complain("--log-level: must be debug, info, warn or error");
        return ZH_EXIT_USAGE;
    }
    if (!are_placements(zh_options_text(given, "public-placements"))) return ZH_EXIT_USAGE;
    r.sink.level = (int)level;
    if (!split_listen(zh_options_text(given, "listen"), r.host, &r.port)) {
        zh_complain("--listen %.*s: must be HOST:PORT, such as 127.0.0.1:8700", ZH_SV_ARG(zh_options_text(given, "listen")));
        return ZH_EXIT_USAGE;
    }
    /* Blocked before any thread is made, so that only wait_for_end() receives them. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (zh_metrics_open(&r.metrics) != ZH_OK) {
        zh_complain("no memory");
        return ZH_EXIT_COULD_NOT;
    }
    load_blas(&r);
    const int confined = zh_confine(given, &r.sink, &r.outside);
    const int status = confined == -1 ? serve(&r, given, &signals) : confined;
    zh_outside_close(r.outside);
    zh_metrics_close(r.metrics);
    return status;
}

static int run(const zh_options *given)
{
    const zh_sv config = zh_options_text(given, "config");
    if (config.size == 0) return run_with(given);
    zh_options with_file = *given;
    zh_arena memory = zh_arena_open(CONFIG_BYTES_MAX);
    int status = zh_options_file(&with_file, config, &memory);
    if (status == -1) status = run_with(&with_file);
    zh_arena_close(&memory);
    return status;
}
