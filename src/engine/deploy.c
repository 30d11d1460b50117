#include "engine/deploy.h"
#include "base/json.h"
#include "base/time.h"
#include "engine/serving_file.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SETTING ZH_SV("recommender")
#define AUTOMATIC ZH_SV("recommender_automatic")
#define PREFIX "recommender/"
#define PATH_BYTES 4096
#define NAME_BYTES 64
#define DAY_MS INT64_C(86400000)

struct zh_deployer {
    zh_engine *engine;
    char dir[PATH_BYTES];             /* the data folder */
    pthread_mutex_t lock;             /* one change at a time; of wanted, state, why */
    uint32_t wanted;                  /* what the log says */
    zh_deploy_state state;
    zh_note why;
    _Atomic(zh_deployed *) now;
    zh_gauge *version;
};

const char *zh_deploy_state_text(zh_deploy_state state)
{
    static const char *const texts[] = { "none", "serving", "lost", "damaged" };
    return texts[state];
}

/* ---- words of the log ---- */

static void name_of(char out[NAME_BYTES], uint32_t version) { (void)snprintf(out, NAME_BYTES, PREFIX "%08u", version); }

/* A member of a setting's JSON; false: no such setting, or no such number. Under the world's read lock. */
static bool number_in(const zh_world *w, zh_sv setting, zh_sv key, int64_t *out)
{
    zh_json *json = NULL;
    zh_json_value root;
    zh_sv text;
    bool is = zh_registry_setting(w->registry, setting, &text) == ZH_OK && zh_json_open(&json, ZH_SETTING_BYTES_MAX) == ZH_OK &&
              zh_json_parse(json, text, &root, NULL) == ZH_OK && zh_json_int(zh_json_get(root, key), out);
    zh_json_close(json);
    return is;
}

typedef struct known {
    uint32_t version;
    char model[ZH_SERVING_NAME_BYTES];
    uint64_t hash;
    int64_t served_ms; /* when it was learnt, or deployed or replaced last */
} known;

static bool read_hash(zh_sv text, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return false;
        *out = *out << 4 | (uint64_t)digit;
    }
    return text.size == 16;
}

static bool read_known(zh_json *json, zh_sv text, known *out)
{
    zh_json_value root;
    int64_t version;
    if (zh_json_parse(json, text, &root, NULL) != ZH_OK || !zh_json_int(zh_json_get(root, ZH_SV("version")), &version) || version < 1 || version > UINT32_MAX ||
        !read_hash(zh_json_text_or_empty(zh_json_get(root, ZH_SV("hash"))), &out->hash) ||
        zh_time_parse(zh_json_text_or_empty(zh_json_get(root, ZH_SV("at"))), &out->served_ms) != ZH_OK) return false;
    out->version = (uint32_t)version;
    (void)snprintf(out->model, sizeof out->model, "%.*s", ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(root, ZH_SV("model")))));
    return true;
}

/* Every version, ascending; returns how many. Under the world's read lock. */
static uint32_t versions_of(const zh_world *w, known *out, uint32_t most)
{
    zh_json *json = NULL;
    uint32_t count = 0;
    if (zh_json_open(&json, ZH_SETTING_BYTES_MAX) != ZH_OK) return 0;
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_SETTING); count < most && zh_registry_next(&it);)
        if (zh_sv_starts(it.at->setting.name, ZH_SV(PREFIX)) && read_known(json, it.at->setting.json, &out[count])) count++;
    zh_json_close(json);
    return count;
}

static bool find_version(zh_engine *engine, uint32_t version, known *out)
{
    char name[NAME_BYTES];
    zh_world *w = zh_engine_world(engine);
    zh_json *json = NULL;
    zh_sv text;
    name_of(name, version);
    zh_world_lock_read(w);
    const bool is = zh_registry_setting(w->registry, zh_sv_of(name), &text) == ZH_OK && zh_json_open(&json, ZH_SETTING_BYTES_MAX) == ZH_OK && read_known(json, text, out);
    zh_world_unlock(w);
    zh_json_close(json);
    return is;
}

bool zh_deploy_named(const zh_world *w, uint64_t hash, char name[ZH_SERVING_NAME_BYTES], uint32_t *version)
{
    known list[ZH_DEPLOY_VERSIONS_MAX + 8];
    const uint32_t count = versions_of(w, list, sizeof list / sizeof *list);
    for (uint32_t i = count; i-- > 0;) { /* of one hash the newest */
        if (list[i].hash != hash) continue;
        memcpy(name, list[i].model, ZH_SERVING_NAME_BYTES);
        *version = list[i].version;
        return true;
    }
    return false;
}

static uint32_t wanted_version(zh_engine *engine)
{
    int64_t version = 0;
    zh_world *w = zh_engine_world(engine);
    zh_world_lock_read(w);
    if (!number_in(w, SETTING, ZH_SV("version"), &version) || version < 0 || version > UINT32_MAX) version = 0;
    zh_world_unlock(w);
    return (uint32_t)version;
}

static zh_err say(zh_deployer *d, zh_sv name, zh_sv json, const zh_actor *actor)
{
    return zh_engine_define(d->engine, &(zh_definition){ .thing = ZH_THING_SETTING, .deleted = json.size == 0, .at_ms = zh_engine_now_ms(d->engine), .actor = *actor,
                                                         .setting = { .name = name, .json = json } });
}

static void put_moment(zh_json_out *out, const char *key, int64_t ms)
{
    char text[ZH_TIME_TEXT_BYTES];
    zh_json_out_key_text(out, zh_sv_of(key), (zh_sv){ text, zh_time_print(ms, text) });
}

static void put_actor(zh_json_out *out, const zh_actor *actor)
{
    zh_json_out_key_text(out, ZH_SV("by"), actor->kind == ZH_ACTOR_ENGINE ? ZH_SV("engine") : actor->kind == ZH_ACTOR_USER ? ZH_SV("user") : ZH_SV("key"));
    zh_json_out_key_int(out, ZH_SV("byNumber"), actor->number);
}

/* ---- what answers ---- */

static void free_deployed(zh_deployed *one)
{
    if (one == NULL) return;
    const zh_serving *table = zh_learnt_table(one->learnt);
    zh_learnt_close((zh_learnt *)(uintptr_t)one->learnt);
    zh_serving_close((zh_serving *)(uintptr_t)table);
    free(one);
}

/* Readers hold the world's read lock: whoever has the write lock once after the exchange knows that nobody looks at the old one. */
static void exchange(zh_deployer *d, zh_deployed *fresh)
{
    zh_world *w = zh_engine_world(d->engine);
    zh_deployed *old = atomic_exchange(&d->now, fresh);
    if (old == NULL) return;
    zh_world_lock_write(w);
    zh_world_unlock(w);
    free_deployed(old);
}

static zh_err open_deployed(zh_deployer *d, const known *version, zh_deployed **out, zh_note *why)
{
    zh_serving *table;
    zh_learnt *learnt = NULL;
    zh_world *w = zh_engine_world(d->engine);
    zh_err e = zh_serving_file_read(zh_sv_of(d->dir), version->hash, &table, why);
    if (e != ZH_OK) return e;
    zh_world_lock_read(w);
    e = zh_learnt_open(&learnt, table, w->cocount);
    zh_world_unlock(w);
    zh_deployed *one = e == ZH_OK ? malloc(sizeof *one) : NULL;
    if (one == NULL) {
        zh_learnt_close(learnt);
        zh_serving_close(table);
        return ZH_NOMEM;
    }
    *one = (zh_deployed){ version->version, learnt };
    *out = one;
    return ZH_OK;
}

static void tell(const zh_deployer *d)
{
    zh_line_sink *sink = zh_engine_sink(d->engine);
    if (sink == NULL || d->state == ZH_DEPLOY_NONE) return;
    zh_log_line line = zh_line_open(sink, d->state == ZH_DEPLOY_SERVING ? ZH_LINE_INFO : ZH_LINE_WARN, d->state == ZH_DEPLOY_SERVING ? "recommender.serving" : "recommender.not_serving");
    zh_line_int(&line, "version", d->wanted);
    if (d->state != ZH_DEPLOY_SERVING) zh_line_text(&line, "why", zh_sv_of(d->why.text));
    zh_line_end(&line);
}

/* Serve what the log says. Under d->lock, or at opening. */
static zh_err follow(zh_deployer *d)
{
    zh_deployed *fresh = NULL;
    known version;
    d->wanted = wanted_version(d->engine);
    d->state = ZH_DEPLOY_NONE;
    d->why.text[0] = '\0';
    zh_err e = ZH_OK;
    if (d->wanted != 0) {
        e = ZH_ABSENT;
        zh_note_set(&d->why, "the log has no version %u", d->wanted);
        if (find_version(d->engine, d->wanted, &version)) e = open_deployed(d, &version, &fresh, &d->why);
        d->state = e == ZH_OK ? ZH_DEPLOY_SERVING : e == ZH_ABSENT ? ZH_DEPLOY_LOST : ZH_DEPLOY_DAMAGED;
        if (e == ZH_OK) d->why.text[0] = '\0';
    }
    exchange(d, fresh);
    zh_gauge_set(d->version, fresh == NULL ? 0 : d->wanted);
    tell(d);
    return e == ZH_NOMEM ? e : ZH_OK;
}

const zh_deployed *zh_deployer_now(const zh_deployer *d) { return atomic_load(&d->now); }

bool zh_deployer_lacks(zh_deployer *d, char model[ZH_SERVING_NAME_BYTES])
{
    known version;
    uint32_t wanted;
    zh_note why;
    const zh_deploy_state state = zh_deployer_state(d, &wanted, &why);
    if ((state != ZH_DEPLOY_LOST && state != ZH_DEPLOY_DAMAGED) || !find_version(d->engine, wanted, &version)) return false;
    memcpy(model, version.model, ZH_SERVING_NAME_BYTES);
    return true;
}

zh_deploy_state zh_deployer_state(zh_deployer *d, uint32_t *version, zh_note *why)
{
    pthread_mutex_lock(&d->lock);
    *version = d->wanted;
    *why = d->why;
    const zh_deploy_state state = d->state;
    pthread_mutex_unlock(&d->lock);
    return state;
}

/* ---- what may go ---- */

static int by_version(const void *left, const void *right)
{
    const known *a = left, *b = right;
    return a->version < b->version ? -1 : a->version > b->version;
}

/* When each version served last, from the changes that are told: it served until the next change. */
static void read_served(const zh_world *w, known *list, uint32_t count)
{
    zh_json *json = NULL;
    zh_json_value root;
    zh_sv text;
    int64_t until_ms = 0, at_ms, version;
    if (zh_registry_setting(w->registry, SETTING, &text) == ZH_OK && zh_json_open(&json, ZH_SETTING_BYTES_MAX) == ZH_OK && zh_json_parse(json, text, &root, NULL) == ZH_OK)
        for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("changes"))); zh_json_next(&it);) { /* the newest first */
            if (!zh_json_int(zh_json_get(it.value, ZH_SV("version")), &version) || zh_time_parse(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("at"))), &at_ms) != ZH_OK) continue;
            for (uint32_t i = 0; i < count; i++)
                if (list[i].version == version && list[i].served_ms < (until_ms == 0 ? INT64_MAX : until_ms)) list[i].served_ms = until_ms == 0 ? INT64_MAX : until_ms;
            until_ms = at_ms;
        }
    zh_json_close(json);
}

/* Under d->lock. A version that cannot be forgotten now is forgotten next time. */
static void forget_old(zh_deployer *d)
{
    known list[ZH_DEPLOY_VERSIONS_MAX + 8];
    zh_world *w = zh_engine_world(d->engine);
    const int64_t since_ms = zh_engine_now_ms(d->engine) - ZH_DEPLOY_DAYS * DAY_MS;
    zh_world_lock_read(w);
    uint32_t count = versions_of(w, list, sizeof list / sizeof *list), kept = 0;
    read_served(w, list, count);
    zh_world_unlock(w);
    qsort(list, count, sizeof *list, by_version);
    for (uint32_t i = 0; i < count; i++) {
        char name[NAME_BYTES];
        const bool goes = list[i].version != d->wanted && i + 1 < count && (list[i].served_ms < since_ms || count - i > ZH_DEPLOY_VERSIONS_MAX);
        name_of(name, list[i].version);
        if (!goes || say(d, zh_sv_of(name), (zh_sv){ 0 }, &ZH_ACTOR_THE_ENGINE) != ZH_OK) list[kept++] = list[i];
    }
    uint64_t hashes[sizeof list / sizeof *list];
    for (uint32_t i = 0; i < kept; i++) hashes[i] = list[i].hash;
    zh_serving_file_sweep(zh_sv_of(d->dir), hashes, kept);
}

/* ---- life ---- */

zh_err zh_deployer_open(zh_deployer **out, zh_engine *engine)
{
    zh_deployer *d = calloc(1, sizeof *d);
    if (d == NULL) return ZH_NOMEM;
    d->engine = engine;
    (void)snprintf(d->dir, sizeof d->dir, "%.*s", ZH_SV_ARG(zh_engine_dir(engine)));
    pthread_mutex_init(&d->lock, NULL);
    d->version = zh_metrics_gauge(zh_engine_metrics(engine), "zhun_model_version", "Version of the learnt recommender that answers; 0: counts answer.", NULL, 0);
    const zh_err e = follow(d);
    if (e != ZH_OK) {
        zh_deployer_close(d);
        return e;
    }
    *out = d;
    return ZH_OK;
}

void zh_deployer_close(zh_deployer *d)
{
    if (d == NULL) return;
    free_deployed(atomic_load(&d->now));
    pthread_mutex_destroy(&d->lock);
    free(d);
}

/* ---- changes ---- */

static void put_params(const zh_recommender_choice *c, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("parameters"));
    zh_json_out_object(out);
    for (uint32_t i = 0; i < c->kind->params_count; i++) {
        const zh_param_kind *p = &c->kind->params[i];
        if (p->choices != NULL) zh_json_out_key_text(out, zh_sv_of(p->name), zh_sv_of(p->choices[(size_t)c->param[i]]));
        else zh_json_out_key_real(out, zh_sv_of(p->name), c->param[i]);
    }
    zh_json_out_end(out);
}

static void put_league(const zh_recommender_choice *c, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("league"));
    if (!c->has_played) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("verdict"), zh_sv_of(zh_league_verdict_text(c->verdict)));
    zh_json_out_key_real(out, ZH_SV("ndcg"), c->ndcg);
    zh_json_out_key_real(out, ZH_SV("ahead"), c->ahead);
    zh_json_out_key_real(out, ZH_SV("aheadLow"), c->ahead_low);
    zh_json_out_key_int(out, ZH_SV("questions"), c->questions);
    zh_json_out_end(out);
}

static void put_facts(const zh_recommender_facts *f, zh_json_out *out)
{
    put_moment(out, "at", f->at_ms);
    zh_json_out_key_int(out, ZH_SV("tookMs"), f->took_ms);
    zh_json_out_key_int(out, ZH_SV("customers"), f->customers);
    zh_json_out_key_int(out, ZH_SV("items"), f->items);
    zh_json_out_key_int(out, ZH_SV("purchases"), (int64_t)f->purchases);
    zh_json_out_key_int(out, ZH_SV("pairs"), f->pairs);
    zh_json_out_key(out, ZH_SV("positions"));
    zh_json_out_array(out);
    for (uint32_t p = 0; p < f->partitions; p++) zh_json_out_int(out, (int64_t)f->positions[p]);
    zh_json_out_end(out);
}

static zh_err put_version(uint32_t version, uint64_t hash, size_t bytes, const zh_recommender_choice *choice, const zh_recommender_facts *facts, const zh_actor *actor, zh_buf *text)
{
    char name[NAME_BYTES];
    zh_json_out out = zh_json_out_on(text);
    (void)snprintf(name, sizeof name, "%016" PRIx64, hash);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("version"), version);
    zh_json_out_key_text(&out, ZH_SV("model"), zh_sv_of(choice->kind->name));
    zh_json_out_key_text(&out, ZH_SV("hash"), zh_sv_of(name));
    zh_json_out_key_int(&out, ZH_SV("bytes"), (int64_t)bytes);
    put_facts(facts, &out);
    put_params(choice, &out);
    put_league(choice, &out);
    put_actor(&out, actor);
    zh_json_out_end(&out);
    return zh_json_out_done(&out);
}

static uint32_t next_version(zh_engine *engine)
{
    known list[ZH_DEPLOY_VERSIONS_MAX + 8];
    zh_world *w = zh_engine_world(engine);
    int64_t last = 0;
    zh_world_lock_read(w);
    (void)number_in(w, SETTING, ZH_SV("last"), &last);
    const uint32_t count = versions_of(w, list, sizeof list / sizeof *list);
    zh_world_unlock(w);
    for (uint32_t i = 0; i < count; i++)
        if (list[i].version > last) last = list[i].version;
    return (uint32_t)last + 1;
}

zh_err zh_deployer_keep(zh_deployer *d, const zh_recommender_choice *choice, const zh_recommender_facts *facts, zh_sv file, const zh_actor *actor, uint32_t *version)
{
    char name[NAME_BYTES];
    zh_recommender_facts told = *facts;
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_serving *table;
    const char *wrong;
    zh_err e = zh_serving_read(&table, file, &wrong); /* what cannot be read back is not kept */
    if (e != ZH_OK) return e;
    const uint64_t hash = zh_serving_hash(table);
    told.items = zh_serving_items(table);
    told.pairs = zh_serving_pairs(table);
    zh_serving_close(table);
    pthread_mutex_lock(&d->lock);
    *version = next_version(d->engine);
    e = zh_serving_file_write(zh_sv_of(d->dir), hash, file);
    if (e == ZH_OK) e = put_version(*version, hash, file.size, choice, &told, actor, &text);
    name_of(name, *version);
    if (e == ZH_OK) e = say(d, zh_sv_of(name), zh_buf_view(&text), actor);
    if (e == ZH_OK) forget_old(d);
    pthread_mutex_unlock(&d->lock);
    zh_buf_close(&text);
    return e;
}

/* The new change, then those before it. */
static zh_err put_changes(zh_deployer *d, uint32_t version, zh_sv why, const zh_actor *actor, zh_buf *text)
{
    zh_world *w = zh_engine_world(d->engine);
    zh_json *json = NULL;
    zh_json_value root = { 0 };
    zh_sv old;
    uint32_t told = 1;
    zh_json_out out = zh_json_out_on(text);
    const uint32_t last = next_version(d->engine) - 1;
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("version"), version);
    zh_json_out_key_int(&out, ZH_SV("last"), last); /* numbers are never given twice, also when versions are forgotten */
    zh_json_out_key(&out, ZH_SV("changes"));
    zh_json_out_array(&out);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("version"), version);
    put_moment(&out, "at", zh_engine_now_ms(d->engine));
    zh_json_out_key_text(&out, ZH_SV("why"), why);
    put_actor(&out, actor);
    zh_json_out_end(&out);
    zh_err e = zh_json_open(&json, ZH_SETTING_BYTES_MAX);
    zh_world_lock_read(w);
    if (e == ZH_OK && zh_registry_setting(w->registry, SETTING, &old) == ZH_OK && zh_json_parse(json, old, &root, NULL) == ZH_OK)
        for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("changes"))); told < ZH_DEPLOY_CHANGES_MAX && zh_json_next(&it); told++) zh_json_out_value(&out, it.value);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_json_close(json);
    return e == ZH_OK ? zh_json_out_done(&out) : e;
}

static zh_err try_file(zh_deployer *d, uint32_t version, zh_note *note)
{
    known found;
    zh_serving *table;
    if (!find_version(d->engine, version, &found)) return ZH_ABSENT;
    const zh_err e = zh_serving_file_read(zh_sv_of(d->dir), found.hash, &table, note);
    if (e == ZH_OK) zh_serving_close(table);
    return e == ZH_ABSENT || e == ZH_FORMAT ? ZH_CORRUPT : e;
}

zh_err zh_deployer_deploy(zh_deployer *d, uint32_t version, zh_sv why, const zh_actor *actor, zh_note *note)
{
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    pthread_mutex_lock(&d->lock);
    zh_err e = version == 0 ? ZH_OK : try_file(d, version, note);
    if (e == ZH_OK) e = put_changes(d, version, why, actor, &text);
    if (e == ZH_OK) e = say(d, SETTING, zh_buf_view(&text), actor);
    if (e == ZH_OK) e = follow(d);
    pthread_mutex_unlock(&d->lock);
    zh_buf_close(&text);
    return e;
}

bool zh_deployer_is_automatic(zh_deployer *d)
{
    zh_world *w = zh_engine_world(d->engine);
    int64_t on = 1;
    zh_world_lock_read(w);
    (void)number_in(w, AUTOMATIC, ZH_SV("on"), &on);
    zh_world_unlock(w);
    return on != 0;
}

zh_err zh_deployer_set_automatic(zh_deployer *d, bool on, const zh_actor *actor) { return say(d, AUTOMATIC, on ? ZH_SV("{\"on\":1}") : ZH_SV("{\"on\":0}"), actor); }

/* ---- telling ---- */

static void put_deployed(zh_deployer *d, zh_json_out *out)
{
    uint32_t version;
    zh_note why;
    const zh_deploy_state state = zh_deployer_state(d, &version, &why);
    zh_json_out_key(out, ZH_SV("deployed"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("version"), version);
    zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(zh_deploy_state_text(state)));
    zh_json_out_key(out, ZH_SV("why"));
    if (why.text[0] == '\0') zh_json_out_null(out);
    else zh_json_out_text(out, zh_sv_of(why.text));
    zh_json_out_end(out);
}

static void put_versions(const zh_world *w, zh_json_out *out)
{
    known list[ZH_DEPLOY_VERSIONS_MAX + 8];
    char name[NAME_BYTES];
    zh_sv text;
    const uint32_t count = versions_of(w, list, sizeof list / sizeof *list);
    qsort(list, count, sizeof *list, by_version);
    zh_json_out_key(out, ZH_SV("versions"));
    zh_json_out_array(out);
    for (uint32_t i = count; i-- > 0;) {
        name_of(name, list[i].version);
        if (zh_registry_setting(w->registry, zh_sv_of(name), &text) == ZH_OK) zh_json_out_raw(out, text);
    }
    zh_json_out_end(out);
}

static void put_told(const zh_world *w, zh_json_out *out)
{
    zh_json *json = NULL;
    zh_json_value root = { 0 };
    zh_sv text;
    zh_json_out_key(out, ZH_SV("changes"));
    zh_json_out_array(out);
    if (zh_registry_setting(w->registry, SETTING, &text) == ZH_OK && zh_json_open(&json, ZH_SETTING_BYTES_MAX) == ZH_OK && zh_json_parse(json, text, &root, NULL) == ZH_OK)
        for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("changes"))); zh_json_next(&it);) zh_json_out_value(out, it.value);
    zh_json_out_end(out);
    zh_json_close(json);
}

void zh_deployer_put(zh_deployer *d, zh_json_out *out)
{
    zh_world *w = zh_engine_world(d->engine);
    zh_json_out_key_bool(out, ZH_SV("automatic"), zh_deployer_is_automatic(d));
    put_deployed(d, out);
    zh_world_lock_read(w);
    put_versions(w, out);
    put_told(w, out);
    zh_world_unlock(w);
}
