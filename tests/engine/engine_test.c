/* Goal: an engine keeps what it acked, once, across restarts and kills; its views are what the log says, on 1 and
 * on 3 partitions alike.
 * Method: a small random shop (customers who log in late, items, orders) submitted in batches; views compared
 * with a rebuild; the same events in engines of 1 and 3 partitions compared by what people can ask; a child
 * process killed at random moments while it reports what was acked; instances of journeys through logins, an erasure and a lost state. */
#include "engine/ask.h"
#include "engine/history.h"
#include "engine/rebuild.h"
#include "engine_help.h"
#include "sys/tree.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static zh_metrics *metrics;
static zh_clock fake;

static zh_engine *open_engine(const char *dir, uint32_t partitions)
{
    zh_engine *g;
    zh_note why;
    const zh_engine_desc desc = { .dir = zh_sv_of(dir), .partitions = partitions, .metrics = metrics, .cache_bytes = ZH_STATE_CACHE_BYTES_MIN, .clock = &fake };
    const zh_err e = zh_engine_open(&g, &desc, &why);
    if (e != ZH_OK) fprintf(stderr, "open: %s\n", why.text);
    CHECK(e == ZH_OK);
    return g;
}

/* ---- what restarts, repeats and damage must not change ---- */

static void test_a_restart_changes_nothing_and_repeats_are_seen(const char *dir, uint64_t seed, uint32_t partitions)
{
    zh_engine *g = open_engine(dir, partitions);
    fill(g, seed, 0, 1000);
    check_rebuild(g);
    const uint64_t again[] = { 5, 999, 1000 };
    outcome o = submit(g, seed, again, 3);
    CHECK(o.e == ZH_OK && o.accepted == 1 && o.duplicate == 2);
    zh_engine_close(g);

    g = open_engine(dir, 0);
    o = submit(g, seed, again, 3);
    CHECK(o.e == ZH_OK && o.accepted == 0 && o.duplicate == 3);
    CHECK(zh_engine_world(g)->counts.events == 1001);
    check_rebuild(g);
    fill(g, seed, 1001, 1500);
    check_rebuild(g);
    zh_engine_close(g);

    char state[128]; /* views are views: without the state everything comes from the log */
    snprintf(state, sizeof state, "%s/state", dir);
    CHECK(zh_tree_remove(zh_sv_of(state)) == ZH_OK);
    g = open_engine(dir, 0);
    CHECK(zh_engine_world(g)->counts.events == 1500);
    o = submit(g, seed, again, 3);
    CHECK(o.e == ZH_OK && o.duplicate == 3);
    check_rebuild(g);
    zh_engine_close(g);
}

static void check_08_another_body_is_told_apart(const char *dir, uint64_t seed)
{
    zh_engine *g = open_engine(dir, 0);
    zh_arena arena = zh_arena_open(1 << 20);
    zh_event event = event_of(seed, 5, &arena);
    zh_work_ids ids = { 0 };
    event.body_hash ^= 1;
    zh_engine_prepare(g, (zh_source_id){ 1 }, &event, &ids, 1);
    zh_work work = { .events = &event, .ids = &ids, .events_count = 1 };
    const uint64_t letters = zh_engine_world(g)->counts.dead_letters;
    CHECK(zh_engine_do(g, &work) == ZH_OK && work.accepted == 0 && work.conflict == 1);
    CHECK(zh_engine_world(g)->counts.dead_letters == letters + 1);

    event = event_of(seed, 5, &arena); /* the same id from another source is another event */
    zh_engine_prepare(g, (zh_source_id){ 2 }, &event, &ids, 1);
    work = (zh_work){ .events = &event, .ids = &ids, .events_count = 1 };
    CHECK(zh_engine_do(g, &work) == ZH_OK && work.accepted == 1);
    zh_arena_close(&arena);
    zh_engine_close(g);
}

/* ---- 1 and 3 partitions ---- */

static void profile_text(zh_engine *g, uint64_t who, zh_buf *out)
{
    zh_arena arena = zh_arena_open(8 << 20);
    const zh_customer_id id = zh_engine_find(g, text_of(&arena, "u-%llu", who), (zh_sv){ 0 });
    const zh_customer_state *state = zh_customers_get(zh_engine_world(g)->customers, id);
    if (state != NULL) {
        zh_order_totals totals;
        zh_customer_order_totals(state, &totals);
        zh_buf_printf(out, "%llu: %llu events, %u orders, %lld;", (unsigned long long)who, (unsigned long long)zh_customer_events(state),
                      totals.orders, (long long)(totals.money_count ? totals.money[0].revenue_minor : 0));
        uint32_t count;
        const zh_touch *touches = zh_customer_touches(state, &count);
        for (uint32_t i = 0; i < count; i++) zh_buf_printf(out, " %llx@%lld", (unsigned long long)touches[i].item.number, (long long)touches[i].rank.time_ms);
    }
    zh_ask ask = { .user_id = text_of(&arena, "u-%llu", who), .n = 8, .explain = true, .preview = true, .time_ms = 1800000000000,
                   .actor = { .kind = ZH_ACTOR_KEY, .number = 1 } };
    zh_answer answer;
    CHECK(zh_engine_ask(g, &ask, &arena, &answer) == ZH_OK);
    for (uint32_t i = 0; i < answer.decision.shown_count; i++)
        zh_buf_printf(out, " %.*s=%lld", ZH_SV_ARG(answer.items[i].text), (long long)answer.decision.shown[i].score_micro);
    zh_buf_printf(out, "\n");
    zh_arena_close(&arena);
}

static void test_one_and_three_partitions_answer_alike(const char *one, const char *three, uint64_t seed)
{
    zh_engine *a = open_engine(one, 1), *b = open_engine(three, 3);
    fill(a, seed, 0, 1200);
    fill(b, seed, 0, 1200);
    check_rebuild(b);
    zh_buf x = zh_buf_open(4 << 20), y = zh_buf_open(4 << 20);
    for (uint64_t who = 0; who < CUSTOMERS; who++) {
        profile_text(a, who, &x);
        profile_text(b, who, &y);
    }
    CHECK(x.size > 1000 && zh_sv_equal(zh_buf_view(&x), zh_buf_view(&y)));
    zh_sales_raw ra, rb;
    zh_sales_raw_get(zh_engine_world(a)->sales, &ra);
    zh_sales_raw_get(zh_engine_world(b)->sales, &rb);
    CHECK(memcmp(&ra, &rb, sizeof ra) == 0);
    zh_buf_close(&x);
    zh_buf_close(&y);
    zh_engine_close(a);
    zh_engine_close(b);
}

/* ---- who is in a journey ---- */

enum { LED = 30 }; /* customers 1 … LED, of whom some log in later and turn out to be others */

static void tell(zh_engine *g, zh_instance_word word, int64_t at_ms)
{
    static const zh_sv journeys[] = { { "cart", 4 }, { "birthday", 8 } };
    for (uint64_t c = 1; c <= LED; c++)
        for (unsigned j = 0; j < 2; j++) {
            zh_buf bytes = zh_buf_open(4096);
            zh_instance_record r = { .customer = { c }, .word = word, .journey = journeys[j], .key = ZH_SV("k"), .version = word == ZH_INSTANCE_MOVE && c % 3 == 0 ? 2 : 1, .at_ms = at_ms + (int64_t)c,
                                     .partition = (uint32_t)(c % 3), .position = c, .place = { .node = (uint8_t)(c % 7), .due_ms = at_ms + 1000 * (int64_t)c, .visited = c } };
            r.id = zh_instance_id_of(zh_engine_sealer(g), r.customer, r.journey, r.key);
            if (word == ZH_INSTANCE_MOVE && c % 5 == 0) r.place.left = ZH_JOURNEY_LEFT_GOAL;
            zh_instance_put(&r, &bytes);
            const zh_sv record = zh_buf_view(&bytes);
            zh_work work = { .records = &record, .owners = &r.customer, .records_count = 1 };
            CHECK(zh_engine_do(g, &work) == ZH_OK);
            zh_buf_close(&bytes);
        }
}

static void tell_read(zh_engine *g, uint64_t position)
{
    zh_buf bytes = zh_buf_open(4096);
    const zh_customer_id nobody = { 0 };
    zh_instance_put(&(zh_instance_record){ .word = ZH_INSTANCE_READ, .at_ms = 1, .partition = 2, .position = position }, &bytes);
    const zh_sv record = zh_buf_view(&bytes);
    zh_work work = { .records = &record, .owners = &nobody, .records_count = 1 };
    CHECK(zh_engine_do(g, &work) == ZH_OK);
    zh_buf_close(&bytes);
}

/* All rows, each with what identifies it but its number, which is the workspace's. */
static uint64_t rows_of(zh_engine *g)
{
    const zh_instances *v = zh_engine_world(g)->instances;
    uint64_t sum = zh_instances_count(v) ^ zh_instances_position(v, 2) << 32;
    zh_instance i;
    for (uint64_t c = 1; c <= 4 * CUSTOMERS; c++)
        for (const void *at = NULL; zh_instances_next(v, (zh_customer_id){ c }, &at, &i);)
            sum += zh_mix64(zh_mix64(c) ^ i.entered_as.number ^ zh_fast64(i.journey) ^ (uint64_t)i.place.left << 8 ^ (uint64_t)i.place.node << 16 ^ (uint64_t)i.version << 24 ^ (uint64_t)i.moved_ms << 32);
    return sum;
}

static void lead(zh_engine *g, uint64_t seed)
{
    fill(g, seed, 0, 100);
    tell(g, ZH_INSTANCE_ENTER, 1700000000000);
    tell_read(g, 70);
    fill(g, seed, 100, 700); /* who was a visitor logs in */
    tell(g, ZH_INSTANCE_MOVE, 1700000100000);
    fill(g, seed, 700, 800);
    zh_instance i;
    CHECK(zh_instances_find(zh_engine_world(g)->instances, zh_instance_id_of(zh_engine_sealer(g), (zh_customer_id){ 7 }, ZH_SV("cart"), ZH_SV("k")), &i));
    const zh_erase_ask erase = { .customer = i.customer, .say = { .at_ms = 1790000000000 } };
    zh_work work = { .erase = &erase };
    CHECK(zh_engine_do(g, &work) == ZH_OK);
}

static void test_who_is_in_a_journey_stays_where_he_is(const char *one, const char *three, uint64_t seed)
{
    zh_engine *a = open_engine(one, 1), *b = open_engine(three, 3);
    const zh_instances *v = zh_engine_world(b)->instances;
    zh_instance_counts counts;
    size_t at = 0;
    lead(a, seed), lead(b, seed);
    CHECK(zh_instances_counts(v, ZH_SV("cart"), &at, &counts) && counts.version == 1 && counts.left[ZH_JOURNEY_LEFT_MERGED] > 0 && counts.left[ZH_JOURNEY_LEFT_GOAL] > 0 && counts.left[ZH_JOURNEY_LEFT_IN] > 0);
    CHECK(zh_instances_count(v) < 2 * LED && zh_instances_count(v) > LED); /* one is erased, with all he was */
    const uint64_t rows = rows_of(b);
    CHECK(rows == rows_of(a));
    check_rebuild(a), check_rebuild(b);
    zh_engine_close(a), zh_engine_close(b);
    b = open_engine(three, 0);
    CHECK(rows_of(b) == rows);
    check_rebuild(b);
    zh_engine_close(b);
    char state[128];
    snprintf(state, sizeof state, "%s/state", three);
    CHECK(zh_tree_remove(zh_sv_of(state)) == ZH_OK);
    b = open_engine(three, 0);
    CHECK(rows_of(b) == rows);
    zh_engine_close(b);
}

/* ---- history ---- */

static size_t read_whole_history(zh_engine *g, zh_customer_id id)
{
    zh_arena arena = zh_arena_open(64 << 20);
    zh_permit own;
    const zh_actor key = { .kind = ZH_ACTOR_KEY, .number = 1 };
    CHECK(zh_permit_ask(zh_engine_world(g)->consents, id, ZH_PURPOSE_SERVE, (zh_channel)0, 0, &key, &own) == ZH_OK);
    zh_customer_id numbers[ZH_TIMELINE_NUMBERS_MAX];
    zh_timeline_at rows[600];
    size_t count;
    const size_t numbers_count = zh_history_numbers(g, id, numbers);
    CHECK(zh_timeline_read(zh_engine_timeline(g), ZH_TIMELINE_EVENTS, numbers, numbers_count, NULL, 600, rows, &count) == ZH_OK);
    for (size_t i = 0; i < count; i++) {
        zh_event event;
        zh_sv plain;
        CHECK(i == 0 || rows[i].time_ms <= rows[i - 1].time_ms);
        CHECK(zh_history_event(g, rows[i].partition, rows[i].sequence, &arena, &event) == ZH_OK);
        CHECK(zh_history_personal(g, &event, &own, &arena, &plain) == ZH_OK);
        CHECK(zh_sv_equal(plain, ZH_SV("{\"context\":{\"ip\":\"203.0.113.9\"}}")));
    }
    zh_arena_close(&arena);
    return count;
}

static void test_history_is_whole_after_login_and_personal_parts_open_with_a_permit(const char *dir, uint64_t seed)
{
    zh_engine *g = open_engine(dir, 3);
    zh_arena arena = zh_arena_open(1 << 20);
    fill(g, seed, 0, 600);
    size_t all = 0;
    for (uint64_t who = 0; who < CUSTOMERS; who++) { /* some never showed both ids in one event: they are two */
        const zh_customer_id user = zh_engine_find(g, text_of(&arena, "u-%llu", who), (zh_sv){ 0 });
        const zh_customer_id anonymous = zh_engine_find(g, (zh_sv){ 0 }, text_of(&arena, "a-%llu", who));
        if (user.number != 0) all += read_whole_history(g, user);
        if (anonymous.number != 0 && anonymous.number != user.number) all += read_whole_history(g, anonymous);
    }
    CHECK(all == 600); /* every event belongs to somebody one can ask for */
    zh_arena_close(&arena);
    zh_engine_close(g);
}

/* ---- kills ---- */

/* Another process image: RocksDB's own threads do not survive a fork. */
static int child(const char *dir, uint64_t seed)
{
    zh_engine *g = open_engine(dir, 3);
    for (uint64_t i = 0;; i += 3) {
        const uint64_t numbers[] = { i, i + 1, i + 2 };
        const outcome o = submit(g, seed, numbers, 3);
        if (o.e != ZH_OK || write(STDOUT_FILENO, &numbers[2], sizeof numbers[2]) != sizeof numbers[2]) return 1;
    }
}

static void check_01_acked_events_survive_a_kill_once(const char *self, const char *dir, uint64_t seed)
{
    const uint64_t shop = seed;
    for (int round = 0; round < 12; round++) {
        int pipes[2];
        CHECK(pipe(pipes) == 0);
        const pid_t pid = fork();
        CHECK(pid >= 0);
        if (pid == 0) {
            char number[32];
            snprintf(number, sizeof number, "%llu", (unsigned long long)shop);
            dup2(pipes[1], STDOUT_FILENO);
            close(pipes[0]);
            execl(self, self, "child", dir, number, (char *)NULL);
            _exit(127);
        }
        close(pipes[1]);
        usleep((useconds_t)(20000 + test_random(&seed) % 150000));
        CHECK(kill(pid, SIGKILL) == 0);
        int status;
        CHECK(waitpid(pid, &status, 0) == pid);
        uint64_t last = 0, number;
        bool any = false;
        while (read(pipes[0], &number, sizeof number) == sizeof number) last = number, any = true;
        close(pipes[0]);

        zh_engine *g = open_engine(dir, 3);
        check_rebuild(g);
        const uint64_t events = zh_engine_world(g)->counts.events;
        CHECK(!any || events >= last + 1);
        for (uint64_t i = 0; any && i <= last; i++) {
            const outcome o = submit(g, shop, &i, 1);
            CHECK(o.e == ZH_OK && o.duplicate == 1);
        }
        zh_engine_close(g);
        if (round % 4 == 3) CHECK(zh_tree_remove(zh_sv_of(dir)) == ZH_OK); /* begin anew now and then */
    }
}

int main(int argc, char **argv)
{
    zh_clock_fake(&fake, 1790000000000);
    CHECK(zh_metrics_open(&metrics) == ZH_OK);
    if (argc == 4 && strcmp(argv[1], "child") == 0) return child(argv[2], strtoull(argv[3], NULL, 10));
    const uint64_t seed = test_seed(argc, argv);
    char dir[] = "/tmp/zhun-engine-XXXXXX", path[7][96];
    CHECK(mkdtemp(dir) != NULL);
    for (int i = 0; i < 7; i++) snprintf(path[i], sizeof path[i], "%s/%d", dir, i);
    PROVE(check_01_acked_events_survive_a_kill_once, argv[0], path[4], seed);
    test_a_restart_changes_nothing_and_repeats_are_seen(path[0], seed, 1);
    PROVE(check_08_another_body_is_told_apart, path[0], seed);
    test_one_and_three_partitions_answer_alike(path[1], path[2], seed + 1);
    test_history_is_whole_after_login_and_personal_parts_open_with_a_permit(path[3], seed + 2);
    test_who_is_in_a_journey_stays_where_he_is(path[5], path[6], seed + 3);
    zh_metrics_close(metrics);
    CHECK(zh_tree_remove(zh_sv_of(dir)) == ZH_OK);
    return 0;
}
