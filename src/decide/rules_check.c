#include "decide/rules_check.h"
#include "base/hash.h"

#include <stdlib.h>

static const char *const texts[ZH_RULES_CONFLICTS] = {
#define X(name, text) [ZH_CONFLICT_##name] = text,
    ZH_RULES_CONFLICT_LIST(X)
#undef X
};

const char *zh_rules_conflict_text(zh_rules_conflict_code code) { return (unsigned)code < ZH_RULES_CONFLICTS ? texts[code] : "unknown"; }

typedef struct check {
    const zh_rules *rules;
    const zh_catalog *catalog;
    zh_rules_run run;
    bool steady[ZH_RULES_MAX];      /* always in force, about the item alone */
    uint32_t met[ZH_RULES_MAX];     /* items it holds for */
    uint32_t met_shown[ZH_RULES_MAX];
    uint64_t *kinds[ZH_RULES_MAX];  /* of a cap: brand or category of each shown item it counts */
    uint32_t items, shown, costed;
    zh_rules_conflict *out;
    uint32_t count;
} check;

static void say(check *c, zh_rules_conflict_code code, uint32_t rule, uint32_t other, uint32_t count)
{
    if (c->count < ZH_RULES_CONFLICTS_MAX) c->out[c->count++] = (zh_rules_conflict){ code, rule, other, count };
}

static zh_err begin(check *c, int64_t now_ms, zh_arena *arena)
{
    const zh_look nobody = { .now_ms = now_ms };
    const zh_rule_moment nowhere = { .now_ms = now_ms, .local_ms = now_ms };
    zh_rules_begin(&c->run, c->rules, &nobody, &nowhere);
    c->run.includes = false;
    bool unsteady = false; /* an include rule that may hold at another moment: then nothing is said of what is not included */
    for (uint32_t i = 0; i < c->rules->count; i++) {
        const zh_slot_rule *r = &c->rules->list[i];
        c->steady[i] = c->run.active[i] = r->when.program == NULL && zh_rule_is_plain(&r->item);
        c->run.includes |= r->kind == ZH_SLOT_RULE_INCLUDE;
        unsteady |= r->kind == ZH_SLOT_RULE_INCLUDE && !c->steady[i];
        if (r->kind == ZH_SLOT_RULE_CAP && (c->kinds[i] = ZH_TAKE(arena, uint64_t, ZH_RULES_CHECK_ITEMS_MAX)) == NULL) return ZH_NOMEM;
    }
    if (unsteady) c->run.includes = false;
    c->out = ZH_TAKE(arena, zh_rules_conflict, ZH_RULES_CONFLICTS_MAX);
    return c->out == NULL ? ZH_NOMEM : ZH_OK;
}

static void look_at(check *c, const zh_item *item)
{
    double share;
    const bool shown = zh_rules_judge(&c->run, item).factor > 0;
    c->items++;
    c->shown += shown;
    c->costed += zh_item_margin(item, &share);
    for (uint32_t i = 0; i < c->rules->count; i++) {
        const zh_slot_rule *r = &c->rules->list[i];
        if (!c->steady[i] || !zh_rule_holds(&c->run, i, item)) continue;
        if (r->kind == ZH_SLOT_RULE_CAP && shown) c->kinds[i][c->met_shown[i]] = r->by_brand ? (item->brand.size > 0 ? zh_fast64(item->brand) : 0) : item->category_hash;
        c->met[i]++;
        c->met_shown[i] += shown;
    }
}

static void check_pin(check *c, uint32_t i)
{
    const zh_slot_rule *r = &c->rules->list[i];
    for (uint32_t k = 0; k < i; k++) {
        const zh_slot_rule *o = &c->rules->list[k];
        const bool together = o->when_text.size == 0 || r->when_text.size == 0 || zh_sv_equal(o->when_text, r->when_text);
        if (o->kind == ZH_SLOT_RULE_PIN && o->slot == r->slot && together) say(c, ZH_CONFLICT_PIN_SLOT, i, k, r->slot);
    }
    if (r->pinned.number == 0) return;
    const zh_item *item = zh_catalog_get(c->catalog, r->pinned);
    if (item == NULL) say(c, ZH_CONFLICT_PIN_UNKNOWN, i, ZH_SLOT_RULE_NONE, 0);
    else if (!zh_item_sellable(item)) say(c, ZH_CONFLICT_PIN_NOT_SOLD, i, ZH_SLOT_RULE_NONE, 0);
    else {
        const zh_rules_verdict v = zh_rules_judge(&c->run, item);
        if (v.factor <= 0) say(c, ZH_CONFLICT_PIN_HIDDEN, i, v.rule, 0);
    }
}

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void check_cap(check *c, uint32_t i, uint32_t n)
{
    const uint32_t capped = c->met_shown[i], most = c->rules->list[i].most;
    uint32_t room = c->shown - capped, of_kind = 0;
    qsort(c->kinds[i], capped, sizeof *c->kinds[i], by_number);
    for (uint32_t k = 0; k < capped; k++) {
        of_kind = k > 0 && c->kinds[i][k] == c->kinds[i][k - 1] ? of_kind + 1 : 1;
        room += c->kinds[i][k] == 0 || of_kind <= most;
    }
    if (room < n && room < c->shown) say(c, ZH_CONFLICT_CAP_SHORT, i, ZH_SLOT_RULE_NONE, room);
}

static void check_price(check *c, uint32_t i)
{
    const zh_slot_rule *r = &c->rules->list[i];
    if (r->from_minor >= 0 && r->to_minor >= 0 && r->from_minor > r->to_minor) say(c, ZH_CONFLICT_BAND_EMPTY, i, ZH_SLOT_RULE_NONE, 0);
    for (uint32_t k = 0; k < i; k++) {
        const zh_slot_rule *o = &c->rules->list[k];
        if (o->kind != ZH_SLOT_RULE_PRICE || !c->steady[k] || o->item.program != NULL || r->item.program != NULL || o->factor > 0 || r->factor > 0) continue;
        const bool apart = (o->to_minor >= 0 && r->from_minor > o->to_minor) || (r->to_minor >= 0 && o->from_minor > r->to_minor);
        if (apart) say(c, ZH_CONFLICT_BANDS_APART, i, k, 0);
    }
}

static void check_rule(check *c, uint32_t i, uint32_t n)
{
    const zh_slot_rule *r = &c->rules->list[i];
    if (r->kind == ZH_SLOT_RULE_PIN) check_pin(c, i);
    if (!c->steady[i] || c->items == 0) return;
    const bool names = r->item.program != NULL && (r->kind == ZH_SLOT_RULE_INCLUDE || r->kind == ZH_SLOT_RULE_EXCLUDE || r->kind == ZH_SLOT_RULE_BOOST ||
                                                   r->kind == ZH_SLOT_RULE_PIN || r->kind == ZH_SLOT_RULE_CAP);
    if (names && c->met[i] == 0) say(c, ZH_CONFLICT_NO_ITEM, i, ZH_SLOT_RULE_NONE, 0);
    if (r->kind == ZH_SLOT_RULE_BOOST && c->met[i] > 0 && c->met_shown[i] == 0) say(c, ZH_CONFLICT_BOOST_HIDDEN, i, ZH_SLOT_RULE_NONE, c->met[i]);
    if (r->kind == ZH_SLOT_RULE_CAP) check_cap(c, i, n);
    if (r->kind == ZH_SLOT_RULE_PRICE) check_price(c, i);
    if (r->kind == ZH_SLOT_RULE_MARGIN && c->costed == 0) say(c, ZH_CONFLICT_NO_COSTS, i, ZH_SLOT_RULE_NONE, 0);
}

zh_err zh_rules_check(const zh_rules *rules, const zh_catalog *catalog, uint32_t n, int64_t now_ms, zh_arena *arena,
                      zh_rules_conflict **out, uint32_t *count)
{
    check *c = ZH_TAKE(arena, check, 1);
    const zh_item *item;
    *count = 0;
    if (c == NULL) return ZH_NOMEM;
    c->rules = rules, c->catalog = catalog;
    const zh_err e = begin(c, now_ms, arena);
    for (size_t at = 0; e == ZH_OK && c->items < ZH_RULES_CHECK_ITEMS_MAX && (item = zh_catalog_next(catalog, &at)) != NULL;)
        if (zh_item_sellable(item)) look_at(c, item);
    for (uint32_t i = 0; e == ZH_OK && i < rules->count; i++) check_rule(c, i, n);
    if (e == ZH_OK && c->items > 0 && c->shown == 0) say(c, ZH_CONFLICT_NOTHING_LEFT, ZH_SLOT_RULE_NONE, ZH_SLOT_RULE_NONE, 0);
    zh_rules_end(&c->run);
    *out = c->out;
    *count = c->count;
    return e;
}
