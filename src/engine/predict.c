#include "engine/predict.h"
#include "base/hash.h"
#include "measure/past_customer.h"
#include "measure/predict_keep.h"
#include "sys/file.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FILE_BYTES_MAX ((size_t)64 << 20)
#define SET_BYTES_MAX ((size_t)128 << 20)
#define PATH_BYTES 4096
#define LOOK_MS 5000 /* at the clock, for the night */
enum { NICE = 15 };
static const char magic[8] = { 'z', 'h', 'u', 'n', 'p', 'r', 'e', 'd' };

const char *const zh_prediction_names[ZH_PREDICTIONS_COUNT] = { "buy_7d", "buy_30d", "lapse" };

struct zh_predictions {
    zh_predictions_desc d;
    char path[PATH_BYTES];
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;    /* of asked, training, stopping */
    pthread_cond_t wake;
    bool asked, training;
    volatile bool stopping;
    int64_t day;             /* of the last training, or of the opening */
    pthread_rwlock_t set_lock;
    zh_prediction_set *set;
    zh_gauge *version, *took;
};

/* ---- the crowd ---- */

typedef struct crowd {
    zh_past *pasts;
    size_t count;
    uint64_t customers; /* with an order */
    zh_arena arena;
} crowd;

static zh_err take_some(zh_predictions *p, crowd *c, const uint64_t *numbers, size_t count, size_t share)
{
    zh_world *w = p->d.world;
    zh_err e = ZH_OK;
    zh_world_lock_read(w);
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        if (share > 1 && zh_mix64(numbers[i]) % share != 0) continue;
        const zh_customer_state *state = zh_customers_get(w->customers, (zh_customer_id){ numbers[i] });
        uint32_t orders = 0;
        if (state == NULL || (zh_customer_orders(state, &orders), orders == 0)) continue;
        c->customers++;
        if (c->count < ZH_PREDICTIONS_CUSTOMERS_MAX) e = zh_past_of_customer(&c->pasts[c->count++], &c->arena, state, p->d.zone);
    }
    zh_world_unlock(w);
    return e;
}

/* Numbers are copied at once, so that the table may change between two steps. */
static uint64_t *all_numbers(zh_world *w, size_t *count, size_t *buyers)
{
    zh_world_lock_read(w);
    const size_t most = zh_customers_count(w->customers);
    uint64_t *numbers = malloc((most + 1) * sizeof *numbers);
    const zh_customer_state *state;
    *count = *buyers = 0;
    for (size_t at = 0; numbers != NULL && *count < most && (state = zh_customers_walk(w->customers, &at)) != NULL;) {
        uint32_t orders = 0;
        (void)zh_customer_orders(state, &orders);
        *buyers += orders > 0;
        numbers[(*count)++] = zh_customer_number(state).number;
    }
    zh_world_unlock(w);
    return numbers;
}

static int ascending(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static zh_err gather(zh_predictions *p, crowd *c)
{
    size_t count, buyers;
    uint64_t *numbers = all_numbers(p->d.world, &count, &buyers);
    c->arena = zh_arena_open(ZH_PREDICTIONS_BYTES_MAX);
    c->pasts = ZH_TAKE(&c->arena, zh_past, ZH_PREDICTIONS_CUSTOMERS_MAX);
    zh_err e = numbers == NULL || c->pasts == NULL ? ZH_NOMEM : ZH_OK;
    if (e == ZH_OK) qsort(numbers, count, sizeof *numbers, ascending); /* the same customers in the same order, whatever the table */
    for (size_t at = 0; e == ZH_OK && at < count && !p->stopping; at += ZH_PREDICTIONS_STEP)
        e = take_some(p, c, numbers + at, count - at < ZH_PREDICTIONS_STEP ? count - at : ZH_PREDICTIONS_STEP, buyers / ZH_PREDICTIONS_CUSTOMERS_MAX + 1);
    free(numbers);
    return e;
}

/* ---- training ---- */

static void fit_clv(zh_prediction_set *s, const crowd *c, int32_t end)
{
    zh_clv_spend *spends = malloc((c->count + 1) * sizeof *spends);
    size_t count = 0;
    double ll;
    zh_past_shop_of(&s->shop, c->pasts, c->count, end);
    for (size_t i = 0; spends != NULL && i < c->count; i++) {
        zh_clv_history h;
        int32_t first, last;
        double value = 0;
        if (!zh_past_history(&c->pasts[i], end, &h, &first, &last) || h.x < 1) continue;
        for (uint32_t f = 0; f < c->pasts[i].count; f++)
            if (c->pasts[i].facts[f].kind == ZH_PAST_ORDER && c->pasts[i].facts[f].day > first && c->pasts[i].facts[f].day <= end) value += c->pasts[i].facts[f].value;
        if (value > 0) spends[count++] = (zh_clv_spend){ h.x, value / h.x };
    }
    s->has_clv = count >= ZH_PREDICT_EACH_MIN && s->shop.model.a > 0 && zh_gammagamma_fit(&s->spend, spends, count, &ll) && s->spend.q > 1;
    free(spends);
}

/* The newest whole day: today is not over. */
static zh_err train_set(zh_predictions *p, zh_prediction_set *s)
{
    crowd c = { 0 };
    const int64_t began_us = zh_clock_mono_us(p->d.clock);
    const int32_t end = (int32_t)zh_tz_day(p->d.zone, s->trained_ms) - 1;
    zh_err e = gather(p, &c);
    s->customers = c.count;
    for (int i = 0; e == ZH_OK && i < ZH_PREDICTIONS_COUNT; i++) {
        zh_prediction *one = &s->all[i];
        const char *why;
        one->task = (zh_predict_task){ i == ZH_PREDICTION_LAPSE ? ZH_PREDICT_LAPSE : ZH_PREDICT_BUY, i == ZH_PREDICTION_BUY_7D ? 7 : i == ZH_PREDICTION_BUY_30D ? 30 : zh_predict_lapse_days(c.pasts, c.count, end), &p->stopping };
        e = zh_predict_test(&one->report, c.pasts, c.count, one->task, end, i == ZH_PREDICTION_BUY_7D ? ZH_PREDICT_TESTS_MAX : 1);
        if (e == ZH_OK && one->report.is_offered) e = zh_predict_learn(&one->model, &s->arena, c.pasts, c.count, one->task, end, &why);
        one->is_trained = e == ZH_OK && one->report.is_offered;
        one->task.stop = one->model.task.stop = NULL;
        if (e == ZH_ABSENT) e = ZH_OK;
    }
    if (e == ZH_OK) fit_clv(s, &c, end);
    zh_arena_close(&c.arena);
    s->took_ms = (zh_clock_mono_us(p->d.clock) - began_us) / 1000;
    return p->stopping ? ZH_STOPPED : e;
}

/* ---- the file ---- */

static void put_set(const zh_prediction_set *s, zh_buf *out)
{
    const double reals[] = { s->shop.model.r, s->shop.model.alpha, s->shop.model.a, s->shop.model.b, s->shop.mean_gap, s->shop.mean_value, s->spend.p, s->spend.q, s->spend.v };
    zh_buf_put_u32(out, s->version);
    zh_buf_put_i64(out, s->trained_ms);
    zh_buf_put_i64(out, s->took_ms);
    zh_buf_put_u64(out, s->customers);
    zh_buf_put(out, (zh_sv){ (const char *)reals, sizeof reals });
    zh_buf_put_u8(out, s->has_clv);
    for (int i = 0; i < ZH_PREDICTIONS_COUNT; i++) {
        zh_buf_put_u32(out, (uint32_t)s->all[i].task.window);
        zh_predict_report_put(&s->all[i].report, out);
        zh_buf_put_u8(out, s->all[i].is_trained);
        if (s->all[i].is_trained) zh_predictor_put(&s->all[i].model, out);
    }
}

static zh_err take_set(zh_prediction_set *s, zh_reader *in)
{
    double reals[9];
    s->version = zh_read_u32(in);
    s->trained_ms = zh_read_i64(in);
    s->took_ms = zh_read_i64(in);
    s->customers = zh_read_u64(in);
    const zh_sv bytes = zh_read_bytes(in, sizeof reals);
    s->has_clv = zh_read_u8(in) == 1;
    if (in->bad) return ZH_CORRUPT;
    memcpy(reals, bytes.data, sizeof reals);
    s->shop = (zh_past_shop){ { reals[0], reals[1], reals[2], reals[3] }, reals[4], reals[5] };
    s->spend = (zh_gammagamma){ reals[6], reals[7], reals[8] };
    zh_err e = ZH_OK;
    for (int i = 0; e == ZH_OK && i < ZH_PREDICTIONS_COUNT; i++) {
        zh_prediction *one = &s->all[i];
        one->task = (zh_predict_task){ i == ZH_PREDICTION_LAPSE ? ZH_PREDICT_LAPSE : ZH_PREDICT_BUY, (int32_t)zh_read_u32(in), NULL };
        e = zh_predict_report_take(&one->report, &s->arena, in);
        one->is_trained = zh_read_u8(in) == 1;
        if (e == ZH_OK && one->is_trained) e = zh_predictor_take(&one->model, &s->arena, in);
    }
    return e != ZH_OK ? e : in->bad ? ZH_CORRUPT : ZH_OK;
}

static zh_err write_file(const zh_predictions *p, const zh_prediction_set *s)
{
    zh_buf body = zh_buf_open(FILE_BYTES_MAX), file = zh_buf_open(FILE_BYTES_MAX + 32);
    put_set(s, &body);
    zh_buf_put(&file, (zh_sv){ magic, sizeof magic });
    zh_buf_put_u32(&file, ZH_PREDICT_KEEP_VERSION);
    zh_buf_put_u64(&file, zh_fast64(zh_buf_view(&body)));
    zh_buf_put(&file, zh_buf_view(&body));
    zh_err e = zh_buf_err(&body) != ZH_OK ? zh_buf_err(&body) : zh_buf_err(&file);
    if (e == ZH_OK) e = zh_file_write(zh_sv_of(p->path), zh_buf_view(&file), 0600);
    zh_buf_close(&body);
    zh_buf_close(&file);
    return e;
}

static zh_err read_file(const zh_predictions *p, zh_prediction_set *s)
{
    zh_buf file = zh_buf_open(FILE_BYTES_MAX + 32);
    zh_err e = zh_file_exists(zh_sv_of(p->path)) ? zh_file_read(zh_sv_of(p->path), &file) : ZH_ABSENT;
    zh_reader in = zh_reader_on(zh_buf_view(&file));
    if (e == ZH_OK) {
        const zh_sv begin = zh_read_bytes(&in, sizeof magic);
        const uint32_t version = zh_read_u32(&in);
        const uint64_t hash = zh_read_u64(&in);
        if (in.bad || memcmp(begin.data, magic, sizeof magic) != 0 || version != ZH_PREDICT_KEEP_VERSION) e = ZH_FORMAT;
        else if (hash != zh_fast64((zh_sv){ in.at, zh_reader_left(&in) })) e = ZH_CORRUPT;
        else e = take_set(s, &in);
    }
    zh_buf_close(&file);
    return e;
}

/* ---- the thread ---- */

static zh_prediction_set *open_set(void)
{
    zh_prediction_set *s = calloc(1, sizeof *s);
    if (s != NULL) s->arena = zh_arena_open(SET_BYTES_MAX);
    return s;
}

static void close_set(zh_prediction_set *s)
{
    if (s != NULL) zh_arena_close(&s->arena);
    free(s);
}

static void use(zh_predictions *p, zh_prediction_set *s)
{
    pthread_rwlock_wrlock(&p->set_lock);
    zh_prediction_set *old = p->set;
    p->set = s;
    pthread_rwlock_unlock(&p->set_lock);
    close_set(old);
    zh_gauge_set(p->version, s->version);
    zh_gauge_set(p->took, (double)s->took_ms / 1000);
}

static void say(const zh_predictions *p, const zh_prediction_set *s, zh_err e)
{
    if (p->d.sink == NULL) return;
    zh_log_line line = zh_line_open(p->d.sink, e == ZH_OK ? ZH_LINE_INFO : ZH_LINE_WARN, e == ZH_OK ? "predictions.trained" : "predictions.not_trained");
    if (e != ZH_OK) zh_line_err(&line, e);
    if (s != NULL) {
        zh_line_int(&line, "version", s->version);
        zh_line_int(&line, "customers", (int64_t)s->customers);
        zh_line_int(&line, "tookMs", s->took_ms);
    }
    zh_line_end(&line);
}

static void train(zh_predictions *p)
{
    zh_prediction_set *s = open_set();
    zh_err e = s == NULL ? ZH_NOMEM : ZH_OK;
    if (e == ZH_OK) {
        s->version = p->set->version + 1; /* only this thread changes the set */
        s->trained_ms = zh_clock_wall_ms(p->d.clock);
        e = train_set(p, s);
    }
    if (e == ZH_STOPPED) {
        close_set(s);
        return;
    }
    say(p, s, e);
    if (e == ZH_OK && (e = write_file(p, s)) != ZH_OK) say(p, s, e); /* used all the same */
    if (s != NULL && (e == ZH_OK || s->took_ms > 0)) use(p, s);
    else close_set(s);
}

static bool is_night(zh_predictions *p)
{
    const int64_t now_ms = zh_clock_wall_ms(p->d.clock), day = zh_tz_day(p->d.zone, now_ms);
    if (day <= p->day || zh_tz_local(p->d.zone, now_ms).hour < ZH_PREDICTIONS_HOUR) return false;
    p->day = day;
    return true;
}

static bool wait_for_work(zh_predictions *p)
{
    struct timespec until;
    pthread_mutex_lock(&p->lock);
    p->training = p->asked; /* asked meanwhile: once more */
    while (!p->stopping && !p->asked && !is_night(p)) {
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += LOOK_MS / 1000;
        (void)pthread_cond_timedwait(&p->wake, &p->lock, &until);
    }
    p->asked = false;
    p->training = !p->stopping;
    pthread_mutex_unlock(&p->lock);
    return !p->stopping;
}

static void *run(void *context)
{
    zh_predictions *p = context;
    pthread_setname_np(pthread_self(), "zhun-predict");
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
    while (wait_for_work(p)) train(p);
    return NULL;
}

zh_err zh_predictions_open(zh_predictions **out, const zh_predictions_desc *desc)
{
    zh_predictions *p = calloc(1, sizeof *p);
    if (p == NULL) return ZH_NOMEM;
    p->d = *desc;
    (void)snprintf(p->path, sizeof p->path, "%.*s/predictions", ZH_SV_ARG(desc->dir));
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    pthread_rwlock_init(&p->set_lock, NULL);
    p->version = zh_metrics_gauge(desc->metrics, "zhun_predictions_version", "Trainings of the predictions so far; 0: none.", NULL, 0);
    p->took = zh_metrics_gauge(desc->metrics, "zhun_predictions_training_seconds", "How long the last training of the predictions took.", NULL, 0);
    p->day = zh_tz_day(desc->zone, zh_clock_wall_ms(desc->clock));
    zh_prediction_set *s = open_set();
    const zh_err e = s == NULL ? ZH_NOMEM : read_file(p, s);
    if (e == ZH_FORMAT || e == ZH_CORRUPT || e == ZH_IO) {
        say(p, NULL, e);
        close_set(s);
        s = open_set();
    }
    if (s != NULL) use(p, s);
    if (s == NULL || pthread_create(&p->thread, NULL, run, p) != 0) {
        zh_predictions_close(p);
        return ZH_NOMEM;
    }
    p->started = true;
    *out = p;
    return ZH_OK;
}

void zh_predictions_close(zh_predictions *p)
{
    if (p == NULL) return;
    if (p->started) {
        pthread_mutex_lock(&p->lock);
        p->stopping = true;
        pthread_cond_signal(&p->wake);
        pthread_mutex_unlock(&p->lock);
        pthread_join(p->thread, NULL);
    }
    close_set(p->set);
    pthread_rwlock_destroy(&p->set_lock);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

zh_err zh_predictions_train(zh_predictions *p)
{
    pthread_mutex_lock(&p->lock);
    const bool busy = p->training || p->asked;
    if (!busy) p->asked = p->training = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    return busy ? ZH_BUSY : ZH_OK;
}

bool zh_predictions_is_training(zh_predictions *p)
{
    pthread_mutex_lock(&p->lock);
    const bool is = p->training;
    pthread_mutex_unlock(&p->lock);
    return is;
}

/* ---- asking ---- */

const zh_prediction_set *zh_predictions_lock(zh_predictions *p)
{
    pthread_rwlock_rdlock(&p->set_lock);
    return p->set;
}

void zh_predictions_unlock(zh_predictions *p)
{
    pthread_rwlock_unlock(&p->set_lock);
}

static void value_of(const zh_prediction_set *s, const zh_past *past, int32_t day, zh_predicted *out)
{
    zh_clv_history h;
    int32_t first, last;
    double spent = 0;
    if (!s->has_clv || !zh_past_history(past, day, &h, &first, &last)) return;
    for (uint32_t i = 0; i < past->count; i++)
        if (past->facts[i].kind == ZH_PAST_ORDER && past->facts[i].day > first && past->facts[i].day <= day) spent += past->facts[i].value;
    const double orders = zh_bgnbd_conditional(&s->shop.model, &h, ZH_PREDICTIONS_CLV_DAYS / 7.0), worth = zh_gammagamma_expected(&s->spend, spent > 0 ? h.x : 0, spent > 0 ? spent / h.x : 0);
    out->clv = orders * worth;
    out->has_clv = isfinite(out->clv);
}

zh_err zh_predictions_of(zh_predictions *p, const zh_customer_state *state, int64_t now_ms, zh_arena *scratch, zh_predicted *out)
{
    const int64_t day = zh_tz_day(p->d.zone, now_ms);
    zh_past past = { 0 };
    const zh_err e = state == NULL ? ZH_OK : zh_past_of_customer(&past, scratch, state, p->d.zone);
    const zh_prediction_set *s = zh_predictions_lock(p);
    *out = (zh_predicted){ .version = s->version, .until_ms = zh_tz_day_start_ms(p->d.zone, day + 1) };
    for (int i = 0; e == ZH_OK && i < ZH_PREDICTIONS_COUNT; i++) {
        out->window[i] = s->all[i].task.window;
        if (s->all[i].is_trained && past.count > 0) out->is[i] = zh_predict_one(&s->all[i].model, &past, (int32_t)day, &out->chance[i]);
    }
    if (e == ZH_OK && past.count > 0) value_of(s, &past, (int32_t)day, out);
    zh_predictions_unlock(p);
    return e;
}

bool zh_predictions_look(void *predictions, const zh_customer_state *state, int64_t now_ms, zh_arena *scratch, uint32_t which, double *out, int64_t *until_ms)
{
    zh_predicted all;
    if (zh_predictions_of(predictions, state, now_ms, scratch, &all) != ZH_OK) return false;
    *until_ms = all.until_ms;
    *out = which < ZH_PREDICTIONS_COUNT ? all.chance[which] : all.clv;
    return which < ZH_PREDICTIONS_COUNT ? all.is[which] : all.has_clv;
}
