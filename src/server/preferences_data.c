/* preferences_data.c -- what is known of a customer, as one JSON object, and the same as a table. */
#include "base/csv.h"
#include "engine/history.h"
#include "server/answer.h"
#include "server/feedback_answer.h"
#include "server/preferences.h"

#define EVENTS_PAGE 100
#define NAME_BYTES_MAX 512 /* of a value's place: "properties.products[0].price" */

/* ---- lists ---- */

/* One list as the page shows it. */
static void put_list(zh_call *call, const zh_decision *d, zh_json_out *out)
{
    const zh_world *w = zh_engine_world(call->engine);
    char id[ZH_DECISION_ID_TEXT_BYTES];
    zh_decision_id_print(d->id, id);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("decisionId"), zh_sv_of(id));
    zh_call_time(out, ZH_SV("at"), d->time_ms);
    zh_json_out_key_text(out, ZH_SV("placement"), d->placement);
    zh_json_out_key_bool(out, ZH_SV("personalized"), d->personalized);
    zh_json_out_key(out, ZH_SV("items"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < d->shown_count; i++) {
        const zh_item *item = zh_catalog_get(w->catalog, d->shown[i].item), *evidence = zh_catalog_get(w->catalog, d->shown[i].evidence);
        const zh_sv because = evidence == NULL ? (zh_sv){ 0 } : evidence->title.size > 0 ? evidence->title : evidence->text;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("title"), item == NULL ? (zh_sv){ 0 } : item->title.size > 0 ? item->title : item->text);
        zh_json_out_key_text(out, ZH_SV("en"), zh_reason_en(d->shown[i].reason, because, call->arena));
        zh_json_out_key_text(out, ZH_SV("zh"), zh_reason_zh(d->shown[i].reason, because, call->arena));
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static zh_err put_lists(zh_own *own, bool whole, zh_json_out *out)
{
    zh_call *call = own->call;
    zh_customer_id numbers[ZH_TIMELINE_NUMBERS_MAX];
    const size_t limit = whole ? ZH_OWN_LISTS_MAX : ZH_OWN_LISTS, numbers_count = zh_history_numbers(call->engine, own->link.link.customer, numbers);
    zh_timeline_at *rows = ZH_TAKE(call->arena, zh_timeline_at, limit);
    zh_buf record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    size_t count = 0;
    zh_err e = rows == NULL ? ZH_NOMEM : zh_timeline_read(zh_engine_timeline(call->engine), ZH_TIMELINE_SHOWN, numbers, numbers_count, NULL, limit, rows, &count);
    zh_json_out_key(out, ZH_SV("lists"));
    zh_json_out_array(out);
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        zh_decision d;
        zh_buf_reset(&record);
        if (zh_log_fetch(zh_engine_log(call->engine), rows[i].partition, rows[i].sequence, &record) != ZH_OK) continue; /* retention let it go */
        if (zh_answer_is_erased(call, zh_buf_view(&record)) || zh_decision_get(zh_buf_view(&record), call->arena, &d) != ZH_OK) continue;
        if (whole) zh_answer_decision(call, &d, out);
        else {
            zh_world_lock_read(zh_engine_world(call->engine));
            put_list(call, &d, out);
            zh_world_unlock(zh_engine_world(call->engine));
        }
    }
    zh_json_out_end(out);
    zh_buf_close(&record);
    return e;
}

/* ---- events ---- */

/* Newest first, in pages, until there are enough for one answer; `eventsNext` leads to the others. */
static zh_err put_events(zh_own *own, zh_json_out *out)
{
    zh_call *call = own->call;
    char cursor[ZH_TIMELINE_CURSOR_BYTES] = "", next[ZH_TIMELINE_CURSOR_BYTES];
    zh_sv after = zh_http_param(call->request, ZH_SV("before"));
    zh_err e = ZH_OK;
    zh_json_out_key(out, ZH_SV("events"));
    zh_json_out_array(out);
    for (size_t count = 0; e == ZH_OK && count < ZH_OWN_EVENTS_MAX && out->buf->size < ZH_OWN_BYTES_MAX; count += EVENTS_PAGE) {
        e = zh_history_page(call->engine, own->link.link.customer, &own->permit, false, after, EVENTS_PAGE, call->thread->parser, call->arena, out, next);
        memcpy(cursor, next, sizeof cursor);
        after = zh_sv_of(cursor);
        if (cursor[0] == '\0') break;
    }
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("eventsNext"));
    if (e != ZH_OK || cursor[0] == '\0') zh_json_out_null(out);
    else zh_json_out_text(out, zh_sv_of(cursor));
    return e;
}

/* ---- all of it ---- */

static zh_err put_portrait(zh_own *own, zh_json_out *out)
{
    zh_world *w = zh_engine_world(own->call->engine);
    zh_world_lock_read(w);
    const bool is_there = zh_customers_get(w->customers, own->link.link.customer) != NULL;
    zh_world_unlock(w);
    zh_json_out_key(out, ZH_SV("portrait"));
    if (is_there) return zh_answer_portrait_of(own->call, own->link.link.customer, out);
    zh_json_out_null(out);
    return ZH_OK;
}

zh_err zh_own_json(zh_own *own, bool whole, zh_json_out *out)
{
    zh_call *call = own->call;
    zh_world *w = zh_engine_world(call->engine);
    const zh_customer_id customer = own->link.link.customer;
    zh_json_out_object(out);
    zh_call_time(out, ZH_SV("at"), call->now_ms);
    zh_json_out_key(out, ZH_SV("profile"));
    zh_json_out_object(out);
    zh_answer_profile(call, customer, &own->permit, out);
    zh_json_out_end(out);
    zh_world_lock_read(w);
    zh_answer_tags(call, customer, true, out);
    zh_world_unlock(w);
    zh_err e = put_portrait(own, out);
    zh_json_out_key(out, ZH_SV("consents"));
    if (e == ZH_OK) e = zh_answer_ledger(call, customer, out);
    if (e != ZH_OK) return e;
    zh_json_out_key(out, ZH_SV("feedback"));
    zh_json_out_object(out);
    zh_answer_feedback(call, customer, out);
    zh_json_out_end(out);
    e = put_lists(own, whole, out);
    if (e == ZH_OK && whole) e = put_events(own, out);
    zh_json_out_end(out);
    return e == ZH_OK ? zh_json_out_done(out) : e;
}

/* ---- a table ---- */

typedef struct place {
    zh_sv part;     /* "events" */
    size_t entry;   /* which of them, from 1; 0: there is one */
    char name[NAME_BYTES_MAX];
    zh_buf *out;
} place;

static void put_row(place *p, size_t name_size, zh_json_value value)
{
    char entry[24];
    zh_sv text = { 0 };
    zh_buf written = zh_buf_open(64);
    const bool is_text = zh_json_text(value, &text);
    if (!is_text) zh_json_write(value, &written); /* a number, true, false */
    const int size = snprintf(entry, sizeof entry, "%zu", p->entry);
    zh_csv_put(p->out, p->part, ',', true);
    zh_csv_put(p->out, p->entry == 0 ? (zh_sv){ 0 } : (zh_sv){ entry, (size_t)size }, ',', false);
    zh_csv_put_shown(p->out, (zh_sv){ p->name, name_size }, ',', false);
    if (is_text) zh_csv_put_shown(p->out, text, ',', false);
    else zh_csv_put(p->out, zh_buf_view(&written), ',', false);
    zh_buf_put(p->out, ZH_SV("\r\n"));
    zh_buf_close(&written);
}

/* Each value that is no object and no array is a row; names that are too long for their room are cut. As deep as the parser allows. */
static void put_rows(place *p, size_t name_size, zh_json_value value)
{
    if (!zh_json_is(value, ZH_JSON_OBJECT) && !zh_json_is(value, ZH_JSON_ARRAY)) {
        if (!zh_json_is(value, ZH_JSON_NULL)) put_row(p, name_size, value);
        return;
    }
    const bool is_object = zh_json_is(value, ZH_JSON_OBJECT);
    size_t index = 0;
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it); index++) {
        const size_t room = sizeof p->name - name_size;
        const int some = is_object ? snprintf(p->name + name_size, room, "%s%.*s", name_size > 0 ? "." : "", ZH_SV_ARG(it.key)) : snprintf(p->name + name_size, room, "[%zu]", index);
        put_rows(p, name_size + ((size_t)some < room ? (size_t)some : room - 1), it.value);
    }
}

zh_err zh_own_table(zh_json_value all, zh_buf *out)
{
    place p = { .out = out };
    zh_buf_put(out, ZH_SV("\xEF\xBB\xBFpart,entry,name,value\r\n")); /* the mark tells spreadsheets that it is UTF-8 */
    for (zh_json_iter it = zh_json_walk(all); zh_json_next(&it);) {
        p.part = it.key;
        p.entry = 0;
        if (!zh_json_is(it.value, ZH_JSON_ARRAY)) put_rows(&p, 0, it.value);
        for (zh_json_iter one = zh_json_walk(it.value); zh_json_is(it.value, ZH_JSON_ARRAY) && zh_json_next(&one);) {
            p.entry++;
            put_rows(&p, 0, one.value);
        }
    }
    return zh_buf_err(out);
}
