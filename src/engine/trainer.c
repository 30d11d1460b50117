#include "engine/trainer.h"
#include "base/hash.h"
#include "base/time.h"
#include "engine/undo.h"
#include "measure/past_customer.h"
#include "sys/file.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define LOOK_MS 5000 /* at the clock, for the night */
enum { NICE = 15 };

struct zh_trainer {
    zh_engine *engine;
    char old_path[PATH_BYTES]; /* where earlier versions kept their models */
    char league_path[PATH_BYTES];
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;    /* of asked, training, stopping, league */
    pthread_cond_t wake;
    bool asked[ZH_TRAININGS], training[ZH_TRAININGS];
    zh_buf league;           /* the newest one's text */
    zh_recommender_ask asks; /* of the recommender that is asked for */
    struct {
        int64_t at_ms;       /* 0: none yet */
        char model[ZH_SERVING_NAME_BYTES];
        uint32_t version;    /* 0: nothing was learnt */
        bool deployed;
        zh_note why;         /* empty: it went well */
    } outcome;               /* of the last recommender; under lock */
    volatile bool stopping;
    int64_t day;             /* of the last training, or of the opening */
    zh_gauge *version, *took;
};

/* ---- the crowd ---- */

typedef struct crowd {
    zh_past *pasts, *categories;
    size_t count;
    uint64_t customers; /* with an order */
    zh_arena arena;
} crowd;

static zh_err take_some(zh_trainer *p, crowd *c, const uint64_t *numbers, size_t count, size_t share)
{
    zh_world *w = zh_engine_world(p->engine);
    zh_err e = ZH_OK;
    zh_world_lock_read(w);
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        if (share > 1 && zh_mix64(numbers[i]) % share != 0) continue;
        const zh_customer_state *state = zh_customers_get(w->customers, (zh_customer_id){ numbers[i] });
        uint32_t orders = 0;
        if (state == NULL || (zh_customer_orders(state, &orders), orders == 0)) continue;
        c->customers++;
        if (c->count == ZH_TRAINER_CUSTOMERS_MAX) continue;
        e = zh_past_of_customer(&c->pasts[c->count], &c->arena, state, zh_engine_tz(p->engine));
        if (e == ZH_OK) e = zh_past_categories(&c->categories[c->count++], &c->arena, state, zh_customers_terms(w->customers), zh_engine_tz(p->engine));
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

static zh_err gather(zh_trainer *p, crowd *c)
{
    size_t count, buyers;
    uint64_t *numbers = all_numbers(zh_engine_world(p->engine), &count, &buyers);
    c->arena = zh_arena_open(ZH_TRAINER_BYTES_MAX);
    c->pasts = ZH_TAKE(&c->arena, zh_past, ZH_TRAINER_CUSTOMERS_MAX);
    c->categories = ZH_TAKE(&c->arena, zh_past, ZH_TRAINER_CUSTOMERS_MAX);
    zh_err e = numbers == NULL || c->pasts == NULL || c->categories == NULL ? ZH_NOMEM : ZH_OK;
    if (e == ZH_OK) qsort(numbers, count, sizeof *numbers, ascending); /* the same customers in the same order, whatever the table */
    for (size_t at = 0; e == ZH_OK && at < count && !p->stopping; at += ZH_TRAINER_STEP)
        e = take_some(p, c, numbers + at, count - at < ZH_TRAINER_STEP ? count - at : ZH_TRAINER_STEP, buyers / ZH_TRAINER_CUSTOMERS_MAX + 1);
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

static int by_id(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* The names of the categories of the model: it knows them by their hashes. */
static zh_err name_categories(zh_trainer *p, zh_prediction_set *s)
{
    zh_world *w = zh_engine_world(p->engine);
    zh_err e = ZH_OK;
    zh_world_lock_read(w);
    const zh_terms *terms = zh_customers_terms(w->customers);
    for (uint32_t number = 1; e == ZH_OK && number <= zh_terms_count(terms); number++) {
        const uint32_t id = zh_category_id(zh_terms_hash(terms, number));
        const uint32_t *found = bsearch(&id, s->next.ids, s->next.count, sizeof id, by_id);
        if (found == NULL || s->next_names[found - s->next.ids].size > 0) continue;
        zh_sv *name = &s->next_names[found - s->next.ids];
        *name = zh_arena_copy(&s->arena, zh_terms_text(terms, number));
        if (name->data == NULL) e = ZH_NOMEM;
    }
    zh_world_unlock(w);
    return e;
}

static zh_err fit_next(zh_trainer *p, zh_prediction_set *s, const crowd *c, int32_t end)
{
    zh_err e = zh_next_category_test(&s->next_report, c->categories, c->count, end);
    if (e != ZH_OK || !s->next_report.is_offered) return e;
    e = zh_next_category_learn(&s->next, c->categories, c->count, end);
    if (e == ZH_OK) e = name_categories(p, s);
    return e == ZH_ABSENT ? ZH_OK : e;
}

static zh_err fit_spend(zh_prediction_set *s, const crowd *c, int32_t end)
{
    const int32_t days = zh_spend_days(c->pasts, c->count, end);
    zh_err e = days == 0 ? ZH_OK : zh_spend_test(&s->spend_report, c->pasts, c->count, days, end);
    if (e != ZH_OK || !s->spend_report.is_offered) return e;
    e = zh_spend_learn(&s->spending, c->pasts, c->count, days, end);
    return e == ZH_ABSENT ? ZH_OK : e;
}

/* The newest whole day: today is not over. */
static zh_err train_set(zh_trainer *p, zh_prediction_set *s)
{
    crowd c = { 0 };
    const int64_t began_us = zh_clock_mono_us(zh_engine_clock(p->engine));
    const int32_t end = (int32_t)zh_tz_day(zh_engine_tz(p->engine), s->trained_ms) - 1;
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
    if (e == ZH_OK) e = fit_next(p, s, &c, end);
    if (e == ZH_OK) e = fit_spend(s, &c, end);
    zh_arena_close(&c.arena);
    s->took_ms = (zh_clock_mono_us(zh_engine_clock(p->engine)) - began_us) / 1000;
    return p->stopping ? ZH_STOPPED : e;
}

/* ---- the record ---- */

/* What the record says that was there before the walk. ZH_BUSY: the views still know an import that was taken back. */
static zh_err look_at_world(zh_trainer *p, zh_prediction_set *s)
{
    zh_world *w = zh_engine_world(p->engine);
    zh_world_lock_read(w);
    const zh_prediction_set *last = zh_predictions_last(w->predictions);
    s->version = last->version + 1;
    s->events = w->counts.events;
    s->undone = zh_imports_undone_begun(w->imports);
    const zh_err e = zh_undo_is_pending(w) ? ZH_BUSY : ZH_OK;
    zh_world_unlock(w);
    return e;
}

static zh_err keep(zh_trainer *p, const zh_prediction_set *s)
{
    zh_buf record = zh_buf_open(ZH_PREDICTIONS_RECORD_BYTES_MAX);
    zh_err e = zh_prediction_set_put(s, &record);
    const zh_sv view = zh_buf_view(&record);
    zh_work work = { .records = &view, .records_count = 1 };
    if (e == ZH_OK) e = zh_engine_do(p->engine, &work);
    zh_buf_close(&record);
    return e;
}

/* ---- predictions ---- */

static void say(const zh_trainer *p, const zh_prediction_set *s, zh_err e)
{
    zh_line_sink *sink = zh_engine_sink(p->engine);
    if (sink == NULL) return;
    zh_log_line line = zh_line_open(sink, e == ZH_OK ? ZH_LINE_INFO : ZH_LINE_WARN, e == ZH_OK ? "predictions.trained" : "predictions.not_trained");
    if (e != ZH_OK) zh_line_err(&line, e);
    if (s != NULL) {
        zh_line_int(&line, "version", s->version);
        zh_line_int(&line, "customers", (int64_t)s->customers);
        zh_line_int(&line, "tookMs", s->took_ms);
    }
    zh_line_end(&line);
}

static void show(const zh_trainer *p, const zh_prediction_set *s)
{
    zh_gauge_set(p->version, s->version);
    zh_gauge_set(p->took, (double)s->took_ms / 1000);
}

static void train(zh_trainer *p)
{
    zh_prediction_set *s;
    zh_err e = zh_prediction_set_open(&s);
    if (e != ZH_OK) {
        say(p, NULL, e);
        return;
    }
    s->trained_ms = zh_engine_now_ms(p->engine);
    e = look_at_world(p, s);
    if (e == ZH_OK) e = train_set(p, s);
    if (e == ZH_OK) e = keep(p, s);
    if (e != ZH_STOPPED) say(p, s, e);
    if (e == ZH_OK) {
        show(p, s);
        (void)unlink(p->old_path);
    }
    zh_prediction_set_close(s);
}

/* Has anything happened since the last training? Else it would say the same again. */
static bool has_news(zh_trainer *p)
{
    zh_world *w = zh_engine_world(p->engine);
    zh_world_lock_read(w);
    const bool has = w->counts.events != zh_predictions_last(w->predictions)->events;
    zh_world_unlock(w);
    return has;
}

static bool is_night(zh_trainer *p)
{
    const zh_tz *zone = zh_engine_tz(p->engine);
    const int64_t now_ms = zh_engine_now_ms(p->engine), day = zh_tz_day(zone, now_ms);
    if (day <= p->day || zh_tz_local(zone, now_ms).hour < ZH_TRAINER_HOUR) return false;
    p->day = day;
    return has_news(p);
}

/* ---- the league ---- */

static void say_league(const zh_trainer *p, zh_err e, int64_t took_us)
{
    zh_line_sink *sink = zh_engine_sink(p->engine);
    if (sink == NULL) return;
    zh_log_line line = zh_line_open(sink, e == ZH_OK ? ZH_LINE_INFO : ZH_LINE_WARN, e == ZH_OK ? "league.played" : "league.not_played");
    if (e != ZH_OK) zh_line_err(&line, e);
    zh_line_int(&line, "tookMs", took_us / 1000);
    zh_line_end(&line);
}

/* A text that could not be written to its file is shown until the next start. */
static void play_league(zh_trainer *p)
{
    zh_buf text = zh_buf_open(ZH_LEAGUE_TEXT_BYTES_MAX);
    const int64_t began_us = zh_clock_mono_us(zh_engine_clock(p->engine));
    zh_err e = zh_engine_league(p->engine, &p->stopping, &text);
    if (e == ZH_OK) {
        pthread_mutex_lock(&p->lock);
        const zh_buf old = p->league;
        p->league = text;
        text = old;
        pthread_mutex_unlock(&p->lock);
        e = zh_file_write(zh_sv_of(p->league_path), zh_buf_view(&p->league), 0600);
    }
    zh_buf_close(&text);
    if (e != ZH_STOPPED) say_league(p, e, zh_clock_mono_us(zh_engine_clock(p->engine)) - began_us);
}

/* ---- recommenders ---- */

static void say_learnt(const zh_trainer *p, zh_err e, const char *model, uint32_t version, const zh_note *why)
{
    zh_line_sink *sink = zh_engine_sink(p->engine);
    if (sink == NULL) return;
    zh_log_line line = zh_line_open(sink, e == ZH_OK || e == ZH_DENIED ? ZH_LINE_INFO : ZH_LINE_WARN, e == ZH_OK ? "recommender.learnt" : "recommender.not_learnt");
    if (e != ZH_OK) zh_line_err(&line, e);
    zh_line_text(&line, "model", zh_sv_of(model));
    zh_line_int(&line, "version", version);
    if (why->text[0] != '\0') zh_line_text(&line, "why", zh_sv_of(why->text));
    zh_line_end(&line);
}

/* The views still know an import that was taken back. */
static bool is_undoing(zh_trainer *p)
{
    zh_world *w = zh_engine_world(p->engine);
    zh_world_lock_read(w);
    const bool is = zh_undo_is_pending(w);
    zh_world_unlock(w);
    return is;
}

static zh_sv why_of(const zh_recommender_ask *ask)
{
    if (ask->actor.kind != ZH_ACTOR_ENGINE) return ZH_SV("asked");
    return ask->anyway ? ZH_SV("healed") : ZH_SV("league");
}

static zh_err learn_chosen(zh_trainer *p, const zh_recommender_ask *ask, const zh_recommender_choice *choice, uint32_t *version, zh_note *why)
{
    zh_recommender_facts *facts = malloc(sizeof *facts);
    zh_deployer *deployer = zh_engine_deployer(p->engine);
    zh_buf file = zh_buf_open(ZH_SERVING_BYTES_MAX);
    zh_err e = facts == NULL ? ZH_NOMEM : is_undoing(p) ? ZH_BUSY : zh_recommender_learn(p->engine, choice, &p->stopping, &file, facts, why);
    if (e == ZH_OK) e = zh_deployer_keep(deployer, choice, facts, zh_buf_view(&file), &ask->actor, version);
    if (e == ZH_OK && ask->deploy) e = zh_deployer_deploy(deployer, *version, why_of(ask), &ask->actor, why);
    zh_buf_close(&file);
    free(facts);
    return e;
}

/* The engine deployed by a league's word; by the next league's it takes that back. */
static zh_err take_back(zh_trainer *p)
{
    zh_deployer *deployer = zh_engine_deployer(p->engine);
    zh_note why;
    uint32_t version;
    return zh_deployer_state(deployer, &version, &why) == ZH_DEPLOY_NONE ? ZH_OK : zh_deployer_deploy(deployer, 0, ZH_SV("not_ahead"), &ZH_ACTOR_THE_ENGINE, &why);
}

static void learn(zh_trainer *p, const zh_recommender_ask *ask)
{
    zh_recommender_choice choice = { 0 };
    zh_note why = { "" };
    uint32_t version = 0;
    zh_buf league = zh_buf_open(ZH_LEAGUE_TEXT_BYTES_MAX);
    zh_trainer_league(p, &league);
    zh_err e = zh_buf_err(&league);
    if (e == ZH_OK) e = zh_recommender_choose(&choice, zh_sv_of(ask->model), zh_buf_view(&league), ask->anyway, &why);
    const bool none = e == ZH_DENIED && ask->deploy && zh_sv_equal(zh_sv_of(ask->model), ZH_RECOMMENDER_AUTO);
    if (e == ZH_OK) e = learn_chosen(p, ask, &choice, &version, &why);
    zh_buf_close(&league);
    if (none && take_back(p) != ZH_OK) zh_note_set(&why, "what was deployed could not be taken back");
    const char *model = choice.kind != NULL && e != ZH_DENIED ? choice.kind->name : ask->model;
    if (e == ZH_STOPPED) return;
    if (e != ZH_OK && why.text[0] == '\0') zh_note_set(&why, "%s", zh_err_text(e));
    say_learnt(p, e, model, version, &why);
    pthread_mutex_lock(&p->lock);
    p->outcome.at_ms = zh_engine_now_ms(p->engine);
    (void)snprintf(p->outcome.model, sizeof p->outcome.model, "%s", model);
    p->outcome.version = version;
    p->outcome.deployed = e == ZH_OK && ask->deploy;
    p->outcome.why = why;
    pthread_mutex_unlock(&p->lock);
}

void zh_trainer_outcome(zh_trainer *p, zh_json_out *out)
{
    char at[ZH_TIME_TEXT_BYTES];
    pthread_mutex_lock(&p->lock);
    if (p->outcome.at_ms == 0) zh_json_out_null(out);
    else {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("at"), (zh_sv){ at, zh_time_print(p->outcome.at_ms, at) });
        zh_json_out_key_text(out, ZH_SV("model"), zh_sv_of(p->outcome.model));
        zh_json_out_key_int(out, ZH_SV("version"), p->outcome.version);
        zh_json_out_key_bool(out, ZH_SV("deployed"), p->outcome.deployed);
        zh_json_out_key(out, ZH_SV("why"));
        if (p->outcome.why.text[0] == '\0') zh_json_out_null(out);
        else zh_json_out_text(out, zh_sv_of(p->outcome.why.text));
        zh_json_out_end(out);
    }
    pthread_mutex_unlock(&p->lock);
}

/* ---- the thread ---- */

/* Under the lock. */
static void ask_for_the_night(zh_trainer *p)
{
    p->asked[ZH_TRAIN_PREDICTIONS] = p->asked[ZH_TRAIN_LEAGUE] = true;
    if (!zh_deployer_is_automatic(zh_engine_deployer(p->engine))) return;
    p->asked[ZH_TRAIN_RECOMMENDER] = true;
    p->asks = (zh_recommender_ask){ .model = "auto", .deploy = true, .actor = ZH_ACTOR_THE_ENGINE };
}

static bool wait_for_work(zh_trainer *p)
{
    struct timespec until;
    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < ZH_TRAININGS; i++) p->training[i] = p->asked[i]; /* asked meanwhile: once more */
    while (!p->stopping && !p->asked[ZH_TRAIN_PREDICTIONS] && !p->asked[ZH_TRAIN_LEAGUE] && !p->asked[ZH_TRAIN_RECOMMENDER]) {
        if (is_night(p)) ask_for_the_night(p);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += LOOK_MS / 1000;
        if (!p->asked[ZH_TRAIN_PREDICTIONS]) (void)pthread_cond_timedwait(&p->wake, &p->lock, &until);
    }
    for (int i = 0; i < ZH_TRAININGS; i++) {
        p->training[i] = p->asked[i] && !p->stopping;
        p->asked[i] = false;
    }
    pthread_mutex_unlock(&p->lock);
    return !p->stopping;
}

static bool take(zh_trainer *p, zh_training what)
{
    pthread_mutex_lock(&p->lock);
    const bool is = p->training[what] && !p->stopping;
    pthread_mutex_unlock(&p->lock);
    return is;
}

static void done(zh_trainer *p, zh_training what)
{
    pthread_mutex_lock(&p->lock);
    p->training[what] = p->asked[what];
    pthread_mutex_unlock(&p->lock);
}

static void *run(void *context)
{
    zh_trainer *p = context;
    pthread_setname_np(pthread_self(), "zhun-train");
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
    while (wait_for_work(p)) {
        if (take(p, ZH_TRAIN_PREDICTIONS)) {
            train(p);
            done(p, ZH_TRAIN_PREDICTIONS);
        }
        if (take(p, ZH_TRAIN_LEAGUE)) {
            play_league(p);
            done(p, ZH_TRAIN_LEAGUE);
        }
        if (take(p, ZH_TRAIN_RECOMMENDER)) {
            pthread_mutex_lock(&p->lock);
            const zh_recommender_ask ask = p->asks;
            pthread_mutex_unlock(&p->lock);
            learn(p, &ask);
        }
    }
    return NULL;
}

/* The file of what is deployed is lost: it is learnt again, now. */
static void ask_for_what_is_lacking(zh_trainer *p)
{
    zh_deployer *deployer = zh_engine_deployer(p->engine);
    zh_recommender_ask ask = { .deploy = true, .anyway = true, .actor = ZH_ACTOR_THE_ENGINE };
    if (!zh_deployer_is_automatic(deployer) || !zh_deployer_lacks(deployer, ask.model)) return;
    p->asks = ask;
    p->asked[ZH_TRAIN_RECOMMENDER] = p->training[ZH_TRAIN_RECOMMENDER] = true;
}

static void read_league(zh_trainer *p)
{
    p->league = zh_buf_open(ZH_LEAGUE_TEXT_BYTES_MAX);
    if (!zh_file_exists(zh_sv_of(p->league_path)) || zh_file_read(zh_sv_of(p->league_path), &p->league) == ZH_OK) return;
    zh_buf_close(&p->league); /* it will be played again */
    p->league = zh_buf_open(ZH_LEAGUE_TEXT_BYTES_MAX);
}

zh_err zh_trainer_open(zh_trainer **out, zh_engine *engine)
{
    zh_trainer *p = calloc(1, sizeof *p);
    if (p == NULL) return ZH_NOMEM;
    p->engine = engine;
    (void)snprintf(p->old_path, sizeof p->old_path, "%.*s/predictions", ZH_SV_ARG(zh_engine_dir(engine)));
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    p->version = zh_metrics_gauge(zh_engine_metrics(engine), "zhun_predictions_version", "Trainings of the predictions so far; 0: none.", NULL, 0);
    p->took = zh_metrics_gauge(zh_engine_metrics(engine), "zhun_predictions_training_seconds", "How long the last training of the predictions took.", NULL, 0);
    p->day = zh_tz_day(zh_engine_tz(engine), zh_engine_now_ms(engine));
    (void)snprintf(p->league_path, sizeof p->league_path, "%.*s/league.json", ZH_SV_ARG(zh_engine_dir(engine)));
    read_league(p);
    p->asked[ZH_TRAIN_PREDICTIONS] = p->training[ZH_TRAIN_PREDICTIONS] = zh_file_exists(zh_sv_of(p->old_path)); /* an earlier version's: what it knew is learnt again */
    ask_for_what_is_lacking(p);
    zh_world *w = zh_engine_world(engine);
    zh_world_lock_read(w);
    show(p, zh_predictions_last(w->predictions));
    zh_world_unlock(w);
    if (pthread_create(&p->thread, NULL, run, p) != 0) {
        zh_trainer_close(p);
        return ZH_NOMEM;
    }
    p->started = true;
    *out = p;
    return ZH_OK;
}

void zh_trainer_close(zh_trainer *p)
{
    if (p == NULL) return;
    if (p->started) {
        pthread_mutex_lock(&p->lock);
        p->stopping = true;
        pthread_cond_signal(&p->wake);
        pthread_mutex_unlock(&p->lock);
        pthread_join(p->thread, NULL);
    }
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    zh_buf_close(&p->league);
    free(p);
}

zh_err zh_trainer_train(zh_trainer *p, zh_training what)
{
    pthread_mutex_lock(&p->lock);
    const bool busy = p->training[what] || p->asked[what];
    if (!busy) p->asked[what] = p->training[what] = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    return busy ? ZH_BUSY : ZH_OK;
}

zh_err zh_trainer_learn(zh_trainer *p, const zh_recommender_ask *ask)
{
    const bool any = zh_sv_equal(zh_sv_of(ask->model), ZH_RECOMMENDER_AUTO);
    pthread_mutex_lock(&p->lock);
    const bool busy = p->training[ZH_TRAIN_RECOMMENDER] || p->asked[ZH_TRAIN_RECOMMENDER] || (any && (p->training[ZH_TRAIN_LEAGUE] || p->asked[ZH_TRAIN_LEAGUE]));
    if (!busy) {
        p->asks = *ask;
        p->asked[ZH_TRAIN_RECOMMENDER] = p->training[ZH_TRAIN_RECOMMENDER] = true;
        if (any) p->asked[ZH_TRAIN_LEAGUE] = p->training[ZH_TRAIN_LEAGUE] = true;
    }
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    return busy ? ZH_BUSY : ZH_OK;
}

bool zh_trainer_is_training(zh_trainer *p, zh_training what)
{
    pthread_mutex_lock(&p->lock);
    const bool is = p->training[what];
    pthread_mutex_unlock(&p->lock);
    return is;
}

void zh_trainer_league(zh_trainer *p, zh_buf *out)
{
    pthread_mutex_lock(&p->lock);
    zh_buf_put(out, zh_buf_view(&p->league));
    pthread_mutex_unlock(&p->lock);
}
