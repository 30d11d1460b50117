#include "decide/placement_read.h"
#include "base/hash.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct reading {
    zh_arena *arena;
    zh_cel_env *env_when, *env_item; /* opened with the first condition */
    zh_placement_fault *why;
    char place[32];                  /* "rules[3]." or "" */
} reading;

__attribute__((format(printf, 3, 4)))
static zh_err refuse(reading *r, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(r->why->why.text, sizeof r->why->why.text, format, args);
    va_end(args);
    (void)snprintf(r->why->field, sizeof r->why->field, "%s%.30s", r->place, field);
    return ZH_FORMAT;
}

static bool is_said(zh_json_value object, const char *name) { return zh_json_type_of(zh_json_get(object, zh_sv_of(name))) > ZH_JSON_NULL; }

/* Every member must be one of `names`, commas between. */
static zh_err knows(reading *r, zh_json_value object, const char *names)
{
    const size_t all = strlen(names);
    for (zh_json_iter it = zh_json_walk(object); zh_json_next(&it);) {
        bool known = false;
        for (size_t from = 0; !known && from < all;) {
            const char *comma = strchr(names + from, ',');
            const size_t size = comma == NULL ? all - from : (size_t)(comma - names) - from;
            known = zh_sv_equal(it.key, (zh_sv){ names + from, size });
            from += size + 1;
        }
        if (known) continue;
        char key[28]; /* any bytes may be a key */
        (void)snprintf(key, sizeof key, "%.*s", (int)(it.key.size < 24 ? it.key.size : 24), it.key.data == NULL ? "" : it.key.data);
        for (char *c = key; *c != '\0'; c++) if ((unsigned char)*c < ' ' || (unsigned char)*c > '~') *c = '?';
        return refuse(r, key, "is not known here; known are %s", names);
    }
    return ZH_OK;
}

static zh_err read_real(reading *r, zh_json_value object, const char *name, double least, double most, double *out)
{
    double value;
    if (!is_said(object, name)) return ZH_OK;
    if (!zh_json_real(zh_json_get(object, zh_sv_of(name)), &value) || !(value >= least && value <= most))
        return refuse(r, name, "must be a number from %g to %g", least, most);
    *out = value;
    return ZH_OK;
}

static zh_err read_int(reading *r, zh_json_value object, const char *name, int64_t least, int64_t most, int64_t *out)
{
    int64_t value;
    if (!is_said(object, name)) return ZH_OK;
    if (!zh_json_int(zh_json_get(object, zh_sv_of(name)), &value) || value < least || value > most)
        return refuse(r, name, "must be a whole number from %lld to %lld", (long long)least, (long long)most);
    *out = value;
    return ZH_OK;
}

/* A text, copied; empty where it is not said. */
static zh_err read_text(reading *r, zh_json_value object, const char *name, size_t most, zh_sv *out)
{
    zh_sv text = { 0 };
    const zh_json_value value = zh_json_get(object, zh_sv_of(name));
    if (is_said(object, name) && (!zh_json_text(value, &text) || text.size > most)) return refuse(r, name, "must be a text of at most %zu bytes", most);
    *out = zh_arena_copy(r->arena, text);
    return out->data == NULL ? ZH_NOMEM : ZH_OK;
}

/* ---- rules ---- */

static zh_err read_condition(reading *r, zh_json_value rule, const char *name, bool item, zh_sv *text, zh_condition *out)
{
    zh_cel_fault fault = { .text = "" };
    zh_err e = read_text(r, rule, name, ZH_SLOT_RULE_TEXT_BYTES_MAX, text);
    if (e != ZH_OK || text->size == 0) return e;
    zh_cel_env **env = item ? &r->env_item : &r->env_when;
    if (*env == NULL && (e = zh_rule_words(env, r->arena, item)) != ZH_OK) return e;
    e = zh_vocabulary_compile(out, r->arena, *env, *text, &fault);
    if (e == ZH_FORMAT || (e == ZH_FULL && fault.text[0] != '\0')) return refuse(r, name, "line %u, column %u: %.200s", fault.line, fault.column, fault.text);
    return e;
}

static zh_err need(reading *r, zh_json_value rule, const char *name, const char *why)
{
    return is_said(rule, name) ? ZH_OK : refuse(r, name, "%s", why);
}

static zh_err read_factor(reading *r, zh_json_value rule, zh_slot_rule *out)
{
    return read_real(r, rule, "factor", 0.01, ZH_SLOT_RULE_FACTOR_MAX, &out->factor);
}

static zh_err read_pin(reading *r, zh_json_value rule, zh_slot_rule *out)
{
    int64_t slot = 0;
    zh_err e = need(r, rule, "slot", "a pin has a slot from 1");
    if (e == ZH_OK) e = read_int(r, rule, "slot", 1, ZH_DECISION_ITEMS_MAX, &slot);
    if (e == ZH_OK) e = read_text(r, rule, "itemId", ZH_EXTERNAL_ID_BYTES_MAX, &out->pinned_text);
    if (e == ZH_OK && (out->pinned_text.size > 0) == (out->item_text.size > 0)) return refuse(r, "itemId", "a pin says itemId, or a condition as item");
    out->slot = (uint32_t)slot;
    if (e == ZH_OK && out->pinned_text.size > 0) out->pinned = zh_item_id_of(out->pinned_text);
    return e;
}

static zh_err read_cap(reading *r, zh_json_value rule, zh_slot_rule *out)
{
    int64_t most = 0;
    zh_sv by = { 0 };
    zh_err e = need(r, rule, "most", "a cap says the most items of one brand or category");
    if (e == ZH_OK) e = read_int(r, rule, "most", 1, ZH_DECISION_ITEMS_MAX, &most);
    if (e == ZH_OK) e = read_text(r, rule, "by", 16, &by);
    if (e != ZH_OK) return e;
    out->most = (uint32_t)most;
    out->by_brand = zh_sv_equal(by, ZH_SV("brand"));
    return out->by_brand || zh_sv_equal(by, ZH_SV("category")) ? ZH_OK : refuse(r, "by", "must be brand or category");
}

static zh_err read_price(reading *r, zh_json_value rule, zh_slot_rule *out)
{
    if (!is_said(rule, "fromCents") && !is_said(rule, "toCents")) return refuse(r, "fromCents", "a price band has fromCents, toCents or both");
    zh_err e = read_int(r, rule, "fromCents", 0, INT64_MAX / 4, &out->from_minor);
    if (e == ZH_OK) e = read_int(r, rule, "toCents", 0, INT64_MAX / 4, &out->to_minor);
    return e != ZH_OK ? e : read_factor(r, rule, out);
}

static const char *const members[ZH_SLOT_RULE_KINDS] = {
    [ZH_SLOT_RULE_INCLUDE] = "kind,name,when,item", [ZH_SLOT_RULE_EXCLUDE] = "kind,name,when,item",
    [ZH_SLOT_RULE_BOOST] = "kind,name,when,item,factor", [ZH_SLOT_RULE_PIN] = "kind,name,when,item,itemId,slot",
    [ZH_SLOT_RULE_CAP] = "kind,name,when,item,by,most", [ZH_SLOT_RULE_STOCK] = "kind,name,when,item,least,factor",
    [ZH_SLOT_RULE_MARGIN] = "kind,name,when,item,least,factor", [ZH_SLOT_RULE_PRICE] = "kind,name,when,item,fromCents,toCents,factor",
};

static zh_err read_numbers(reading *r, zh_json_value rule, zh_slot_rule *out)
{
    zh_err e;
    switch (out->kind) {
    case ZH_SLOT_RULE_INCLUDE: case ZH_SLOT_RULE_EXCLUDE: return need(r, rule, "item", "say which items, as a condition on item");
    case ZH_SLOT_RULE_BOOST: return (e = need(r, rule, "factor", "a boost has a factor")) != ZH_OK ? e : read_factor(r, rule, out);
    case ZH_SLOT_RULE_PIN: return read_pin(r, rule, out);
    case ZH_SLOT_RULE_CAP: return read_cap(r, rule, out);
    case ZH_SLOT_RULE_STOCK:
        if ((e = need(r, rule, "least", "say how many must be left")) == ZH_OK) e = read_int(r, rule, "least", 1, 1000000000, &out->least);
        return e != ZH_OK ? e : read_factor(r, rule, out);
    case ZH_SLOT_RULE_MARGIN:
        if ((e = need(r, rule, "least", "say what share of the price must be left")) == ZH_OK) e = read_real(r, rule, "least", -1, 1, &out->share);
        return e != ZH_OK ? e : read_factor(r, rule, out);
    case ZH_SLOT_RULE_PRICE: return read_price(r, rule, out);
    case ZH_SLOT_RULE_KINDS: break;
    }
    return ZH_OK;
}

static zh_err read_rule(reading *r, zh_json_value rule, zh_slot_rule *out)
{
    *out = (zh_slot_rule){ .from_minor = -1, .to_minor = -1 };
    if (!zh_json_is(rule, ZH_JSON_OBJECT)) return refuse(r, "kind", "a rule is an object with a kind");
    if (!zh_slot_rule_kind_of(zh_json_text_or_empty(zh_json_get(rule, ZH_SV("kind"))), &out->kind))
        return refuse(r, "kind", "must be include, exclude, boost, pin, cap, stock, margin or price");
    zh_err e = knows(r, rule, members[out->kind]);
    if (e == ZH_OK) e = read_text(r, rule, "name", ZH_SLOT_RULE_NAME_BYTES_MAX, &out->name);
    if (e == ZH_OK) e = read_condition(r, rule, "when", false, &out->when_text, &out->when);
    if (e == ZH_OK) e = read_condition(r, rule, "item", true, &out->item_text, &out->item);
    return e != ZH_OK ? e : read_numbers(r, rule, out);
}

static bool reads_customer(const zh_condition *condition)
{
    uint32_t count = 0;
    const zh_cel_use *uses = condition->program == NULL ? NULL : zh_cel_program_uses(condition->program, &count);
    for (uint32_t i = 0; i < count; i++)
        if (uses[i].decl != NULL && uses[i].decl->is == ZH_CEL_VARIABLE && zh_sv_equal(uses[i].decl->name, ZH_SV("customer"))) return true;
    return false;
}

static zh_err read_rules(reading *r, zh_json_value root, zh_placement *out)
{
    const zh_json_value list = zh_json_get(root, ZH_SV("rules"));
    if (!is_said(root, "rules")) return ZH_OK;
    if (!zh_json_is(list, ZH_JSON_ARRAY) || zh_json_count(list) > ZH_RULES_MAX) return refuse(r, "rules", "must be a list of at most %d rules", ZH_RULES_MAX);
    zh_rules *rules = ZH_TAKE(r->arena, zh_rules, 1);
    if (rules == NULL || (rules->list = ZH_TAKE(r->arena, zh_slot_rule, zh_json_count(list))) == NULL) return ZH_NOMEM;
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it); rules->count++) {
        zh_slot_rule *rule = &rules->list[rules->count];
        (void)snprintf(r->place, sizeof r->place, "rules[%u].", rules->count);
        const zh_err e = read_rule(r, it.value, rule);
        if (e != ZH_OK) return e;
        rules->reads_customer |= reads_customer(&rule->when) || reads_customer(&rule->item);
        rules->reorders |= rule->kind == ZH_SLOT_RULE_PIN || rule->kind == ZH_SLOT_RULE_CAP || rule->factor > 0;
    }
    r->place[0] = '\0';
    if (rules->count > 0) out->rules = rules;
    return ZH_OK;
}

/* ---- the whole ---- */

static zh_err read_stages(reading *r, zh_json_value root, zh_placement *out)
{
    const zh_json_value list = zh_json_get(root, ZH_SV("stages"));
    uint32_t count = 0;
    if (!is_said(root, "stages")) {
        for (const zh_stage *s = zh_strategy_stages(out->strategy); *s != ZH_STAGE_END && count + 1 < ZH_PLACEMENT_STAGES_MAX; s++) out->stages[count++] = *s;
        return ZH_OK;
    }
    if (!zh_json_is(list, ZH_JSON_ARRAY) || zh_json_count(list) == 0 || zh_json_count(list) >= ZH_PLACEMENT_STAGES_MAX)
        return refuse(r, "stages", "must be a list of 1 to %d stages", ZH_PLACEMENT_STAGES_MAX - 1);
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it); count++) {
        if (!zh_stage_of(zh_json_text_or_empty(it.value), &out->stages[count])) return refuse(r, "stages", "there is no such stage: GET /api/v1/placements names them");
        for (uint32_t i = 0; i < count; i++)
            if (out->stages[i] == out->stages[count]) return refuse(r, "stages", "%s stands there twice", zh_stage_text(out->stages[i]));
    }
    return ZH_OK;
}

static zh_err read_dials(reading *r, zh_json_value root, zh_dials *out)
{
    const zh_json_value dials = zh_json_get(root, ZH_SV("dials"));
    if (!is_said(root, "dials")) return ZH_OK;
    if (!zh_json_is(dials, ZH_JSON_OBJECT)) return refuse(r, "dials", "must be an object");
    (void)snprintf(r->place, sizeof r->place, "dials.");
    zh_err e = knows(r, dials, "diversity,popularity,calibration,margin");
    if (e == ZH_OK) e = read_real(r, dials, "diversity", 0, 1, &out->diversity);
    if (e == ZH_OK) e = read_real(r, dials, "popularity", -1, 1, &out->popularity);
    if (e == ZH_OK) e = read_real(r, dials, "calibration", 0, 1, &out->calibration);
    if (e == ZH_OK) e = read_real(r, dials, "margin", 0, 1, &out->margin);
    if (e == ZH_OK) r->place[0] = '\0';
    return e;
}

static zh_err read_titles(reading *r, zh_json_value root, zh_placement *out)
{
    const zh_json_value title = zh_json_get(root, ZH_SV("title"));
    zh_sv en = { 0 }, zh = { 0 };
    if (is_said(root, "title") && !zh_json_is(title, ZH_JSON_OBJECT)) return refuse(r, "title", "must be an object with en and zh");
    (void)snprintf(r->place, sizeof r->place, "title.");
    zh_err e = knows(r, title, "en,zh");
    if (e == ZH_OK) e = read_text(r, title, "en", ZH_PLACEMENT_TITLE_BYTES_MAX, &en);
    if (e == ZH_OK) e = read_text(r, title, "zh", ZH_PLACEMENT_TITLE_BYTES_MAX, &zh);
    if (e != ZH_OK) return e;
    r->place[0] = '\0';
    out->title_en = en.size > 0 ? en.data : zh.size > 0 ? zh.data : out->name.data;
    out->title_zh = zh.size > 0 ? zh.data : out->title_en;
    return ZH_OK;
}

/* The rest: plain numbers and a switch. */
static zh_err read_settings(reading *r, zh_json_value root, zh_placement *out)
{
    int64_t days = ZH_PLACEMENT_HIDE_DEFAULT, slots = 1;
    double explore = 0, temperature = 0;
    zh_err e = read_int(r, root, "hideBoughtDays", -1, ZH_PLACEMENT_DAYS_MAX, &days);
    if (e == ZH_OK) e = read_real(r, root, "explore", 0, ZH_PLACEMENT_EXPLORE_MAX, &explore);
    if (e == ZH_OK) e = read_int(r, root, "exploreSlots", 1, ZH_PLACEMENT_EXPLORE_SLOTS_MAX, &slots);
    if (e == ZH_OK) e = read_real(r, root, "exploreTemperature", 0, ZH_PLACEMENT_TEMPERATURE_MAX, &temperature);
    if (e != ZH_OK) return e;
    out->hide_bought_days = days < 0 ? ZH_HIDE_ALWAYS : (int32_t)days;
    out->explore_micro = (uint32_t)(explore * ZH_DECISION_MICRO + 0.5);
    out->explore_slots = (uint32_t)slots;
    out->explore_temperature = temperature;
    return is_said(root, "public") && !zh_json_bool(zh_json_get(root, ZH_SV("public")), &out->is_public) ? refuse(r, "public", "must be true or false") : ZH_OK;
}

static zh_err hash_of(zh_json_value root, reading *r, uint64_t *out)
{
    zh_buf text = zh_buf_open(ZH_PLACEMENT_BYTES_MAX);
    zh_json_write(root, &text);
    const zh_err e = zh_buf_err(&text);
    *out = zh_fast64(zh_buf_view(&text)) | 1; /* never 0, which is: built in */
    zh_buf_close(&text);
    return e == ZH_FULL ? refuse(r, "definition", "must have at most %d bytes", ZH_PLACEMENT_BYTES_MAX) : e;
}

bool zh_placement_name_is_good(zh_sv name)
{
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) return false;
    }
    return name.size > 0 && name.size <= ZH_DECISION_NAME_BYTES_MAX;
}

zh_err zh_placement_read(zh_json_value root, zh_sv name, zh_arena *arena, zh_placement *out, zh_placement_fault *why)
{
    reading r = { .arena = arena, .why = why };
    *out = (zh_placement){ .name = zh_arena_copy(arena, name) };
    if (out->name.data == NULL) return ZH_NOMEM;
    if (!zh_json_is(root, ZH_JSON_OBJECT)) return refuse(&r, "definition", "must be an object");
    zh_err e = knows(&r, root, "title,strategy,stages,hideBoughtDays,public,explore,exploreSlots,exploreTemperature,dials,rules");
    if (e == ZH_OK && !zh_strategy_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("strategy"))), &out->strategy))
        e = refuse(&r, "strategy", "there is no such strategy: GET /api/v1/placements names them");
    if (e == ZH_OK) e = hash_of(root, &r, &out->hash);
    if (e == ZH_OK) e = read_titles(&r, root, out);
    if (e == ZH_OK) e = read_stages(&r, root, out);
    if (e == ZH_OK) e = read_settings(&r, root, out);
    if (e == ZH_OK) e = read_dials(&r, root, &out->dials);
    return e != ZH_OK ? e : read_rules(&r, root, out);
}

void zh_placement_write(const zh_placement *p, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("title"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("en"), zh_sv_of(p->title_en));
    zh_json_out_key_text(out, ZH_SV("zh"), zh_sv_of(p->title_zh));
    zh_json_out_end(out);
    zh_json_out_key_text(out, ZH_SV("strategy"), zh_sv_of(zh_strategy_text(p->strategy)));
    zh_json_out_key(out, ZH_SV("stages"));
    zh_json_out_array(out);
    for (int i = 0; i < ZH_PLACEMENT_STAGES_MAX && p->stages[i] != ZH_STAGE_END; i++) zh_json_out_text(out, zh_sv_of(zh_stage_text(p->stages[i])));
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("hideBoughtDays"), p->hide_bought_days == ZH_HIDE_ALWAYS ? -1 : p->hide_bought_days);
    zh_json_out_end(out);
}
