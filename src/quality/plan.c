#include "quality/plan_inside.h"
#include "quality/spec.h"

#include <stdlib.h>

#define NO_PROPERTY UINT8_MAX
_Static_assert(ZH_PLAN_PROPERTIES_MAX < NO_PROPERTY, "a property's place is one byte");
_Static_assert(ZH_EVENT_NAME_BYTES_MAX <= UINT8_MAX, "a name's size is one byte");

zh_err zh_plan_open(zh_plan **out)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) return ZH_NOMEM;
    (*out)->by_hash = zh_map_open();
    return ZH_OK;
}

void zh_plan_close(zh_plan *plan)
{
    if (plan == NULL) return;
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->entries[i]->properties);
        free(plan->entries[i]->shapes);
        free(plan->entries[i]->rule);
        free(plan->entries[i]);
    }
    free(plan->entries);
    zh_map_close(&plan->by_hash);
    free(plan);
}

/* ---- entries ---- */

uint64_t zh_plan_hash_(zh_source_id source, uint8_t type, zh_sv name)
{
    return zh_mix64(zh_fast64(name) ^ ((uint64_t)source.number << 8 | type));
}

plan_entry *zh_plan_entry_(const zh_plan *plan, uint64_t hash)
{
    const uint64_t *at = zh_map_get(&plan->by_hash, hash);
    return at == NULL ? NULL : plan->entries[*at];
}

zh_err zh_plan_new_(zh_plan *plan, uint64_t hash, plan_entry **out)
{
    if (plan->count == ZH_PLAN_EVENTS_MAX) return ZH_FULL;
    if (plan->count == plan->room) {
        const size_t room = plan->room == 0 ? 32 : plan->room * 2;
        plan_entry **entries = realloc(plan->entries, room * sizeof *entries);
        if (entries == NULL) return ZH_NOMEM;
        plan->entries = entries;
        plan->room = room;
    }
    plan_entry *entry = calloc(1, sizeof *entry);
    if (entry == NULL) return ZH_NOMEM;
    const zh_err e = zh_map_put(&plan->by_hash, hash, plan->count);
    if (e != ZH_OK) {
        free(entry);
        return e;
    }
    entry->hash = hash;
    plan->entries[plan->count++] = *out = entry;
    return ZH_OK;
}

bool zh_plan_entry_rule_(const plan_entry *entry, zh_rule *out)
{
    if (entry->rule == NULL) return false;
    zh_reader r = zh_reader_on((zh_sv){ entry->rule, entry->rule_size });
    return zh_rule_read(&r, out);
}

/* What an event is called in the plan, and the object whose members count; false: it is not counted. */
static bool subject(const zh_event *event, zh_sv *name, zh_sv *object)
{
    *name = event->name;
    *object = event->properties;
    switch (event->type) {
    case ZH_EVENT_TRACK: return true;
    case ZH_EVENT_PAGE: *name = ZH_SV("page"); return true;
    case ZH_EVENT_SCREEN: *name = ZH_SV("screen"); return true;
    case ZH_EVENT_IDENTIFY: *name = ZH_SV("identify"), *object = event->traits; return true;
    case ZH_EVENT_GROUP: *name = ZH_SV("group"), *object = event->traits; return true;
    default: return false;
    }
}

static zh_err entry_of(zh_plan *plan, const zh_event *event, zh_sv name, plan_entry **out)
{
    const uint64_t hash = zh_plan_hash_(event->source, (uint8_t)event->type, name);
    if ((*out = zh_plan_entry_(plan, hash)) != NULL) return ZH_OK;
    const zh_err e = zh_plan_new_(plan, hash, out);
    if (e != ZH_OK) return e;
    plan_entry *entry = *out;
    entry->source = event->source;
    entry->type = (uint8_t)event->type;
    entry->act = (uint8_t)event->act;
    entry->name_size = (uint8_t)name.size;
    memcpy(entry->name, name.data, name.size);
    return ZH_OK;
}

/* ---- properties and shapes ---- */

static uint8_t property_of(const plan_entry *entry, zh_sv name)
{
    for (uint32_t i = 0; i < entry->properties_count; i++)
        if (zh_sv_equal((zh_sv){ entry->properties[i].name, entry->properties[i].name_size }, name)) return (uint8_t)i;
    return NO_PROPERTY;
}

/* At most `most` bytes, not through a character. */
static uint8_t cut(char *to, zh_sv text, size_t most)
{
    size_t size = text.size < most ? text.size : most;
    while (size > 0 && size < text.size && ((unsigned char)text.data[size] & 0xC0) == 0x80) size--;
    if (size > 0) memcpy(to, text.data, size);
    return (uint8_t)size;
}

static zh_err add_property(plan_entry *entry, const zh_shape_member *m, int64_t now_ms, uint8_t *out)
{
    *out = NO_PROPERTY;
    if (m->name.size == 0 || m->name.size > ZH_RULE_NAME_BYTES_MAX || entry->properties_count == ZH_PLAN_PROPERTIES_MAX) {
        entry->is_cut = true;
        return ZH_OK;
    }
    if (entry->properties_count == entry->properties_room) {
        const uint32_t room = entry->properties_room == 0 ? 8 : entry->properties_room * 2;
        plan_property *more = realloc(entry->properties, room * sizeof *more);
        if (more == NULL) return ZH_NOMEM;
        entry->properties = more;
        entry->properties_room = room;
    }
    plan_property *p = &entry->properties[entry->properties_count];
    *p = (plan_property){ .first_ms = now_ms, .last_ms = now_ms };
    p->name_size = cut(p->name, m->name, sizeof p->name);
    p->example_size = cut(p->example, m->value, sizeof p->example);
    *out = (uint8_t)entry->properties_count++;
    return ZH_OK;
}

static uint64_t property_count(const plan_entry *entry, uint8_t property, unsigned kind)
{
    uint64_t count = entry->properties[property].counts[kind];
    for (uint32_t i = 0; i < entry->shapes_count; i++) {
        const plan_shape *s = &entry->shapes[i];
        for (uint32_t k = 0; k < s->members; k++)
            if (s->property[k] == property && s->kind[k] == kind) count += s->count;
    }
    return count;
}

/* Types that stand for each other: a number and its digits; any text. */
static unsigned class_of(unsigned kind)
{
    static const unsigned char classes[ZH_KINDS] = { [ZH_KIND_NONE] = 0, [ZH_KIND_BOOL] = 1, [ZH_KIND_NUMBER] = 2, [ZH_KIND_DIGITS] = 2,
                                                     [ZH_KIND_TEXT] = 3, [ZH_KIND_OBJECT] = 4, [ZH_KIND_ARRAY] = 5 };
    return classes[kind];
}

/* Another type than the property nearly always had. Where texts came, digits are texts too. */
static bool is_odd(const plan_entry *entry, uint8_t property, unsigned kind)
{
    uint64_t all = 0, alike = 0;
    if (property == NO_PROPERTY || kind == ZH_KIND_NONE) return false;
    for (unsigned k = ZH_KIND_BOOL; k < ZH_KINDS; k++) {
        const uint64_t count = property_count(entry, property, k);
        all += count;
        if (class_of(k) == class_of(kind) || (k == ZH_KIND_TEXT && class_of(kind) == 2)) alike += count;
    }
    return all >= ZH_PLAN_CONFLICT_EVENTS_MIN && alike <= all / ZH_PLAN_CONFLICT_SHARE_MAX;
}

/* Of a shape that the entry need not know: `at` are the places of its members. */
static uint32_t judge(const plan_entry *entry, const zh_shape *shape, const uint8_t *at, zh_sv *which)
{
    zh_rule rule;
    uint32_t reasons = entry->type == ZH_EVENT_TRACK ? zh_spec_check((zh_act)entry->act, shape, which) : 0;
    if (reasons == 0) *which = (zh_sv){ 0 };
    for (uint32_t i = 0; i < shape->count; i++) {
        if (entry->type == ZH_EVENT_TRACK && zh_spec_kinds((zh_act)entry->act, shape->members[i].name) != 0) continue; /* the specification knows better */
        if (!is_odd(entry, at[i], shape->members[i].kind)) continue;
        reasons |= ZH_QUALITY_BIT(TYPE_CONFLICT);
        if (which->size == 0) *which = shape->members[i].name;
    }
    zh_sv broken;
    if (zh_plan_entry_rule_(entry, &rule) && zh_rule_is_violated(&rule, shape, &broken)) {
        reasons |= ZH_QUALITY_BIT(PLAN);
        *which = broken;
    }
    return reasons;
}

/* The shape as it came, from what is kept of it: names and kinds, no values. */
static void recall(const plan_entry *entry, const plan_shape *s, zh_shape *out)
{
    out->count = 0;
    out->print = s->print;
    for (uint32_t i = 0; i < s->members; i++) {
        if (s->property[i] == NO_PROPERTY) continue;
        const plan_property *p = &entry->properties[s->property[i]];
        out->members[out->count++] = (zh_shape_member){ .name = { p->name, p->name_size }, .kind = (zh_kind)s->kind[i] };
    }
}

static void judge_again(plan_entry *entry, plan_shape *s)
{
    zh_shape shape;
    uint8_t at[ZH_SHAPE_MEMBERS_MAX];
    zh_sv which;
    uint32_t kept = 0;
    recall(entry, s, &shape);
    for (uint32_t i = 0; i < s->members; i++)
        if (s->property[i] != NO_PROPERTY) at[kept++] = s->property[i];
    s->reasons = judge(entry, &shape, at, &which);
    s->fault = NO_PROPERTY;
    for (uint32_t i = 0; i < shape.count; i++)
        if (zh_sv_equal(shape.members[i].name, which)) s->fault = at[i];
}

/* The rarest shape goes; what it counted stays with its properties. */
static plan_shape *make_room(plan_entry *entry)
{
    uint32_t rarest = 0;
    for (uint32_t i = 1; i < entry->shapes_count; i++)
        if (entry->shapes[i].count < entry->shapes[rarest].count) rarest = i;
    plan_shape *s = &entry->shapes[rarest];
    for (uint32_t k = 0; k < s->members; k++) {
        if (s->property[k] == NO_PROPERTY) continue;
        plan_property *p = &entry->properties[s->property[k]];
        p->counts[s->kind[k]] += s->count;
        if (s->last_ms > p->last_ms) p->last_ms = s->last_ms;
    }
    return s;
}

static zh_err new_shape(plan_entry *entry, zh_sv object, int64_t now_ms, plan_shape **out)
{
    zh_shape shape;
    zh_shape_read(object, &shape);
    if (entry->shapes_count < ZH_PLAN_SHAPES_MAX && entry->shapes_count == entry->shapes_room) {
        const uint32_t room = entry->shapes_room == 0 ? 2 : entry->shapes_room * 2;
        plan_shape *more = realloc(entry->shapes, room * sizeof *more);
        if (more == NULL) return ZH_NOMEM;
        entry->shapes = more;
        entry->shapes_room = room;
    }
    plan_shape fresh = { .print = shape.print, .members = (uint8_t)shape.count };
    for (uint32_t i = 0; i < shape.count; i++) {
        fresh.kind[i] = (uint8_t)shape.members[i].kind;
        fresh.property[i] = property_of(entry, shape.members[i].name);
        const zh_err e = fresh.property[i] == NO_PROPERTY ? add_property(entry, &shape.members[i], now_ms, &fresh.property[i]) : ZH_OK;
        if (e != ZH_OK) return e;
    }
    entry->is_cut |= shape.is_cut;
    plan_shape *place = entry->shapes_count < ZH_PLAN_SHAPES_MAX ? &entry->shapes[entry->shapes_count++] : make_room(entry);
    *place = fresh;
    judge_again(entry, place);
    *out = place;
    return ZH_OK;
}

static plan_shape *shape_of(const plan_entry *entry, uint64_t print)
{
    for (uint32_t i = 0; i < entry->shapes_count; i++)
        if (entry->shapes[i].print == print) return &entry->shapes[i];
    return NULL;
}

static zh_sv name_at(const plan_entry *entry, uint8_t property)
{
    return property == NO_PROPERTY ? (zh_sv){ 0 } : (zh_sv){ entry->properties[property].name, entry->properties[property].name_size };
}

/* ---- seeing ---- */

zh_err zh_plan_see(zh_plan *plan, const zh_event *event, int64_t commit_ms, uint32_t *reasons, zh_sv *which)
{
    zh_sv name, object;
    plan_entry *entry;
    *reasons = 0;
    *which = (zh_sv){ 0 };
    if (!subject(event, &name, &object) || name.size > ZH_EVENT_NAME_BYTES_MAX) return ZH_OK;
    zh_err e = entry_of(plan, event, name, &entry);
    if (e == ZH_FULL) return ZH_OK;
    if (e != ZH_OK) return e;
    if (entry->count == 0) entry->act = (uint8_t)event->act; /* a rule may have come before */
    const uint64_t print = zh_shape_print(object);
    plan_shape *shape = shape_of(entry, print);
    if (shape == NULL && (e = new_shape(entry, object, commit_ms, &shape)) != ZH_OK) return e;
    if (entry->count == 0) entry->first_ms = commit_ms;
    entry->last_ms = shape->last_ms = commit_ms;
    shape->count++;
    entry->count++;
    entry->is_dirty = true;
    if (entry->count >= ZH_PLAN_CONFLICT_EVENTS_MIN && (entry->count & (entry->count - 1)) == 0) /* doubled */
        for (uint32_t i = 0; i < entry->shapes_count; i++) judge_again(entry, &entry->shapes[i]);
    *reasons = shape->reasons;
    if (shape->reasons != 0) {
        entry->violations++;
        *which = name_at(entry, shape->fault);
    }
    return ZH_OK;
}

uint32_t zh_plan_judge(const zh_plan *plan, const zh_event *event, zh_sv *which)
{
    zh_sv name, object;
    *which = (zh_sv){ 0 };
    if (!subject(event, &name, &object)) return 0;
    const plan_entry *entry = zh_plan_entry_(plan, zh_plan_hash_(event->source, (uint8_t)event->type, name));
    const plan_shape *known = entry == NULL ? NULL : shape_of(entry, zh_shape_print(object));
    if (known != NULL) {
        *which = known->reasons == 0 ? (zh_sv){ 0 } : name_at(entry, known->fault);
        return known->reasons;
    }
    zh_shape shape;
    uint8_t at[ZH_SHAPE_MEMBERS_MAX];
    zh_shape_read(object, &shape);
    if (entry == NULL) return event->type == ZH_EVENT_TRACK ? zh_spec_check(event->act, &shape, which) : 0;
    for (uint32_t i = 0; i < shape.count; i++) at[i] = property_of(entry, shape.members[i].name);
    return judge(entry, &shape, at, which);
}

/* ---- rules ---- */

static void drop_rule(zh_plan *plan, plan_entry *entry)
{
    plan->rejecting -= entry->rejects;
    free(entry->rule);
    entry->rule = NULL;
    entry->rule_size = 0;
    entry->rejects = false;
}

zh_err zh_plan_rule(zh_plan *plan, const zh_word *word)
{
    static const struct { const char *name; zh_event_type type; } kinds[] = {
        { "page", ZH_EVENT_PAGE }, { "screen", ZH_EVENT_SCREEN }, { "identify", ZH_EVENT_IDENTIFY }, { "group", ZH_EVENT_GROUP },
    };
    zh_event like = { .source = word->source, .type = ZH_EVENT_TRACK, .act = ZH_ACT_OTHER };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (zh_sv_equal(word->name, zh_sv_of(kinds[i].name))) like.type = kinds[i].type;
    plan_entry *entry;
    zh_err e = entry_of(plan, &like, word->name, &entry);
    if (e != ZH_OK) return e;
    zh_buf bytes = zh_buf_open(16384);
    if (!word->gone) zh_rule_put(&word->rule, &bytes);
    e = zh_buf_err(&bytes);
    char *rule = NULL;
    if (e == ZH_OK && !word->gone) {
        rule = malloc(bytes.size);
        if (rule == NULL) e = ZH_NOMEM;
        else memcpy(rule, bytes.data, bytes.size);
    }
    if (e == ZH_OK) {
        drop_rule(plan, entry);
        entry->rule = rule;
        entry->rule_size = word->gone ? 0 : (uint32_t)bytes.size;
        entry->rejects = !word->gone && word->rule.locked && word->rule.action == ZH_RULE_REJECT;
        plan->rejecting += entry->rejects;
        entry->is_dirty = true;
        for (uint32_t i = 0; i < entry->shapes_count; i++) judge_again(entry, &entry->shapes[i]);
    }
    zh_buf_close(&bytes);
    return e;
}

uint32_t zh_plan_rejecting(const zh_plan *plan) { return plan->rejecting; }

bool zh_plan_rejects(const zh_plan *plan, const zh_event *event, zh_sv *which)
{
    zh_sv name, object;
    zh_rule rule;
    if (plan->rejecting == 0 || !subject(event, &name, &object)) return false;
    const plan_entry *entry = zh_plan_entry_(plan, zh_plan_hash_(event->source, (uint8_t)event->type, name));
    if (entry == NULL || !entry->rejects || !zh_plan_entry_rule_(entry, &rule)) return false;
    zh_shape shape;
    zh_shape_read(object, &shape);
    return zh_rule_is_violated(&rule, &shape, which);
}

/* ---- asking ---- */

size_t zh_plan_count(const zh_plan *plan) { return plan->count; }

void zh_plan_at(const zh_plan *plan, size_t at, zh_plan_event *out)
{
    const plan_entry *e = plan->entries[at];
    *out = (zh_plan_event){ .source = e->source, .name = { e->name, e->name_size }, .type = (zh_event_type)e->type, .act = (zh_act)e->act, .count = e->count,
        .violations = e->violations, .first_ms = e->first_ms, .last_ms = e->last_ms, .properties = e->properties_count, .shapes = e->shapes_count, .is_cut = e->is_cut };
    out->has_rule = zh_plan_entry_rule_(e, &out->rule);
}

void zh_plan_property_at(const zh_plan *plan, size_t at, uint32_t property, zh_plan_property *out)
{
    const plan_entry *e = plan->entries[at];
    const plan_property *p = &e->properties[property];
    *out = (zh_plan_property){ .name = { p->name, p->name_size }, .example = { p->example, p->example_size }, .first_ms = p->first_ms, .last_ms = p->last_ms };
    for (unsigned k = 0; k < ZH_KINDS; k++) out->counts[k] = property_count(e, (uint8_t)property, k);
    for (uint32_t i = 0; i < e->shapes_count; i++)
        for (uint32_t k = 0; k < e->shapes[i].members; k++)
            if (e->shapes[i].property[k] == property && e->shapes[i].last_ms > out->last_ms) out->last_ms = e->shapes[i].last_ms;
}

bool zh_plan_find(const zh_plan *plan, zh_source_id source, zh_sv name, size_t *at)
{
    for (size_t i = 0; i < plan->count; i++) {
        const plan_entry *e = plan->entries[i];
        *at = i;
        if (e->source.number == source.number && zh_sv_equal((zh_sv){ e->name, e->name_size }, name)) return true;
    }
    return false;
}
