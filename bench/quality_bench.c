/* Does what is kept out of learning help, and is nothing true kept out? A published log (Online Retail), 5 % of it corrupted in
 * seven ways with a fixed seed, goes through the collector, the tracking plan and the view of quality; item-kNN learns from
 * what is left and is asked what customers bought later. One JSON line a seed:
 *
 *     {"bench":"quality","seed":7,"clean":0.1234,"guarded":0.1231,"unguarded":0.1190,"true_kept_out":0,…}
 *
 *     quality_bench [SEED …]     seeds 1 to 3 were for tuning; those reported are others (docs/quality.md)
 *
 * clean       ndcg@20 after learning from the true log
 * guarded     the same after learning from the corrupted one without the events that are kept apart; they stay the customers' history
 * forgotten   the same, and they are no history either: what was bought in a marked event is recommended again
 * unguarded   with all its events
 *
 * Further lines: true events of two other logs that were kept out. The files are looked for in ZHUN_SHARED (default ../shared). */
#include "base/map.h"
#include "base/rng.h"
#include "base/time.h"
#include "collect/agent.h"
#include "collect/segment.h"
#include "model/itemknn.h"
#include "model/trial.h"
#include "quality/plan.h"
#include "quality/quality.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define K 20
#define SPLIT "2011-11-01"
#define TEXTS_BYTES_MAX ((size_t)1 << 30)
#define NOW_MS 1323500000000 /* the commit of the log: a day after its last line */
enum { TRUE_EVENT, ALTERED, INVENTED };

typedef struct told { size_t from; uint32_t size; uint8_t kind, way; } told;

typedef struct world {
    zh_buf texts;
    told *all;
    size_t count, room;
    zh_plan *plan;
    zh_quality *quality;
    zh_json *parser;
    zh_buf scratch;
    zh_arena arena;
    zh_map customers;
    uint32_t *folded; /* reasons in the fold, one an event */
    int64_t now_ms;   /* of the commit */
} world;

static void must(bool done, const char *what)
{
    if (done) return;
    fprintf(stderr, "quality_bench: %s failed\n", what);
    exit(1);
}

/* ---- the log as JSON ---- */

static void tell(world *w, const char *text, int size, uint8_t kind, uint8_t way)
{
    if (w->count == w->room) {
        w->room = w->room == 0 ? 65536 : w->room * 2;
        w->all = realloc(w->all, w->room * sizeof *w->all);
        must(w->all != NULL, "memory");
    }
    w->all[w->count++] = (told){ w->texts.size, (uint32_t)size, kind, way };
    zh_buf_put(&w->texts, (zh_sv){ text, (size_t)size });
}

typedef struct line { char order[32], item[48], customer[16], at[32]; double price; long long quantity; } line;

static bool read_line(char *text, line *out)
{
    char *cell[8] = { 0 }, *p = text;
    for (int i = 0; i < 8; i++) {
        if (*p == '"') {
            cell[i] = ++p;
            char *to = p;
            for (; *p != '\0' && !(p[0] == '"' && p[1] != '"'); p++) {
                if (*p == '"') p++;
                *to++ = *p;
            }
            if (*p != '\0') p++;
            *to = '\0';
        } else {
            cell[i] = p;
            p += strcspn(p, ",\r\n");
        }
        if (i < 7 && *p != ',') return false;
        if (*p != '\0') *p++ = '\0';
    }
    snprintf(out->order, sizeof out->order, "%s", cell[0]);
    snprintf(out->item, sizeof out->item, "%s", cell[1]);
    snprintf(out->at, sizeof out->at, "%.10sT%.8sZ", cell[4], cell[4] + 11);
    snprintf(out->customer, sizeof out->customer, "%.5s", cell[6]);
    out->quantity = atoll(cell[3]);
    out->price = atof(cell[5]);
    return out->item[0] >= '0' && out->item[0] <= '9' && out->customer[0] != '\0';
}

typedef struct fields { char item[96], price[48], quantity[48], at[40]; } fields;

static void say_line(world *w, const line *l, const fields *f, uint8_t kind, uint8_t way)
{
    char text[768];
    const bool back = l->order[0] == 'C';
    const int size = snprintf(text, sizeof text, "{\"type\":\"track\",\"event\":\"%s\",\"userId\":\"%s\",\"messageId\":\"%zu\",\"timestamp\":\"%s\",\"properties\":{"
        "\"order_id\":\"%s\",\"currency\":\"GBP\",\"zhun_order_line\":true%s%s%s}}", back ? "Order Refunded" : "Order Completed", l->customer, w->count, f->at, l->order, f->item, f->price, f->quantity);
    tell(w, text, size, kind, way);
}

static fields plain(const line *l)
{
    fields f;
    snprintf(f.item, sizeof f.item, ",\"product_id\":\"%s\"", l->item);
    snprintf(f.price, sizeof f.price, ",\"price\":%.2f", l->price);
    snprintf(f.quantity, sizeof f.quantity, ",\"quantity\":%lld", llabs(l->quantity));
    snprintf(f.at, sizeof f.at, "%s", l->at);
    return f;
}

/* Ways 1 to 5: a true event is spoiled. */
static fields spoiled(const line *l, int way, zh_rng *rng)
{
    fields f = plain(l);
    const uint64_t pick = zh_rng_below(rng, 3);
    switch (way) {
    case 1: /* violations */
        if (pick == 0) snprintf(f.price, sizeof f.price, ",\"price\":%.2f", -l->price - 1);
        else snprintf(f.quantity, sizeof f.quantity, ",\"quantity\":-%lld", llabs(l->quantity));
        break;
    case 2: /* type conflicts */
        if (pick == 0) snprintf(f.price, sizeof f.price, ",\"price\":\"n/a\"");
        else if (pick == 1) snprintf(f.quantity, sizeof f.quantity, ",\"quantity\":true");
        else snprintf(f.item, sizeof f.item, ",\"product_id\":{\"id\":\"%s\"}", l->item);
        break;
    case 3: /* outliers */
        if (pick == 0) snprintf(f.price, sizeof f.price, ",\"price\":%.2f", (l->price + 1) * 5000);
        else snprintf(f.quantity, sizeof f.quantity, ",\"quantity\":%lld", 60000 + llabs(l->quantity) * 100);
        break;
    case 4: /* missing values */
        if (pick == 0) f.price[0] = '\0';
        else if (pick == 1) f.quantity[0] = '\0';
        else f.item[0] = '\0';
        break;
    default: snprintf(f.at, sizeof f.at, "%s", pick == 0 ? "2099-01-01T00:00:00Z" : pick == 1 ? "1970-01-02T00:00:00Z" : "2150-06-01T12:00:01Z");
    }
    return f;
}

static int64_t ms_of(const char *at)
{
    int64_t ms = 0;
    must(zh_time_parse(zh_sv_of(at), &ms) == ZH_OK, "a time");
    return ms;
}

static void say_act(world *w, const char *event, const char *who, uint64_t number, int64_t at_ms, const char *item, const char *more, uint8_t way)
{
    char text[900], at[ZH_TIME_TEXT_BYTES];
    const size_t at_size = zh_time_print(at_ms, at);
    const int size = snprintf(text, sizeof text, "{\"type\":\"track\",\"event\":\"%s\",\"anonymousId\":\"%s-%llu\",\"messageId\":\"%zu\",\"timestamp\":\"%.*s\"%s,\"properties\":{\"product_id\":\"%s\"%s}}",
        event, who, (unsigned long long)number, w->count, (int)at_size, at, way == 6 && number % 2 == 0 ? ",\"context\":{\"userAgent\":\"Mozilla/5.0 (compatible; PriceBot/1.0)\"}" : "", item, more);
    tell(w, text, size, INVENTED, way);
}

/* Way 6: a robot walks through the catalog; every second one says that it is one. */
static size_t robot(world *w, const line *lines, size_t count, int64_t at_ms, uint64_t number, zh_rng *rng)
{
    const size_t views = 250 + zh_rng_below(rng, 150);
    at_ms += 7;
    for (size_t i = 0; i < views; i++)
        say_act(w, "Product Viewed", "robot", number, at_ms += 120 + (int64_t)zh_rng_below(rng, 300), lines[zh_rng_below(rng, count)].item, "", 6);
    return views;
}

/* Way 7: new customers that look at, buy and praise the same things in the same way. */
static size_t invention(world *w, const line *lines, size_t count, int64_t at_ms, uint64_t number, zh_rng *rng)
{
    const size_t many = 25 + zh_rng_below(rng, 30);
    const char *items[3];
    for (int i = 0; i < 3; i++) items[i] = lines[zh_rng_below(rng, count)].item;
    for (size_t c = 0; c < many; c++) {
        const int64_t began_ms = at_ms + 1003 + (int64_t)c * 9000;
        for (int i = 0; i < 3; i++) say_act(w, "Product Added", "fan", number * 1000 + c, began_ms + i * 4000, items[i], ",\"price\":1.5,\"quantity\":1", 7);
        say_act(w, "Product Reviewed", "fan", number * 1000 + c, began_ms + 20000, items[0], ",\"rating\":5,\"review_body\":\"Wonderful quality, fast delivery, I will certainly buy again!\"", 7);
    }
    return many * 4;
}

/* The training part of the log, with a share of it corrupted. */
static void make_log(world *w, const line *lines, size_t count, double share, uint64_t seed)
{
    zh_rng rng = { .seed = seed };
    const size_t each = (size_t)((double)count * share / 7);
    size_t robots = 0, fans = 0;
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        const double draw = zh_rng_unit(&rng);
        const int way = draw < share * 5 / 7 ? 1 + (int)(draw / (share / 7)) : 0;
        const fields f = way == 0 ? plain(&lines[i]) : spoiled(&lines[i], way > 5 ? 5 : way, &rng);
        say_line(w, &lines[i], &f, way == 0 ? TRUE_EVENT : ALTERED, (uint8_t)way);
        const double due = (double)(i + 1) / (double)count * (double)each;
        if (share > 0 && (double)robots + 300 < due) robots += robot(w, lines, count, ms_of(lines[i].at), ++number, &rng);
        if (share > 0 && (double)fans + 150 < due) fans += invention(w, lines, count, ms_of(lines[i].at), ++number, &rng);
    }
}

/* ---- through the collector and the views ---- */

static bool parse(world *w, const told *t, zh_event *out)
{
    zh_arena_reset(&w->arena);
    zh_segment_batch batch;
    const zh_segment_ask ask = { .route = ZH_SEGMENT_TRACK, .body = { w->texts.data + t->from, t->size }, .received_ms = w->now_ms, .is_import = true,
                                 .parser = w->parser, .arena = &w->arena, .scratch = &w->scratch };
    must(zh_segment_read(&ask, &batch) == ZH_OK, "reading");
    if (batch.events_count != 1) return false;
    *out = batch.events[0];
    out->source.number = 1;
    const zh_sv agent = zh_agent_of(out->personal);
    if (agent.size > 0 && zh_agent_is_robot(agent)) out->marks |= ZH_MARK_BOT_AGENT;
    return true;
}

static uint64_t customer_of(world *w, const zh_event *event, bool *is_new)
{
    const zh_sv id = event->user_id.size > 0 ? event->user_id : event->anonymous_id;
    uint64_t *at = zh_map_at(&w->customers, zh_fast64(id), is_new);
    must(at != NULL, "memory");
    if (*is_new) *at = w->customers.count;
    return *at;
}

static world opened(void)
{
    world w = { .now_ms = NOW_MS, .texts = zh_buf_open(TEXTS_BYTES_MAX), .scratch = zh_buf_open(ZH_SEGMENT_BATCH_BYTES_MAX), .arena = zh_arena_open(1 << 20), .customers = zh_map_open() };
    must(zh_plan_open(&w.plan) == ZH_OK && zh_quality_open(&w.quality) == ZH_OK && zh_json_open(&w.parser, ZH_SEGMENT_PARSER_BYTES) == ZH_OK, "opening");
    return w;
}

static void close_world(world *w)
{
    zh_buf_close(&w->texts);
    zh_buf_close(&w->scratch);
    zh_arena_close(&w->arena);
    zh_map_close(&w->customers);
    zh_plan_close(w->plan);
    zh_quality_close(w->quality);
    zh_json_close(w->parser);
    free(w->all);
    free(w->folded);
}

static double fold_all(world *w)
{
    struct timespec a, b;
    double spent = 0;
    w->folded = calloc(w->count, sizeof *w->folded);
    must(w->folded != NULL, "memory");
    for (size_t i = 0; i < w->count; i++) {
        zh_event event;
        if (!parse(w, &w->all[i], &event)) {
            w->folded[i] = UINT32_MAX;
            continue;
        }
        zh_quality_look look = { .event = &event, .sequence = i, .commit_ms = w->now_ms };
        event.customer.number = customer_of(w, &event, &look.is_new);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
        must(zh_plan_see(w->plan, &event, w->now_ms, &look.shape_reasons, &look.shape_which) == ZH_OK, "plan");
        must(zh_quality_fold(w->quality, &look, &w->folded[i]) == ZH_OK, "quality");
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
        spent += (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
    }
    return spent / (double)(w->count > 0 ? w->count : 1);
}

/* ---- learning and asking ---- */

typedef struct report {
    size_t true_kept_out, altered, altered_found, invented, invented_found;
    size_t ways[8], found[8];
} report;

/* `known` (may be NULL): what customers did that is not learned from, but is their history when they are asked for. */
static double ndcg(const zh_buf *train, const zh_buf *known, const zh_buf *test)
{
    zh_dataset data = zh_dataset_open();
    zh_arena arena = zh_arena_open((size_t)1 << 32);
    zh_split split;
    zh_problem problem;
    zh_metrics metrics = { 0 };
    zh_note why = { "" };
    must(zh_dataset_read(&data, ZH_PART_TRAIN, ZH_DATASET_CSV, zh_buf_view(train), &why) == ZH_OK && zh_dataset_read(&data, ZH_PART_TEST, ZH_DATASET_CSV, zh_buf_view(test), &why) == ZH_OK, why.text);
    must(known == NULL || known->size == 0 || zh_dataset_read(&data, ZH_PART_VALID, ZH_DATASET_CSV, zh_buf_view(known), &why) == ZH_OK, why.text);
    must(zh_split_make(&split, &arena, &data) == ZH_OK && zh_problem_make(&problem, &arena, &split, false, &why) == ZH_OK, why.text);
    uint32_t *top = ZH_TAKE(&arena, uint32_t, (size_t)problem.queries * K);
    zh_model model = zh_model_open(&zh_itemknn_kind, NULL, 1, (size_t)1 << 32);
    must(top != NULL && zh_model_train(&model, &problem.train, &ZH_CREW_ALONE, &why) == ZH_OK, "training");
    must(zh_trial_answer(&model, &problem, K, &ZH_CREW_ALONE, top) == ZH_OK && zh_trial_judge(&metrics, &arena, &problem, K, top) == ZH_OK, "asking");
    zh_model_close(&model);
    zh_arena_close(&arena);
    zh_dataset_close(&data);
    return metrics.ndcg;
}

/* user,item,seconds of what may be learned from; what is kept apart goes to `apart_out`, or with the rest where that is NULL. */
static void training(world *w, zh_buf *apart_out, zh_buf *out, report *r)
{
    *r = (report){ 0 };
    for (size_t i = 0; i < w->count; i++) {
        const told *t = &w->all[i];
        zh_event event;
        zh_sv which;
        bool is_new, apart = true;
        if (parse(w, t, &event)) {
            event.customer.number = customer_of(w, &event, &is_new);
            const uint32_t shape = zh_plan_judge(w->plan, &event, &which);
            const uint32_t now = zh_quality_judge(w->quality, &event, shape, w->now_ms, 0, i);
            apart = ((now | w->folded[i]) & zh_quality_apart()) != 0;
        }
        r->true_kept_out += t->kind == TRUE_EVENT && apart;
        r->altered += t->kind == ALTERED, r->altered_found += t->kind == ALTERED && (apart || w->folded[i] != 0);
        r->invented += t->kind == INVENTED, r->invented_found += t->kind == INVENTED && apart;
        r->ways[t->way]++, r->found[t->way] += apart || w->folded[i] != 0;
        if (event.act == ZH_ACT_REFUND || event.lines_count == 0 || w->folded[i] == UINT32_MAX) continue;
        const zh_sv id = event.user_id.size > 0 ? event.user_id : event.anonymous_id;
        zh_buf_printf(apart && apart_out != NULL ? apart_out : out, "%.*s,%.*s,%lld\n", ZH_SV_ARG(id), ZH_SV_ARG(event.lines[0].item_text), (long long)(event.time_ms / 1000));
    }
}

static line *read_log(const char *shared, size_t *train, size_t *all)
{
    char command[1024], text[4096];
    snprintf(command, sizeof command, "gzip -dc '%s/data/orders/online_retail.csv.gz' 2>/dev/null", shared);
    FILE *file = popen(command, "r");
    line *lines = malloc(600000 * sizeof *lines);
    *train = *all = 0;
    must(lines != NULL && file != NULL, "memory");
    while (*all < 600000 && fgets(text, sizeof text, file) != NULL) {
        line *l = &lines[*all];
        if (!read_line(text, l) || (l->quantity < 0 && l->order[0] != 'C') || l->quantity == 0) continue;
        if (strcmp(l->at, SPLIT) < 0) *train = *all + 1;
        ++*all;
    }
    pclose(file);
    return lines;
}

static void run(const line *lines, size_t train_count, const zh_buf *test, double clean, size_t clean_kept_out, uint64_t seed)
{
    world w = opened();
    zh_buf guarded = zh_buf_open(TEXTS_BYTES_MAX), apart = zh_buf_open(TEXTS_BYTES_MAX), unguarded = zh_buf_open(TEXTS_BYTES_MAX);
    report r, all;
    make_log(&w, lines, train_count, 0.05, seed);
    const double ns = fold_all(&w);
    training(&w, &apart, &guarded, &r);
    training(&w, NULL, &unguarded, &all);
    const double with = ndcg(&guarded, &apart, test), strict = ndcg(&guarded, NULL, test), without = ndcg(&unguarded, NULL, test);
    printf("{\"bench\":\"quality\",\"seed\":%llu,\"events\":%zu,\"altered\":%zu,\"invented\":%zu,\"clean\":%.4f,\"guarded\":%.4f,\"unguarded\":%.4f,\"guarded_to_clean\":%.4f,\"forgotten_to_clean\":%.4f,\"unguarded_to_clean\":%.4f,"
           "\"true_kept_out\":%zu,\"clean_kept_out\":%zu,\"marked\":{", (unsigned long long)seed, w.count, r.altered, r.invented, clean, with, without, with / clean, strict / clean, without / clean, r.true_kept_out, clean_kept_out);
    static const char *const ways[] = { "", "violation", "type", "outlier", "missing", "clock", "robot", "fake" };
    for (int i = 1; i < 8; i++) printf("%s\"%s\":%.3f", i > 1 ? "," : "", ways[i], r.ways[i] == 0 ? 1.0 : (double)r.found[i] / (double)r.ways[i]);
    printf("},\"ns_per_event\":%.0f}\n", ns);
    fflush(stdout);
    zh_buf_close(&guarded);
    zh_buf_close(&apart);
    zh_buf_close(&unguarded);
    close_world(&w);
}

/* True events of other logs, whose times are fine: what pace would keep out. Lines: user, item, unix seconds, in columns. */
static void run_views(const char *shared, const char *name, const char *path, int user, int item, int at)
{
    char command[1024], text[1024];
    snprintf(command, sizeof command, "gzip -dc '%s/data/%s' 2>/dev/null", shared, path);
    FILE *file = popen(command, "r");
    world w = opened();
    while (file != NULL && fgets(text, sizeof text, file) != NULL) {
        char *cell[3] = { 0 }, *save = NULL, *p = strtok_r(text, "\t\r\n", &save), said[512], when[ZH_TIME_TEXT_BYTES];
        for (int i = 0; i < 3 && p != NULL; i++, p = strtok_r(NULL, "\t\r\n", &save)) cell[i] = p;
        if (cell[2] == NULL || !(cell[at][0] >= '0' && cell[at][0] <= '9')) continue;
        if ((int64_t)(atof(cell[at]) * 1000) + 86400000 > w.now_ms) w.now_ms = (int64_t)(atof(cell[at]) * 1000) + 86400000;
        const size_t when_size = zh_time_print((int64_t)(atof(cell[at]) * 1000), when);
        const int size = snprintf(said, sizeof said, "{\"type\":\"track\",\"event\":\"Product Viewed\",\"userId\":\"u%.40s\",\"messageId\":\"%zu\",\"timestamp\":\"%.*s\",\"properties\":{\"product_id\":\"%.40s\"}}",
            cell[user], w.count, (int)when_size, when, cell[item]);
        tell(&w, said, size, TRUE_EVENT, 0);
    }
    if (file != NULL) pclose(file);
    const double ns = fold_all(&w);
    size_t out = 0;
    for (size_t i = 0; i < w.count; i++) out += (w.folded[i] & zh_quality_apart()) != 0;
    printf("{\"bench\":\"quality_true\",\"log\":\"%s\",\"events\":%zu,\"kept_out\":%zu,\"ns_per_event\":%.0f}\n", name, w.count, out, ns);
    close_world(&w);
}

static uint64_t pair_of(const line *l) { return zh_mix64(zh_fast64(zh_sv_of(l->customer)) ^ zh_mix64(zh_fast64(zh_sv_of(l->item)))); }

int main(int argc, char **argv)
{
    const char *shared = getenv("ZHUN_SHARED") != NULL ? getenv("ZHUN_SHARED") : "../shared";
    size_t train_count, count;
    line *lines = read_log(shared, &train_count, &count);
    if (train_count == 0) {
        printf("{\"bench\":\"quality\",\"skipped\":\"online_retail.csv.gz is not in %s/data/orders\"}\n", shared);
        free(lines);
        return 0;
    }
    zh_buf test = zh_buf_open(TEXTS_BYTES_MAX), train = zh_buf_open(TEXTS_BYTES_MAX);
    zh_map before = zh_map_open(); /* what a customer has bought before is no question: who forgets it would answer it more easily */
    for (size_t i = 0; i < train_count; i++) must(zh_map_put(&before, pair_of(&lines[i]), 1) == ZH_OK, "memory");
    for (size_t i = train_count; i < count; i++)
        if (lines[i].quantity > 0 && lines[i].order[0] != 'C' && zh_map_get(&before, pair_of(&lines[i])) == NULL) zh_buf_printf(&test, "%s,%s,%lld\n", lines[i].customer, lines[i].item, (long long)(ms_of(lines[i].at) / 1000));
    zh_map_close(&before);
    world w = opened();
    report r, ignored;
    make_log(&w, lines, train_count, 0, 0);
    fold_all(&w);
    zh_buf apart = zh_buf_open(TEXTS_BYTES_MAX);
    training(&w, &apart, &train, &r);
    zh_buf_close(&apart);
    for (size_t i = 0; i < w.count && getenv("QUALITY_SAY") != NULL; i++)
        if (w.folded[i] & zh_quality_apart()) fprintf(stderr, "%x %.*s\n", w.folded[i], (int)w.all[i].size, w.texts.data + w.all[i].from);
    zh_buf_reset(&train);
    training(&w, NULL, &train, &ignored);
    close_world(&w);
    const double clean = ndcg(&train, NULL, &test);
    for (int i = 1; i < argc || i == 1; i++) run(lines, train_count, &test, clean, r.true_kept_out, argc > 1 ? strtoull(argv[i], NULL, 10) : 1);
    run_views(shared, "retail_rocket", "recommend/retail_rocket/view.tsv.gz", 0, 1, 2);
    run_views(shared, "yoochoose", "recommend/yoochoose100k/train.tsv.gz", 0, 1, 2);
    zh_buf_close(&test);
    zh_buf_close(&train);
    free(lines);
    return 0;
}
