#include "decide/rules.h"

#define SCRATCH_BYTES_MAX ((size_t)16 << 20)

static const char *const kinds[ZH_SLOT_RULE_KINDS] = {
#define X(name, text) [ZH_SLOT_RULE_##name] = text,
    ZH_SLOT_RULE_KIND_LIST(X)
#undef X
};

const char *zh_slot_rule_kind_text(zh_slot_rule_kind kind) { return (unsigned)kind < ZH_SLOT_RULE_KINDS ? kinds[kind] : "unknown"; }

bool zh_slot_rule_kind_of(zh_sv text, zh_slot_rule_kind *out)
{
    for (int i = 0; i < ZH_SLOT_RULE_KINDS; i++) {
        if (!zh_sv_equal(text, zh_sv_of(kinds[i]))) continue;
        *out = (zh_slot_rule_kind)i;
        return true;
    }
    return false;
}

bool zh_rule_is_plain(const zh_condition *condition)
{
    uint32_t count = 0;
    const zh_cel_use *uses = condition->program == NULL ? NULL : zh_cel_program_uses(condition->program, &count);
    for (uint32_t i = 0; i < count; i++)
        if (uses[i].decl != NULL && uses[i].decl->is == ZH_CEL_VARIABLE && !zh_sv_equal(uses[i].decl->name, ZH_SV("item"))) return false;
    return true;
}

static bool ask(zh_rules_run *run, const zh_condition *condition)
{
    zh_cel_value error;
    zh_arena_reset(&run->scratch);
    return condition->program == NULL || zh_vocabulary_holds(condition, &run->look, &run->scratch, &error);
}

void zh_rules_begin(zh_rules_run *run, const zh_rules *rules, const zh_look *look, const zh_rule_moment *moment)
{
    *run = (zh_rules_run){ .rules = rules, .look = *look, .moment = *moment, .scratch = zh_arena_open(SCRATCH_BYTES_MAX) };
    run->item.moment = &run->moment;
    run->variables[ZH_RULE_CONTEXT] = zh_rule_context_value(&run->moment);
    run->variables[ZH_RULE_ITEM] = zh_rule_item_value(&run->item);
    run->look.variables = run->variables;
    run->look.variables_count = ZH_RULE_ITEM; /* no item yet */
    for (uint32_t i = 0; i < rules->count; i++) {
        run->active[i] = ask(run, &rules->list[i].when);
        run->includes |= run->active[i] && rules->list[i].kind == ZH_SLOT_RULE_INCLUDE;
    }
    run->look.variables_count = ZH_RULE_VARIABLES;
}

void zh_rules_end(zh_rules_run *run) { zh_arena_close(&run->scratch); }

static bool is_outside(const zh_slot_rule *r, const zh_item *item)
{
    return item->price_minor < 0 || (r->from_minor >= 0 && item->price_minor < r->from_minor) || (r->to_minor >= 0 && item->price_minor > r->to_minor);
}

static bool leaves_too_little(const zh_slot_rule *r, const zh_item *item)
{
    double share;
    return !zh_item_margin(item, &share) || share < r->share;
}

bool zh_rule_holds(zh_rules_run *run, uint32_t rule, const zh_item *item)
{
    const zh_slot_rule *r = &run->rules->list[rule];
    run->item.item = item;
    switch (r->kind) { /* the number first: it costs nothing */
    case ZH_SLOT_RULE_STOCK: if (item->stock < 0 || item->stock >= r->least) return false; break;
    case ZH_SLOT_RULE_MARGIN: if (!leaves_too_little(r, item)) return false; break;
    case ZH_SLOT_RULE_PRICE: if (!is_outside(r, item)) return false; break;
    case ZH_SLOT_RULE_PIN: if (r->pinned.number != 0) return r->pinned.number == item->id.number; break;
    case ZH_SLOT_RULE_INCLUDE: case ZH_SLOT_RULE_EXCLUDE: case ZH_SLOT_RULE_BOOST: case ZH_SLOT_RULE_CAP: case ZH_SLOT_RULE_KINDS: break;
    }
    return ask(run, &r->item);
}

zh_rules_verdict zh_rules_judge(zh_rules_run *run, const zh_item *item)
{
    zh_rules_verdict verdict = { 1, ZH_SLOT_RULE_NONE };
    bool included = !run->includes;
    for (uint32_t i = 0; i < run->rules->count; i++) {
        const zh_slot_rule *r = &run->rules->list[i];
        if (!run->active[i] || r->kind == ZH_SLOT_RULE_PIN || r->kind == ZH_SLOT_RULE_CAP || (r->kind == ZH_SLOT_RULE_INCLUDE && included)) continue;
        if (!zh_rule_holds(run, i, item)) continue;
        if (r->kind == ZH_SLOT_RULE_INCLUDE) included = true;
        else if (r->kind == ZH_SLOT_RULE_EXCLUDE || r->factor <= 0) return (zh_rules_verdict){ 0, i };
        else verdict.factor *= r->factor;
    }
    if (!included) verdict.factor = 0;
    return verdict;
}
