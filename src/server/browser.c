/* browser.c -- what the browser SDKs of Segment and RudderStack load before they send anything. */
#include "server/collect.h"

#define HOST_BYTES_MAX 261 /* a name of 253 bytes, a colon, a port, and brackets */

static bool is_listed(zh_sv list, zh_sv address)
{
    while (list.size > 0) {
        const char *comma = memchr(list.data, ',', list.size);
        const size_t size = comma == NULL ? list.size : (size_t)(comma - list.data);
        if (address.size > 0 && zh_sv_equal(zh_sv_trim(zh_sv_part(list, 0, size)), address)) return true;
        list = zh_sv_part(list, size + 1, SIZE_MAX);
    }
    return false;
}

/* How the browser reached us: only a proxy we know may say that it was https, or a page could be told to send
 * what it knows in clear. */
static zh_sv protocol(zh_call *call)
{
    const bool trusted = is_listed(call->server->d.trusted_proxies, zh_http_peer(call->request));
    const zh_sv said = zh_sv_trim(zh_http_header_of(call->request, "X-Forwarded-Proto"));
    return trusted && zh_sv_equal(said, ZH_SV("https")) ? ZH_SV("https") : ZH_SV("http");
}

/* The Host header goes back into an address: letters, digits and what ports and IPv6 need. */
static bool host_fits(zh_sv host)
{
    for (size_t i = 0; i < host.size; i++) {
        const char c = host.data[i];
        const bool fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || memchr(".-_:[]", c, 6) != NULL;
        if (!fits) return false;
    }
    return host.size > 0 && host.size <= HOST_BYTES_MAX;
}

/* Settings of Segment's analytics.js. One integration and no other: a second key starts a loader of Segment's own
 * host, and without sampleRate 0 the SDK posts its counters there. */
void zh_route_settings(zh_call *call)
{
    zh_source_id source;
    char host[HOST_BYTES_MAX + sizeof "/v1"];
    const zh_sv key = zh_http_path_part(call->request, 2), name = zh_http_header_of(call->request, "Host");
    if (zh_collect_key(call, key, &source) != ZH_OK) {
        zh_call_problem(call, 404, "not_found", "key", "the write key is unknown or revoked");
        return;
    }
    if (!host_fits(name)) {
        zh_call_problem(call, 400, "bad_field", "Host", "must be the name under which the browser reaches this engine");
        return;
    }
    const int size = snprintf(host, sizeof host, "%.*s/v1", ZH_SV_ARG(name));
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("integrations"));
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("Segment.io"));
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("apiKey"), key);
    zh_json_out_key_text(&out, ZH_SV("apiHost"), (zh_sv){ host, (size_t)size });
    zh_json_out_key_text(&out, ZH_SV("protocol"), protocol(call));
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("metrics"));
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("sampleRate"), 0);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* A registry's view of a source, copied out from under its lock. */
static int64_t source_name(zh_call *call, zh_source_id id, zh_sv *name)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_source found = { 0 };
    zh_world_lock_read(w);
    if (zh_registry_source(w->registry, id, &found) == ZH_OK) *name = zh_arena_copy(call->arena, found.name);
    zh_world_unlock(w);
    return found.created_ms;
}

static void put_config(zh_sv key, zh_source_id source, zh_sv name, int64_t updated_ms, zh_json_out *out)
{
    char id[16];
    snprintf(id, sizeof id, "%u", source.number);
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("source"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("id"), zh_sv_of(id));
    zh_json_out_key_text(out, ZH_SV("name"), name);
    zh_json_out_key_text(out, ZH_SV("writeKey"), key);
    zh_json_out_key_bool(out, ZH_SV("enabled"), true);
    zh_json_out_key_text(out, ZH_SV("workspaceId"), ZH_SV("default"));
    zh_json_out_key(out, ZH_SV("config"));
    zh_json_out_raw(out, ZH_SV("{\"statsCollection\":{\"errors\":{\"enabled\":false},\"metrics\":{\"enabled\":false}}}"));
    zh_json_out_key(out, ZH_SV("destinations"));
    zh_json_out_raw(out, ZH_SV("[]"));
    zh_json_out_key(out, ZH_SV("connections"));
    zh_json_out_raw(out, ZH_SV("[]"));
    zh_json_out_end(out);
    zh_call_time(out, ZH_SV("updatedAt"), updated_ms);
    zh_json_out_key(out, ZH_SV("consentManagementMetadata"));
    zh_json_out_raw(out, ZH_SV("{\"providers\":[]}"));
    zh_json_out_end(out);
}

/* The source's configuration of RudderStack's browser SDK: no destinations, its own statistics off. */
void zh_route_source_config(zh_call *call)
{
    const zh_sv keys[] = { zh_call_basic_user(call), zh_http_param(call->request, ZH_SV("writeKey")) };
    const zh_sv key = keys[0].size > 0 ? keys[0] : keys[1];
    zh_source_id source;
    zh_sv name = { 0 };
    if (zh_collect_key(call, key, &source) != ZH_OK) {
        zh_call_problem(call, 401, "unauthorized", "writeKey", "the write key is unknown or revoked");
        return;
    }
    const int64_t created_ms = source_name(call, source, &name);
    zh_json_out out = zh_call_begin(call);
    put_config(key, source, name, created_ms, &out);
    zh_call_json(call, 200, &out);
}
