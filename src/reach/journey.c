#include "reach/journey.h"
#include "measure/outcome.h"
#include "profile/tags.h"

#include <math.h>

static const char *const kinds[] = { "wait", "branch", "split", "send", "offer", "update", "exit" };
static const char *const lefts[] = {
#define X(name, text) text,
    ZH_JOURNEY_LEFT_LIST(X)
#undef X
};

const char *zh_journey_kind_text(zh_journey_kind kind) { return (unsigned)kind < ZH_JOURNEY_KINDS ? kinds[kind] : "?"; }
const char *zh_journey_left_text(zh_journey_left left) { return (unsigned)left < ZH_JOURNEY_LEFTS ? lefts[left] : "?"; }

bool zh_journey_left_of(zh_sv text, zh_journey_left *out)
{
    for (int i = 0; i < ZH_JOURNEY_LEFTS; i++)
        if (zh_sv_equal(zh_sv_of(lefts[i]), text)) return *out = (zh_journey_left)i, true;
    return false;
}

uint8_t zh_journey_node_named(const zh_journey *j, zh_sv name)
{
    for (uint8_t i = 0; i < j->nodes_count; i++)
        if (zh_sv_equal(j->nodes[i].name, name)) return i;
    return ZH_JOURNEY_END;
}

/* ---- a step ---- */

uint8_t zh_journey_arm(const zh_journey_node *split, uint32_t bucket)
{
    uint32_t below = 0;
    for (uint8_t i = 0; i + 1 < split->cases_count; i++)
        if (bucket < (below += split->cases[i].share)) return i;
    return (uint8_t)(split->cases_count - 1);
}

/* The next moment of the node's time of day, on one of its days. */
static int64_t next_time_ms(const zh_journey_node *n, const zh_tz *zone, int64_t now_ms)
{
    const int64_t today = zh_tz_day(zone, now_ms);
    for (int64_t day = today; day <= today + 8; day++) {
        zh_civil local = zh_civil_of(day * ZH_DAY_MS);
        local.hour = (uint8_t)(n->minute / 60);
        local.minute = (uint8_t)(n->minute % 60);
        const int64_t at_ms = zh_tz_utc_ms(zone, &local);
        if (at_ms > now_ms && (n->weekdays == 0 || (n->weekdays >> (zh_weekday(day) - 1) & 1) != 0)) return at_ms;
    }
    return now_ms + ZH_DAY_MS;
}

/* The beginning of the hour he is about most; at once where it is that hour, or is not known. */
static int64_t best_ms(const zh_journey_node *n, const zh_journey_world *w)
{
    const uint8_t hour = w->best_hour(w->context);
    zh_civil local = zh_tz_local(w->zone, w->now_ms);
    if (hour == ZH_MESSAGE_BEST_NONE || local.hour == hour) return w->now_ms;
    const int64_t day = zh_tz_day(w->zone, w->now_ms) + (local.hour > hour);
    local = zh_civil_of(day * ZH_DAY_MS);
    local.hour = hour;
    const int64_t at_ms = zh_tz_utc_ms(w->zone, &local), last_ms = w->now_ms + n->for_ms;
    return at_ms < last_ms ? at_ms : last_ms;
}

static int64_t due_ms_of(const zh_journey_node *n, const zh_journey_world *w)
{
    switch (n->wait) {
    case ZH_JOURNEY_WAIT_TIME: return next_time_ms(n, w->zone, w->now_ms);
    case ZH_JOURNEY_WAIT_BEST: return best_ms(n, w);
    default: return w->now_ms + n->for_ms;
    }
}

static void leave(zh_journey_place *place, zh_journey_left why)
{
    place->node = ZH_JOURNEY_END;
    place->is_in = false;
    place->left = why;
    place->due_ms = INT64_MAX;
}

/* What is done at a node that is no wait; the next one. */
static uint8_t do_node(const zh_journey *j, const zh_journey_world *w, uint8_t at)
{
    const zh_journey_node *n = &j->nodes[at];
    switch (n->kind) {
    case ZH_JOURNEY_BRANCH:
        for (uint8_t i = 0; i < n->cases_count; i++)
            if (w->holds(w->context, at, i)) return n->cases[i].next;
        return n->next;
    case ZH_JOURNEY_SPLIT: {
        const uint8_t arm = w->arm(w->context, at);
        return n->cases[arm < n->cases_count ? arm : 0].next;
    }
    case ZH_JOURNEY_SEND: return w->send(w->context, at) ? n->next : n->other;
    case ZH_JOURNEY_OFFER: return w->offer(w->context, at) ? n->next : n->other;
    case ZH_JOURNEY_UPDATE: w->update(w->context, at); return n->next;
    default: return n->next;
    }
}

static void go(const zh_journey *j, const zh_journey_world *w, uint8_t at, zh_journey_place *place)
{
    for (unsigned done = 0; at < j->nodes_count && done <= j->nodes_count; done++) {
        const zh_journey_node *n = &j->nodes[at];
        place->visited |= UINT64_C(1) << at;
        if (n->kind == ZH_JOURNEY_EXIT) {
            leave(place, n->is_goal ? ZH_JOURNEY_LEFT_GOAL : ZH_JOURNEY_LEFT_END);
            return;
        }
        if (n->kind == ZH_JOURNEY_WAIT) {
            const int64_t due_ms = due_ms_of(n, w);
            if (due_ms > w->now_ms) {
                place->node = at;
                place->is_in = true;
                place->due_ms = due_ms;
                return;
            }
        }
        at = do_node(j, w, at);
    }
    leave(place, ZH_JOURNEY_LEFT_END);
}

zh_journey_place zh_journey_start(const zh_journey *j, int64_t now_ms) { return (zh_journey_place){ .node = j->first, .due_ms = now_ms }; }

static bool waits_for_event(const zh_journey *j, const zh_journey_place *place)
{
    return place->is_in && place->node < j->nodes_count && j->nodes[place->node].wait == ZH_JOURNEY_WAIT_EVENT;
}

void zh_journey_step(const zh_journey *j, const zh_journey_world *w, zh_journey_cause cause, zh_journey_place *place)
{
    if (place->left != ZH_JOURNEY_LEFT_IN) return;
    if (place->node >= j->nodes_count) leave(place, ZH_JOURNEY_LEFT_LOST);
    else if (cause != ZH_JOURNEY_BY_TIME) {
        zh_journey_note(j, w->now_ms, cause, place);
        if (cause == ZH_JOURNEY_BY_EVENT && place->left == ZH_JOURNEY_LEFT_IN && !place->is_in) go(j, w, place->node, place);
    } else if (place->due_ms <= w->now_ms) {
        const zh_journey_node *n = &j->nodes[place->node];
        go(j, w, !place->is_in ? place->node : n->wait == ZH_JOURNEY_WAIT_EVENT ? n->other : n->next, place);
    }
}

void zh_journey_note(const zh_journey *j, int64_t now_ms, zh_journey_cause cause, zh_journey_place *place)
{
    if (place->left != ZH_JOURNEY_LEFT_IN) return;
    if (cause == ZH_JOURNEY_BY_EXIT) {
        leave(place, ZH_JOURNEY_LEFT_GOAL);
    } else if (cause == ZH_JOURNEY_BY_RESTART && waits_for_event(j, place)) {
        place->due_ms = now_ms + j->nodes[place->node].for_ms;
    } else if (cause == ZH_JOURNEY_BY_EVENT && waits_for_event(j, place)) {
        const uint8_t next = j->nodes[place->node].next;
        if (next == ZH_JOURNEY_END) {
            leave(place, ZH_JOURNEY_LEFT_END);
            return;
        }
        place->node = next;
        place->is_in = false;
        place->due_ms = now_ms;
    }
}

bool zh_journey_move(const zh_journey *from, const zh_journey *to, zh_journey_place *place)
{
    uint64_t visited = 0;
    if (place->left != ZH_JOURNEY_LEFT_IN || place->node >= from->nodes_count) return false;
    const uint8_t node = zh_journey_node_named(to, from->nodes[place->node].name);
    if (node == ZH_JOURNEY_END || (place->is_in && to->nodes[node].kind != ZH_JOURNEY_WAIT)) return false;
    for (uint8_t i = 0; i < from->nodes_count; i++) {
        const uint8_t there = (place->visited >> i & 1) != 0 ? zh_journey_node_named(to, from->nodes[i].name) : ZH_JOURNEY_END;
        if (there != ZH_JOURNEY_END) visited |= UINT64_C(1) << there;
    }
    place->node = node;
    place->visited = visited;
    return true;
}

/* ---- reading ---- */

typedef struct reader {
    zh_define d;
    zh_json_value nodes;
    zh_journey *out;
    char within[80]; /* "nodes.mail" */
} reader;

static bool is_there(zh_json_value value) { return zh_json_type_of(value) > ZH_JSON_NULL; }

static zh_journey_event read_event(reader *r, zh_json_value of, const char *within, bool needed)
{
    return (zh_journey_event){ zh_define_text(&r->d, of, within, "event", ZH_CAMPAIGN_EVENT_BYTES_MAX, needed), zh_define_text(&r->d, of, within, "where", ZH_METRIC_WHERE_BYTES_MAX, false) };
}

/* The node that a field names; absent: the end. */
static uint8_t read_next(reader *r, zh_json_value of, const char *within, const char *field)
{
    const zh_json_value value = zh_json_get(of, zh_sv_of(field));
    if (!is_there(value)) return ZH_JOURNEY_END;
    const zh_sv name = zh_json_text_or_empty(value);
    const uint8_t node = zh_journey_node_named(r->out, name);
    if (node == ZH_JOURNEY_END) zh_define_wrong(&r->d, within, field, "there is no node %.*s", ZH_SV_ARG(zh_sv_part(name, 0, ZH_MESSAGE_NAME_BYTES_MAX)));
    return node;
}

static int64_t read_wait_ms(reader *r, zh_json_value of, int64_t otherwise)
{
    const int64_t ms = zh_define_int(&r->d, of, r->within, "forMs", ZH_JOURNEY_WAIT_MS_MIN, ZH_JOURNEY_WAIT_MS_MAX, otherwise);
    if (ms == 0) zh_define_wrong(&r->d, r->within, "forMs", "is missing: how long is waited, from a second to a year");
    return ms;
}

static void read_wait(reader *r, zh_json_value of, zh_journey_node *n)
{
    static const char *const by_event[] = { "kind", "event", "where", "restart", "forMs", "next", "late", NULL }, *const by_time[] = { "kind", "time", "weekdays", "next", NULL },
                      *const by_hour[] = { "kind", "bestHour", "forMs", "next", NULL }, *const by_length[] = { "kind", "forMs", "next", NULL };
    if (is_there(zh_json_get(of, ZH_SV("event")))) {
        n->wait = ZH_JOURNEY_WAIT_EVENT;
        zh_define_only(&r->d, of, r->within, by_event);
        n->event = read_event(r, of, r->within, true);
        n->restart = zh_define_text(&r->d, of, r->within, "restart", ZH_CAMPAIGN_EVENT_BYTES_MAX, false);
        n->for_ms = read_wait_ms(r, of, 0);
        n->other = read_next(r, of, r->within, "late");
    } else if (is_there(zh_json_get(of, ZH_SV("time")))) {
        n->wait = ZH_JOURNEY_WAIT_TIME;
        zh_define_only(&r->d, of, r->within, by_time);
        n->minute = zh_define_minute(&r->d, of, r->within);
        n->weekdays = zh_define_weekdays(&r->d, of, r->within);
    } else if (zh_define_flag(&r->d, of, r->within, "bestHour", false)) {
        n->wait = ZH_JOURNEY_WAIT_BEST;
        zh_define_only(&r->d, of, r->within, by_hour);
        n->for_ms = read_wait_ms(r, of, ZH_DAY_MS);
    } else {
        zh_define_only(&r->d, of, r->within, by_length);
        n->for_ms = read_wait_ms(r, of, 0);
    }
}

/* The elements of a list that has some; each is read by `read`. */
static void read_cases(reader *r, zh_json_value of, const char *field, size_t most, zh_journey_node *n, void (*read)(reader *r, zh_json_value of, const char *within, zh_journey_case *out))
{
    const zh_json_value list = zh_json_get(of, zh_sv_of(field));
    size_t count = 0;
    char within[sizeof r->within + 16];
    for (zh_json_iter it = zh_json_walk(list); zh_json_is(list, ZH_JSON_ARRAY) && zh_json_next(&it); count++) {
        (void)snprintf(within, sizeof within, "%s.%s.%zu", r->within, field, count);
        if (count == most || !zh_json_is(it.value, ZH_JSON_OBJECT)) break;
        read(r, it.value, within, &n->cases[count]);
        n->cases_count++;
    }
    if (count == 0 || count != zh_json_count(list)) zh_define_wrong(&r->d, r->within, field, "must be a list of 1 to %zu objects", most);
}

static void read_case(reader *r, zh_json_value of, const char *within, zh_journey_case *out)
{
    static const char *const known[] = { "if", "next", NULL };
    zh_define_only(&r->d, of, within, known);
    out->condition = zh_define_text(&r->d, of, within, "if", ZH_AIM_EXPRESSION_BYTES_MAX, true);
    out->next = read_next(r, of, within, "next");
}

static void read_arm(reader *r, zh_json_value of, const char *within, zh_journey_case *out)
{
    static const char *const known[] = { "name", "share", "next", NULL };
    double share = 0;
    zh_define_only(&r->d, of, within, known);
    out->name = zh_define_name(&r->d, of, within, "name", true);
    if (!zh_json_real(zh_json_get(of, ZH_SV("share")), &share) || !(share >= 0 && share <= 1)) zh_define_wrong(&r->d, within, "share", "must be a share from 0 to 1");
    out->share = r->d.is_bad ? 0 : (uint32_t)lround(share * ZH_JOURNEY_SHARE_OF);
    out->next = read_next(r, of, within, "next");
}

static void read_means(reader *r, zh_json_value of, const char *within, zh_journey_case *out)
{
    static const char *const known[] = { "channel", "template", NULL };
    zh_define_only(&r->d, of, within, known);
    out->channel = zh_define_name(&r->d, of, within, "channel", true);
    out->template = zh_define_name(&r->d, of, within, "template", true);
}

static void read_branch(reader *r, zh_json_value of, zh_journey_node *n)
{
    static const char *const known[] = { "kind", "cases", "next", NULL };
    zh_define_only(&r->d, of, r->within, known);
    read_cases(r, of, "cases", ZH_JOURNEY_CASES_MAX, n, read_case);
}

static void read_split(reader *r, zh_json_value of, zh_journey_node *n)
{
    static const char *const known[] = { "kind", "arms", "winner", NULL }, *const of_winner[] = { "metric", "customers", NULL };
    const zh_json_value winner = zh_json_get(of, ZH_SV("winner"));
    char within[sizeof r->within + 8];
    uint32_t all = 0;
    (void)snprintf(within, sizeof within, "%s.winner", r->within);
    zh_define_only(&r->d, of, r->within, known);
    read_cases(r, of, "arms", ZH_JOURNEY_CASES_MAX, n, read_arm);
    for (uint8_t i = 0; i < n->cases_count; i++) {
        all += n->cases[i].share;
        for (uint8_t k = 0; k < i; k++)
            if (zh_sv_equal(n->cases[i].name, n->cases[k].name)) zh_define_wrong(&r->d, r->within, "arms", "has the name %.*s twice", ZH_SV_ARG(n->cases[i].name));
    }
    if (all < ZH_JOURNEY_SHARE_OF - ZH_JOURNEY_CASES_MAX || all > ZH_JOURNEY_SHARE_OF + ZH_JOURNEY_CASES_MAX) zh_define_wrong(&r->d, r->within, "arms", "must have shares that make 1 together");
    if (!is_there(winner)) return;
    if (!zh_json_is(winner, ZH_JSON_OBJECT)) zh_define_wrong(&r->d, r->within, "winner", "must be an object");
    zh_define_only(&r->d, winner, within, of_winner);
    n->winner = zh_define_metric(&r->d, winner, within, "metric", true);
    n->winner_customers = (uint32_t)zh_define_int(&r->d, winner, within, "customers", 50, 1000000, 1000);
}

static void read_send(reader *r, zh_json_value of, zh_journey_node *n)
{
    static const char *const known[] = { "kind", "channels", "priority", "expiresMs", "bestHour", "next", "unreached", NULL };
    zh_define_only(&r->d, of, r->within, known);
    read_cases(r, of, "channels", ZH_JOURNEY_CHANNELS_MAX, n, read_means);
    n->priority = (uint8_t)zh_define_int(&r->d, of, r->within, "priority", 0, 100, 0);
    n->best_hour = (uint8_t)zh_define_int(&r->d, of, r->within, "bestHour", 0, 23, ZH_MESSAGE_BEST_NONE);
    n->expires_ms = zh_define_int(&r->d, of, r->within, "expiresMs", ZH_MINUTE_MS, ZH_CAMPAIGN_EXPIRES_MS_MAX, ZH_CAMPAIGN_EXPIRES_MS);
    n->other = is_there(zh_json_get(of, ZH_SV("unreached"))) ? read_next(r, of, r->within, "unreached") : n->next;
}

static void read_offer(reader *r, zh_json_value of, zh_journey_node *n)
{
    static const char *const known[] = { "kind", "offer", "next", "refused", NULL };
    zh_define_only(&r->d, of, r->within, known);
    n->offer = zh_define_name(&r->d, of, r->within, "offer", true);
    n->other = is_there(zh_json_get(of, ZH_SV("refused"))) ? read_next(r, of, r->within, "refused") : n->next;
}

static void read_update(reader *r, zh_json_value of, zh_journey_node *n)
{
    static const char *const of_tag[] = { "kind", "tag", "remove", "forMs", "next", NULL }, *const of_hook[] = { "kind", "webhook", "next", NULL };
    const zh_json_value hook = zh_json_get(of, ZH_SV("webhook"));
    char within[sizeof r->within + 8];
    (void)snprintf(within, sizeof within, "%s.webhook", r->within);
    if (is_there(hook)) {
        zh_define_only(&r->d, of, r->within, of_hook);
        if (!zh_json_is(hook, ZH_JSON_OBJECT)) zh_define_wrong(&r->d, r->within, "webhook", "must be an object");
        read_means(r, hook, within, &n->cases[0]);
        n->cases_count = 1;
        return;
    }
    zh_define_only(&r->d, of, r->within, of_tag);
    n->tag = zh_define_text(&r->d, of, r->within, "tag", ZH_TAG_BYTES_MAX, true);
    if (n->tag.size > 0 && !zh_tag_name_is_good(n->tag)) zh_define_wrong(&r->d, r->within, "tag", "must be a tag: at most %d bytes, no control characters", ZH_TAG_BYTES_MAX);
    n->removes_tag = zh_define_flag(&r->d, of, r->within, "remove", false);
    n->for_ms = zh_define_int(&r->d, of, r->within, "forMs", ZH_JOURNEY_WAIT_MS_MIN, ZH_JOURNEY_WAIT_MS_MAX, 0);
}

static void read_exit(reader *r, zh_json_value of, zh_journey_node *n)
{
    static const char *const known[] = { "kind", "goal", NULL };
    zh_define_only(&r->d, of, r->within, known);
    n->is_goal = zh_define_flag(&r->d, of, r->within, "goal", false);
}

static void read_node(reader *r, zh_json_value of, zh_journey_node *n)
{
    static void (*const readers[ZH_JOURNEY_KINDS])(reader *, zh_json_value, zh_journey_node *) = { read_wait, read_branch, read_split, read_send, read_offer, read_update, read_exit };
    (void)snprintf(r->within, sizeof r->within, "nodes.%.*s", ZH_SV_ARG(n->name));
    if (!zh_json_is(of, ZH_JSON_OBJECT)) zh_define_wrong(&r->d, "nodes", r->within + 6, "must be an object");
    n->kind = (zh_journey_kind)zh_define_word(&r->d, of, r->within, "kind", kinds, ZH_JOURNEY_KINDS, ZH_JOURNEY_KINDS);
    if (r->d.is_bad) return;
    n->next = n->kind == ZH_JOURNEY_SPLIT || n->kind == ZH_JOURNEY_EXIT ? ZH_JOURNEY_END : read_next(r, of, r->within, "next");
    n->other = n->next;
    readers[n->kind](r, of, n);
}

/* Names first, so that a node may name one that comes later. */
static void read_nodes(reader *r, zh_json_value root)
{
    const zh_json_value nodes = zh_json_get(root, ZH_SV("nodes"));
    const size_t count = zh_json_is(nodes, ZH_JSON_OBJECT) ? zh_json_count(nodes) : 0;
    if (count < 1 || count > ZH_JOURNEY_NODES_MAX) zh_define_wrong(&r->d, "", "nodes", "must be an object of 1 to %d nodes", ZH_JOURNEY_NODES_MAX);
    if (r->d.is_bad) return;
    r->out->nodes = ZH_TAKE(r->d.arena, zh_journey_node, count);
    r->d.is_full |= r->out->nodes == NULL;
    if (r->d.is_full) return;
    for (zh_json_iter it = zh_json_walk(nodes); !r->d.is_bad && zh_json_next(&it);) {
        if (!zh_define_name_is_good(it.key)) zh_define_wrong(&r->d, "", "nodes", "must have names of 1 to 64 letters, digits, - and _");
        else if (zh_journey_node_named(r->out, it.key) != ZH_JOURNEY_END) zh_define_wrong(&r->d, "", "nodes", "has the name %.*s twice", ZH_SV_ARG(it.key));
        zh_journey_node *n = &r->out->nodes[r->out->nodes_count];
        *n = (zh_journey_node){ .name = zh_arena_copy(r->d.arena, it.key), .next = ZH_JOURNEY_END, .other = ZH_JOURNEY_END };
        r->d.is_full |= n->name.data == NULL;
        r->out->nodes_count++;
    }
    uint8_t at = 0;
    for (zh_json_iter it = zh_json_walk(nodes); !r->d.is_bad && !r->d.is_full && zh_json_next(&it);) read_node(r, it.value, &r->out->nodes[at++]);
}

/* ---- the graph ---- */

/* The nodes that may come after: [ZH_JOURNEY_CASES_MAX + 2]; returns how many. */
static unsigned nexts_of(const zh_journey_node *n, uint8_t out[ZH_JOURNEY_CASES_MAX + 2])
{
    unsigned count = 0;
    const bool has_cases = n->kind == ZH_JOURNEY_BRANCH || n->kind == ZH_JOURNEY_SPLIT;
    if (n->next != ZH_JOURNEY_END) out[count++] = n->next;
    if (n->other != ZH_JOURNEY_END && n->other != n->next) out[count++] = n->other;
    for (uint8_t i = 0; has_cases && i < n->cases_count; i++)
        if (n->cases[i].next != ZH_JOURNEY_END) out[count++] = n->cases[i].next;
    return count;
}

/* Nodes that can be reached from `from`; `through_waits`: also behind waits that wait for sure. */
static uint64_t reached(const zh_journey *j, uint8_t from, bool through_waits)
{
    uint64_t seen = UINT64_C(1) << from, open = seen;
    while (open != 0) {
        const int at = __builtin_ctzll(open);
        const zh_journey_node *n = &j->nodes[at];
        uint8_t nexts[ZH_JOURNEY_CASES_MAX + 2];
        open &= open - 1;
        if (!through_waits && at != from && n->kind == ZH_JOURNEY_WAIT && n->wait != ZH_JOURNEY_WAIT_BEST) continue;
        for (unsigned i = nexts_of(n, nexts); i-- > 0;) {
            const uint64_t bit = UINT64_C(1) << nexts[i];
            if ((seen & bit) == 0) open |= bit;
            seen |= bit;
        }
    }
    return seen;
}

static bool leads_back(const zh_journey *j, uint8_t from)
{
    uint8_t nexts[ZH_JOURNEY_CASES_MAX + 2];
    const zh_journey_node *n = &j->nodes[from];
    if (n->kind == ZH_JOURNEY_WAIT && n->wait != ZH_JOURNEY_WAIT_BEST) return false;
    for (unsigned i = nexts_of(n, nexts); i-- > 0;) {
        const zh_journey_node *next = &j->nodes[nexts[i]];
        const bool stops = next->kind == ZH_JOURNEY_WAIT && next->wait != ZH_JOURNEY_WAIT_BEST;
        if (nexts[i] == from || (!stops && (reached(j, nexts[i], false) >> from & 1) != 0)) return true;
    }
    return false;
}

static void check_graph(reader *r)
{
    const zh_journey *j = r->out;
    const uint64_t seen = reached(j, j->first, true);
    for (uint8_t i = 0; i < j->nodes_count && !r->d.is_bad; i++) {
        (void)snprintf(r->within, sizeof r->within, "%.*s", ZH_SV_ARG(j->nodes[i].name));
        if ((seen >> i & 1) == 0) zh_define_wrong(&r->d, "nodes", r->within, "no way leads here from %.*s", ZH_SV_ARG(j->nodes[j->first].name));
        else if (leads_back(j, i)) zh_define_wrong(&r->d, "nodes", r->within, "a way leads back here without a wait of a second at least");
    }
}

/* ---- the rest ---- */

static void read_entry(reader *r, zh_json_value root)
{
    static const char *const known[] = { "event", "where", "key", "segment", "again", NULL }, *const again[] = { "never", "after_exit" };
    const zh_json_value entry = zh_json_get(root, ZH_SV("entry"));
    if (!zh_json_is(entry, ZH_JSON_OBJECT)) zh_define_wrong(&r->d, "", "entry", is_there(entry) ? "must be an object" : "is missing: who gets in, by an event or a segment");
    zh_define_only(&r->d, entry, "entry", known);
    r->out->entry = read_event(r, entry, "entry", false);
    r->out->entry_segment = zh_define_name(&r->d, entry, "entry", "segment", false);
    r->out->key = zh_define_text(&r->d, entry, "entry", "key", ZH_CAMPAIGN_EVENT_BYTES_MAX, false);
    r->out->again = (zh_journey_again)zh_define_word(&r->d, entry, "entry", "again", again, 2, ZH_JOURNEY_NEVER_AGAIN);
    const bool by_event = r->out->entry.event.size > 0;
    if (by_event == (r->out->entry_segment.size > 0)) zh_define_wrong(&r->d, "", "entry", "says one of: event, segment");
    else if (!by_event && (r->out->key.size > 0 || r->out->entry.where.size > 0)) zh_define_wrong(&r->d, "entry", r->out->key.size > 0 ? "key" : "where", "goes with an event");
}

static void read_exits(reader *r, zh_json_value root)
{
    static const char *const known[] = { "event", "where", NULL };
    const zh_json_value list = zh_json_get(root, ZH_SV("exitOn"));
    char within[16];
    if (!is_there(list)) return;
    if (!zh_json_is(list, ZH_JSON_ARRAY) || zh_json_count(list) > ZH_JOURNEY_EXITS_MAX) zh_define_wrong(&r->d, "", "exitOn", "must be a list of at most %d events", ZH_JOURNEY_EXITS_MAX);
    for (zh_json_iter it = zh_json_walk(list); !r->d.is_bad && zh_json_next(&it);) {
        (void)snprintf(within, sizeof within, "exitOn.%u", r->out->exits_count);
        zh_define_only(&r->d, it.value, within, known);
        r->out->exits[r->out->exits_count++] = read_event(r, it.value, within, true);
    }
}

zh_err zh_journey_read(zh_json_value root, zh_arena *arena, zh_journey *out, zh_fault *fault)
{
    static const char *const known[] = { "title", "entry", "audience", "exitOn", "control", "goal", "running", "first", "nodes", NULL }, *const running[] = { "finish", "move" };
    reader r = { .d = { .arena = arena, .fault = fault }, .out = out };
    *fault = (zh_fault){ .field = "" };
    *out = (zh_journey){ .first = ZH_JOURNEY_END };
    if (!zh_json_is(root, ZH_JSON_OBJECT)) zh_define_wrong(&r.d, "", "", "a journey is an object");
    zh_define_only(&r.d, root, "", known);
    zh_define_titles(&r.d, root, &out->title_zh, &out->title_en);
    zh_define_audience(&r.d, root, &out->segment, &out->expression);
    zh_define_measure(&r.d, root, &out->control, &out->goal, &out->goal_ms);
    read_entry(&r, root);
    read_exits(&r, root);
    out->moves = zh_define_word(&r.d, root, "", "running", running, 2, 0) == 1;
    read_nodes(&r, root);
    if (!r.d.is_bad && !r.d.is_full) out->first = read_next(&r, root, "", "first");
    if (!r.d.is_bad && !r.d.is_full && out->first == ZH_JOURNEY_END) zh_define_wrong(&r.d, "", "first", "is missing: the node where a customer begins");
    if (!r.d.is_bad && !r.d.is_full) check_graph(&r);
    return r.d.is_bad ? ZH_FORMAT : r.d.is_full ? ZH_NOMEM : ZH_OK;
}
