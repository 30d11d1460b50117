#include "decide/scene.h"

bool zh_recommend_scene_orders(zh_stage stage) { return stage != ZH_STAGE_NEW && stage != ZH_STAGE_RECENT; }

zh_err zh_recommend_scene_open(zh_list *l)
{
    const zh_scenes *scenes = l->world->scenes;
    if (!zh_scene_unpack(l->ask->scene, &l->scene)) l->scene = (zh_scene){ 0 };
    if (!l->personal) l->scene = zh_scene_of_time(&l->scene);
    if (!l->policy.scene || scenes == NULL || zh_scenes_categories(scenes) == 0 || zh_scene_pack(&l->scene) == 0) return ZH_OK;
    const uint32_t count = zh_scenes_categories(scenes);
    l->scene_factors = ZH_TAKE(l->arena, double, count);
    if (l->scene_factors == NULL) return ZH_NOMEM;
    l->scene_most = 1; /* of a category that nobody counted */
    for (uint32_t c = 0; c < count; c++) {
        l->scene_factors[c] = zh_scenes_factor(scenes, c, &l->scene);
        if (l->scene_factors[c] > l->scene_most) l->scene_most = l->scene_factors[c];
    }
    return ZH_OK;
}

static double factor_of(const zh_list *l, const zh_item *item)
{
    uint32_t category;
    if (l->scene_factors == NULL || !zh_scenes_find(l->world->scenes, item->category_hash, &category)) return 1;
    return l->scene_factors[category];
}

int32_t zh_recommend_scene_keep(const zh_list *l, const zh_item *item, int32_t keep)
{
    if (l->scene_factors == NULL || !zh_recommend_scene_orders(l->stage)) return keep;
    const int32_t left = (int32_t)(keep * (factor_of(l, item) / l->scene_most));
    return left > 0 ? left : 1;
}

/* Scores of one stage are their values at this moment, times one number: divided by the factor they are in the order they had
 * without it. Whoever was pressed out of the list stood before it, too, so it is lifted by at least what is found here. */
bool zh_recommend_scene_lifts(const zh_list *l, const zh_pick *p)
{
    if (l->scene_factors == NULL || !zh_recommend_scene_orders(p->stage)) return false;
    const double factor = factor_of(l, p->item), usual = (double)p->score_micro / factor;
    if (factor < ZH_SCENE_LIFT) return false;
    for (uint32_t i = 0; i < l->count; i++) {
        const zh_pick *q = &l->picks[i];
        if (q->stage == p->stage && q->score_micro < p->score_micro && (double)q->score_micro / factor_of(l, q->item) > usual) return true;
    }
    return false;
}

/* ---- its words ---- */

static zh_sv join(zh_arena *arena, zh_sv a, zh_sv between, zh_sv b)
{
    if (a.size == 0) return b;
    char *out = zh_arena_take(arena, a.size + between.size + b.size, 1);
    if (out == NULL) return (zh_sv){ 0 };
    memcpy(out, a.data, a.size);
    if (between.size > 0) memcpy(out + a.size, between.data, between.size);
    memcpy(out + a.size + between.size, b.data, b.size);
    return (zh_sv){ out, a.size + between.size + b.size };
}

/* The two parts that lift most, in the order people say them: on a rainy day, in the evening. */
zh_err zh_recommend_scene_word(const zh_list *l, const zh_pick *p, zh_reason *reason)
{
    static const zh_scene_part order[] = { ZH_SCENE_SEASON, ZH_SCENE_DAY, ZH_SCENE_SKY, ZH_SCENE_TEMP, ZH_SCENE_HOUR, ZH_SCENE_WHERE, ZH_SCENE_DEVICE };
    double effects[ZH_SCENE_PARTS] = { 0 }, first = 0, second = 0;
    uint32_t category;
    if (!zh_scenes_find(l->world->scenes, p->item->category_hash, &category)) return ZH_OK;
    for (int part = 0; part < (int)ZH_SCENE_PARTS; part++) {
        const int bucket = zh_scene_bucket(&l->scene, (zh_scene_part)part);
        if (bucket >= 0) effects[part] = zh_scenes_cell(l->world->scenes, category, (uint32_t)bucket).effect;
        if (effects[part] > first) second = first, first = effects[part];
        else if (effects[part] > second) second = effects[part];
    }
    zh_sv en = { 0 }, zh = { 0 };
    for (size_t i = 0, told = 0; i < sizeof order / sizeof *order && told < 2; i++) {
        if (effects[order[i]] < second || effects[order[i]] < ZH_SCENE_TOLD) continue;
        const uint32_t bucket = (uint32_t)zh_scene_bucket(&l->scene, order[i]);
        en = join(l->arena, en, ZH_SV(" "), zh_scene_bucket_en(bucket));
        zh = join(l->arena, zh, (zh_sv){ 0 }, zh_scene_bucket_zh(bucket));
        if (en.data == NULL || zh.data == NULL) return ZH_NOMEM;
        told++;
    }
    reason->en = zh_reason_en(reason->code, en, l->arena);
    reason->zh = zh_reason_zh(reason->code, zh, l->arena);
    return reason->en.data == NULL || reason->zh.data == NULL ? ZH_NOMEM : ZH_OK;
}
