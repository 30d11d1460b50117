#include "model/model.h"
#include "model/als.h"
#include "model/blend.h"
#include "model/complement.h"
#include "model/conditional.h"
#include "model/ease.h"
#include "model/gfcf.h"
#include "model/itemknn.h"
#include "model/markov.h"
#include "model/popular.h"
#include "model/rp3beta.h"
#include "model/slist.h"
#include "model/trending.h"
#include "model/vsknn.h"
#include "model/vstan.h"

#include <assert.h>
#include <stdlib.h>

static const zh_model_kind *const kinds[] = {
    &zh_popular_kind, &zh_trending_kind, &zh_itemknn_kind, &zh_rp3beta_kind, &zh_markov_kind, &zh_vsknn_kind, &zh_vstan_kind,
    &zh_gfcf_kind, &zh_ease_kind, &zh_slist_kind, &zh_als_kind,
    &zh_conditional_kind, &zh_complement_kind, &zh_blend_kind, /* last: a league has played its members by then */
};

size_t zh_model_kinds(void)
{
    return sizeof kinds / sizeof *kinds;
}

const zh_model_kind *zh_model_kind_at(size_t index)
{
    assert(index < zh_model_kinds());
    return kinds[index];
}

const zh_model_kind *zh_model_kind_named(zh_sv name)
{
    for (size_t i = 0; i < zh_model_kinds(); i++)
        if (zh_sv_equal(name, zh_sv_of(kinds[i]->name))) return kinds[i];
    return NULL;
}

void zh_model_params_normal(const zh_model_kind *kind, double *param)
{
    for (uint32_t i = 0; i < kind->params_count; i++) param[i] = kind->params[i].normal;
}

static zh_err set_choice(const zh_param_kind *p, double *value, zh_sv text, zh_note *why)
{
    zh_note all = { "" };
    size_t used = 0;
    for (uint32_t i = 0; i <= (uint32_t)p->most; i++) {
        if (zh_sv_equal(text, zh_sv_of(p->choices[i]))) {
            *value = i;
            return ZH_OK;
        }
        const int more = snprintf(all.text + used, sizeof all.text - used, "%s%s", i == 0 ? "" : ", ", p->choices[i]);
        used += more > 0 && (size_t)more < sizeof all.text - used ? (size_t)more : 0;
    }
    zh_note_set(why, "give one of %.200s", all.text);
    return ZH_RANGE;
}

static zh_err set_number(const zh_param_kind *p, double *value, zh_sv text, zh_note *why)
{
    char copy[32], *end = copy;
    double number = 0;
    if (text.size > 0 && text.size < sizeof copy) {
        memcpy(copy, text.data, text.size);
        copy[text.size] = '\0';
        number = strtod(copy, &end);
    }
    if (end == copy || *end != '\0' || !(number >= p->least && number <= p->most) ||
        (p->whole && number != (double)(int64_t)number)) {
        zh_note_set(why, "give a %snumber from %g to %g", p->whole ? "whole " : "", p->least, p->most);
        return ZH_RANGE;
    }
    *value = number;
    return ZH_OK;
}

zh_err zh_model_param_set(const zh_model_kind *kind, double *param, zh_sv name, zh_sv value, uint32_t *index, zh_note *why)
{
    for (uint32_t i = 0; i < kind->params_count; i++) {
        const zh_param_kind *p = &kind->params[i];
        if (!zh_sv_equal(name, zh_sv_of(p->name))) continue;
        *index = i;
        return p->choices != NULL ? set_choice(p, &param[i], value, why) : set_number(p, &param[i], value, why);
    }
    zh_note all = { "" };
    size_t used = 0;
    for (uint32_t i = 0; i < kind->params_count; i++) {
        const int more = snprintf(all.text + used, sizeof all.text - used, "%s%s", i == 0 ? "" : ", ", kind->params[i].name);
        used += more > 0 && (size_t)more < sizeof all.text - used ? (size_t)more : 0;
    }
    if (used == 0) zh_note_set(why, "%s has no parameters", kind->name);
    else zh_note_set(why, "the parameters of %s are %.200s", kind->name, all.text);
    return ZH_ABSENT;
}

zh_model zh_model_open(const zh_model_kind *kind, const double *param, uint64_t seed, size_t bytes_max)
{
    assert(kind->params_count <= ZH_MODEL_PARAMS_MAX);
    zh_model model = { .kind = kind, .seed = seed };
    zh_model_params_normal(kind, model.param);
    for (uint32_t i = 0; param != NULL && i < kind->params_count; i++) model.param[i] = param[i];
    for (int hand = 0; hand < ZH_CREW_HANDS_MAX; hand++) {
        model.keep[hand] = zh_arena_open(bytes_max);
        model.scratch[hand] = zh_arena_open(bytes_max);
    }
    return model;
}

static void empty(zh_arena *arenas)
{
    for (int hand = 0; hand < ZH_CREW_HANDS_MAX; hand++) zh_arena_close(&arenas[hand]);
}

void zh_model_close(zh_model *model)
{
    if (model == NULL) return;
    empty(model->keep);
    empty(model->scratch);
    model->state = NULL;
}

zh_err zh_model_train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    assert(crew->hands >= 1 && crew->hands <= ZH_CREW_HANDS_MAX);
    empty(model->keep);
    model->state = NULL;
    model->items = data->items;
    if (model->kind->dense && crew->blas == NULL) {
        zh_note_set(why, "%s needs dense linear algebra, and there is none", model->kind->name);
        return ZH_ABSENT;
    }
    const zh_err e = model->kind->train(model, data, crew, why);
    empty(model->scratch);
    if (e != ZH_OK) empty(model->keep);
    else if (model->kind->settle != NULL) model->kind->settle(model);
    return e;
}

void zh_model_settle(zh_model *model, const double *param)
{
    assert(model->state != NULL);
    memcpy(model->param, param, model->kind->params_count * sizeof *param);
    if (model->kind->settle != NULL) model->kind->settle(model);
}

size_t zh_model_bytes(const zh_model *model)
{
    size_t bytes = 0;
    for (int hand = 0; hand < ZH_CREW_HANDS_MAX; hand++) bytes += zh_arena_held(&model->keep[hand]);
    return bytes;
}
