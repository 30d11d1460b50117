#include "wire.h"
#include "base/hash.h"
#include "base/json_out.h"
#include "base/map.h"
#include "base/time.h"
#include "later.h"
#include "place.h"
#include "sys/client.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH_EVENTS_MAX 2000      /* the collector takes 2,500 */
#define BATCH_BYTES_MAX 400000u    /* and 512,000 bytes; an event of a list is about 1,500 */
#define BODY_BYTES_MAX (4u << 20)
#define TRIES_MAX 40               /* of one question to an engine that is busy: about half a minute */
#define ITEMS_A_POST 500
#define REFUNDS_MAX 1000000u       /* on their way back at one time */
#define EVENT_BYTES_MAX (64u << 10)/* an order of 32 lines has 8 KB; the collector takes 32 */
#define REPORT_TIMEOUT_MS 5000     /* the shop does not wait long for who only wants to draw it */

typedef struct refund { /* kept until its day */
    int32_t day;
    uint32_t customer, visit;
    uint16_t item, line;
} refund;

struct zh_sim_wire {
    zh_client *collect, *serve, *tell; /* tell: reports, with a patience of their own */
    const zh_clock *clock;
    const zh_sim_catalog *catalog;
    const zh_sim_people *people;   /* of the day; NULL before the first */
    uint64_t seed;
    bool each_visit, untold_items; /* untold: the engine takes no items from this key, it learns them from events */
    zh_map index;                  /* hash of an item id -> its index */
    zh_buf batch, body, event;
    zh_sim_later later;
    int64_t hold_after_ms;         /* INT64_MAX: nothing waits */
    zh_json *json;
    uint32_t batch_events;
    int64_t batch_hour;            /* of the events that wait */
    int8_t told[ZH_SHOP_ITEMS_MAX];/* 0 never, 1 sold, 2 not sold */
    refund *refunds;
    uint32_t refunds_count, refunds_room;
    zh_err failed;
    zh_note why;
    zh_sim_wire_counts counts;
};

static void fail(zh_sim_wire *w, zh_err e, const char *what, zh_sv detail)
{
    if (w->failed != ZH_OK) return;
    w->failed = e;
    zh_note_set(&w->why, "%s: %.*s", what, ZH_SV_ARG(zh_sv_part(detail, 0, 180)));
}

static void sleep_ms(int64_t ms)
{
    const struct timespec span = { ms / 1000, ms % 1000 * 1000000 };
    (void)nanosleep(&span, NULL);
}

/* Ask until the engine is not too busy. */
static bool ask(zh_sim_wire *w, zh_client *client, zh_sv url, zh_sv body, zh_client_answer *answer)
{
    const zh_client_question question = { .url = url, .body = body };
    for (int tries = 0; w->failed == ZH_OK && tries < TRIES_MAX; tries++) {
        const zh_err e = zh_client_ask(client, &question, answer);
        if (e != ZH_OK) {
            fail(w, e, "the engine does not answer", zh_client_why(client));
            return false;
        }
        if (answer->status != 429 && answer->status != 503) return true;
        sleep_ms(tries < 10 ? 50 : 1000);
    }
    fail(w, ZH_BUSY, "the engine is busy for too long", url);
    return false;
}

zh_err zh_sim_wire_open(zh_sim_wire **out, const zh_sim_wire_desc *desc, zh_note *why)
{
    zh_sim_wire *w = calloc(1, sizeof *w); /* the shop's own process: one wire for its whole life */
    if (w == NULL) return ZH_NOMEM;
    *w = (zh_sim_wire){ .catalog = desc->catalog, .seed = desc->seed, .each_visit = desc->each_visit, .index = zh_map_open(),
                        .batch = zh_buf_open(BODY_BYTES_MAX), .body = zh_buf_open(BODY_BYTES_MAX), .event = zh_buf_open(EVENT_BYTES_MAX),
                        .clock = desc->clock, .hold_after_ms = INT64_MAX };
    zh_err e = zh_client_open(&w->collect, &(zh_client_desc){ .base_url = desc->url, .user = desc->write_key });
    if (e == ZH_OK) e = zh_client_open(&w->serve, &(zh_client_desc){ .base_url = desc->url, .bearer = desc->server_key });
    if (e == ZH_OK) e = zh_client_open(&w->tell, &(zh_client_desc){ .base_url = desc->url, .bearer = desc->server_key, .timeout_ms = REPORT_TIMEOUT_MS });
    if (e == ZH_OK) e = zh_json_open(&w->json, 1u << 20);
    if (e != ZH_OK) {
        zh_note_set(why, "%.*s: not an address of an engine, as http://127.0.0.1:8700", ZH_SV_ARG(desc->url));
        zh_sim_wire_close(w);
        return e;
    }
    *out = w;
    return ZH_OK;
}

void zh_sim_wire_close(zh_sim_wire *w)
{
    if (w == NULL) return;
    zh_client_close(w->collect);
    zh_client_close(w->serve);
    zh_client_close(w->tell);
    zh_sim_later_close(&w->later);
    zh_json_close(w->json);
    zh_map_close(&w->index);
    zh_buf_close(&w->batch);
    zh_buf_close(&w->body);
    zh_buf_close(&w->event);
    free(w->refunds);
    free(w);
}

void zh_sim_wire_catalog(zh_sim_wire *w, const zh_sim_catalog *catalog)
{
    w->catalog = catalog;
    for (uint32_t i = 0; i < catalog->count; i++)
        if (zh_map_put(&w->index, zh_fast64(zh_sv_of(catalog->items[i].id)), i) != ZH_OK) fail(w, ZH_NOMEM, "items", ZH_SV("out of memory"));
}

zh_err zh_sim_wire_err(const zh_sim_wire *w, zh_note *why)
{
    if (w->failed != ZH_OK && why != NULL) *why = w->why;
    return w->failed;
}

zh_sim_wire_counts zh_sim_wire_counted(const zh_sim_wire *w) { return w->counts; }

/* ---- items ---- */

static void put_word(zh_json_out *out, zh_sv key, zh_sv text)
{
    if (text.size > 0) zh_json_out_key_text(out, key, text);
}

static void put_item(zh_sim_wire *w, zh_json_out *out, uint32_t i, bool sold)
{
    const zh_sim_item *item = &w->catalog->items[i];
    const zh_shop_type *type = &w->catalog->shop->types[item->type];
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("itemId"), zh_sv_of(item->id));
    zh_json_out_key_text(out, ZH_SV("title"), item->title);
    zh_json_out_key_text(out, ZH_SV("category"), type->category);
    if (item->brand.size > 0) zh_json_out_key_text(out, ZH_SV("brand"), item->brand);
    zh_json_out_key_int(out, ZH_SV("priceCents"), item->price_cents);
    zh_json_out_key_int(out, ZH_SV("costCents"), item->cost_cents);
    zh_json_out_key_text(out, ZH_SV("currency"), w->catalog->shop->currency);
    zh_json_out_key_bool(out, ZH_SV("available"), sold);
    zh_json_out_key(out, ZH_SV("attributes"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("title_en"), item->title_en);
    zh_json_out_key_text(out, ZH_SV("title_zh"), item->title_zh);
    zh_json_out_key_text(out, ZH_SV("type"), type->name);
    if (item->group[0] != '\0') zh_json_out_key_text(out, ZH_SV("group"), zh_sv_of(item->group));
    put_word(out, ZH_SV("brand_zh"), item->brand_zh);
    put_word(out, ZH_SV("attribute"), item->attribute);
    put_word(out, ZH_SV("attribute_zh"), item->attribute_zh);
    put_word(out, ZH_SV("variant"), item->variant);
    put_word(out, ZH_SV("variant_zh"), item->variant_zh);
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static void post_items(zh_sim_wire *w, zh_json_out *out)
{
    zh_client_answer answer;
    zh_json_out_end(out);
    zh_json_out_end(out);
    if (zh_json_out_done(out) != ZH_OK) fail(w, ZH_NOMEM, "items", ZH_SV("out of memory"));
    if (!ask(w, w->serve, ZH_SV("/api/v1/items"), zh_buf_view(&w->body), &answer)) return;
    if (answer.status == 401 || answer.status == 403) w->untold_items = true;
    else if (answer.status != 200) fail(w, ZH_FORMAT, "the engine refused the items", answer.body);
}

/* Tell of items whose state changed; `known` is false on the first day, when all are told. */
static void tell_items(zh_sim_wire *w, const zh_sim_world *world)
{
    zh_json_out out = { 0 };
    uint32_t open = 0;
    for (uint32_t i = 0; i < w->catalog->count && w->failed == ZH_OK && !w->untold_items; i++) {
        const bool sold = zh_sim_world_sells(world, i);
        if (w->told[i] == (sold ? 1 : 2) || (w->told[i] == 0 && !sold)) continue; /* not told of before it is new */
        w->told[i] = sold ? 1 : 2;
        if (open == 0) {
            zh_buf_reset(&w->body);
            out = zh_json_out_on(&w->body);
            zh_json_out_object(&out);
            zh_json_out_key(&out, ZH_SV("items"));
            zh_json_out_array(&out);
        }
        put_item(w, &out, i, sold);
        w->counts.items++;
        if (++open == ITEMS_A_POST) {
            post_items(w, &out);
            open = 0;
        }
    }
    if (open > 0) post_items(w, &out);
}

/* ---- events ---- */

static zh_json_out begin_event(zh_sim_wire *w, const char *type, uint32_t customer, uint32_t visit, const char *which, int64_t ms)
{
    char text[96], time[ZH_TIME_TEXT_BYTES];
    zh_buf_reset(&w->event);
    w->counts.events++;
    zh_json_out out = zh_json_out_on(&w->event);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("type"), zh_sv_of(type));
    snprintf(text, sizeof text, "sim-%llu-%u-%u-%s", (unsigned long long)w->seed, (unsigned)customer, (unsigned)visit, which);
    zh_json_out_key_text(&out, ZH_SV("messageId"), zh_sv_of(text));
    (void)zh_time_print(ms, time);
    zh_json_out_key_text(&out, ZH_SV("timestamp"), zh_sv_of(time));
    return out;
}

/* The event joins the batch, or waits for its moment. */
static void end_event(zh_sim_wire *w, zh_json_out *out, bool identify, int64_t ms)
{
    zh_json_out_end(out);
    zh_err e = zh_json_out_done(out);
    if (e == ZH_OK && ms > w->hold_after_ms) e = zh_sim_later_put(&w->later, ms, identify ? "/v1/identify" : "/v1/track", zh_buf_view(&w->event));
    else if (e == ZH_OK) {
        zh_buf_put(&w->batch, w->batch_events == 0 ? ZH_SV("{\"batch\":[") : ZH_SV(","));
        zh_buf_put(&w->batch, zh_buf_view(&w->event));
        w->batch_events++;
    }
    if (e == ZH_FULL) fail(w, e, "events", ZH_SV("too many visits at one time: choose fewer customers"));
    else if (e != ZH_OK) fail(w, e, "events", ZH_SV("out of memory"));
}

static void put_ids(const zh_sim_wire *w, zh_json_out *out, uint32_t customer, bool known, bool device)
{
    char text[64];
    snprintf(text, sizeof text, "c%llu-%05u", (unsigned long long)w->seed, (unsigned)customer + 1);
    if (known) zh_json_out_key_text(out, ZH_SV("userId"), zh_sv_of(text));
    text[0] = 'd'; /* the device */
    if (device) zh_json_out_key_text(out, ZH_SV("anonymousId"), zh_sv_of(text));
}

static void put_product(const zh_sim_wire *w, zh_json_out *out, uint32_t i, int position)
{
    const zh_sim_item *item = &w->catalog->items[i];
    zh_json_out_key_text(out, ZH_SV("product_id"), zh_sv_of(item->id));
    if (position > 0) {
        zh_json_out_key_int(out, ZH_SV("position"), position);
        return; /* a list names its items; what they are is in the catalog */
    }
    zh_json_out_key_text(out, ZH_SV("name"), item->title);
    zh_json_out_key_text(out, ZH_SV("category"), w->catalog->shop->types[item->type].category);
    if (item->brand.size > 0) zh_json_out_key_text(out, ZH_SV("brand"), item->brand);
    zh_json_out_key_real(out, ZH_SV("price"), (double)item->price_cents / 100);
    zh_json_out_key_int(out, ZH_SV("quantity"), 1);
}

static const char *place_name(zh_sim_place place)
{
    static const char *const names[] = { "home", "product_page", "cart", "search" };
    return names[place];
}

static void put_list(const zh_sim_wire *w, zh_json_out *out, const zh_sim_trace *t, const zh_sim_act *a)
{
    zh_json_out_key_text(out, ZH_SV("event"), ZH_SV("Product List Viewed"));
    zh_json_out_key(out, ZH_SV("properties"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("list_id"), zh_sv_of(place_name(a->place)));
    zh_json_out_key(out, ZH_SV("products"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < a->count; i++) {
        zh_json_out_object(out);
        put_product(w, out, t->items[a->from + i], (int)i + 1);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static void put_touch(const zh_sim_wire *w, zh_json_out *out, const zh_sim_act *a)
{
    zh_json_out_key_text(out, ZH_SV("event"), a->kind == ZH_SIM_VIEW ? ZH_SV("Product Viewed") : ZH_SV("Product Added"));
    zh_json_out_key(out, ZH_SV("properties"));
    zh_json_out_object(out);
    put_product(w, out, (uint32_t)a->item, 0);
    zh_json_out_key_text(out, ZH_SV("currency"), w->catalog->shop->currency);
    zh_json_out_end(out);
}

static void put_order_id(const zh_sim_wire *w, zh_json_out *out, uint32_t customer, uint32_t visit)
{
    char text[64];
    snprintf(text, sizeof text, "o%llu-%05u-%u", (unsigned long long)w->seed, (unsigned)customer + 1, (unsigned)visit + 1);
    zh_json_out_key_text(out, ZH_SV("order_id"), zh_sv_of(text));
    zh_json_out_key_text(out, ZH_SV("currency"), w->catalog->shop->currency);
}

static void put_order(zh_sim_wire *w, zh_json_out *out, const zh_sim_trace *t, const zh_sim_act *a)
{
    int64_t total_cents = 0;
    for (uint32_t i = 0; i < a->count; i++) total_cents += w->catalog->items[t->items[a->from + i]].price_cents;
    zh_json_out_key_text(out, ZH_SV("event"), ZH_SV("Order Completed"));
    zh_json_out_key(out, ZH_SV("properties"));
    zh_json_out_object(out);
    put_order_id(w, out, t->customer, t->visit);
    zh_json_out_key_real(out, ZH_SV("revenue"), (double)total_cents / 100);
    zh_json_out_key_real(out, ZH_SV("total"), (double)total_cents / 100);
    zh_json_out_key(out, ZH_SV("products"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < a->count; i++) {
        zh_json_out_object(out);
        put_product(w, out, t->items[a->from + i], 0);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static void keep_refunds(zh_sim_wire *w, const zh_sim_trace *t, const zh_sim_act *a)
{
    for (uint32_t line = 0; line < a->count; line++) {
        if (t->return_day[line] < 0) continue;
        if (w->refunds_count == w->refunds_room) {
            const uint32_t room = w->refunds_room == 0 ? 256 : 2 * w->refunds_room;
            refund *more = room > REFUNDS_MAX ? NULL : realloc(w->refunds, room * sizeof *more);
            if (more == NULL) {
                fail(w, ZH_NOMEM, "returns", ZH_SV("too many are on their way"));
                return;
            }
            w->refunds = more, w->refunds_room = room;
        }
        w->refunds[w->refunds_count++] = (refund){ t->return_day[line], t->customer, t->visit, t->items[a->from + line], (uint16_t)line };
    }
}

static void put_refund(zh_sim_wire *w, const refund *r, int64_t ms)
{
    char which[24];
    const zh_sim_item *item = &w->catalog->items[r->item];
    snprintf(which, sizeof which, "refund-%u", (unsigned)r->line);
    zh_json_out out = begin_event(w, "track", r->customer, r->visit, which, ms);
    put_ids(w, &out, r->customer, true, false);
    zh_json_out_key_text(&out, ZH_SV("event"), ZH_SV("Order Refunded"));
    zh_json_out_key(&out, ZH_SV("properties"));
    zh_json_out_object(&out);
    put_order_id(w, &out, r->customer, r->visit);
    zh_json_out_key_real(&out, ZH_SV("total"), (double)item->price_cents / 100);
    zh_json_out_key(&out, ZH_SV("products"));
    zh_json_out_array(&out);
    zh_json_out_object(&out);
    put_product(w, &out, r->item, 0);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    end_event(w, &out, false, ms);
}

/* The engine answers 0 also for what has waited less than a millisecond: so first let one pass. */
static void await_seen(zh_sim_wire *w)
{
    for (int tries = 0; w->failed == ZH_OK && tries < 20000; tries++) {
        zh_client_answer answer;
        zh_json_value root;
        int64_t lag_ms;
        sleep_ms(tries < 50 ? 2 : 20);
        if (!ask(w, w->serve, ZH_SV("/readyz"), (zh_sv){ 0 }, &answer)) return;
        if (zh_json_parse(w->json, answer.body, &root, NULL) != ZH_OK || !zh_json_int(zh_json_get(root, ZH_SV("viewLagMs")), &lag_ms)) return; /* an engine that does not say */
        if (lag_ms == 0) return;
    }
}

/* Look at the answer to events: one that is rejected is a fault of the shop, and its measurement would be wrong. */
static void check_taken(zh_sim_wire *w, const zh_client_answer *answer)
{
    zh_json_value root;
    int64_t rejected = 0;
    if (answer->status != 200) fail(w, ZH_DENIED, "the engine refused the events", answer->body);
    else if (zh_json_parse(w->json, answer->body, &root, NULL) == ZH_OK && zh_json_int(zh_json_get(root, ZH_SV("rejected")), &rejected) && rejected > 0)
        fail(w, ZH_FORMAT, "the engine rejected events; see its dead letters", answer->body);
    w->counts.batches++;
}

/* Send the batch; `seen`: wait for the views too. */
static void send_batch(zh_sim_wire *w, bool seen)
{
    zh_client_answer answer;
    if (w->batch_events == 0 || w->failed != ZH_OK) return;
    zh_buf_put(&w->batch, ZH_SV("]}"));
    if (zh_buf_err(&w->batch) != ZH_OK) fail(w, ZH_NOMEM, "events", ZH_SV("out of memory"));
    if (ask(w, w->collect, ZH_SV("/v1/batch"), zh_buf_view(&w->batch), &answer)) check_taken(w, &answer);
    zh_buf_reset(&w->batch);
    w->batch_events = 0;
    if (seen) await_seen(w);
}

/* ---- live ---- */

void zh_sim_wire_hold(zh_sim_wire *w, int64_t after_ms) { w->hold_after_ms = after_ms; }

int64_t zh_sim_wire_send_due(zh_sim_wire *w, int64_t until_ms)
{
    const zh_sim_later_event *next;
    while ((next = zh_sim_later_first(&w->later)) != NULL && next->ms <= until_ms && w->failed == ZH_OK) {
        zh_client_answer answer;
        if (ask(w, w->collect, zh_sv_of(next->path), (zh_sv){ next->text, next->size }, &answer)) check_taken(w, &answer);
        zh_sim_later_drop(&w->later);
    }
    return next == NULL ? INT64_MAX : next->ms;
}

bool zh_sim_wire_name_fits(zh_sv name)
{
    if (name.size == 0 || name.size > ZH_SIM_REPORT_NAME_MAX) return false;
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-')) return false;
    }
    return true;
}

zh_err zh_sim_wire_report(zh_sim_wire *w, zh_sv name, zh_sv json, zh_note *why)
{
    char url[ZH_SIM_REPORT_NAME_MAX + 40];
    zh_client_answer answer;
    snprintf(url, sizeof url, "/api/v1/reports/policies/%.*s", (int)(name.size < ZH_SIM_REPORT_NAME_MAX ? name.size : ZH_SIM_REPORT_NAME_MAX), name.data);
    const zh_err e = zh_client_ask(w->tell, &(zh_client_question){ .method = ZH_SV("PUT"), .url = zh_sv_of(url), .body = json }, &answer);
    if (e != ZH_OK) {
        zh_note_set(why, "%.*s", ZH_SV_ARG(zh_sv_part(zh_client_why(w->tell), 0, 180)));
        return e;
    }
    if (answer.status / 100 == 2) return ZH_OK;
    zh_note_set(why, "status %u: %.*s", answer.status, ZH_SV_ARG(zh_sv_part(answer.body, 0, 180)));
    return ZH_DENIED;
}

void zh_sim_wire_flush(zh_sim_wire *w) { send_batch(w, true); }

void zh_sim_wire_day(zh_sim_wire *w, const zh_sim_world *world)
{
    const int64_t ms = w->catalog->shop->start_ms + world->day * ZH_DAY_MS;
    uint32_t kept = 0;
    w->people = world->people;
    tell_items(w, world);
    for (uint32_t i = 0; i < w->refunds_count; i++) {
        if (w->refunds[i].day > world->day) w->refunds[kept++] = w->refunds[i];
        else put_refund(w, &w->refunds[i], ms + 1000 * (int64_t)i);
    }
    w->refunds_count = kept;
    w->batch_hour = world->day * 24;
    zh_sim_wire_flush(w);
}

static void put_weather(int sky, zh_json_out *out)
{
    if (sky == 0) return;
    zh_json_out_key(out, ZH_SV("weather"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("condition"), sky == 2 ? ZH_SV("rain") : ZH_SV("clear"));
    zh_json_out_end(out);
}

/* What the app says of where it is and of the weather there, in the context of all events of a visit. */
static void put_moment(const zh_sim_wire *w, const zh_sim_trace *t, zh_json_out *out)
{
    zh_sim_position at;
    const bool is_there = w->people != NULL && zh_sim_place_at(w->people, t->customer, t->visit, t->minute, &at);
    if (!is_there && t->sky == 0) return;
    zh_json_out_key(out, ZH_SV("context"));
    zh_json_out_object(out);
    if (is_there) {
        zh_json_out_key(out, ZH_SV("location"));
        zh_json_out_object(out);
        zh_json_out_key_real(out, ZH_SV("latitude"), round(at.latitude * 1e6) / 1e6);
        zh_json_out_key_real(out, ZH_SV("longitude"), round(at.longitude * 1e6) / 1e6);
        zh_json_out_end(out);
    }
    put_weather(t->sky, out);
    zh_json_out_end(out);
}

void zh_sim_wire_watch(void *wire, const zh_sim_trace *t)
{
    zh_sim_wire *w = wire;
    const int64_t begin_ms = w->catalog->shop->start_ms + t->minute * ZH_MINUTE_MS;
    bool known = !t->anonymous;
    w->batch_hour = t->minute / 60;
    for (uint32_t i = 0; i < t->acts_count && w->failed == ZH_OK; i++) {
        const zh_sim_act *a = &t->acts[i];
        char which[16];
        if (w->batch_events >= BATCH_EVENTS_MAX || w->batch.size > BATCH_BYTES_MAX) send_batch(w, false);
        snprintf(which, sizeof which, "%u", (unsigned)i);
        if (a->kind == ZH_SIM_LOGIN) known = true;
        const int64_t ms = begin_ms + 1000 * (int64_t)a->second;
        zh_json_out out = begin_event(w, a->kind == ZH_SIM_LOGIN ? "identify" : "track", t->customer, t->visit, which, ms);
        put_ids(w, &out, t->customer, known, t->anonymous);
        put_moment(w, t, &out);
        if (a->kind == ZH_SIM_LIST) put_list(w, &out, t, a);
        else if (a->kind == ZH_SIM_VIEW || a->kind == ZH_SIM_ADD) put_touch(w, &out, a);
        else if (a->kind == ZH_SIM_ORDER) {
            put_order(w, &out, t, a);
            keep_refunds(w, t, a);
        }
        end_event(w, &out, a->kind == ZH_SIM_LOGIN, ms);
    }
    if (w->each_visit) zh_sim_wire_flush(w);
}

/* ---- lists ---- */

/* The simulated moment. Live visits are played at their begin: then no later than now. */
static int64_t moment_of(const zh_sim_wire *w, const zh_sim_visit *v)
{
    const int64_t ms = w->catalog->shop->start_ms + v->minute * ZH_MINUTE_MS + v->second * ZH_SECOND_MS;
    if (w->hold_after_ms == INT64_MAX) return ms;
    const int64_t now_ms = zh_clock_wall_ms(w->clock);
    return ms < now_ms ? ms : now_ms;
}

static void put_question(zh_sim_wire *w, const zh_sim_visit *v, const zh_sim_ask *question)
{
    char time[ZH_TIME_TEXT_BYTES];
    zh_buf_reset(&w->body);
    zh_json_out out = zh_json_out_on(&w->body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("placement"), zh_sv_of(place_name(question->place)));
    put_ids(w, &out, v->customer, v->known, v->trace->anonymous);
    zh_json_out_key_int(&out, ZH_SV("n"), question->n);
    zh_json_out_key(&out, ZH_SV("context"));
    zh_json_out_object(&out);
    (void)zh_time_print(moment_of(w, v), time);
    zh_json_out_key_text(&out, ZH_SV("time"), zh_sv_of(time));
    put_weather(v->sky, &out);
    if (question->page_item >= 0) zh_json_out_key_text(&out, ZH_SV("itemId"), zh_sv_of(w->catalog->items[question->page_item].id));
    zh_json_out_key(&out, ZH_SV("cart"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < v->cart_count; i++) zh_json_out_text(&out, zh_sv_of(w->catalog->items[v->cart[i]].id));
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    if (zh_json_out_done(&out) != ZH_OK) fail(w, ZH_NOMEM, "lists", ZH_SV("out of memory"));
}

uint32_t zh_sim_wire_list(void *wire, const zh_sim_visit *v, const zh_sim_ask *question, uint16_t *out)
{
    zh_sim_wire *w = wire;
    zh_client_answer answer;
    zh_json_value root;
    uint32_t count = 0;
    if (w->batch_hour != v->minute / 60) zh_sim_wire_flush(w);
    put_question(w, v, question);
    if (w->failed != ZH_OK || !ask(w, w->serve, ZH_SV("/v1/recommend"), zh_buf_view(&w->body), &answer)) return 0;
    w->counts.lists++;
    if (answer.status != 200 || zh_json_parse(w->json, answer.body, &root, NULL) != ZH_OK) {
        fail(w, ZH_DENIED, "the engine gave no list", answer.body);
        return 0;
    }
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("items"))); zh_json_next(&it) && count < question->n;) {
        const uint64_t *index = zh_map_get(&w->index, zh_fast64(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("itemId")))));
        if (index != NULL) out[count++] = (uint16_t)*index; /* another shop's item is not shown */
    }
    w->counts.lists_short += count < question->n;
    return count;
}
