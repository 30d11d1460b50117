#include "app/cmd_demo.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/note.h"
#include "sys/child.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/tree.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define LIVE_CUSTOMERS "20000" /* some visits a minute by the clock, and the history in about a minute on 2 cores */
#define LIVE_DAYS "30"
#define CUSTOMERS_MAX 1000000  /* as zhun-sim takes them */
#define DAYS_MAX 3650
#define TIME_ZONE "Asia/Shanghai" /* of the built-in shop: UTC+8 */
#define HOST_BYTES 256
#define SECRET_CHARS 16        /* of 32 letters: 80 bits */
#define SECRET_BYTES 32        /* a prefix, the letters, NUL */
#define JSON_BYTES_MAX (1u << 20)
#define WATCH_MS 250
#define READY_MS 60000         /* an engine on a fresh folder takes a second */
#define SHOP_PATIENCE_MS 60000 /* it ends after the day under way */
#define SERVE_PATIENCE_MS 30000
#define PLAIN_MS 10000         /* between two lines of progress where there is no terminal */

static int run(const zh_options *given);

static const zh_option options[] = {
    { "seed", "N", "of the customers and their luck", "1", true },
    { "customers", "N", "default " LIVE_CUSTOMERS "; with --once the shop's 1500", NULL, true },
    { "days", "N", "of history; default " LIVE_DAYS "; with --once the shop's 60", NULL, true },
    { "listen", "HOST:PORT", "where the engine listens; default 127.0.0.1:8700; with --once any free port", NULL, false },
    { "data", "DIR", "replaced where a demo made it", "./zhun-demo", true },
    { "once", NULL, "end after the days and print what each policy brought", NULL, true },
    { "json", NULL, "JSON lines: where it is, at the end what each policy brought", NULL, true },
};

const zh_command zh_cmd_demo = {
    .name = "demo", .usage = "[options]",
    .summary = "Show it at work: an engine on a fresh folder and a simulated shop that sells by its lists.\n"
               "The shop's history is played as fast as it goes, then it goes on by the clock until Ctrl-C. Open the printed\n"
               "address meanwhile. ZHUN_ADMIN_PASSWORD, ZHUN_ADMIN_TOKEN, ZHUN_WRITE_KEY and ZHUN_SERVER_KEY choose the keys.\n"
               "With --once the days are the shop file's own, so the same seed prints the same bytes on any day.",
    .example = "  zhun demo\n"
               "  zhun demo --once --seed 3",
    .options = options, .options_count = sizeof options / sizeof *options, .run = run,
};

typedef struct demo {
    const zh_options *given;
    bool once, as_json, terminal, live, drawn;
    zh_sv dir;
    zh_file_lock *lock;
    char self[ZH_FILE_PATH_MAX + 1], shop_path[ZH_FILE_PATH_MAX + 16];
    char url[HOST_BYTES + 32];
    int64_t port;             /* 0: not ready yet */
    zh_child *serve, *shop;
    zh_json *json;
    int64_t began_us, told_us;
    char refusal[512];        /* what the engine said before it was ready */
} demo;

static volatile sig_atomic_t stop_signal; /* a handler can reach nothing else */
static void on_signal(int number) { stop_signal = number; }

/* ---- progress: on standard error alone ---- */

static void end_progress(demo *d)
{
    if (d->terminal && d->drawn) fputc('\n', stderr);
    d->drawn = false;
}

static int64_t int_at(zh_json_value object, zh_sv key)
{
    int64_t value = 0;
    (void)zh_json_int(zh_json_get(object, key), &value);
    return value;
}

static double real_at(zh_json_value object, zh_sv key)
{
    double value = 0;
    (void)zh_json_real(zh_json_get(object, key), &value);
    return value;
}

static void show_progress(demo *d, zh_json_value p)
{
    const int64_t now_us = zh_clock_mono_us(NULL), day = int_at(p, ZH_SV("day")), days = int_at(p, ZH_SV("days"));
    const zh_json_value difference = zh_json_get(p, ZH_SV("difference"));
    char gain[160] = "", when[64];
    bool live = false;
    (void)zh_json_bool(zh_json_get(p, ZH_SV("live")), &live);
    const bool turned = live && !d->live;
    d->live = live;
    if (!d->terminal && !turned && day < days && d->told_us != 0 && now_us - d->told_us < PLAIN_MS * 1000) return;
    d->told_us = now_us;
    if (turned) {
        end_progress(d);
        fprintf(stderr, "The history is in after %.0f s; from here on visitors come by the clock. Ctrl-C ends the demo.\n", (double)(now_us - d->began_us) / 1e6);
    }
    if (zh_json_type_of(difference) == ZH_JSON_OBJECT)
        snprintf(gain, sizeof gain, ", engine - popular %+.2f [%.2f, %.2f] %.*s a visit", real_at(difference, ZH_SV("value")) / 100,
                 real_at(difference, ZH_SV("low")) / 100, real_at(difference, ZH_SV("high")) / 100, ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(p, ZH_SV("currency")))));
    if (live) snprintf(when, sizeof when, "live");
    else snprintf(when, sizeof when, "day %lld of %lld", (long long)day, (long long)days);
    fprintf(stderr, "%s%s, %lld visits, %lld events%s%s", d->terminal ? "\r" : "", when, (long long)int_at(p, ZH_SV("visits")), (long long)int_at(p, ZH_SV("events")),
            gain, d->terminal ? "\x1b[K" : "\n");
    d->drawn = true;
}

/* ---- what the children say ---- */

static zh_json_value parse(demo *d, zh_sv line)
{
    zh_json_value root = { 0 };
    if (line.size == 0 || line.data[0] != '{' || zh_json_parse(d->json, line, &root, NULL) != ZH_OK) return (zh_json_value){ 0 };
    return root;
}

/* The engine: its ready line names the port; what is no log line is meant for people; warnings are passed on. */
static void hear_serve(void *context, bool error, zh_sv line)
{
    demo *d = context;
    if (!error) return;
    const zh_json_value root = parse(d, line);
    const zh_sv level = zh_json_text_or_empty(zh_json_get(root, ZH_SV("level")));
    if (zh_sv_equal(zh_json_text_or_empty(zh_json_get(root, ZH_SV("event"))), ZH_SV("serve.ready"))) d->port = int_at(root, ZH_SV("port"));
    if (zh_json_type_of(root) == ZH_JSON_ABSENT && d->port == 0)
        snprintf(d->refusal, sizeof d->refusal, "%.*s", ZH_SV_ARG(zh_sv_starts(line, ZH_SV("zhun: ")) ? zh_sv_part(line, 6, line.size) : line));
    if (zh_sv_equal(level, ZH_SV("warn")) || zh_sv_equal(level, ZH_SV("error"))) {
        end_progress(d);
        fprintf(stderr, "%.*s\n", ZH_SV_ARG(line));
    }
}

/* The shop: its output is ours; of its errors the progress is shown, the rest passed on. */
static void hear_shop(void *context, bool error, zh_sv line)
{
    demo *d = context;
    if (!error) {
        end_progress(d);
        fwrite(line.data, 1, line.size, stdout);
        fputc('\n', stdout);
        return;
    }
    const zh_json_value progress = zh_json_get(parse(d, line), ZH_SV("progress"));
    if (zh_json_type_of(progress) == ZH_JSON_OBJECT) {
        show_progress(d, progress);
        return;
    }
    end_progress(d);
    fprintf(stderr, "%.*s\n", ZH_SV_ARG(line));
}

/* ---- the folder ---- */

static bool is_empty(const char *path)
{
    DIR *dir = opendir(path);
    size_t names = 0;
    if (dir == NULL) return false;
    while (names < 3 && readdir(dir) != NULL) names++;
    closedir(dir);
    return names == 2; /* . and .. */
}

/* The lock of whoever uses the folder; then it is free again. */
static bool is_free(const demo *d, const char *name, const char *who)
{
    char path[ZH_FILE_PATH_MAX + 1];
    zh_file_lock *lock = NULL;
    zh_buf holder = zh_buf_open(256);
    snprintf(path, sizeof path, "%.*s/%s", ZH_SV_ARG(d->dir), name);
    const zh_err e = zh_file_exists(zh_sv_of(path)) ? zh_file_lock_open(&lock, zh_sv_of(path), ZH_SV("zhun demo"), &holder) : ZH_OK;
    if (e == ZH_BUSY)
        zh_complain("%s (%.*s) runs in %.*s: stop it, or choose another folder with --data", who, ZH_SV_ARG(zh_sv_trim(zh_buf_view(&holder))), ZH_SV_ARG(d->dir));
    else if (e != ZH_OK) zh_complain("%s cannot be used: %s: choose another folder with --data", path, zh_err_text(e));
    zh_file_lock_close(lock);
    zh_buf_close(&holder);
    return e == ZH_OK;
}

static int take_folder(demo *d)
{
    char path[ZH_FILE_PATH_MAX + 1];
    if (d->dir.size == 0 || d->dir.size > ZH_FILE_PATH_MAX - 32) {
        zh_complain("--data: a path of at most %d bytes is wanted", ZH_FILE_PATH_MAX - 32);
        return ZH_EXIT_USAGE;
    }
    snprintf(path, sizeof path, "%.*s/demo.lock", ZH_SV_ARG(d->dir));
    if (access(d->dir.data, F_OK) == 0 && !is_empty(d->dir.data)) {
        if (!zh_file_exists(zh_sv_of(path))) {
            zh_complain("%.*s was not made by a demo: choose another folder with --data, or move it away", ZH_SV_ARG(d->dir));
            return ZH_EXIT_COULD_NOT;
        }
        if (!is_free(d, "demo.lock", "another demo") || !is_free(d, "zhun.lock", "an engine")) return ZH_EXIT_COULD_NOT;
        if (zh_tree_remove(d->dir) != ZH_OK) {
            zh_complain("%.*s cannot be replaced: choose another folder with --data", ZH_SV_ARG(d->dir));
            return ZH_EXIT_COULD_NOT;
        }
    }
    zh_err e = zh_file_make_dirs(d->dir);
    if (e == ZH_OK) e = zh_file_lock_open(&d->lock, zh_sv_of(path), ZH_SV("zhun demo"), NULL);
    if (e == ZH_OK) return -1;
    zh_complain("%.*s cannot be made: %s: choose another folder with --data", ZH_SV_ARG(d->dir), zh_err_text(e));
    return ZH_EXIT_COULD_NOT;
}

/* ---- keys ---- */

static bool want_secret(const char *variable, const char *prefix)
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    uint8_t bytes[SECRET_CHARS];
    char text[SECRET_BYTES];
    const char *given = getenv(variable);
    if (given != NULL && given[0] != '\0') return true;
    if (zh_file_random(bytes, sizeof bytes) != ZH_OK) return false;
    const int at = snprintf(text, sizeof text, "%s", prefix);
    for (int i = 0; i < SECRET_CHARS; i++) text[at + i] = letters[bytes[i] % 32];
    text[at + SECRET_CHARS] = '\0';
    return setenv(variable, text, 1) == 0;
}

/* The children read them from the environment. What would lead the engine to another's files is left out. */
static int make_secrets(void)
{
    (void)unsetenv("ZHUN_CONFIG");
    (void)unsetenv("ZHUN_KEY_FILE");
    if (want_secret("ZHUN_ADMIN_PASSWORD", "") && want_secret("ZHUN_WRITE_KEY", "wk_") && want_secret("ZHUN_SERVER_KEY", "sk_")) return -1;
    zh_complain("the system gives no random bytes: try again");
    return ZH_EXIT_COULD_NOT;
}

/* ---- starting ---- */

/* This executable; the shop lies beside it, or is found in PATH. */
static int find_programs(demo *d)
{
    const ssize_t size = readlink("/proc/self/exe", d->self, sizeof d->self - 1);
    if (size <= 0) {
        zh_complain("/proc/self/exe cannot be read: is /proc mounted?");
        return ZH_EXIT_COULD_NOT;
    }
    d->self[size] = '\0';
    const char *slash = strrchr(d->self, '/');
    snprintf(d->shop_path, sizeof d->shop_path, "%.*s/zhun-sim", (int)(slash - d->self), d->self);
    if (access(d->shop_path, X_OK) != 0) snprintf(d->shop_path, sizeof d->shop_path, "zhun-sim");
    return -1;
}

static int start(demo *d, zh_child **child, const char *const *words, void (*hear)(void *, bool, zh_sv))
{
    const zh_err e = zh_child_start(child, &(zh_child_desc){ .argv = words, .line = hear, .context = d });
    if (e == ZH_OK) return -1;
    zh_complain("%s cannot be started: %s: build it beside zhun (`make`), or put it in PATH", words[0], zh_err_text(e));
    return ZH_EXIT_COULD_NOT;
}

/* "[::1]:8700" -> the URL under which this machine reaches it. */
static void set_url(demo *d, zh_sv listen)
{
    size_t colon = listen.size;
    while (colon > 0 && listen.data[colon - 1] != ':') colon--;
    zh_sv host = zh_sv_part(listen, 0, colon > 0 ? colon - 1 : 0);
    if (host.size == 0 || zh_sv_equal(host, ZH_SV("0.0.0.0"))) host = ZH_SV("127.0.0.1");
    else if (zh_sv_equal(host, ZH_SV("[::]"))) host = ZH_SV("[::1]");
    snprintf(d->url, sizeof d->url, "http://%.*s:%lld", (int)(host.size < HOST_BYTES ? host.size : HOST_BYTES), host.data, (long long)d->port);
}

static int start_serve(demo *d)
{
    zh_sv listen = zh_options_text(d->given, "listen");
    if (listen.size == 0) listen = d->once ? ZH_SV("127.0.0.1:0") : ZH_SV("127.0.0.1:8700");
    const int status = start(d, &d->serve, (const char *const[]){ d->self, "serve", "--data", d->dir.data, "--listen", listen.data,
                                                                  "--time-zone", TIME_ZONE, "--log-level", "info", NULL }, hear_serve);
    if (status != -1) return status;
    const int64_t until_us = zh_clock_mono_us(NULL) + READY_MS * 1000;
    while (d->port == 0 && !zh_child_ended(d->serve) && stop_signal == 0 && zh_clock_mono_us(NULL) < until_us) zh_child_watch(&d->serve, 1, WATCH_MS);
    if (d->port != 0) {
        set_url(d, listen);
        return -1;
    }
    if (stop_signal != 0) return ZH_EXIT_DONE;
    if (zh_child_ended(d->serve) && d->refusal[0] != '\0') zh_complain("the engine did not start: %s", d->refusal);
    else zh_complain("the engine did not start within %d s: look at what else this machine does", READY_MS / 1000);
    return zh_child_ended(d->serve) && zh_child_status(d->serve) == ZH_EXIT_USAGE ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

static void say_where(const demo *d)
{
    const char *password = getenv("ZHUN_ADMIN_PASSWORD"), *write_key = getenv("ZHUN_WRITE_KEY"), *server_key = getenv("ZHUN_SERVER_KEY");
    if (d->as_json) {
        zh_buf line = zh_buf_open(JSON_BYTES_MAX);
        zh_json_out out = zh_json_out_on(&line);
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("console"), zh_sv_of(d->url));
        zh_json_out_key_text(&out, ZH_SV("user"), ZH_SV("admin"));
        zh_json_out_key_text(&out, ZH_SV("password"), zh_sv_of(password));
        zh_json_out_key_text(&out, ZH_SV("writeKey"), zh_sv_of(write_key));
        zh_json_out_key_text(&out, ZH_SV("serverKey"), zh_sv_of(server_key));
        zh_json_out_key_text(&out, ZH_SV("data"), d->dir);
        zh_json_out_end(&out);
        printf("%.*s\n", ZH_SV_ARG(zh_buf_view(&line)));
        zh_buf_close(&line);
    } else {
        printf("\n  console      %s/\n  user         admin\n  password     %s\n  write key    %s      (collectors)\n  server key   %s      (recommendations, profiles)\n\n",
               d->url, password, write_key, server_key);
        printf("  try          curl -s %s/v1/recommend -H 'Authorization: Bearer %s' -d '{\"placement\":\"home\",\"userId\":\"c%.*s-00007\",\"n\":3}'\n\n", d->url, server_key,
               ZH_SV_ARG(zh_options_text(d->given, "seed")));
    }
    fflush(stdout);
}

static int start_shop(demo *d)
{
    const char *words[24] = { d->shop_path, "--to", d->url, "--seed", zh_options_text(d->given, "seed").data, "--report", "demo", "--progress" };
    size_t count = 8;
    const zh_sv customers = zh_options_text(d->given, "customers"), days = zh_options_text(d->given, "days");
    if (!d->once) words[count++] = "--live";
    if (d->as_json) words[count++] = "--json";
    if (customers.size > 0 || !d->once) words[count++] = "--customers", words[count++] = customers.size > 0 ? customers.data : LIVE_CUSTOMERS;
    if (days.size > 0 || !d->once) words[count++] = "--days", words[count++] = days.size > 0 ? days.data : LIVE_DAYS;
    return start(d, &d->shop, words, hear_shop);
}

/* ---- until the end ---- */

static void say_died(demo *d, const char *what, const zh_child *child)
{
    zh_buf last = zh_buf_open(JSON_BYTES_MAX);
    const int status = zh_child_status(child);
    zh_child_last(child, &last);
    end_progress(d);
    if (status > 128) zh_complain("%s was ended by signal %d: its last lines follow; start the demo again", what, status - 128);
    else zh_complain("%s ended by itself with status %d: its last lines follow; start the demo again", what, status);
    fprintf(stderr, "%.*s", ZH_SV_ARG(zh_buf_view(&last)));
    zh_buf_close(&last);
}

static int watch(demo *d)
{
    zh_child *const both[2] = { d->serve, d->shop };
    while (stop_signal == 0 && !zh_child_ended(d->serve) && !zh_child_ended(d->shop)) zh_child_watch(both, 2, WATCH_MS);
    if (stop_signal != 0 && !d->once) return ZH_EXIT_DONE;
    if (stop_signal != 0) {
        end_progress(d);
        zh_complain("stopped before the days were over: nothing was compared");
        return ZH_EXIT_COULD_NOT;
    }
    if (d->once && zh_child_ended(d->shop) && zh_child_status(d->shop) == ZH_EXIT_DONE) return ZH_EXIT_DONE;
    if (!zh_child_ended(d->serve)) zh_child_watch(both, 2, WATCH_MS); /* a shop without an engine ends: which of them was first? */
    if (zh_child_ended(d->serve)) say_died(d, "the engine (zhun serve)", d->serve);
    else say_died(d, "the shop (zhun-sim)", d->shop);
    return ZH_EXIT_COULD_NOT;
}

static void stop(demo *d)
{
    if (d->shop != NULL) (void)zh_child_stop(d->shop, SHOP_PATIENCE_MS); /* first the one that asks */
    if (d->serve != NULL) (void)zh_child_stop(d->serve, SERVE_PATIENCE_MS);
    end_progress(d);
}

static int play(demo *d)
{
    int status = take_folder(d);
    if (status == -1) status = make_secrets();
    if (status == -1) status = find_programs(d);
    if (status == -1) status = start_serve(d);
    if (status == -1 && !d->once) say_where(d);
    if (status == -1) status = start_shop(d);
    if (status == -1) status = watch(d);
    stop(d);
    if (status == ZH_EXIT_DONE)
        fprintf(stderr, "The data is in %.*s; `zhun serve --data %.*s` shows it again, the next demo replaces it.\n", ZH_SV_ARG(d->dir), ZH_SV_ARG(d->dir));
    zh_child_close(d->shop);
    zh_child_close(d->serve);
    zh_file_lock_close(d->lock);
    return fflush(stdout) == 0 ? status : ZH_EXIT_COULD_NOT;
}

static int run(const zh_options *given)
{
    static demo d; /* paths make it large */
    int64_t seed = 0, customers = 0, days = 0;
    if (given->arguments_count > 0) {
        zh_complain("%s: demo takes no arguments: see zhun demo --help", given->arguments[0]);
        return ZH_EXIT_USAGE;
    }
    if (!zh_options_number(given, "seed", 0, INT64_MAX, &seed) || !zh_options_number(given, "customers", 1, CUSTOMERS_MAX, &customers) ||
        !zh_options_number(given, "days", 2, DAYS_MAX, &days)) return ZH_EXIT_USAGE;
    d = (demo){ .given = given, .once = zh_options_flag(given, "once"), .as_json = zh_options_flag(given, "json"), .terminal = isatty(STDERR_FILENO) == 1,
                .dir = zh_options_text(given, "data"), .began_us = zh_clock_mono_us(NULL) };
    if (zh_json_open(&d.json, JSON_BYTES_MAX) != ZH_OK) return ZH_EXIT_COULD_NOT;
    static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) (void)sigaction(ends[i], &(struct sigaction){ .sa_handler = on_signal }, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    const int status = play(&d);
    zh_json_close(d.json);
    return status;
}
