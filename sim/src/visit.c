#include "visit.h"
#include "draw.h"
#include "policy.h"
#include "base/time.h"

#include <assert.h>

#define SECONDS_LIST 9   /* over a list */
#define SECONDS_LOOK 35  /* on a product's page */
#define SECONDS_PAY 60

static const zh_shop *shop_of(const zh_sim_visit *v) { return v->world->catalog->shop; }
static const zh_sim_item *item_of(const zh_sim_visit *v, uint32_t i) { return &v->world->catalog->items[i]; }
static zh_sim_held *held_of(const zh_sim_visit *v, uint32_t type)
{
    return &v->world->held[(size_t)v->customer * shop_of(v)->types_count + type];
}
static double unit(const zh_sim_visit *v, zh_draw_purpose purpose, uint64_t index)
{
    return zh_draw_unit(v->world->seed, zh_draw_stream(v->customer, v->number, purpose), index);
}

/* ---- what an item is worth to the customer ---- */

static double match(const zh_sim_visit *v, uint32_t i) /* theta . phi, in [0, 1] */
{
    const float *phi = item_of(v, i)->interests;
    float sum = 0;
    for (uint32_t k = 0; k < shop_of(v)->interests_count; k++) sum += v->taste[k] * phi[k];
    return (double)sum;
}

double zh_sim_visit_utility(const zh_sim_visit *v, uint32_t i)
{
    const zh_shop *shop = shop_of(v);
    const zh_sim_item *item = item_of(v, i);
    const bool again = shop->types[item->type].replenish_days > 0 && held_of(v, item->type)->last_item == (int32_t)i;
    return item->quality + shop->taste_weight * match(v, i) - v->price_sensitivity * item->price_log + v->boost[item->type] +
           (again ? shop->loyalty_bonus : 0);
}

double zh_sim_visit_return_prob(const zh_sim_visit *v, uint32_t i)
{
    const zh_shop *shop = shop_of(v);
    const double prob = shop->types[item_of(v, i)->type].return_prob * (1 + shop->return_mismatch * (1 - match(v, i)));
    return prob < 0.9 ? prob : 0.9;
}

/* The type's part of utility: need, season, moment, and having one already. */
static void weigh_type(zh_sim_visit *v, uint32_t t)
{
    const zh_shop *shop = shop_of(v);
    const zh_sim_held *held = held_of(v, t);
    v->needed[t] = held->need_until > 0 && held->need_from <= (int32_t)v->minute && (int32_t)v->minute <= held->need_until;
    v->wanted_log[t] = v->world->season_log[t] + zh_shop_moment_log(&shop->types[t], v->hour, v->weekday, v->sky);
    v->boost[t] = shop->season_weight * v->wanted_log[t] + (v->needed[t] ? shop->need_bonus : 0);
    if (held->bought_minute < 0) return;
    const double age = ((double)v->minute - held->bought_minute) / ZH_SIM_DAY_MINUTES / shop->types[t].own_days;
    if (age < 1) v->boost[t] -= shop->owned_penalty * (1 - age);
}

/* ---- fatigue ---- */

static void recall_seen(zh_sim_visit *v) /* fills the world's scratch; forget_seen empties it */
{
    const zh_sim_memory *m = &v->world->memories[v->customer];
    const double rate = 1 / (shop_of(v)->fatigue_half_life_days * ZH_SIM_DAY_MINUTES);
    for (uint32_t s = 0; s < m->seen_count; s++)
        v->world->tired[m->seen[s].item] = (float)(shop_of(v)->fatigue * (double)m->seen[s].weight * exp2(-((double)v->minute - m->seen[s].minute) * rate));
}

static void forget_seen(zh_sim_visit *v)
{
    const zh_sim_memory *m = &v->world->memories[v->customer];
    for (uint32_t s = 0; s < m->seen_count; s++) v->world->tired[m->seen[s].item] = 0;
}

/* Seen and not opened once more; or opened, and fresh again. */
static void note_seen(zh_sim_visit *v, uint32_t item, bool opened)
{
    zh_sim_memory *m = &v->world->memories[v->customer];
    const double rate = 1 / (shop_of(v)->fatigue_half_life_days * ZH_SIM_DAY_MINUTES);
    uint32_t s = 0, least = 0;
    double least_weight = 1e30;
    for (; s < m->seen_count && m->seen[s].item != item; s++) {
        const double now = (double)m->seen[s].weight * exp2(-((double)v->minute - m->seen[s].minute) * rate);
        if (now < least_weight) least_weight = now, least = s;
    }
    if (s == m->seen_count && opened) return;
    if (s == m->seen_count && m->seen_count == ZH_SIM_SEEN_MAX) {
        s = least;
        v->world->tired[m->seen[s].item] = 0;
        m->seen[s] = (zh_sim_seen){ 0, v->minute, (uint16_t)item };
    } else if (s == m->seen_count) m->seen[m->seen_count++] = (zh_sim_seen){ 0, v->minute, (uint16_t)item };
    zh_sim_seen *seen = &m->seen[s];
    const double before = (double)seen->weight * exp2(-((double)v->minute - seen->minute) * rate);
    seen->weight = opened ? 0 : (float)(before + 1);
    seen->minute = v->minute;
    v->world->tired[item] = (float)shop_of(v)->fatigue * seen->weight;
}

/* ---- the trace ---- */

static zh_sim_act *act(zh_sim_visit *v, zh_sim_act_kind kind, int32_t item)
{
    assert(v->trace->acts_count < ZH_SIM_ACTS_MAX);
    zh_sim_act *a = &v->trace->acts[v->trace->acts_count++];
    *a = (zh_sim_act){ .kind = kind, .item = item, .second = v->second, .from = v->trace->items_count };
    return a;
}

static void trace_list(zh_sim_visit *v, const zh_sim_ask *ask, const uint16_t *items, uint32_t count)
{
    zh_sim_act *a = act(v, ZH_SIM_LIST, ask->page_item);
    assert(v->trace->items_count + count <= ZH_SIM_TRACE_ITEMS_MAX);
    a->place = ask->place, a->count = count;
    for (uint32_t i = 0; i < count; i++) v->trace->items[v->trace->items_count++] = items[i];
    v->second += SECONDS_LIST;
}

/* ---- choosing from a list ---- */

typedef struct pick { double value; uint16_t item; } pick;

static bool was_viewed(const zh_sim_visit *v, uint32_t item)
{
    for (uint32_t i = 0; i < v->viewed_count; i++)
        if (v->viewed[i] == item) return true;
    return false;
}

/* Multinomial logit with an outside option, as a race of shocked utilities: the best examined item
 * is opened if it beats the outside, then the next of another type, up to `most`. */
static uint32_t choose(zh_sim_visit *v, const zh_sim_ask *ask, const uint16_t *list, uint32_t count, uint32_t most, uint16_t *out)
{
    const zh_shop *shop = shop_of(v);
    const uint64_t seed = v->world->seed, number = (uint64_t)ask->place << 16 | (uint64_t)(ask->page_item + 1);
    const uint64_t shocks = zh_draw_stream(v->customer, v->number, ZH_DRAW_SHOCK);
    const double outside = shop->click_outside + zh_draw_gumbel(seed, zh_draw_stream(v->customer, v->number, ZH_DRAW_OUTSIDE), number);
    pick picks[8];
    uint32_t kept = 0;
    bool examined[64];
    assert(count <= 64 && most <= 8);
    for (uint32_t r = 0; r < count; r++) {
        const uint32_t i = list[r], type = item_of(v, i)->type;
        examined[r] = unit(v, ZH_DRAW_EXAMINE, number << 8 | r) < pow(r + 1, -shop->examine_decay);
        if (!examined[r] || v->in_cart[type] || was_viewed(v, i) || !zh_sim_world_sells(v->world, i)) continue;
        const double value = zh_sim_visit_utility(v, i) - (double)v->world->tired[i] + zh_draw_gumbel(seed, shocks, i);
        if (value <= outside) continue;
        uint32_t at = 0;
        while (at < kept && item_of(v, picks[at].item)->type != type) at++;
        if (at < kept) { /* a substitute: the better one stays */
            if (picks[at].value >= value) continue;
        } else if (kept < most) kept++;
        else if (picks[at = kept - 1].value >= value) continue;
        for (; at > 0 && picks[at - 1].value < value; at--) picks[at] = picks[at - 1];
        picks[at] = (pick){ value, (uint16_t)i };
    }
    for (uint32_t i = 0; i < kept; i++) out[i] = picks[i].item;
    for (uint32_t r = 0; r < count && ask->place != ZH_SIM_SEARCH; r++) { /* who searches is not tired of what was asked for */
        bool opened = false;
        for (uint32_t i = 0; i < kept; i++) opened |= out[i] == list[r];
        if (examined[r]) note_seen(v, list[r], opened);
    }
    return kept;
}

/* ---- needs ---- */

static bool has_one(const zh_sim_visit *v, uint32_t t)
{
    const zh_sim_held *held = held_of(v, t);
    return held->bought_minute >= 0 && (double)v->minute - held->bought_minute < shop_of(v)->types[t].own_days * ZH_SIM_DAY_MINUTES;
}

static void set_need(zh_sim_visit *v, uint32_t t, double delay_days)
{
    zh_sim_held *held = held_of(v, t);
    held->need_from = (int32_t)v->minute + (int32_t)(delay_days * ZH_SIM_DAY_MINUTES);
    held->need_until = held->need_from + (int32_t)(shop_of(v)->need_days * ZH_SIM_DAY_MINUTES);
}

static int32_t oldest_need(const zh_sim_visit *v)
{
    int32_t oldest = -1;
    for (uint32_t t = 0; t < shop_of(v)->types_count; t++)
        if (v->needed[t] && (oldest < 0 || held_of(v, t)->need_from < held_of(v, (uint32_t)oldest)->need_from)) oldest = (int32_t)t;
    return oldest;
}

/* A fresh need: types by weight, season, moment and taste. */
static int32_t fresh_need(zh_sim_visit *v)
{
    const zh_shop *shop = shop_of(v);
    double weights[ZH_SHOP_TYPES_MAX], sum = 0;
    if (unit(v, ZH_DRAW_NEED, 0) >= shop->need_prob) return -1;
    for (uint32_t t = 0; t < shop->types_count; t++) {
        double taste = 0;
        for (uint32_t k = 0; k < shop->interests_count; k++) taste += (double)v->taste[k] * shop->types[t].interests[k];
        sum += weights[t] = shop->types[t].need_weight * exp(v->wanted_log[t]) * taste;
    }
    double left = sum * unit(v, ZH_DRAW_NEED, 1);
    for (uint32_t t = 0; t < shop->types_count; t++)
        if ((left -= weights[t]) < 0) {
            if (has_one(v, t)) return -1;
            if (!v->needed[t]) set_need(v, t, 0);
            weigh_type(v, t);
            return (int32_t)t;
        }
    return -1;
}

/* Buying `type` lets others be needed, now or later. */
static void follow(zh_sim_visit *v, uint32_t type)
{
    const zh_shop *shop = shop_of(v);
    for (uint32_t f = 0; f < shop->follows_count; f++) {
        const zh_shop_follow *rule = &shop->follows[f];
        if (rule->from != type || unit(v, ZH_DRAW_FOLLOW, f) >= rule->prob || has_one(v, rule->to) || v->in_cart[rule->to]) continue;
        const bool now = unit(v, ZH_DRAW_DELAY, 2 * (uint64_t)f) < rule->now_share;
        set_need(v, rule->to, now ? 0 : -log(unit(v, ZH_DRAW_DELAY, 2 * (uint64_t)f + 1)) * rule->delay_days);
        weigh_type(v, rule->to);
    }
}

/* ---- pages ---- */

static bool look(zh_sim_visit *v, uint32_t i) /* true: it went into the cart */
{
    const zh_shop *shop = shop_of(v);
    const uint32_t type = item_of(v, i)->type;
    act(v, ZH_SIM_VIEW, (int32_t)i);
    v->viewed[v->viewed_count++] = (uint16_t)i;
    v->second += SECONDS_LOOK;
    const double buys = 1 / (1 + exp(shop->buy_outside - zh_sim_visit_utility(v, i)));
    if (v->in_cart[type] || v->cart_count == ZH_SIM_CART_MAX || unit(v, ZH_DRAW_BUY, i) >= buys) return false;
    if (!v->known) {
        act(v, ZH_SIM_LOGIN, -1);
        v->known = true;
    }
    act(v, ZH_SIM_ADD, (int32_t)i);
    v->cart[v->cart_count++] = (uint16_t)i;
    v->in_cart[type] = true;
    if (!v->abandons) follow(v, type);
    return true;
}

/* Show a list of the policy and open what is chosen, without going deeper. */
static void side_list(zh_sim_visit *v, zh_sim_place place, int32_t page_item, int64_t n)
{
    const zh_sim_ask ask = { place, page_item, (uint32_t)n };
    uint16_t list[64], chosen[8];
    const uint32_t count = zh_sim_policy_list(v, &ask, list);
    if (count == 0) return;
    trace_list(v, &ask, list, count);
    if (choose(v, &ask, list, count, 1, chosen) == 1) (void)look(v, chosen[0]);
}

static void open_page(zh_sim_visit *v, uint32_t i)
{
    (void)look(v, i);
    side_list(v, ZH_SIM_PAGE, (int32_t)i, shop_of(v)->product_page_size);
}

static void home(zh_sim_visit *v)
{
    const zh_sim_ask ask = { ZH_SIM_HOME, -1, (uint32_t)shop_of(v)->home_size };
    uint16_t list[64], chosen[8];
    const uint32_t count = zh_sim_policy_list(v, &ask, list);
    trace_list(v, &ask, list, count);
    const uint32_t opened = choose(v, &ask, list, count, (uint32_t)shop_of(v)->looks, chosen);
    for (uint32_t i = 0; i < opened; i++)
        if (!was_viewed(v, chosen[i])) open_page(v, chosen[i]);
}

typedef struct found { double order; uint16_t item; } found;

/* The shop's own search: the type's items by quality and luck, the same for every policy. */
static void search(zh_sim_visit *v)
{
    const zh_sim_ask ask = { ZH_SIM_SEARCH, -1, (uint32_t)shop_of(v)->search_size };
    const zh_sim_catalog *c = v->world->catalog;
    found best[64];
    uint16_t list[64], chosen[8];
    uint32_t count = 0;
    for (uint32_t i = c->type_first[v->intent]; i < c->type_first[v->intent + 1]; i++) {
        if (!zh_sim_world_sells(v->world, i)) continue;
        found one = { c->items[i].quality + unit(v, ZH_DRAW_SORT, i), (uint16_t)i };
        if (count == ask.n && best[count - 1].order >= one.order) continue;
        uint32_t at = count < ask.n ? count++ : count - 1;
        for (; at > 0 && best[at - 1].order < one.order; at--) best[at] = best[at - 1];
        best[at] = one;
    }
    if (count == 0) return;
    for (uint32_t i = 0; i < count; i++) list[i] = best[i].item;
    trace_list(v, &ask, list, count);
    for (int64_t tries = 0; tries < shop_of(v)->looks && !v->in_cart[v->intent]; tries++) {
        if (choose(v, &ask, list, count, 1, chosen) == 0) break;
        open_page(v, chosen[0]);
    }
}

/* ---- the order ---- */

static void keep_line(zh_sim_visit *v, uint32_t i, uint32_t line, zh_sim_sums *sums)
{
    const zh_shop *shop = shop_of(v);
    const zh_sim_item *item = item_of(v, i);
    const zh_shop_type *type = &shop->types[item->type];
    zh_sim_held *held = held_of(v, item->type);
    const bool back = unit(v, ZH_DRAW_RETURN, i) < zh_sim_visit_return_prob(v, i);
    const double span = (double)(shop->return_delay_days_high - shop->return_delay_days_low + 1);
    v->trace->return_day[line] = !back ? -1 : v->world->day + (int32_t)shop->return_delay_days_low + (int32_t)(span * unit(v, ZH_DRAW_RETURN, ZH_SHOP_ITEMS_MAX + i));
    sums->revenue_cents += back ? 0 : item->price_cents;
    sums->margin_cents += back ? -shop->return_cost_cents : item->price_cents - item->cost_cents;
    v->world->stock[i]--;
    v->world->sold[i] += 1;
    *held = (zh_sim_held){ (int32_t)v->minute, 0, 0, (int32_t)i };
    if (type->replenish_days > 0)
        set_need(v, item->type, type->replenish_days * exp(type->replenish_spread *
                 zh_draw_normal(v->world->seed, zh_draw_stream(v->customer, v->number, ZH_DRAW_AGAIN), item->type)));
}

static void check_out(zh_sim_visit *v, zh_sim_sums *sums)
{
    zh_sim_act *order = act(v, ZH_SIM_ORDER, -1);
    order->count = v->cart_count;
    for (uint32_t line = 0; line < v->cart_count; line++) {
        assert(v->trace->items_count < ZH_SIM_TRACE_ITEMS_MAX);
        v->trace->items[v->trace->items_count++] = v->cart[line];
        keep_line(v, v->cart[line], line, sums);
    }
    sums->orders++;
}

void zh_sim_visit_run(zh_sim_world *world, zh_sim_arrival arrival, zh_sim_trace *trace)
{
    const zh_shop *shop = world->catalog->shop;
    zh_sim_visit v = { .world = world, .customer = arrival.customer, .number = arrival.visit, .minute = arrival.minute, .second = arrival.second, .intent = -1, .trace = trace };
    v.hour = (int)(arrival.minute % ZH_SIM_DAY_MINUTES / 60);
    v.weekday = zh_weekday((shop->start_ms + shop->utc_offset_minutes * ZH_MINUTE_MS) / ZH_DAY_MS + arrival.minute / ZH_SIM_DAY_MINUTES);
    trace->sky = v.sky = zh_sim_world_sky(world, arrival.minute);
    trace->customer = arrival.customer, trace->visit = arrival.visit, trace->minute = arrival.minute;
    trace->acts_count = trace->items_count = 0;
    v.known = !(trace->anonymous = arrival.visit == 0 || unit(&v, ZH_DRAW_ANONYMOUS, 0) < shop->anonymous_share);
    v.abandons = unit(&v, ZH_DRAW_ABANDON, 0) < shop->abandon_prob;
    v.price_sensitivity = world->people->persons[arrival.customer].price_sensitivity;
    zh_sim_person_taste(world->people, arrival.customer, arrival.minute, v.taste);
    for (uint32_t t = 0; t < shop->types_count; t++) weigh_type(&v, t);
    recall_seen(&v);
    v.intent = oldest_need(&v);
    if (v.intent >= 0 && unit(&v, ZH_DRAW_PENDING, 0) >= shop->pending_prob) v.intent = -1;
    if (v.intent < 0) v.intent = fresh_need(&v);

    zh_sim_sums sums = { .visits = 1 };
    home(&v);
    if (v.intent >= 0 && !v.in_cart[v.intent] && unit(&v, ZH_DRAW_SEARCH, 0) < shop->search_prob) search(&v);
    if (v.cart_count > 0) {
        side_list(&v, ZH_SIM_CART, -1, shop->cart_size);
        v.second += SECONDS_PAY;
        if (!v.abandons) check_out(&v, &sums);
    }
    forget_seen(&v);
    if (zh_sim_world_measured(world)) {
        zh_sim_sums *all = &world->tally.customers[arrival.customer];
        all->visits += sums.visits, all->orders += sums.orders;
        all->revenue_cents += sums.revenue_cents, all->margin_cents += sums.margin_cents;
    }
    if (world->watch != NULL) world->watch(world->context, trace);
}
