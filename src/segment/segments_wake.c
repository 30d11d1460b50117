/* Who is to be asked when something happens: `todo`, by rank. */
#include "segment/segments_inside.h"

void zh_segments_inner_await(zh_segments *s, uint32_t number)
{
    zh_segment_hot *hot = &s->hot[number - 1];
    if (hot->is_awaited) return;
    hot->is_awaited = true;
    if (hot->plan != NULL) zh_plan_prefetch(hot->plan);
    uint32_t at = s->todo_count++;
    for (; at > 0 && s->hot[s->todo[at - 1] - 1].rank > hot->rank; at--) s->todo[at] = s->todo[at - 1];
    s->todo[at] = number;
}

void zh_segments_inner_await_key(zh_segments *s, uint64_t key)
{
    const uint64_t *first = zh_map_get(&s->first_key, key);
    if (first == NULL) return;
    for (uint32_t i = (uint32_t)*first; i < s->keys_count && s->keys[i].hash == key; i++) zh_segments_inner_await(s, s->keys[i].number);
}

/* Those among the segments of this key that he is in. */
static void await_falling(zh_segments *s, uint64_t key)
{
    const uint64_t *first = zh_map_get(&s->first_key, zh_segments_key_falling(key));
    if (first == NULL) return;
    const uint64_t hash = s->keys[*first].hash;
    if (s->all_fall) {
        for (uint32_t i = (uint32_t)*first; i < s->keys_count && s->keys[i].hash == hash; i++) zh_segments_inner_await(s, s->keys[i].number);
        return;
    }
    uint32_t at = (uint32_t)*first;
    for (uint32_t i = 0; s->members_of != NULL && i < s->members_of->count; i++) { /* both are in the order of numbers */
        if (!zh_item_in(&s->members_of->items[i])) continue;
        const uint32_t number = zh_item_number(&s->members_of->items[i]);
        while (at < s->keys_count && s->keys[at].hash == hash && s->keys[at].number < number) at++;
        if (at == s->keys_count || s->keys[at].hash != hash) return;
        if (s->keys[at].number == number) zh_segments_inner_await(s, number);
    }
}

static void await_event_key(zh_segments *s, uint64_t key)
{
    zh_segments_inner_await_key(s, key);
    if (s->has_falling) await_falling(s, key);
}

void zh_segments_inner_await_kind(zh_segments *s, zh_wake_kind kind)
{
    if (s->has_kind[kind]) zh_segments_inner_await_key(s, zh_segments_key(kind, 0, ZH_WAKE_ANY_LINE, 0));
}

void zh_segments_inner_await_all(zh_segments *s)
{
    for (uint32_t i = 0; i < s->by_rank_count; i++) zh_segments_inner_await(s, s->by_rank[i]);
}

static void await_line(zh_segments *s, uint32_t name, const zh_fact_line *line)
{
    const uint32_t texts[ZH_WAKE_FIELDS] = { [ZH_WAKE_ITEM] = line->item, [ZH_WAKE_CATEGORY] = line->category, [ZH_WAKE_BRAND] = line->brand };
    for (int field = ZH_WAKE_ITEM; field < (int)ZH_WAKE_FIELDS; field++) {
        if (!s->has_field[field] || texts[field] == 0) continue;
        await_event_key(s, zh_segments_key(ZH_WAKE_EVENT, name, (zh_wake_field)field, texts[field]));
        if (s->has_nameless) zh_segments_inner_await_key(s, zh_segments_key(ZH_WAKE_EVENT, 0, (zh_wake_field)field, texts[field]));
    }
}

void zh_segments_inner_await_fact(zh_segments *s, zh_fact fact)
{
    zh_segments_inner_await_kind(s, ZH_WAKE_EVENT);
    if (fact.name != 0) await_event_key(s, zh_segments_key(ZH_WAKE_EVENT, fact.name, ZH_WAKE_ANY_LINE, 0));
    if (fact.lines_count == 0) return;
    zh_segments_inner_await_kind(s, ZH_WAKE_LINES);
    if (!s->has_field[ZH_WAKE_ITEM] && !s->has_field[ZH_WAKE_CATEGORY] && !s->has_field[ZH_WAKE_BRAND]) return;
    for (zh_fact_line line; zh_fact_line_next(&fact, &line);) await_line(s, fact.name, &line);
}

/* ---- events ---- */

static bool moves_orders(zh_act act) { return act == ZH_ACT_ORDER || act == ZH_ACT_ORDER_UPDATE || act == ZH_ACT_REFUND || act == ZH_ACT_CANCEL; }

/* With ZH_ACTIVITY_FACTS_MAX events a new one takes the oldest's place: that is a change too. */
static void await_leaving(zh_segments *s, const zh_customer_state *state)
{
    if (zh_customer_facts_count(state) < ZH_ACTIVITY_FACTS_MAX) return;
    zh_facts facts = zh_customer_facts(state);
    zh_fact fact = { 0 };
    while (zh_facts_next(&facts, &fact)) {}
    s->all_fall = true; /* one less: what could only fall may rise */
    zh_segments_inner_await_fact(s, fact);
    s->all_fall = false;
}

void zh_segments_before(zh_segments *s, zh_customer_id customer)
{
    if (s->living == 0) return;
    const zh_customer_state *state = zh_customers_get(s->customers, customer);
    s->was_known = state != NULL;
    if (state != NULL) await_leaving(s, state);
}

/* Does it hold for one who did nothing, or look at what is known of him from elsewhere? */
static bool asks_new(zh_segments *s, zh_segment_inner *g, int64_t now_ms)
{
    if (g->condition.program == NULL) return false;
    if (!g->empty_known || now_ms >= g->empty_until_ms) {
        zh_cel_value error;
        zh_arena_reset(&s->scratch);
        s->look.state = NULL;
        s->look.now_ms = now_ms;
        g->empty_in = zh_vocabulary_ask(&g->condition, &s->look, &s->scratch, &error, &g->empty_until_ms);
        g->empty_known = true;
    }
    bool asks = g->empty_in || g->empty_until_ms != INT64_MAX;
    for (uint32_t w = 0; w < g->wakes_count && !asks; w++) asks = g->wakes[w].kind >= ZH_WAKE_CONSENT;
    return asks;
}

/* Of somebody new, those are asked that hold for one who did nothing, or look at what was known before his first event. */
static void await_new(zh_segments *s, zh_customer_id customer, int64_t now_ms)
{
    s->look.customer = customer;
    if (now_ms >= s->fresh_until_ms) {
        s->fresh_count = 0;
        s->fresh_until_ms = INT64_MAX;
        for (uint32_t i = 0; i < s->by_rank_count; i++) {
            zh_segment_inner *g = s->all[s->by_rank[i] - 1];
            if (!asks_new(s, g, now_ms)) continue;
            s->fresh[s->fresh_count++] = g->face.number;
            if (g->empty_until_ms < s->fresh_until_ms) s->fresh_until_ms = g->empty_until_ms;
        }
    }
    for (uint32_t i = 0; i < s->fresh_count; i++) zh_segments_inner_await(s, s->fresh[i]);
}

zh_err zh_segments_event(zh_segments *s, const zh_event *event, int64_t now_ms)
{
    if (s->living == 0) return ZH_OK;
    zh_fact fact;
    s->members_of = zh_segments_inner_row_of(s, event->customer.number);
    if (!s->was_known) await_new(s, event->customer, now_ms);
    if (zh_customers_latest(s->customers, &fact)) zh_segments_inner_await_fact(s, fact);
    else zh_segments_inner_await_kind(s, ZH_WAKE_EVENT);
    if (moves_orders(event->act)) zh_segments_inner_await_kind(s, ZH_WAKE_ORDERS);
    if (event->type == ZH_EVENT_IDENTIFY || event->traits.size > 0) zh_segments_inner_await_kind(s, ZH_WAKE_TRAITS);
    zh_segments_inner_await_kind(s, ZH_WAKE_OTHER);
    return zh_segments_inner_ask(s, event->customer, now_ms);
}

zh_err zh_segments_said(zh_segments *s, zh_customer_id customer, int64_t now_ms)
{
    if (s->living == 0 || zh_customers_get(s->customers, customer) == NULL) return ZH_OK;
    zh_segments_inner_await_kind(s, ZH_WAKE_CONSENT);
    zh_segments_inner_await_kind(s, ZH_WAKE_OTHER);
    return zh_segments_inner_ask(s, customer, now_ms);
}

static void await_named(zh_segments *s, zh_wake_kind kind, zh_sv name)
{
    const uint32_t number = zh_terms_find(s->look.terms, name);
    zh_segments_inner_await_kind(s, kind);
    if (number != 0) zh_segments_inner_await_key(s, zh_segments_key(kind, number, ZH_WAKE_ANY_LINE, 0));
}

zh_err zh_segments_named(zh_segments *s, zh_wake_kind kind, zh_customer_id customer, zh_sv name, int64_t now_ms)
{
    if (s->living == 0 || zh_customers_get(s->customers, customer) == NULL) return ZH_OK;
    await_named(s, kind, name);
    zh_segments_inner_await_kind(s, ZH_WAKE_OTHER);
    return zh_segments_inner_ask(s, customer, now_ms);
}

/* ---- merges ---- */

/* Those that name what was said of him. */
static void await_words(zh_segments *s, zh_wake_kind kind, const zh_tags *words, zh_customer_id customer)
{
    zh_tag *tags = words == NULL || !zh_tags_knows(words, customer) ? NULL : ZH_TAKE(&s->scratch, zh_tag, ZH_TAGS_SHOWN_MAX);
    const size_t count = tags == NULL ? 0 : zh_tags_of(words, customer, s->now_ms, tags, ZH_TAGS_SHOWN_MAX);
    for (size_t i = 0; i < count; i++) await_named(s, kind, tags[i].name);
}

void zh_segments_before_merge(zh_segments *s, zh_customer_id from, zh_customer_id to)
{
    if (s->living == 0) return;
    const zh_customer_state *gone = zh_customers_get(s->customers, from), *stays = zh_customers_get(s->customers, to);
    s->was_known = stays != NULL;
    for (int kind = ZH_WAKE_EVENT; kind <= ZH_WAKE_OTHER; kind++) /* he may have chosen, or done what is kept apart */
        if (kind != ZH_WAKE_SEGMENT) zh_segments_inner_await_kind(s, (zh_wake_kind)kind);
    zh_arena_reset(&s->scratch);
    await_words(s, ZH_WAKE_TAG, s->look.tags, from);
    await_words(s, ZH_WAKE_LIST, s->look.lists, from);
    if (gone == NULL) return;
    if (stays == NULL || zh_customer_facts_count(gone) + zh_customer_facts_count(stays) > ZH_ACTIVITY_FACTS_MAX) {
        zh_segments_inner_await_all(s);
        return;
    }
    s->members_of = zh_segments_inner_row_of(s, to.number);
    zh_facts facts = zh_customer_facts(gone);
    for (zh_fact fact; zh_facts_next(&facts, &fact);) zh_segments_inner_await_fact(s, fact);
}

void zh_segments_forget(zh_segments *s, zh_customer_id customer)
{
    zh_segments_inner_row_gone(s, customer.number);
}

zh_err zh_segments_merge(zh_segments *s, zh_customer_id from, zh_customer_id to, int64_t now_ms)
{
    zh_segments_inner_row_gone(s, from.number);
    if (s->living == 0) return ZH_OK;
    return zh_segments_inner_ask(s, to, now_ms);
}
