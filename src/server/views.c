/* views.c -- saved views: what a page of the console filters by, under a name, of one person or of the team.
 *
 * Kept as settings: "view/ID" is one, "view-default/PAGE/WHO" names the one that a person's page begins with. Whoever made a view may change
 * and delete it, and of a shared one whoever may edit definitions.
 */
#include "server/answer.h"
#include "server/call.h"

#define PREFIX ZH_SV("view/")
#define VIEWS_MAX 2000         /* of a workspace */
#define VIEWS_OF_ONE_MAX 100   /* of one person */
#define ID_BYTES_MAX 40
#define TITLE_BYTES_MAX 200
#define QUERY_BYTES_MAX 2000   /* the address after its question mark */
#define OWNER_BYTES_MAX 16     /* "u17": a user, "k3": an admin token, "o": the owner at the command line */
#define DEFAULT_BYTES_MAX 64   /* of the setting's name */

static const char *const pages[] = { "customers", "segments", "items", "quality", "letters", "plan", "metrics", "funnels", "retention", "paths", "baskets" };

typedef struct view {
    zh_sv id, page, title, query, owner, owner_name;
    bool is_shared;
    int64_t at_ms;
} view;

static zh_sv owner_of(const zh_call *call, char text[OWNER_BYTES_MAX])
{
    const bool is_person = call->caller.kind == CALLER_PERSON;
    const int size = call->caller.kind == CALLER_OWNER ? snprintf(text, OWNER_BYTES_MAX, "o")
                                                       : snprintf(text, OWNER_BYTES_MAX, "%c%u", is_person ? 'u' : 'k', is_person ? call->caller.session.user : call->caller.actor.number);
    return (zh_sv){ text, (size_t)size };
}

static bool is_page(zh_sv text)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (zh_sv_equal(text, zh_sv_of(pages[i]))) return true;
    return false;
}

static bool is_id(zh_sv text)
{
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
    }
    return text.size > 0 && text.size <= ID_BYTES_MAX;
}

/* Does the query have this parameter? */
static bool has_parameter(zh_sv query, zh_sv name)
{
    while (query.size > 0) {
        const char *end = memchr(query.data, '&', query.size);
        const zh_sv one = zh_sv_part(query, 0, end == NULL ? query.size : (size_t)(end - query.data));
        if (zh_sv_starts(one, name) && (one.size == name.size || one.data[name.size] == '=')) return true;
        query = zh_sv_part(query, one.size + 1, SIZE_MAX);
    }
    return false;
}

/* Its members, without what stands around them. Texts are views of the JSON. NULL, or the member that is wrong. */
static const char *read_body(zh_json_value root, view *out)
{
    out->page = zh_json_text_or_empty(zh_json_get(root, ZH_SV("page")));
    out->title = zh_json_text_or_empty(zh_json_get(root, ZH_SV("title")));
    out->query = zh_json_text_or_empty(zh_json_get(root, ZH_SV("query")));
    (void)zh_json_bool(zh_json_get(root, ZH_SV("isShared")), &out->is_shared);
    if (!is_page(out->page)) return "page";
    if (out->title.size == 0 || out->title.size > TITLE_BYTES_MAX) return "title";
    if (!zh_json_is(zh_json_get(root, ZH_SV("query")), ZH_JSON_TEXT) || out->query.size > QUERY_BYTES_MAX) return "query";
    return zh_sv_equal(out->page, ZH_SV("customers")) && has_parameter(out->query, ZH_SV("q")) ? "query" : NULL; /* an id of a person stays in no setting */
}

static bool keep(zh_call *call, zh_sv *text)
{
    if (text->size == 0) return true;
    *text = zh_arena_copy(call->arena, *text);
    return text->data != NULL;
}

static bool read_kept(zh_call *call, zh_sv id, zh_sv json, int64_t at_ms, view *out)
{
    zh_json_value root;
    *out = (view){ .id = id, .at_ms = at_ms };
    if (zh_json_parse(call->thread->parser, json, &root, NULL) != ZH_OK || read_body(root, out) != NULL) return false;
    out->owner = zh_json_text_or_empty(zh_json_get(root, ZH_SV("owner")));
    return keep(call, &out->id) && keep(call, &out->page) && keep(call, &out->title) && keep(call, &out->query) && keep(call, &out->owner);
}

/* The name of the person, where it is one. Under the world's lock. */
static zh_sv name_of(zh_call *call, zh_sv owner)
{
    uint32_t number;
    zh_user user;
    if (owner.size < 2 || owner.data[0] != 'u' || !zh_call_number(zh_sv_part(owner, 1, SIZE_MAX), &number)) return (zh_sv){ 0 };
    if (zh_registry_user(zh_engine_world(call->engine)->registry, number, &user) != ZH_OK) return (zh_sv){ 0 };
    return zh_arena_copy(call->arena, user.name);
}

static zh_sv default_name(zh_call *call, zh_sv page, char text[DEFAULT_BYTES_MAX])
{
    char who[OWNER_BYTES_MAX];
    const int size = snprintf(text, DEFAULT_BYTES_MAX, "view-default/%.*s/%.*s", ZH_SV_ARG(page), ZH_SV_ARG(owner_of(call, who)));
    return (zh_sv){ text, (size_t)size };
}

/* The id that this person's page begins with; empty: none. In the arena. Under the world's lock. */
static zh_sv default_of(zh_call *call, zh_sv page)
{
    char name[DEFAULT_BYTES_MAX];
    zh_sv json;
    zh_json_value root;
    if (zh_registry_setting(zh_engine_world(call->engine)->registry, default_name(call, page, name), &json) != ZH_OK) return (zh_sv){ 0 };
    if (zh_json_parse(call->thread->parser, json, &root, NULL) != ZH_OK) return (zh_sv){ 0 };
    return zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("id"))));
}

static void put_view(zh_call *call, const view *one, zh_sv standard, zh_json_out *out)
{
    char who[OWNER_BYTES_MAX];
    const bool is_mine = zh_sv_equal(one->owner, owner_of(call, who));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("id"), one->id);
    zh_json_out_key_text(out, ZH_SV("page"), one->page);
    zh_json_out_key_text(out, ZH_SV("title"), one->title);
    zh_json_out_key_text(out, ZH_SV("query"), one->query);
    zh_json_out_key_bool(out, ZH_SV("isShared"), one->is_shared);
    zh_json_out_key_bool(out, ZH_SV("isMine"), is_mine);
    zh_json_out_key_bool(out, ZH_SV("mayChange"), is_mine || (one->is_shared && zh_call_has_right(call, ZH_RIGHT_EDIT_DEFINITIONS)));
    zh_json_out_key_bool(out, ZH_SV("isDefault"), zh_sv_equal(one->id, standard));
    if (one->owner_name.size > 0) zh_json_out_key_text(out, ZH_SV("owner"), one->owner_name);
    zh_call_time(out, ZH_SV("changedAt"), one->at_ms);
    zh_json_out_end(out);
}

/* The views that a page (empty: any) has for this person; *all counts those of everybody, *mine those that he made. */
static zh_err views_of(zh_call *call, zh_sv page, view **out, uint32_t *count, uint32_t *all, uint32_t *mine)
{
    char who[OWNER_BYTES_MAX];
    const zh_sv owner = owner_of(call, who);
    zh_world *w = zh_engine_world(call->engine);
    *count = *all = *mine = 0;
    if ((*out = ZH_TAKE(call->arena, view, VIEWS_MAX)) == NULL) return ZH_NOMEM;
    zh_world_lock_read(w);
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_SETTING); *count < VIEWS_MAX && zh_registry_next(&it);) {
        view one;
        const zh_sv name = it.at->setting.name;
        if (!zh_sv_starts(name, PREFIX) || !read_kept(call, zh_sv_part(name, PREFIX.size, SIZE_MAX), it.at->setting.json, it.at->at_ms, &one)) continue;
        const bool is_mine = zh_sv_equal(one.owner, owner);
        ++*all;
        *mine += is_mine;
        if ((page.size > 0 && !zh_sv_equal(one.page, page)) || (!is_mine && !one.is_shared)) continue;
        one.owner_name = name_of(call, one.owner);
        (*out)[(*count)++] = one;
    }
    zh_world_unlock(w);
    return ZH_OK;
}

void zh_route_views(zh_call *call)
{
    const zh_sv page = zh_http_param(call->request, ZH_SV("page"));
    view *views;
    uint32_t count, all, mine;
    if (!is_page(page)) {
        zh_call_problem(call, 400, "bad_field", "page", "page is customers, segments, items, quality, letters, plan, metrics, funnels, retention, paths or baskets");
        return;
    }
    const zh_err e = views_of(call, page, &views, &count, &all, &mine);
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_sv standard = default_of(call, page);
    zh_world_unlock(w);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < count; i++) put_view(call, &views[i], standard, &out);
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* The view of an address, or NULL: none that this person may see. */
static const view *found(const view *views, uint32_t count, zh_sv id)
{
    for (uint32_t i = 0; i < count; i++)
        if (zh_sv_equal(views[i].id, id)) return &views[i];
    return NULL;
}

static bool may_change(zh_call *call, const view *one)
{
    char who[OWNER_BYTES_MAX];
    return zh_sv_equal(one->owner, owner_of(call, who)) || (one->is_shared && zh_call_has_right(call, ZH_RIGHT_EDIT_DEFINITIONS));
}

static zh_err define(zh_call *call, zh_sv name, zh_sv json, bool deleted)
{
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = deleted, .at_ms = call->now_ms, .actor = call->caller.actor, .setting = { .name = name, .json = json } };
    return zh_engine_define(call->engine, &d);
}

static zh_err define_view(zh_call *call, const view *one, bool deleted)
{
    char name[ID_BYTES_MAX + 8];
    const int size = snprintf(name, sizeof name, "view/%.*s", ZH_SV_ARG(one->id));
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("page"), one->page);
    zh_json_out_key_text(&out, ZH_SV("title"), one->title);
    zh_json_out_key_text(&out, ZH_SV("query"), one->query);
    zh_json_out_key_bool(&out, ZH_SV("isShared"), one->is_shared);
    zh_json_out_key_text(&out, ZH_SV("owner"), one->owner);
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = define(call, (zh_sv){ name, (size_t)size }, deleted ? ZH_SV("{}") : zh_buf_view(&text), deleted);
    zh_buf_close(&text);
    return e;
}

/* Is an id taken by a view that this person cannot see? */
static bool is_hidden(zh_call *call, zh_sv id)
{
    char name[ID_BYTES_MAX + 8];
    zh_sv json;
    zh_world *w = zh_engine_world(call->engine);
    const int size = snprintf(name, sizeof name, "view/%.*s", ZH_SV_ARG(id));
    zh_world_lock_read(w);
    const bool is = zh_registry_setting(w->registry, (zh_sv){ name, (size_t)size }, &json) == ZH_OK;
    zh_world_unlock(w);
    return is;
}

/* Room for it, and his? false: a problem was answered. */
static bool may_put(zh_call *call, view *one)
{
    view *views;
    uint32_t count, all, mine;
    const zh_err e = views_of(call, (zh_sv){ 0 }, &views, &count, &all, &mine);
    const view *there = e == ZH_OK ? found(views, count, one->id) : NULL;
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else if (there == NULL && is_hidden(call, one->id)) zh_call_problem(call, 409, "exists", "id", "this id is taken: choose another");
    else if (there != NULL && !may_change(call, there)) zh_call_problem(call, 403, "forbidden", NULL, "whoever made this view may change it");
    else if (there == NULL && (all >= VIEWS_MAX || mine >= VIEWS_OF_ONE_MAX)) zh_call_problem(call, 409, "too_many", NULL, "there are 100 views of yours, or 2,000 of all: delete some first");
    else {
        if (there != NULL) one->owner = there->owner, one->owner_name = there->owner_name;
        return true;
    }
    return false;
}

void zh_route_view_put(zh_call *call)
{
    char who[OWNER_BYTES_MAX];
    zh_json_value root;
    view one = { .id = zh_http_path_part(call->request, 3), .owner = owner_of(call, who), .at_ms = call->now_ms };
    if (!zh_call_body_json(call, &root)) return;
    const char *wrong = is_id(one.id) ? read_body(root, &one) : "id";
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "an id has 1 to 40 of a-z, 0-9 and -; page is customers, segments, items, quality, letters, plan, metrics, funnels, retention, paths or baskets; title 1 to 200 bytes; "
                        "query at most 2,000 bytes, and of customers without q: whom somebody looked for is not kept");
        return;
    }
    if (!keep(call, &one.page) || !keep(call, &one.title) || !keep(call, &one.query)) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    if (!may_put(call, &one)) return;
    const zh_err e = define_view(call, &one, false);
    if (e != ZH_OK) {
        zh_call_failed(call, e, "the view could not be kept");
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_sv standard = default_of(call, one.page);
    one.owner_name = name_of(call, one.owner);
    zh_world_unlock(w);
    zh_json_out out = zh_call_begin(call);
    put_view(call, &one, standard, &out);
    zh_call_json(call, 200, &out);
}

/* The view of the address, where it is there for this person; NULL: a problem was answered. */
static const view *asked(zh_call *call)
{
    view *views;
    uint32_t count, all, mine;
    const zh_err e = views_of(call, (zh_sv){ 0 }, &views, &count, &all, &mine);
    const view *one = e == ZH_OK ? found(views, count, zh_http_path_part(call->request, 3)) : NULL;
    if (one == NULL) zh_call_failed(call, e == ZH_OK ? ZH_ABSENT : e, "no such view");
    return one;
}

void zh_route_view_delete(zh_call *call)
{
    const view *one = asked(call);
    if (one == NULL) return;
    if (!may_change(call, one)) {
        zh_call_problem(call, 403, "forbidden", NULL, "whoever made this view may delete it");
        return;
    }
    const zh_err e = define_view(call, one, true);
    if (e == ZH_OK) zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    else zh_call_failed(call, e, "the view could not be deleted");
}

/* Begin a page with this view, or no more. */
void zh_route_view_default(zh_call *call)
{
    char name[DEFAULT_BYTES_MAX], json[ID_BYTES_MAX + 16];
    zh_json_value root;
    bool is = false;
    if (!zh_call_body_json(call, &root)) return;
    if (!zh_json_bool(zh_json_get(root, ZH_SV("isDefault")), &is)) {
        zh_call_problem(call, 400, "bad_field", "isDefault", "true or false");
        return;
    }
    const view *one = asked(call);
    if (one == NULL) return;
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const bool was = zh_sv_equal(default_of(call, one->page), one->id);
    zh_world_unlock(w);
    if (is == was) {
        zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
        return;
    }
    const int size = snprintf(json, sizeof json, "{\"id\":\"%.*s\"}", is ? (int)one->id.size : 0, one->id.data);
    const zh_err e = define(call, default_name(call, one->page, name), (zh_sv){ json, (size_t)size }, false);
    if (e == ZH_OK) zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    else zh_call_failed(call, e, "the view could not be set");
}
