/* goods.c -- the catalog's routes. */
#include "base/time.h"
#include "catalog/browse.h"
#include "server/answer.h"
#include "server/call.h"

#define ITEMS_POST_MAX 1000 /* items of one request; more is an import */
#define COUNTED_DAYS 30     /* of views, adds and orders */
#define NEIGHBOURS_SHOWN 10
#define NEIGHBOURS_SHRINK 10.0f /* as recommendations do by default */

/* ---- reading items ---- */

static void put_counts(zh_json_out *out, zh_popularity_counts c)
{
    zh_json_out_key_int(out, ZH_SV("views"), c.views);
    zh_json_out_key_int(out, ZH_SV("adds"), c.adds);
    zh_json_out_key_int(out, ZH_SV("orders"), c.buys);
}

/* The UTC day counts end with: the newest event's, so that an imported history has its last days too. Without any event it
 * is the log's. */
static int64_t last_day(const zh_world *w)
{
    return (w->counts.newest_ms > 0 ? w->counts.newest_ms : w->counts.commit_ms) / ZH_DAY_MS;
}

static void put_item(const zh_world *w, const zh_item *item, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("itemId"), item->text);
    zh_json_out_key_text(out, ZH_SV("title"), item->title);
    zh_json_out_key_text(out, ZH_SV("category"), item->category);
    zh_json_out_key_text(out, ZH_SV("brand"), item->brand);
    zh_json_out_key(out, ZH_SV("priceCents"));
    if (item->price_minor >= 0) zh_json_out_int(out, item->price_minor);
    else zh_json_out_null(out);
    zh_answer_currency(out, ZH_SV("currency"), item->currency);
    if (item->cost_minor >= 0) zh_json_out_key_int(out, ZH_SV("costCents"), item->cost_minor);
    zh_json_out_key(out, ZH_SV("stock"));
    if (item->stock >= 0) zh_json_out_int(out, item->stock);
    else zh_json_out_null(out);
    zh_json_out_key_bool(out, ZH_SV("available"), item->available);
    if (item->url.size > 0) zh_json_out_key_text(out, ZH_SV("url"), item->url);
    if (item->image_url.size > 0) zh_json_out_key_text(out, ZH_SV("imageUrl"), item->image_url);
    if (item->attributes.size > 0) {
        zh_json_out_key(out, ZH_SV("attributes"));
        zh_json_out_raw(out, item->attributes);
    }
    zh_json_out_key_bool(out, ZH_SV("listed"), item->listed);
    if (item->at_ms != 0) zh_call_time(out, ZH_SV("updatedAt"), item->at_ms);
    zh_source source;
    if (item->at_ms != 0 && zh_registry_source(w->registry, item->source, &source) == ZH_OK) zh_json_out_key_text(out, ZH_SV("sourceName"), source.name);
    zh_json_out_key(out, ZH_SV("last30"));
    zh_json_out_object(out);
    put_counts(out, zh_popularity_between(w->popularity, item->id, last_day(w) - COUNTED_DAYS + 1, last_day(w)));
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static size_t most_wanted(zh_call *call, zh_popularity_kind kind, const zh_browse_ask *ask, const zh_item **out, size_t limit)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_popular *top = ZH_TAKE(call->arena, zh_popular, ZH_POPULARITY_TOP_MAX);
    const size_t all = top == NULL ? 0 : zh_popularity_top(w->popularity, kind, w->counts.newest_ms, call->arena, top, ZH_POPULARITY_TOP_MAX);
    size_t count = 0;
    for (size_t i = 0; i < all && count < limit; i++) {
        const zh_item *item = zh_catalog_get(w->catalog, top[i].item);
        if (item != NULL && zh_browse_fits(item, ask)) out[count++] = item;
    }
    return count;
}

static int place_in(const char *const *names, int count, zh_sv text)
{
    for (int i = 0; i < count; i++)
        if (zh_sv_equal(text, zh_sv_of(names[i]))) return i;
    return -1;
}

/* The first field that is wrong, or NULL. *popular: by what customers did, not by the item itself. */
static const char *read_browse(zh_call *call, zh_browse_ask *ask, bool *popular, bool *trending, const char **detail)
{
    static const char *const sorts[] = { "price", "price_down", "updated", "stock", "id", "popular", "trending" };
    static const char *const standings[] = { "", "sellable", "sold_out", "not_available", "unlisted" };
    const zh_sv sort = zh_http_param(call->request, ZH_SV("sort"));
    const int by = sort.size == 0 ? ZH_BROWSE_ID : place_in(sorts, 7, sort);
    const int standing = place_in(standings, 5, zh_http_param(call->request, ZH_SV("standing")));
    *detail = "must be id, popular, trending, price, price_down, stock or updated";
    if (by < 0) return "sort";
    *detail = "must be sellable, sold_out, not_available or unlisted";
    if (standing < 0) return "standing";
    *popular = by == 5;
    *trending = by == 6;
    *ask = (zh_browse_ask){ .words = zh_http_param(call->request, ZH_SV("q")), .category = zh_http_param(call->request, ZH_SV("category")),
                            .brand = zh_http_param(call->request, ZH_SV("brand")), .standing = (zh_browse_standing)standing,
                            .sort = by > ZH_BROWSE_ID ? ZH_BROWSE_ID : (zh_browse_sort)by };
    return NULL;
}

/* A cursor of a sorted page is the number of items before it; one of ids is an id, as it was before there were others. */
static size_t skip_of(zh_sv cursor, size_t limit)
{
    size_t skip = 0;
    for (size_t i = 0; i < cursor.size && skip < ZH_BROWSE_DEPTH_MAX; i++) skip = cursor.data[i] >= '0' && cursor.data[i] <= '9' ? skip * 10 + (size_t)(cursor.data[i] - '0') : 0;
    return skip > ZH_BROWSE_DEPTH_MAX - limit ? ZH_BROWSE_DEPTH_MAX - limit : skip;
}

void zh_route_items(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_browse_ask ask;
    bool popular, trending, more = false;
    const char *detail, *wrong = read_browse(call, &ask, &popular, &trending, &detail);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, detail);
        return;
    }
    const size_t limit = zh_call_limit(call);
    const zh_sv cursor = zh_http_param(call->request, ZH_SV("cursor"));
    const bool by_id = !popular && !trending && ask.sort == ZH_BROWSE_ID && ask.brand.size == 0 && ask.standing == ZH_BROWSE_ANY;
    if (!popular && !trending && !by_id) ask.skip = skip_of(cursor, limit);
    const zh_item **items = ZH_TAKE(call->arena, const zh_item *, ask.skip + limit);
    char next[24] = "";
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(w);
    size_t count = 0;
    if (items != NULL && (popular || trending)) count = most_wanted(call, popular ? ZH_POPULAR : ZH_TRENDING, &ask, items, limit);
    else if (items != NULL && by_id) count = zh_catalog_search(w->catalog, ask.words, ask.category, cursor, items, limit, &more);
    else if (items != NULL) count = zh_browse(w->catalog, &ask, items, limit, &more);
    for (size_t i = 0; i < count; i++) put_item(w, items[ask.skip + i], &out);
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("next"));
    snprintf(next, sizeof next, "%zu", ask.skip + count);
    if (more && count > 0 && by_id) zh_json_out_text(&out, items[count - 1]->text);
    else if (more && count > 0 && ask.skip + count + limit <= ZH_BROWSE_DEPTH_MAX) zh_json_out_text(&out, zh_sv_of(next));
    else zh_json_out_null(&out);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

static void put_days(const zh_world *w, zh_item_id item, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("daily"));
    zh_json_out_array(out);
    for (int64_t day = last_day(w) - COUNTED_DAYS + 1; day <= last_day(w); day++) {
        char text[ZH_TIME_TEXT_BYTES];
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("day"), (zh_sv){ text, zh_date_print(day, text) });
        put_counts(out, zh_popularity_between(w->popularity, item, day, day));
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_neighbours(const zh_world *w, zh_sv key, zh_cocount_kind kind, zh_item_id item, zh_json_out *out)
{
    zh_neighbour near[NEIGHBOURS_SHOWN];
    const size_t count = zh_cocount_neighbours(w->cocount, kind, item, NEIGHBOURS_SHRINK, NEIGHBOURS_SHOWN, near);
    zh_json_out_key(out, key);
    zh_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        const zh_item *other = zh_catalog_get(w->catalog, near[i].item);
        if (other == NULL) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("itemId"), other->text);
        if (other->title.size > 0) zh_json_out_key_text(out, ZH_SV("title"), other->title);
        zh_json_out_key_real(out, ZH_SV("score"), (double)near[i].score_micro / 1e6);
        zh_json_out_key_int(out, ZH_SV("together"), near[i].both);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

void zh_route_item(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    zh_world_lock_read(w);
    const zh_item *item = zh_catalog_find(w->catalog, zh_http_path_part(call->request, 3));
    if (item != NULL) {
        zh_json_out_object(&out);
        zh_json_out_key(&out, ZH_SV("item"));
        put_item(w, item, &out);
        zh_json_out_key_int(&out, ZH_SV("buyers"), zh_popularity_buyers(w->popularity, item->id));
        put_days(w, item->id, &out);
        put_neighbours(w, ZH_SV("boughtTogether"), ZH_COCOUNT_BOUGHT, item->id, &out);
        put_neighbours(w, ZH_SV("viewedTogether"), ZH_COCOUNT_VIEWED, item->id, &out);
        zh_json_out_end(&out);
    }
    zh_world_unlock(w);
    if (item != NULL) zh_call_json(call, 200, &out);
    else zh_call_problem(call, 404, "not_found", "itemId", "no item has this id");
}

/* ---- changing items ---- */

typedef struct wrong { const char *field, *detail; } wrong;

static bool take_text(zh_json_value object, const char *name, uint32_t bit, zh_sv *to, zh_item_change *change, wrong *w)
{
    const zh_json_value value = zh_json_get(object, zh_sv_of(name));
    if (zh_json_is(value, ZH_JSON_ABSENT)) return true;
    *to = (zh_sv){ 0 };
    if (!zh_json_is(value, ZH_JSON_NULL) && !zh_json_text(value, to)) {
        *w = (wrong){ name, "must be text" };
        return false;
    }
    change->set |= bit;
    return true;
}

static bool take_number(zh_json_value object, const char *name, uint32_t bit, int64_t *to, zh_item_change *change, wrong *w)
{
    const zh_json_value value = zh_json_get(object, zh_sv_of(name));
    if (zh_json_is(value, ZH_JSON_ABSENT)) return true;
    *to = -1;
    if (!zh_json_is(value, ZH_JSON_NULL) && (!zh_json_int(value, to) || *to < 0)) {
        *w = (wrong){ name, "must be a whole number, 0 or more" };
        return false;
    }
    change->set |= bit;
    return true;
}

static bool take_attributes(zh_call *call, zh_json_value object, zh_item_change *change, wrong *w)
{
    const zh_json_value value = zh_json_get(object, ZH_SV("attributes"));
    if (zh_json_is(value, ZH_JSON_ABSENT)) return true;
    if (!zh_json_is(value, ZH_JSON_OBJECT)) {
        *w = (wrong){ "attributes", "must be an object" };
        return false;
    }
    zh_buf text = zh_buf_open(4 * ZH_ITEM_ATTRIBUTES_BYTES_MAX);
    zh_json_write(value, &text);
    change->attributes = zh_arena_copy(call->arena, zh_buf_view(&text));
    change->set |= ZH_ITEM_ATTRIBUTES;
    zh_buf_close(&text);
    return true;
}

static bool read_item(zh_call *call, zh_json_value object, zh_item_change *c, wrong *w)
{
    bool available;
    const zh_json_value flag = zh_json_get(object, ZH_SV("available"));
    const zh_sv currency = zh_json_text_or_empty(zh_json_get(object, ZH_SV("currency")));
    c->at_ms = call->now_ms;
    c->source = call->caller.source;
    if (!take_text(object, "title", ZH_ITEM_TITLE, &c->title, c, w) || !take_text(object, "category", ZH_ITEM_CATEGORY, &c->category, c, w) ||
        !take_text(object, "brand", ZH_ITEM_BRAND, &c->brand, c, w) || !take_text(object, "url", ZH_ITEM_URL, &c->url, c, w) ||
        !take_text(object, "imageUrl", ZH_ITEM_IMAGE, &c->image_url, c, w) || !take_text(object, "image_url", ZH_ITEM_IMAGE, &c->image_url, c, w) ||
        !take_number(object, "priceCents", ZH_ITEM_PRICE, &c->price_minor, c, w) ||
        !take_number(object, "costCents", ZH_ITEM_COST, &c->cost_minor, c, w) ||
        !take_number(object, "stock", ZH_ITEM_STOCK, &c->stock, c, w) || !take_attributes(call, object, c, w)) return false;
    if (!zh_json_is(flag, ZH_JSON_ABSENT)) {
        if (!zh_json_bool(flag, &available)) {
            *w = (wrong){ "available", "must be true or false" };
            return false;
        }
        c->available = available;
        c->set |= ZH_ITEM_AVAILABLE;
    }
    c->currency = zh_currency_of(currency);
    if (currency.size > 0 && c->currency.code == 0) {
        *w = (wrong){ "currency", "must be three letters, such as CNY" };
        return false;
    }
    w->field = "itemId";
    return zh_item_change_check(c, &w->detail);
}

static zh_err keep_items(zh_call *call, const zh_item_change *changes, uint32_t count)
{
    zh_sv *records = ZH_TAKE(call->arena, zh_sv, count);
    zh_buf record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    zh_err e = records == NULL ? ZH_NOMEM : ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < count; i++) {
        zh_buf_reset(&record);
        zh_item_change_put(&changes[i], &record);
        records[i] = zh_arena_copy(call->arena, zh_buf_view(&record));
        e = records[i].data == NULL ? ZH_NOMEM : zh_buf_err(&record);
    }
    zh_buf_close(&record);
    zh_work work = { .records = records, .records_count = count };
    return e != ZH_OK ? e : count == 0 ? ZH_OK : zh_engine_do(call->engine, &work);
}

void zh_route_item_put(zh_call *call)
{
    zh_json_value root;
    wrong w = { 0 };
    if (!zh_call_body_json(call, &root)) return;
    zh_item_change change = { .text = zh_http_path_part(call->request, 3) };
    if (!read_item(call, root, &change, &w)) {
        zh_call_problem(call, 400, "bad_field", w.field, w.detail);
        return;
    }
    const zh_err e = keep_items(call, &change, 1);
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_world *world = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    zh_world_lock_read(world);
    const zh_item *item = zh_catalog_find(world->catalog, change.text);
    if (item != NULL) put_item(world, item, &out);
    zh_world_unlock(world);
    if (item != NULL) zh_call_json(call, 200, &out);
    else zh_call_problem(call, 409, "refused", "itemId", "the catalog is full, or this id collides with another");
}

static void put_wrong(zh_json_out *out, uint32_t index, zh_sv id, const wrong *w)
{
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("index"), index);
    if (id.size > 0) zh_json_out_key_text(out, ZH_SV("itemId"), id);
    zh_json_out_key_text(out, ZH_SV("code"), ZH_SV("bad_field"));
    zh_json_out_key_text(out, ZH_SV("field"), zh_sv_of(w->field));
    zh_json_out_key_text(out, ZH_SV("detail"), zh_sv_of(w->detail));
    zh_json_out_end(out);
}

void zh_route_items_post(zh_call *call)
{
    zh_json_value root;
    zh_source_id source = { 0 };
    uint32_t import;
    if (zh_imports_of_call(call, &source, &import) != ZH_OK || !zh_call_body_json(call, &root)) return;
    const zh_json_value items = zh_json_get(root, ZH_SV("items"));
    const size_t all = zh_json_count(items);
    if (!zh_json_is(items, ZH_JSON_ARRAY) || all > ITEMS_POST_MAX) {
        zh_call_problem(call, 400, "bad_field", "items", "must be an array of at most 1,000 items");
        return;
    }
    zh_item_change *changes = ZH_TAKE(call->arena, zh_item_change, all);
    if (changes == NULL) {
        zh_call_busy(call);
        return;
    }
    uint32_t good = 0, index = 0;
    zh_world *world = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("errors"));
    zh_json_out_array(&out);
    for (zh_json_iter it = zh_json_walk(items); zh_json_next(&it); index++) {
        wrong w = { "itemId", "must be an object with an itemId" };
        zh_item_change *c = &changes[good];
        *c = (zh_item_change){ .text = zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("itemId"))) };
        if (read_item(call, it.value, c, &w)) {
            c->import_number = import;
            if (source.number != 0) c->source = source;
            good++;
        }
        else put_wrong(&out, index, c->text, &w);
    }
    zh_json_out_end(&out);
    const uint32_t read = good;
    zh_world_lock_read(world);
    good = 0;
    for (uint32_t i = 0; i < read; i++) /* a catalog sent again and again leaves no records */
        if (!zh_catalog_holds(world->catalog, &changes[i])) changes[good++] = changes[i];
    zh_world_unlock(world);
    const zh_err e = keep_items(call, changes, good);
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_json_out_key_int(&out, ZH_SV("accepted"), good);
    zh_json_out_key_int(&out, ZH_SV("duplicate"), read - good);
    zh_json_out_key_int(&out, ZH_SV("rejected"), index - read);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}
