/* Goal: what is too old leaves the log and nothing else: views stay what they were, ids stay known, a lost state comes back from base
 * and tail, and a base that was changed is never believed.
 * Method: a small random shop in small segments of the log, a clock that is moved; views compared with a rebuild, which then is
 * base + tail; folders with the state taken away, leftovers put in, bytes of the base changed; on 1 and on 3 partitions. */
#include "engine/history.h"
#include "engine_help.h"
#include "sys/file.h"
#include "sys/tree.h"

#include <dirent.h>
#include <unistd.h>

#define HOUR 3600000ll
#define DAY (24 * HOUR)
enum { SEGMENT = 64 << 10, LOOKS_MAX = 600 };

static zh_metrics *metrics;
static zh_clock fake;

static zh_err try_open(zh_engine **g, const char *dir, uint32_t partitions, zh_retention_rule rule, zh_note *why)
{
    const zh_engine_desc desc = { .dir = zh_sv_of(dir), .partitions = partitions, .metrics = metrics, .cache_bytes = ZH_STATE_CACHE_BYTES_MIN, .clock = &fake,
                                  .retention = rule, .segment_bytes = SEGMENT };
    return zh_engine_open(g, &desc, why);
}

static zh_engine *open_engine(const char *dir, uint32_t partitions, zh_retention_rule rule)
{
    zh_engine *g;
    zh_note why;
    const zh_err e = try_open(&g, dir, partitions, rule, &why);
    if (e != ZH_OK) fprintf(stderr, "open: %s\n", why.text);
    CHECK(e == ZH_OK);
    return g;
}

static uint64_t begin_of(zh_engine *g)
{
    uint64_t sum = 0;
    for (uint32_t p = 0; p < zh_log_partitions(zh_engine_log(g)); p++) sum += zh_log_begin(zh_engine_log(g), p);
    return sum;
}

/* The thread looks by itself: until the log is as the rule wants it, and the thread rests. The bound is for what hangs. */
static void wait_until_kept(zh_engine *g, zh_retention_rule rule)
{
    for (int i = 0;; i++) {
        bool fits = rule.log_bytes == 0 || zh_log_bytes(zh_engine_log(g)) <= rule.log_bytes;
        for (uint32_t p = 0; p < zh_log_partitions(zh_engine_log(g)); p++) {
            zh_log_extent it;
            if (rule.events_ms > 0 && zh_log_closed(zh_engine_log(g), p, 0, &it) && it.until_ms <= zh_clock_wall_ms(&fake) - rule.events_ms) fits = false;
        }
        zh_retention_status now;
        zh_retention_status_of(zh_engine_retention(g), &now);
        CHECK(now.failed == ZH_OK);
        if (fits && !now.is_working) return;
        CHECK(i < LOOKS_MAX);
        usleep(100000);
    }
}

static void lose(const char *dir, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    CHECK(zh_tree_remove(zh_sv_of(path)) == ZH_OK);
}

/* An event of today with a sealed e-mail. */
static void identify(zh_engine *g, const char *user, const char *anonymous, const char *mail, const char *id)
{
    char personal[96];
    snprintf(personal, sizeof personal, "{\"traits\":{\"email\":\"%s@example.com\"}}", mail);
    zh_event event = { .type = ZH_EVENT_IDENTIFY, .time_ms = zh_clock_wall_ms(&fake), .original_ms = zh_clock_wall_ms(&fake), .received_ms = zh_clock_wall_ms(&fake),
                       .message_id = zh_sv_of(id), .user_id = zh_sv_of(user), .anonymous_id = zh_sv_of(anonymous), .personal = mail == NULL ? (zh_sv){ 0 } : zh_sv_of(personal), .body_hash = zh_fast64(zh_sv_of(id)) };
    zh_work_ids ids = { 0 };
    zh_engine_prepare(g, (zh_source_id){ 1 }, &event, &ids, 1);
    zh_work work = { .events = &event, .ids = &ids, .events_count = 1 };
    CHECK(zh_engine_do(g, &work) == ZH_OK && work.accepted == 1);
}

/* The newest e-mail that is kept of a customer, from the log or from the row. */
static void check_mail(zh_engine *g, const char *user)
{
    zh_arena arena = zh_arena_open(1 << 20);
    const zh_customer_id customer = zh_engine_find(g, zh_sv_of(user), (zh_sv){ 0 });
    zh_timeline_at rows[ZH_TIMELINE_TRAITS_KEPT];
    zh_customer_id numbers[ZH_TIMELINE_NUMBERS_MAX];
    size_t count;
    zh_event event;
    zh_sv plain = { 0 };
    char wanted[64];
    snprintf(wanted, sizeof wanted, "%s@example.com", user);
    CHECK(customer.number != 0);
    CHECK(zh_timeline_read(zh_engine_timeline(g), ZH_TIMELINE_TRAITS, numbers, zh_history_numbers(g, customer, numbers), NULL, ZH_TIMELINE_TRAITS_KEPT, rows, &count) == ZH_OK && count > 0);
    CHECK(zh_history_trait(g, &rows[0], &arena, &event) == ZH_OK);
    zh_permit permit;
    zh_world *w = zh_engine_world(g);
    const zh_actor owner = ZH_ACTOR_THE_ENGINE;
    zh_world_lock_read(w);
    CHECK(zh_permit_ask(w->consents, customer, ZH_PURPOSE_SUPPORT, (zh_channel)0, zh_clock_wall_ms(&fake), &owner, &permit) == ZH_OK);
    zh_world_unlock(w);
    CHECK(zh_history_personal(g, &event, &permit, &arena, &plain) == ZH_OK);
    CHECK(memmem(plain.data, plain.size, wanted, strlen(wanted)) != NULL);
    zh_arena_close(&arena);
}

static void check_known(zh_engine *g, uint64_t seed, const uint64_t *numbers, size_t count, bool known)
{
    const outcome o = submit(g, seed, numbers, count);
    CHECK(o.e == ZH_OK && o.duplicate == (known ? count : 0) && o.accepted == (known ? 0 : count));
}

static void test_old_events_leave_the_log_and_nothing_else(const char *dir, uint64_t seed, uint32_t partitions)
{
    const zh_retention_rule all = { 0 }, rule = { .events_ms = 10 * DAY };
    const uint64_t first[] = { 0, 1, 2, 3, 4 };
    zh_engine *g = open_engine(dir, partitions, all);
    identify(g, "ann", NULL, "ann", "identify-1");
    identify(g, NULL, "device", "bob", "identify-2"); /* said as nobody known, who then logs in: two numbers, one customer */
    identify(g, "bob", NULL, NULL, "identify-3");
    identify(g, "bob", "device", NULL, "identify-4");
    identify(g, "cid", NULL, NULL, "identify-5"); /* and said by a number that had been absorbed before: sealed under its own key */
    identify(g, NULL, "tablet", NULL, "identify-6");
    identify(g, "cid", "tablet", NULL, "identify-7");
    identify(g, NULL, "tablet", "cid", "identify-8");
    fill(g, seed, 0, 2000);
    zh_clock_advance(&fake, 11 * DAY);
    fill(g, seed, 2000, 2600);
    CHECK(begin_of(g) == 0);
    zh_engine_close(g);

    g = open_engine(dir, 0, rule);
    wait_until_kept(g, rule);
    const uint64_t begin = begin_of(g);
    zh_retention_status now;
    zh_retention_status_of(zh_engine_retention(g), &now);
    CHECK(begin > 0 && now.is_cut && now.base.number > 0 && now.segments > 0 && now.oldest_ms > 0);
    CHECK(zh_retention_is_expired(zh_engine_log(g), 0, 0) && !zh_retention_is_expired(zh_engine_log(g), 0, zh_log_end(zh_engine_log(g), 0)));
    CHECK(zh_engine_world(g)->counts.events == 2608);
    check_rebuild(g);
    check_known(g, seed, first, 5, true); /* dropped eleven days ago, and still known */
    check_mail(g, "ann");
    check_mail(g, "bob");
    check_mail(g, "cid");
    fill(g, seed, 2600, 2700);
    check_rebuild(g);
    zh_engine_close(g);

    lose(dir, "state");
    g = open_engine(dir, 0, rule); /* base + tail */
    CHECK(zh_engine_world(g)->counts.events == 2708 && begin_of(g) == begin);
    check_rebuild(g);
    check_known(g, seed, first, 5, true);
    check_mail(g, "ann");
    check_mail(g, "bob");
    check_mail(g, "cid");

    zh_clock_advance(&fake, 11 * DAY); /* a second base upon the first; the ids of the first are 22 days old */
    fill(g, seed, 2700, 3600);
    wait_until_kept(g, rule);
    zh_retention_status_of(zh_engine_retention(g), &now);
    CHECK(begin_of(g) > begin && now.base.number > 1);
    check_rebuild(g);
    check_known(g, seed, first, 5, true);
    zh_clock_advance(&fake, 20 * DAY); /* now they are 42 */
    fill(g, seed, 3600, 4500);
    wait_until_kept(g, rule);
    check_rebuild(g);
    zh_engine_close(g);
    lose(dir, "state");
    g = open_engine(dir, 0, rule);
    CHECK(zh_engine_world(g)->counts.events == 4508);
    check_mail(g, "ann");
    check_mail(g, "bob");
    check_mail(g, "cid");
    check_known(g, seed, first, 5, false); /* forgotten, and not before */
    check_rebuild(g);
    zh_engine_close(g);
}

static void test_a_log_that_is_too_large_loses_its_oldest(const char *dir, uint64_t seed)
{
    const zh_retention_rule rule = { .log_bytes = ZH_RETENTION_BYTES_MIN / 4 };
    zh_engine *g = open_engine(dir, 1, rule);
    zh_retention_hold(zh_engine_retention(g), true);
    fill(g, seed, 0, 6000);
    CHECK(zh_log_bytes(zh_engine_log(g)) > rule.log_bytes && begin_of(g) == 0); /* nothing goes while somebody holds */
    zh_retention_hold(zh_engine_retention(g), false);
    wait_until_kept(g, rule);
    CHECK(begin_of(g) > 0);
    check_rebuild(g);
    zh_engine_close(g);
}

/* ---- what a crash leaves, and what was changed ---- */

static void make(const char *dir, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    CHECK(zh_file_make_dirs(zh_sv_of(path)) == ZH_OK);
}

static bool has(const char *dir, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return zh_file_exists(zh_sv_of(path));
}

static void flip(const char *path, uint64_t at)
{
    FILE *file = fopen(path, "r+b");
    CHECK(file != NULL && fseek(file, (long)at, SEEK_SET) == 0);
    const int byte = fgetc(file);
    CHECK(byte >= 0 && fseek(file, (long)at, SEEK_SET) == 0 && fputc(byte ^ 1, file) != EOF && fclose(file) == 0);
}

static void name_of_rows(const zh_base *base, char out[512])
{
    char folder[256];
    snprintf(folder, sizeof folder, "%.200s/state", base->path);
    DIR *listing = opendir(folder);
    CHECK(listing != NULL);
    out[0] = '\0';
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        if (strstr(entry->d_name, ".sst") != NULL) snprintf(out, 512, "%s/%s", folder, entry->d_name);
    closedir(listing);
    CHECK(out[0] != '\0');
}

static void test_what_a_crash_leaves_is_taken_away(const char *dir)
{
    make(dir, "base/next.tmp/work");
    make(dir, "base/check-1.tmp");
    make(dir, "base/00000000");
    zh_engine *g = open_engine(dir, 0, (zh_retention_rule){ 0 });
    CHECK(!has(dir, "base/next.tmp") && !has(dir, "base/check-1.tmp") && !has(dir, "base/00000000"));
    check_rebuild(g);
    zh_engine_close(g);
}

static void test_a_changed_base_is_never_believed(const char *dir)
{
    const zh_retention_rule none = { 0 };
    zh_note why;
    zh_base base;
    zh_engine *g;
    char rows[512], note[512];
    bool equal;
    CHECK(zh_base_find(zh_sv_of(dir), &base, &why) == ZH_OK);
    name_of_rows(&base, rows);
    snprintf(note, sizeof note, "%.400s/base.json", base.path);

    flip(rows, 100);
    g = open_engine(dir, 0, none); /* the state has everything */
    CHECK(zh_rebuild_check(g, &(zh_rebuild_report){ 0 }, &equal, &why) == ZH_CORRUPT && !equal && strstr(why.text, "damaged") != NULL);
    zh_engine_close(g);
    char aside[160], state[160];
    snprintf(state, sizeof state, "%s/state", dir);
    snprintf(aside, sizeof aside, "%s/aside", dir);
    CHECK(zh_tree_copy(zh_sv_of(state), zh_sv_of(aside), NULL, NULL) == ZH_OK);
    lose(dir, "state");
    CHECK(try_open(&g, dir, 0, none, &why) == ZH_CORRUPT && strstr(why.text, "damaged") != NULL);
    flip(rows, 100);

    zh_buf text = zh_buf_open(1 << 20);
    CHECK(zh_file_read(zh_sv_of(note), &text) == ZH_OK);
    char *digit = memmem(text.data, text.size, "\"events\":", 9);
    CHECK(digit != NULL);
    flip(note, (uint64_t)(digit + 9 - text.data)); /* another number: it reads well, the signature does not fit */
    zh_buf_close(&text);
    lose(dir, "state");
    CHECK(try_open(&g, dir, 0, none, &why) == ZH_CORRUPT && strstr(why.text, "signature") != NULL);
    lose(dir, "state");
    CHECK(rename(aside, state) == 0);
    g = open_engine(dir, 0, (zh_retention_rule){ .events_ms = HOUR }); /* it serves, and drops nothing more */
    zh_retention_status now;
    zh_retention_status_of(zh_engine_retention(g), &now);
    CHECK(now.failed == ZH_CORRUPT);
    CHECK(zh_rebuild_check(g, &(zh_rebuild_report){ 0 }, &equal, &why) == ZH_CORRUPT && strstr(why.text, "signature") != NULL);
    zh_engine_close(g);

    lose(dir, "base");
    CHECK(try_open(&g, dir, 0, none, &why) == ZH_CORRUPT && strstr(why.text, "base") != NULL);
}

int main(int argc, char **argv)
{
    zh_clock_fake(&fake, 1790000000000);
    CHECK(zh_metrics_open(&metrics) == ZH_OK);
    const uint64_t seed = test_seed(argc, argv);
    char dir[] = "/tmp/zhun-retention-XXXXXX", path[3][96];
    CHECK(mkdtemp(dir) != NULL);
    for (int i = 0; i < 3; i++) snprintf(path[i], sizeof path[i], "%s/%d", dir, i);
    test_old_events_leave_the_log_and_nothing_else(path[0], seed, 1);
    test_old_events_leave_the_log_and_nothing_else(path[1], seed, 3);
    test_a_log_that_is_too_large_loses_its_oldest(path[2], seed);
    test_what_a_crash_leaves_is_taken_away(path[0]);
    test_a_changed_base_is_never_believed(path[0]);
    zh_metrics_close(metrics);
    CHECK(zh_tree_remove(zh_sv_of(dir)) == ZH_OK);
    return 0;
}
