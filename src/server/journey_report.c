/* journey_report.c -- GET /api/v1/journeys/{name}/report and …/members, /api/v1/journeys/instances: what came of a journey, who is where in it, and where one customer is. */
#include "engine/journey_report.h"
#include "server/answer.h"
#include "server/compared_answer.h"

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }

/* False: a problem was answered. */
static bool find(zh_call *call, zh_arena *arena, zh_journey_kept *kept)
{
    const zh_err e = zh_journeys_find(call->engine, zh_http_path_part(call->request, 3), arena, kept);
    if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", "name", "there is no journey of this name: GET /api/v1/journeys lists them");
    else if (e != ZH_OK) zh_call_failed(call, e, "the journey cannot be read");
    return e == ZH_OK;
}

/* ---- the report ---- */

static void put_count(zh_json_out *out, const char *key, uint64_t count) { zh_json_out_key_int(out, zh_sv_of(key), (int64_t)count); }

static void put_node(const zh_journey_report *r, const zh_journey_edition *of, uint8_t at, zh_json_out *out)
{
    const zh_journey_node *n = &of->journey.nodes[at];
    const zh_journey_messages *m = zh_journey_messages_of(r, n->name);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("node"), n->name);
    zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(zh_journey_kind_text(n->kind)));
    put_count(out, "at", of->counts.at[at]);
    put_count(out, "visited", of->counts.visited[at]);
    if (m != NULL) {
        zh_json_out_key(out, ZH_SV("messages"));
        zh_json_out_object(out);
        put_count(out, "planned", m->planned);
        put_count(out, "sent", m->sent);
        put_count(out, "skipped", m->skipped);
        put_count(out, "seen", m->seen);
        put_count(out, "clicked", m->clicked);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_version(const zh_journey_report *r, const zh_journey_edition *of, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("version"), of->counts.version);
    put_count(out, "entered", of->counts.entered);
    put_count(out, "in", of->counts.left[ZH_JOURNEY_LEFT_IN]);
    zh_json_out_key(out, ZH_SV("nodes"));
    zh_json_out_array(out);
    for (uint8_t i = 0; of->is_there && i < of->journey.nodes_count; i++) put_node(r, of, i, out);
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("left"));
    zh_json_out_object(out);
    for (int l = ZH_JOURNEY_LEFT_IN + 1; l < ZH_JOURNEY_LEFTS; l++) put_count(out, zh_journey_left_text((zh_journey_left)l), of->counts.left[l]);
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static void put_report(const zh_journey_kept *kept, const zh_journey_report *r, zh_currency currency, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("name"), kept->name);
    zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(zh_campaign_state_text(kept->state)));
    zh_json_out_key_int(out, ZH_SV("version"), kept->version);
    zh_json_out_key(out, ZH_SV("versions"));
    zh_json_out_array(out);
    for (uint32_t v = 0; v < r->editions_count; v++) put_version(r, &r->editions[v], out);
    zh_json_out_end(out);
    put_count(out, "treated", r->compared.treated);
    put_count(out, "control", r->compared.control);
    put_count(out, "crossed", r->compared.crossed);
    put_count(out, "silent", r->compared.silent);
    put_count(out, "open", r->compared.open);
    zh_json_out_key_bool(out, ZH_SV("isPart"), r->compared.is_part);
    zh_json_out_key(out, ZH_SV("goal"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("metric"), kept->journey.goal);
    zh_json_out_key_int(out, ZH_SV("windowMs"), kept->journey.goal_ms);
    zh_json_out_end(out);
    zh_json_out_key_int(out, ZH_SV("unitsMin"), ZH_COMPARED_UNITS_MIN);
    zh_answer_currency(out, ZH_SV("currency"), currency);
    zh_compared_put(out, "compared", &r->compared);
    zh_json_out_end(out);
}

void zh_route_journey_report(zh_call *call)
{
    zh_journey_kept kept;
    zh_journey_report report;
    zh_arena arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    if (find(call, &arena, &kept)) {
        zh_world_lock_read(world_of(call));
        const zh_currency currency = zh_answer_main_currency(world_of(call)->sales);
        zh_world_unlock(world_of(call));
        const zh_err e = zh_journey_report_of(call->engine, &kept, currency, &arena, &report);
        zh_json_out out = zh_call_begin(call);
        if (e == ZH_OK) put_report(&kept, &report, currency, &out);
        if (e == ZH_OK) zh_call_json(call, 200, &out);
        else zh_call_failed(call, e, NULL);
    }
    zh_arena_close(&arena);
}

/* ---- who they are ---- */

typedef struct row { zh_customer_id customer; char key[ZH_JOURNEY_KEY_BYTES_MAX]; uint8_t key_size; uint32_t version; int64_t entered_ms, moved_ms, due_ms; } row;

typedef struct listing {
    zh_sv journey, node;          /* node empty: `left` is asked */
    zh_journey_left left;
    uint32_t version;             /* 0: any */
    const zh_journey_edition *editions;
    uint32_t editions_count;
    size_t limit;
    uint64_t before;              /* of the last one that is shown */
    row found[CALL_PAGE_MAX];
    size_t count;
    bool more;
} listing;

/* Does he stand at the node that is asked for? In his own version. */
static bool is_at(const listing *l, const zh_instance *i)
{
    for (uint32_t v = 0; v < l->editions_count; v++) {
        const zh_journey_edition *of = &l->editions[v];
        if (of->counts.version == i->version) return of->is_there && i->place.node < of->journey.nodes_count && zh_sv_equal(of->journey.nodes[i->place.node].name, l->node);
    }
    return false;
}

static bool is_meant(const listing *l, const zh_instance *i)
{
    if (l->version != 0 && i->version != l->version) return false;
    return l->node.size == 0 ? i->place.left == l->left : i->place.left == ZH_JOURNEY_LEFT_IN && is_at(l, i);
}

static void take(listing *l, const zh_instance *i)
{
    row *r = &l->found[l->count++];
    *r = (row){ .customer = i->customer, .key_size = (uint8_t)i->key.size, .version = i->version, .entered_ms = i->entered_ms, .moved_ms = i->moved_ms, .due_ms = i->place.due_ms };
    memcpy(r->key, i->key.data, i->key.size);
}

/* In steps; the newest first. */
static void list_members(zh_world *w, listing *l)
{
    uint64_t at = l->before;
    for (uint32_t left = 0; left == 0 && !l->more;) { /* none left to look at in this step: there may be others */
        zh_instance i;
        left = ZH_CAMPAIGN_STEP;
        zh_world_lock_read(w);
        while (!l->more && zh_instances_page(w->instances, l->journey, &at, &left, &i)) {
            if (!is_meant(l, &i)) continue;
            l->more = l->count == l->limit;
            if (l->more) break;
            take(l, &i);
            l->before = at;
        }
        zh_world_unlock(w);
    }
}

static void put_times(zh_json_out *out, int64_t entered_ms, int64_t moved_ms, int64_t due_ms)
{
    zh_call_time(out, ZH_SV("entered"), entered_ms);
    zh_call_time(out, ZH_SV("moved"), moved_ms);
    zh_call_time(out, ZH_SV("due"), due_ms == INT64_MAX ? 0 : due_ms);
}

static void put_rows(zh_call *call, const listing *l)
{
    char next[24] = "";
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < l->count; i++) {
        const row *r = &l->found[i];
        zh_json_out_object(&out);
        zh_json_out_key(&out, ZH_SV("customer"));
        zh_answer_customer_row(call, r->customer, &out);
        zh_json_out_key_text(&out, ZH_SV("key"), (zh_sv){ r->key, r->key_size });
        zh_json_out_key_int(&out, ZH_SV("version"), r->version);
        put_times(&out, r->entered_ms, r->moved_ms, r->due_ms);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    if (l->more) (void)snprintf(next, sizeof next, "%llu", (unsigned long long)l->before);
    zh_answer_next(&out, next);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* What is asked for. False: a problem was answered. */
static bool read_listing(zh_call *call, listing *l)
{
    const zh_sv left = zh_http_param(call->request, ZH_SV("left")), version = zh_http_param(call->request, ZH_SV("version")), cursor = zh_http_param(call->request, ZH_SV("cursor"));
    uint32_t before = 0;
    l->node = zh_http_param(call->request, ZH_SV("node"));
    l->limit = zh_call_limit(call);
    const char *field = (l->node.size > 0) == (left.size > 0) ? "node" : left.size > 0 && !zh_journey_left_of(left, &l->left) ? "left" : version.size > 0 && !zh_call_number(version, &l->version) ? "version" : cursor.size > 0 && !zh_call_number(cursor, &before) ? "cursor" : NULL;
    l->before = before;
    if (field != NULL) zh_call_problem(call, 400, "bad_field", field, "say node=NAME for who is there now, or left=in, end, goal, control, ended, merged or lost; version is a number; cursor what the answer before gave as next");
    return field == NULL;
}

static bool knows_node(const listing *l)
{
    for (uint32_t v = 0; v < l->editions_count; v++)
        if (l->editions[v].is_there && zh_journey_node_named(&l->editions[v].journey, l->node) != ZH_JOURNEY_END) return true;
    return l->node.size == 0;
}

void zh_route_journey_members(zh_call *call)
{
    zh_journey_kept kept;
    zh_journey_edition *editions = NULL;
    zh_arena arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    listing *l = ZH_TAKE(&arena, listing, 1);
    if (l == NULL) zh_call_failed(call, ZH_NOMEM, NULL);
    else if (find(call, &arena, &kept) && read_listing(call, l)) {
        const zh_err e = zh_journey_editions(call->engine, &kept, &arena, &editions, &l->editions_count);
        l->journey = kept.name;
        l->editions = editions;
        if (e != ZH_OK) zh_call_failed(call, e, NULL);
        else if (!knows_node(l)) zh_call_problem(call, 400, "bad_field", "node", "no version that is approved has a node of this name");
        else {
            list_members(world_of(call), l);
            put_rows(call, l);
        }
    }
    zh_arena_close(&arena);
}

/* ---- where one customer is ---- */

/* The customer that is asked about, as he is now; 0: a problem was answered. */
static zh_customer_id asked_customer(zh_call *call)
{
    zh_permit permit;
    zh_customer_id id = { 0 };
    zh_world *w = world_of(call);
    const zh_sv user = zh_http_param(call->request, ZH_SV("userId")), number = zh_http_param(call->request, ZH_SV("customer"));
    if ((user.size > 0) == (number.size > 0)) return zh_call_problem(call, 400, "bad_field", "customer", "say userId, or customer as a list has it as id"), id;
    if (user.size > 0) id = zh_answer_find_customer(call, user);
    else if (zh_answer_customer_number(number, &id)) id = zh_world_root(w, id);
    zh_world_lock_read(w);
    if (id.number != 0 && zh_customers_get(w->customers, id) == NULL) id.number = 0;
    zh_world_unlock(w);
    if (id.number == 0) return zh_call_problem(call, 404, "not_found", user.size > 0 ? "userId" : "customer", "no such customer"), id;
    if (!zh_call_permit(call, id, ZH_PURPOSE_SUPPORT, &permit)) return zh_call_problem(call, 403, "forbidden", NULL, "this role may not look at one customer"), (zh_customer_id){ 0 };
    return id;
}

static zh_instance *copy_rows(zh_call *call, zh_customer_id customer, size_t most, size_t *count, bool *more)
{
    zh_world *w = world_of(call);
    zh_instance *rows = ZH_TAKE(call->arena, zh_instance, most + 1), *i = rows;
    if (rows == NULL) return NULL;
    zh_world_lock_read(w);
    for (const void *at = NULL; i <= rows + most && zh_instances_next(w->instances, customer, &at, i); i++) {
        i->journey = zh_arena_copy(call->arena, i->journey);
        i->key = zh_arena_copy(call->arena, i->key);
    }
    zh_world_unlock(w);
    *count = (size_t)(i - rows);
    *more = *count > most;
    if (*more) *count = most;
    return rows;
}

/* Names are those of his version; where its definition is gone there are none. */
static void put_instance(zh_call *call, const zh_instance *i, zh_arena *arena, zh_json_out *out)
{
    zh_journey journey = { .nodes_count = 0 };
    if (zh_journeys_version(call->engine, i->journey, i->version, arena, &journey) != ZH_OK) journey.nodes_count = 0;
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("journey"), i->journey);
    zh_json_out_key_text(out, ZH_SV("key"), i->key);
    zh_json_out_key_int(out, ZH_SV("version"), i->version);
    zh_json_out_key(out, ZH_SV("node"));
    if (i->place.node < journey.nodes_count) zh_json_out_text(out, journey.nodes[i->place.node].name);
    else zh_json_out_null(out);
    zh_json_out_key_bool(out, ZH_SV("inWait"), i->place.is_in);
    zh_json_out_key_text(out, ZH_SV("left"), zh_sv_of(zh_journey_left_text(i->place.left)));
    zh_json_out_key_bool(out, ZH_SV("control"), i->is_control);
    zh_json_out_key_int(out, ZH_SV("entries"), i->entries);
    put_times(out, i->entered_ms, i->moved_ms, i->place.due_ms);
    zh_json_out_key(out, ZH_SV("visited"));
    zh_json_out_array(out);
    for (uint8_t n = 0; n < journey.nodes_count; n++)
        if ((i->place.visited >> n & 1) != 0) zh_json_out_text(out, journey.nodes[n].name);
    zh_json_out_end(out);
    zh_json_out_end(out);
}

void zh_route_journey_instances(zh_call *call)
{
    size_t count = 0;
    bool more = false;
    const zh_customer_id customer = asked_customer(call);
    if (customer.number == 0) return;
    const zh_instance *rows = copy_rows(call, customer, zh_call_limit(call), &count, &more);
    if (rows == NULL) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    zh_arena arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        zh_arena_reset(&arena);
        put_instance(call, &rows[i], &arena, &out);
    }
    zh_json_out_end(&out);
    zh_json_out_key_bool(&out, ZH_SV("isPart"), more);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
    zh_arena_close(&arena);
}
