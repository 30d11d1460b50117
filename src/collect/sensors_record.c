#include "collect/nobody.h"
#include "collect/sensors_record.h"

#include "base/json_out.h"
#include "collect/clock.h"
#include "collect/segment_item.h"
#include "collect/segment_shop.h"
#include "collect/sensors_name.h"

#include <stdio.h>

#define ITEM_TITLE_BYTES_MAX 500  /* as catalog/item.h; a longer text stays an attribute */
#define ITEM_NAME_BYTES_MAX 255
#define ITEM_URL_BYTES_MAX 2048
#define ITEM_ATTRIBUTES_BYTES_MAX 8192
#define TIME_REAL_MAX 1e16 /* a time written with a fraction; beyond, it is no time */

typedef enum kind {
    KIND_TRACK, KIND_SIGNUP, KIND_BIND, KIND_UNBIND, KIND_PROFILE, KIND_ITEM_SET, KIND_ITEM_DELETE, KIND_DETAIL
} kind;

/* The members of a record, found in one walk; null counts as absent. */
typedef struct fields {
    zh_json_value type, time, distinct_id, anonymous_id, login_id, original_id, identities, event, properties;
    zh_json_value lib, project, token, time_free, track_id, flush_time, item_type, item_id;
    zh_json_value inner_project, inner_token, inner_time, inner_ip, is_login_id; /* said inside the properties */
} fields;

/* A record being read. All texts are views of the arena. */
typedef struct record {
    const zh_sensors_ask *ask;
    fields f;
    kind kind;
    zh_sv type, name;           /* name: of the event */
    zh_sv distinct, user, anonymous;
    zh_sv let_go;               /* of an unbind: the id that leads to its customer no more */
    int64_t time_ms, flush_ms;  /* ZH_CLOCK_ABSENT where not sent */
    bool is_import;
    bool is_full;               /* an id found no room in the arena */
    zh_sv message_id;
    zh_sensors_place place;
    uint32_t index;
} record;

static const struct member { const char *name; size_t at; } members[] = {
#define MEMBER(text, field) { text, offsetof(fields, field) }
    MEMBER("type", type), MEMBER("time", time), MEMBER("distinct_id", distinct_id), MEMBER("anonymous_id", anonymous_id),
    MEMBER("login_id", login_id), MEMBER("original_id", original_id), MEMBER("identities", identities),
    MEMBER("event", event), MEMBER("properties", properties), MEMBER("lib", lib), MEMBER("project", project),
    MEMBER("token", token), MEMBER("time_free", time_free), MEMBER("_track_id", track_id),
    MEMBER("_flush_time", flush_time), MEMBER("item_type", item_type), MEMBER("item_id", item_id),
};
static const struct member inner_members[] = {
    MEMBER("$project", inner_project), MEMBER("$token", inner_token), MEMBER("$time", inner_time),
    MEMBER("$is_login_id", is_login_id), MEMBER("$ip", inner_ip),
#undef MEMBER
};

static void find_members(zh_json_value object, const struct member *table, size_t count, fields *f)
{
    for (zh_json_iter it = zh_json_walk(object); zh_json_next(&it);) {
        if (zh_json_is(it.value, ZH_JSON_NULL)) continue;
        for (size_t i = 0; i < count; i++) {
            if (!zh_sv_equal(it.key, zh_sv_of(table[i].name))) continue;
            memcpy((char *)f + table[i].at, &it.value, sizeof it.value);
            break;
        }
    }
}

static bool refuse(zh_segment_reject *reject, zh_reject why, zh_sv detail)
{
    reject->why = why;
    reject->detail = detail;
    return false;
}

/* ---- what it is ---- */

static bool read_kind(record *r, zh_segment_reject *reject)
{
    static const struct { const char *type; kind kind; const char *event; } kinds[] = {
        { "track", KIND_TRACK, "" }, { "track_signup", KIND_SIGNUP, "$SignUp" },
        { "track_id_bind", KIND_BIND, "$BindID" }, { "track_id_unbind", KIND_UNBIND, "$UnbindID" },
        { "profile_set", KIND_PROFILE, "" }, { "profile_set_once", KIND_PROFILE, "" },
        { "profile_increment", KIND_PROFILE, "" }, { "profile_append", KIND_PROFILE, "" },
        { "profile_unset", KIND_PROFILE, "" }, { "profile_delete", KIND_PROFILE, "" },
        { "item_set", KIND_ITEM_SET, "" }, { "item_delete", KIND_ITEM_DELETE, "" },
        { "detail_set", KIND_DETAIL, "" }, { "detail_delete", KIND_DETAIL, "" },
    };
    r->type = zh_json_text_or_empty(r->f.type);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!zh_sv_equal(zh_sv_of(kinds[i].type), r->type)) continue;
        r->kind = kinds[i].kind;
        r->name = zh_json_text_or_empty(r->f.event);
        if (r->name.size == 0) r->name = zh_sv_of(kinds[i].event);
        if (r->kind > KIND_UNBIND) return true;
        if (r->name.size == 0) return refuse(reject, ZH_REJECT_NO_EVENT, (zh_sv){ 0 });
        return zh_sensors_name_fits(r->name) || refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("event"));
    }
    return refuse(reject, ZH_REJECT_BAD_TYPE, zh_sv_part(r->type, 0, ZH_EVENT_NAME_BYTES_MAX));
}

static bool is_list_of_texts(zh_json_value value)
{
    if (!zh_json_is(value, ZH_JSON_ARRAY)) return false;
    for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);)
        if (!zh_json_is(it.value, ZH_JSON_TEXT)) return false;
    return true;
}

/* Names by the dialect's rule; numbers to add and lists to append where the type says so. */
static bool check_properties(const record *r, zh_segment_reject *reject)
{
    const zh_json_value all = r->f.properties;
    const bool adds = zh_sv_equal(r->type, ZH_SV("profile_increment")), appends = zh_sv_equal(r->type, ZH_SV("profile_append"));
    if (!zh_json_is(all, ZH_JSON_OBJECT) && !zh_json_is(all, ZH_JSON_ABSENT))
        return refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("properties"));
    for (zh_json_iter it = zh_json_walk(all); zh_json_next(&it);) {
        const zh_json_type type = zh_json_type_of(it.value);
        const bool fits = adds ? type == ZH_JSON_INT || type == ZH_JSON_REAL : !appends || is_list_of_texts(it.value);
        if (!zh_sensors_name_fits(it.key) || (!fits && it.key.data[0] != '$'))
            return refuse(reject, ZH_REJECT_BAD_FIELD, zh_sv_part(it.key, 0, ZH_EVENT_NAME_BYTES_MAX));
    }
    return true;
}

/* ---- when ---- */

/* Milliseconds; ZH_CLOCK_ABSENT where nothing was sent. False: no number. */
static bool read_ms(zh_json_value value, int64_t *ms)
{
    double real;
    *ms = ZH_CLOCK_ABSENT;
    if (zh_json_is(value, ZH_JSON_ABSENT)) return true;
    if (zh_json_is(value, ZH_JSON_REAL) && zh_json_real(value, &real)) {
        if (!(real > -TIME_REAL_MAX && real < TIME_REAL_MAX)) return false;
        *ms = (int64_t)real;
        return true;
    }
    return zh_json_is(value, ZH_JSON_INT) && zh_segment_time(value, ms);
}

static bool read_times(record *r, zh_segment_reject *reject)
{
    int64_t said_ms, own_ms;
    if (!read_ms(r->f.time, &said_ms)) return refuse(reject, ZH_REJECT_BAD_TIME, ZH_SV("time"));
    if (!read_ms(r->f.flush_time, &r->flush_ms)) r->flush_ms = ZH_CLOCK_ABSENT;
    /* $time inside the properties is what the shop's code said; as text it has no zone and stays a property. */
    r->time_ms = read_ms(r->f.inner_time, &own_ms) && own_ms != ZH_CLOCK_ABSENT ? own_ms : said_ms;
    (void)zh_json_bool(r->f.time_free, &r->is_import);
    r->is_import |= r->ask->is_import;
    return true;
}

/* The clock at sending, where it is off by more than the network explains. */
static int64_t repair_from(const record *r)
{
    if (r->flush_ms <= ZH_CLOCK_UNREADABLE) return ZH_CLOCK_ABSENT;
    const int64_t skew_ms = r->ask->received_ms - r->flush_ms;
    return skew_ms > ZH_SENSORS_FLUSH_MS_MARKED || skew_ms < -ZH_SENSORS_FLUSH_MS_MARKED ? r->flush_ms : ZH_CLOCK_ABSENT;
}

/* ---- who ---- */

static zh_sv id_text(record *r, zh_json_value value)
{
    zh_sv text = zh_json_text_or_empty(value);
    if (zh_json_is(value, ZH_JSON_INT)) r->is_full |= zh_segment_id(value, r->ask->arena, &text) != ZH_OK;
    return text;
}

static zh_sv joined_id(record *r, zh_sv key, char between, zh_sv value)
{
    char *text = zh_arena_take(r->ask->arena, key.size + 1 + value.size, 1);
    r->is_full |= text == NULL;
    if (text == NULL) return (zh_sv){ 0 };
    memcpy(text, key.data, key.size);
    text[key.size] = between;
    memcpy(text + key.size + 1, value.data, value.size);
    return (zh_sv){ text, key.size + 1 + value.size };
}

/* The id beside the login: a browser's or device's own, else any other. A bind names what is new, and the
 * browser's id is known by then, so there it is the other way round. */
static zh_sv other_identity(record *r)
{
    static const char *const own[] = { "$identity_anonymous_id", "$identity_cookie_id" };
    zh_sv device = { 0 }, other = { 0 };
    for (size_t i = 0; i < sizeof own / sizeof *own && device.size == 0; i++)
        device = id_text(r, zh_json_get(r->f.identities, zh_sv_of(own[i])));
    for (zh_json_iter it = zh_json_walk(r->f.identities); zh_json_next(&it);) {
        const bool known = zh_sv_equal(it.key, ZH_SV("$identity_login_id")) || zh_sv_equal(it.key, zh_sv_of(own[0])) ||
                           zh_sv_equal(it.key, zh_sv_of(own[1]));
        const zh_sv value = zh_json_text_or_empty(it.value);
        /* "$identity_mobile+13800000000": how the dialect writes an id of another kind. */
        if (!known && value.size > 0) other = joined_id(r, it.key, '+', value);
    }
    if ((r->kind == KIND_BIND || r->kind == KIND_UNBIND) && other.size > 0) return other;
    return device.size > 0 ? device : other;
}

static void read_ids(record *r)
{
    bool is_login = r->kind == KIND_SIGNUP;
    (void)zh_json_bool(r->f.is_login_id, &is_login);
    r->distinct = id_text(r, r->f.distinct_id);
    r->user = id_text(r, r->f.login_id);
    if (r->user.size == 0) r->user = id_text(r, zh_json_get(r->f.identities, ZH_SV("$identity_login_id")));
    if (r->user.size == 0 && (is_login || r->kind == KIND_SIGNUP)) r->user = r->distinct;
    if (r->kind == KIND_SIGNUP) r->anonymous = id_text(r, r->f.original_id);
    if (r->anonymous.size == 0 && r->user.size == 0) r->anonymous = r->distinct;
    if (r->kind == KIND_UNBIND) r->let_go = other_identity(r);
    if (r->let_go.size > ZH_EXTERNAL_ID_BYTES_MAX || zh_nobody(r->let_go)) r->let_go = (zh_sv){ 0 };
    if (r->kind == KIND_UNBIND && r->user.size > 0) return; /* whose it is; what it lets go must not be linked */
    if (r->anonymous.size == 0 && r->kind != KIND_BIND) r->anonymous = id_text(r, r->f.anonymous_id);
    if (r->anonymous.size == 0) r->anonymous = other_identity(r);
    if (r->anonymous.size == 0) r->anonymous = id_text(r, r->f.anonymous_id);
    if (zh_sv_equal(r->anonymous, r->user)) r->anonymous = (zh_sv){ 0 };
}

static void read_place(record *r)
{
    const zh_sv said[] = { zh_json_text_or_empty(r->f.inner_project), zh_json_text_or_empty(r->f.project) };
    const zh_sv tokens[] = { zh_json_text_or_empty(r->f.inner_token), zh_json_text_or_empty(r->f.token) };
    for (int i = 1; i >= 0; i--) { /* the inner one last, so that it stands */
        if (said[i].size > 0) r->place.project = said[i];
        if (tokens[i].size > 0) r->place.token = tokens[i];
    }
}

/* The same record sent again has the same id. _track_id alone is not unique, and server SDKs send none: then
 * the properties tell two records of one millisecond apart. Without a time of the client's own a repeat
 * cannot be told from a second event. */
static zh_err make_message_id(record *r)
{
    static const zh_sip_key keys[2] = { { "zhun sensors v1a" }, { "zhun sensors v1b" } };
    zh_buf *out = r->ask->scratch;
    char text[40];
    zh_buf_reset(out);
    const zh_sv parts[] = { r->place.project, r->distinct, r->type, r->name };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) zh_buf_put_text(out, parts[i]);
    zh_buf_put_i64(out, r->time_ms);
    if (zh_json_is(r->f.track_id, ZH_JSON_ABSENT)) {
        zh_json_write(r->f.properties, out);
        zh_json_write(r->f.identities, out);
        zh_buf_put_text(out, zh_json_text_or_empty(r->f.original_id));
        if (r->time_ms <= ZH_CLOCK_UNREADABLE) zh_buf_put_i64(out, r->ask->received_ms + r->index);
    } else {
        zh_json_write(r->f.track_id, out);
    }
    if (zh_buf_err(out) != ZH_OK) return zh_buf_err(out);
    const int size = snprintf(text, sizeof text, "sa-%016llx%016llx", (unsigned long long)zh_sip64(&keys[0], zh_buf_view(out)),
                              (unsigned long long)zh_sip64(&keys[1], zh_buf_view(out)));
    r->message_id = zh_arena_copy(r->ask->arena, (zh_sv){ text, (size_t)size });
    return r->message_id.data == NULL ? ZH_FULL : ZH_OK;
}

/* ---- the record in Segment's shape ---- */

/* Members that speak of the envelope. $ip stays too: reports by the dialect's own names ask for it, and it is
 * personal like the context's. */
static bool is_envelope(zh_sv key, zh_json_value value)
{
    if (zh_sv_equal(key, ZH_SV("$time"))) return zh_json_is(value, ZH_JSON_INT) || zh_json_is(value, ZH_JSON_REAL);
    return zh_sv_equal(key, ZH_SV("$is_login_id")) || zh_sv_equal(key, ZH_SV("$project")) || zh_sv_equal(key, ZH_SV("$token"));
}

static void put_properties(const record *r, zh_json_out *out)
{
    zh_json_out_object(out);
    for (zh_json_iter it = zh_json_walk(r->f.properties); zh_json_next(&it);) {
        if (is_envelope(it.key, it.value)) continue;
        zh_json_out_key(out, it.key);
        zh_json_out_value(out, it.value);
    }
    zh_json_out_end(out);
}

static zh_json_value property(const record *r, const char *name)
{
    return zh_json_get(r->f.properties, zh_sv_of(name));
}

static void put_if_text(const char *key, zh_json_value value, zh_json_out *out)
{
    const zh_sv text = zh_json_text_or_empty(value);
    if (text.size > 0) zh_json_out_key_text(out, zh_sv_of(key), text);
}

/* Some members of the properties, each under Segment's name, as one object of the context. */
static bool put_group(const record *r, const char *key, const char *const (*names)[2], size_t count, zh_json_out *out)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) any |= zh_json_text_or_empty(property(r, names[i][1])).size > 0;
    if (!any) return false;
    zh_json_out_key(out, zh_sv_of(key));
    zh_json_out_object(out);
    for (size_t i = 0; i < count; i++) put_if_text(names[i][0], property(r, names[i][1]), out);
    zh_json_out_end(out);
    return true;
}

static zh_sv library_name(const record *r)
{
    const zh_sv name = zh_json_text_or_empty(zh_json_get(r->f.lib, ZH_SV("$lib")));
    return name.size > 0 ? name : zh_json_text_or_empty(property(r, "$lib"));
}

static void put_library(const record *r, zh_json_out *out)
{
    const zh_sv name = library_name(r);
    if (name.size == 0) return;
    zh_json_value version = zh_json_get(r->f.lib, ZH_SV("$lib_version"));
    if (!zh_json_is(version, ZH_JSON_TEXT)) version = property(r, "$lib_version");
    zh_json_out_key(out, ZH_SV("library"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("name"), name);
    put_if_text("version", version, out);
    zh_json_out_end(out);
}

static void put_identities(const record *r, zh_json_out *out)
{
    if (zh_json_count(r->f.identities) == 0 || !zh_json_is(r->f.identities, ZH_JSON_OBJECT)) return;
    zh_json_out_key(out, ZH_SV("externalIds"));
    zh_json_out_array(out);
    for (zh_json_iter it = zh_json_walk(r->f.identities); zh_json_next(&it);) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("type"), it.key);
        zh_json_out_key(out, ZH_SV("id"));
        zh_json_out_value(out, it.value);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_sensors(const record *r, zh_json_out *out)
{
    const bool unlinked = (r->kind == KIND_UNBIND && r->let_go.size == 0) || (r->kind == KIND_BIND && (r->user.size == 0 || r->anonymous.size == 0));
    zh_json_out_key(out, ZH_SV("sensors"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("type"), r->type);
    if (!zh_json_is(r->f.track_id, ZH_JSON_ABSENT)) {
        zh_json_out_key(out, ZH_SV("trackId"));
        zh_json_out_value(out, r->f.track_id);
    }
    if (r->place.project.size > 0) zh_json_out_key_text(out, ZH_SV("project"), r->place.project);
    if (unlinked) zh_json_out_key_text(out, ZH_SV("note"), ZH_SV("the ids were not linked or unlinked"));
    zh_json_out_end(out);
}

static void put_context(const record *r, zh_json_out *out)
{
    static const char *const page[][2] = { { "url", "$url" }, { "title", "$title" }, { "referrer", "$referrer" }, { "path", "$url_path" } };
    static const char *const campaign[][2] = { { "source", "$utm_source" }, { "medium", "$utm_medium" },
        { "name", "$utm_campaign" }, { "term", "$utm_term" }, { "content", "$utm_content" } };
    static const char *const latest[][2] = { { "source", "$latest_utm_source" }, { "medium", "$latest_utm_medium" }, { "name", "$latest_utm_campaign" } };
    zh_json_out_key(out, ZH_SV("context"));
    zh_json_out_object(out);
    put_library(r, out);
    (void)put_group(r, "page", page, sizeof page / sizeof *page, out);
    if (!put_group(r, "campaign", campaign, sizeof campaign / sizeof *campaign, out) && zh_json_text_or_empty(property(r, "$latest_utm_source")).size > 0)
        (void)put_group(r, "campaign", latest, sizeof latest / sizeof *latest, out); /* the page says none: what the customer last came with */
    put_if_text("ip", r->f.inner_ip, out);
    put_identities(r, out);
    put_sensors(r, out);
    zh_json_out_end(out);
}

/* The properties that say the same to a shop, one a field. */
typedef struct meanings {
    zh_json_value values[ZH_SENSORS_FIELDS];
    uint32_t ranks[ZH_SENSORS_FIELDS];
} meanings;

static void find_meanings(const record *r, meanings *m)
{
    *m = (meanings){ 0 };
    for (zh_json_iter it = zh_json_walk(r->f.properties); zh_json_next(&it);) {
        uint32_t rank;
        const zh_sensors_field field = zh_sensors_name_field(it.key, &rank);
        if (field == ZH_SENSORS_NONE || zh_json_is(it.value, ZH_JSON_NULL)) continue;
        if (!zh_json_is(m->values[field], ZH_JSON_ABSENT) && m->ranks[field] <= rank) continue;
        m->values[field] = it.value;
        m->ranks[field] = rank;
    }
}

static void put_shop(const record *r, zh_json_out *out)
{
    static const char *const names[ZH_SENSORS_FIELDS] = {
        [ZH_SENSORS_ITEM] = "product_id", [ZH_SENSORS_SKU] = "sku", [ZH_SENSORS_TITLE] = "name", [ZH_SENSORS_CATEGORY] = "category",
        [ZH_SENSORS_BRAND] = "brand", [ZH_SENSORS_PRICE] = "price", [ZH_SENSORS_QUANTITY] = "quantity", [ZH_SENSORS_ORDER] = "order_id",
        [ZH_SENSORS_REVENUE] = "revenue", [ZH_SENSORS_CURRENCY] = "currency",
    };
    meanings m;
    find_meanings(r, &m);
    zh_json_out_key(out, ZH_SV("shop"));
    zh_json_out_object(out);
    for (int i = 0; i < ZH_SENSORS_FIELDS; i++) {
        if (names[i] == NULL || zh_json_is(m.values[i], ZH_JSON_ABSENT)) continue;
        zh_json_out_key(out, zh_sv_of(names[i]));
        zh_json_out_value(out, m.values[i]);
    }
    const zh_json_value products = property(r, "products");
    if (zh_json_is(products, ZH_JSON_ARRAY)) {
        zh_json_out_key(out, ZH_SV("products"));
        zh_json_out_value(out, products);
    }
    zh_json_out_end(out);
}

static void put_item(const record *r, bool is_page, zh_act act, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("type"), r->kind == KIND_PROFILE ? ZH_SV("identify") : is_page ? ZH_SV("page") : ZH_SV("track"));
    zh_json_out_key_text(out, ZH_SV("messageId"), r->message_id);
    if (r->user.size > 0) zh_json_out_key_text(out, ZH_SV("userId"), r->user);
    if (r->anonymous.size > 0) zh_json_out_key_text(out, ZH_SV("anonymousId"), r->anonymous);
    if (r->time_ms != ZH_CLOCK_ABSENT)
        zh_json_out_key_int(out, ZH_SV("timestamp"), r->time_ms == ZH_CLOCK_UNREADABLE ? INT64_MAX : r->time_ms);
    const zh_sv title = zh_json_text_or_empty(property(r, "$title"));
    if (is_page && title.size > 0 && title.size <= ZH_EVENT_NAME_BYTES_MAX) zh_json_out_key_text(out, ZH_SV("name"), title);
    if (!is_page && r->kind != KIND_PROFILE) zh_json_out_key_text(out, ZH_SV("event"), r->name);
    put_context(r, out);
    zh_json_out_key(out, r->kind == KIND_PROFILE ? ZH_SV("traits") : ZH_SV("properties"));
    put_properties(r, out);
    if (act != ZH_ACT_OTHER) put_shop(r, out);
    zh_json_out_end(out);
}

/* Does the record come from a customer's own device, so that the socket's address is theirs? */
static bool is_device(zh_sv library)
{
    static const char *const names[] = { "js", "android", "ios", "mini", "harmony", "flutter", "react", "unity", "quickapp", "weapp" };
    char folded[16];
    size_t size = 0;
    for (; size < library.size && size < sizeof folded; size++)
        folded[size] = library.data[size] >= 'A' && library.data[size] <= 'Z' ? (char)(library.data[size] | 0x20) : library.data[size];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (memmem(folded, size, names[i], strlen(names[i])) != NULL) return true;
    return false;
}

static zh_err make_event(record *r, zh_event *event, zh_segment_reject *reject)
{
    const zh_sensors_ask *ask = r->ask;
    const bool is_page = r->kind == KIND_TRACK && zh_sv_equal(r->name, ZH_SV("$pageview"));
    zh_segment_means means = { .name = r->type };
    if (r->kind == KIND_TRACK && !is_page) means.act = zh_sensors_name_act(r->name);
    const zh_segment_ask request = { .route = ZH_SEGMENT_ANY, .received_ms = ask->received_ms, .peer_ip = ask->peer_ip,
        .fill_ip = is_device(library_name(r)), .is_import = r->is_import, .parser = ask->parser, .arena = ask->arena, .scratch = ask->scratch };
    zh_buf_reset(ask->scratch);
    zh_json_out out = zh_json_out_on(ask->scratch);
    put_item(r, is_page, means.act, &out);
    zh_json_value item;
    zh_json_fault fault;
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = zh_json_parse(ask->parser, zh_buf_view(ask->scratch), &item, &fault);
    if (e == ZH_OK) e = zh_json_keep(ask->parser, item, ask->arena);
    if (e != ZH_OK) return e == ZH_FORMAT || e == ZH_RANGE ? ZH_FULL : e; /* what we wrote ourselves is JSON */
    means.shop = zh_json_get(item, ZH_SV("shop"));
    e = zh_segment_item(&(zh_segment_item_ask){ .request = &request, .item = item, .sent_ms = repair_from(r), .index = r->index,
                                                .means = &means }, event, reject);
    if (e == ZH_OK) event->previous_id = r->let_go;
    if (e == ZH_OK && r->flush_ms > ZH_CLOCK_UNREADABLE) event->sent_ms = r->flush_ms;
    return e;
}

/* ---- items ---- */

static zh_sv item_field(const meanings *m, zh_sensors_field field, size_t size_max)
{
    const zh_sv text = zh_json_text_or_empty(m->values[field]);
    return text.size > size_max ? (zh_sv){ 0 } : text;
}

static bool is_taken(const zh_sensors_item *item, zh_sensors_field field)
{
    switch (field) {
    case ZH_SENSORS_TITLE: return item->title.size > 0;
    case ZH_SENSORS_CATEGORY: return item->category.size > 0;
    case ZH_SENSORS_BRAND: return item->brand.size > 0;
    case ZH_SENSORS_URL: return item->url.size > 0;
    case ZH_SENSORS_IMAGE: return item->image_url.size > 0;
    case ZH_SENSORS_PRICE: return item->price_minor >= 0;
    case ZH_SENSORS_STOCK: return item->stock >= 0;
    case ZH_SENSORS_CURRENCY: return item->currency.code != 0;
    default: return false;
    }
}

/* What no field took, as an object; nothing where it is too large for a catalog. */
static zh_err put_attributes(const record *r, const meanings *m, zh_sensors_item *item)
{
    zh_buf *scratch = r->ask->scratch;
    zh_buf_reset(scratch);
    zh_json_out out = zh_json_out_on(scratch);
    uint32_t count = 0;
    zh_json_out_object(&out);
    for (zh_json_iter it = zh_json_walk(r->f.properties); zh_json_next(&it);) {
        uint32_t rank;
        const zh_sensors_field field = zh_sensors_name_field(it.key, &rank);
        if (is_envelope(it.key, it.value) || (is_taken(item, field) && m->ranks[field] == rank)) continue;
        zh_json_out_key(&out, it.key);
        zh_json_out_value(&out, it.value);
        count++;
    }
    zh_json_out_end(&out);
    const zh_err e = zh_json_out_done(&out);
    if (e != ZH_OK || count == 0 || scratch->size > ITEM_ATTRIBUTES_BYTES_MAX) return e;
    item->attributes = zh_arena_copy(r->ask->arena, zh_buf_view(scratch));
    return item->attributes.data == NULL ? ZH_FULL : ZH_OK;
}

static zh_err make_item(record *r, zh_sensors_item *item, zh_segment_reject *reject)
{
    const zh_sv type = zh_json_text_or_empty(r->f.item_type), id = id_text(r, r->f.item_id);
    if (r->is_full) return ZH_FULL;
    const zh_clock clock = zh_clock_repair(r->time_ms, repair_from(r), r->ask->received_ms);
    *item = (zh_sensors_item){ .deleted = r->kind == KIND_ITEM_DELETE, .sold = zh_sensors_name_sold(type), .price_minor = -1, .stock = -1,
                               .at_ms = clock.time_ms, .text = id };
    if (!zh_sensors_name_fits(type)) (void)refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("item_type"));
    else if (id.size == 0 || id.size > ZH_ITEM_TEXT_BYTES_MAX) (void)refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("item_id"));
    if (reject->why != ZH_REJECT_NONE) return ZH_OK;
    if (!item->sold) {
        item->text = joined_id(r, type, ':', id);
        if (r->is_full) return ZH_FULL;
        if (item->text.size > ZH_ITEM_TEXT_BYTES_MAX) (void)refuse(reject, ZH_REJECT_BAD_FIELD, ZH_SV("item_id"));
    }
    if (item->deleted) return ZH_OK;
    meanings m;
    find_meanings(r, &m);
    item->title = item_field(&m, ZH_SENSORS_TITLE, ITEM_TITLE_BYTES_MAX);
    item->category = item_field(&m, ZH_SENSORS_CATEGORY, ITEM_NAME_BYTES_MAX);
    item->brand = item_field(&m, ZH_SENSORS_BRAND, ITEM_NAME_BYTES_MAX);
    item->url = item_field(&m, ZH_SENSORS_URL, ITEM_URL_BYTES_MAX);
    item->image_url = item_field(&m, ZH_SENSORS_IMAGE, ITEM_URL_BYTES_MAX);
    item->currency = zh_currency_of(item_field(&m, ZH_SENSORS_CURRENCY, 3));
    const int digits = item->currency.code == 0 ? 2 : zh_currency_digits(item->currency);
    int64_t number;
    if (zh_segment_amount(m.values[ZH_SENSORS_PRICE], digits, &number) && number >= 0 && number <= ZH_SEGMENT_AMOUNT_MINOR_MAX)
        item->price_minor = number;
    if (zh_segment_amount(m.values[ZH_SENSORS_STOCK], 0, &number) && number <= ZH_SEGMENT_AMOUNT_MINOR_MAX)
        item->stock = number < 0 ? 0 : number; /* oversold is none */
    return put_attributes(r, &m, item);
}

/* ---- one record ---- */

static zh_err parse(record *r, zh_sv raw, zh_segment_reject *reject)
{
    const zh_sensors_ask *ask = r->ask;
    zh_json_value root;
    zh_json_fault fault = { ZH_JSON_FINE, ZH_JSON_OFFSET_UNKNOWN };
    if (raw.size > ZH_EVENT_BYTES_MAX) {
        (void)refuse(reject, ZH_REJECT_TOO_LARGE, (zh_sv){ 0 });
        return ZH_OK;
    }
    zh_err e = zh_json_parse(ask->parser, raw, &root, &fault);
    switch (fault.kind) {
    case ZH_JSON_FINE: break;
    case ZH_JSON_NUMBER: (void)refuse(reject, ZH_REJECT_BAD_NUMBER, (zh_sv){ 0 }); return ZH_OK;
    case ZH_JSON_DEEP: (void)refuse(reject, ZH_REJECT_TOO_DEEP, (zh_sv){ 0 }); return ZH_OK;
    case ZH_JSON_LARGE: (void)refuse(reject, ZH_REJECT_TOO_LARGE, (zh_sv){ 0 }); return ZH_OK;
    case ZH_JSON_MEMORY: return ZH_NOMEM;
    default: (void)refuse(reject, ZH_REJECT_UNREADABLE, ZH_SV("json")); return ZH_OK;
    }
    if (e != ZH_OK) return e;
    zh_sv key = { 0 };
    if (!zh_json_is(root, ZH_JSON_OBJECT)) {
        (void)refuse(reject, ZH_REJECT_NOT_OBJECT, (zh_sv){ 0 });
        return ZH_OK;
    }
    const bool repeated = zh_json_repeated_key(ask->parser, root, &key);
    if (repeated) {
        key = zh_arena_copy(ask->arena, key);
        (void)refuse(reject, ZH_REJECT_REPEATED_KEY, key);
        return key.data == NULL ? ZH_FULL : ZH_OK;
    }
    e = zh_json_keep(ask->parser, root, ask->arena);
    find_members(root, members, sizeof members / sizeof *members, &r->f);
    find_members(r->f.properties, inner_members, sizeof inner_members / sizeof *inner_members, &r->f);
    return e;
}

zh_err zh_sensors_record(const zh_sensors_ask *ask, zh_sv raw, uint32_t index, zh_sensors_made *made, zh_event *event,
                         zh_sensors_item *item, zh_segment_reject *reject, zh_sensors_place *place)
{
    record r = { .ask = ask, .index = index, .place = *place };
    *reject = (zh_segment_reject){ .raw = raw, .index = index };
    *made = ZH_SENSORS_MADE_REJECT;
    zh_err e = parse(&r, raw, reject);
    if (e != ZH_OK || reject->why != ZH_REJECT_NONE) return e;
    read_place(&r);
    *place = r.place;
    if (!read_kind(&r, reject) || !check_properties(&r, reject) || !read_times(&r, reject)) return ZH_OK;
    if (r.kind == KIND_DETAIL) {
        *made = ZH_SENSORS_MADE_NOTHING;
        return ZH_OK;
    }
    read_ids(&r);
    if (r.is_full) return ZH_FULL;
    if ((e = make_message_id(&r)) != ZH_OK) return e;
    reject->message_id = r.message_id;
    const bool is_item = r.kind == KIND_ITEM_SET || r.kind == KIND_ITEM_DELETE;
    e = is_item ? make_item(&r, item, reject) : make_event(&r, event, reject);
    if (e == ZH_OK && reject->why == ZH_REJECT_NONE) *made = is_item ? ZH_SENSORS_MADE_ITEM : ZH_SENSORS_MADE_EVENT;
    return e;
}
