/* page.c -- the console's files, the browser SDK, and what machines ask of a running engine: health, metrics, OpenAPI. */
#include "base/b64.h"
#include "engine/deploy.h"
#include "server/assets.h"
#include "server/call.h"
#include "store/log_transcode.h"
#include "sys/file.h"

#define NONCE_BYTES 18
#define NONCE_MARK ZH_SV("__ZHUN_NONCE__")
#define CSP_BYTES 640

#define TAG_BYTES 32

extern const unsigned char zh_openapi_bytes[], zh_openapi_end[];
extern const unsigned char zh_sdk_plain_bytes[], zh_sdk_plain_end[], zh_sdk_gzip_bytes[], zh_sdk_gzip_end[];
extern const char zh_sdk_tag[]; /* the first half of a hash, NUL-ended */

static const zh_asset *find_asset(zh_sv path)
{
    for (size_t i = 0; i < zh_assets_count; i++)
        if (zh_sv_equal(zh_sv_of(zh_assets[i].path), path)) return &zh_assets[i];
    return NULL;
}

/* Scripts only from here; styles from here or with the nonce. Ant Design sets style attributes, which no
 * nonce can cover: they may not load anything, so they are let in by name. */
static zh_sv policy(zh_sv nonce, char out[CSP_BYTES])
{
    const int size = snprintf(out, CSP_BYTES,
        "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-%.*s'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'", ZH_SV_ARG(nonce));
    return (zh_sv){ out, (size_t)size };
}

/* The page with the nonce of this answer in the place of the mark. */
static zh_sv with_nonce(zh_call *call, const zh_asset *page, zh_sv nonce)
{
    zh_sv rest = { (const char *)page->bytes, page->size };
    zh_buf *to = &call->thread->out;
    zh_buf_reset(to);
    while (rest.size > 0) {
        const char *mark = memmem(rest.data, rest.size, NONCE_MARK.data, NONCE_MARK.size);
        const size_t before = mark == NULL ? rest.size : (size_t)(mark - rest.data);
        zh_buf_put(to, zh_sv_part(rest, 0, before));
        if (mark == NULL) break;
        zh_buf_put(to, nonce);
        rest = zh_sv_part(rest, before + NONCE_MARK.size, SIZE_MAX);
    }
    return zh_buf_view(to);
}

static void serve_page(zh_call *call, const zh_asset *page)
{
    uint8_t random[NONCE_BYTES];
    zh_buf nonce = zh_buf_open(64);
    char csp[CSP_BYTES];
    if (zh_file_random(random, sizeof random) == ZH_OK) zh_b64_encode_url((zh_sv){ (const char *)random, sizeof random }, &nonce);
    const zh_http_header headers[] = {
        { ZH_SV("Content-Security-Policy"), policy(zh_buf_view(&nonce), csp) },
        { ZH_SV("X-Frame-Options"), ZH_SV("DENY") },
        { ZH_SV("Cross-Origin-Opener-Policy"), ZH_SV("same-origin") },
    };
    zh_call_reply(call, 200, zh_sv_of(page->type), with_nonce(call, page, zh_buf_view(&nonce)), headers, 3);
    zh_buf_close(&nonce);
}

static void serve_file(zh_call *call, const zh_asset *file)
{
    zh_http_header headers[3] = {
        { ZH_SV("Cache-Control"), file->immutable ? ZH_SV("public, max-age=31536000, immutable") : ZH_SV("no-cache") },
        { ZH_SV("ETag"), zh_sv_of(file->etag) },
    };
    size_t count = 2;
    if (zh_sv_equal(zh_http_header_of(call->request, "If-None-Match"), zh_sv_of(file->etag))) {
        zh_call_reply(call, 304, (zh_sv){ 0 }, (zh_sv){ 0 }, headers, count);
        return;
    }
    if (file->gzip) headers[count++] = (zh_http_header){ ZH_SV("Content-Encoding"), ZH_SV("gzip") };
    zh_call_reply(call, 200, zh_sv_of(file->type), (zh_sv){ (const char *)file->bytes, file->size }, headers, count);
}

/* A path without a dot is a view of the console: the page finds its way by itself. */
void zh_route_console(zh_call *call)
{
    const zh_sv path = zh_http_path(call->request);
    const zh_asset *asset = find_asset(path);
    if (asset == NULL && memchr(path.data, '.', path.size) == NULL) asset = find_asset(ZH_SV("/index.html"));
    if (asset == NULL) zh_call_problem(call, 404, "not_found", NULL, "no such file");
    else if (zh_sv_equal(zh_sv_of(asset->path), ZH_SV("/index.html"))) serve_page(call, asset);
    else serve_file(call, asset);
}

void zh_route_openapi(zh_call *call)
{
    const zh_sv text = { (const char *)zh_openapi_bytes, (size_t)(zh_openapi_end - zh_openapi_bytes) };
    zh_call_reply(call, 200, ZH_SV("application/json"), text, NULL, 0);
}

/* Does the browser take gzip? "gzip;q=0" would be a no; no browser says it. */
static bool takes_gzip(zh_call *call)
{
    const zh_sv accepted = zh_http_header_of(call->request, "Accept-Encoding");
    return accepted.size > 0 && memmem(accepted.data, accepted.size, "gzip", 4) != NULL && memmem(accepted.data, accepted.size, "gzip;q=0", 8) == NULL;
}

/* The browser SDK. Shops' pages load it from their own origins, with and without isolation. */
void zh_route_sdk(zh_call *call)
{
    const bool gzip = takes_gzip(call);
    const zh_sv body = gzip ? (zh_sv){ (const char *)zh_sdk_gzip_bytes, (size_t)(zh_sdk_gzip_end - zh_sdk_gzip_bytes) }
                            : (zh_sv){ (const char *)zh_sdk_plain_bytes, (size_t)(zh_sdk_plain_end - zh_sdk_plain_bytes) };
    char tag[TAG_BYTES]; /* the two encodings are two representations, so they have two tags */
    const int size = snprintf(tag, sizeof tag, "\"%s%s\"", zh_sdk_tag, gzip ? "-gz" : "");
    const zh_sv etag = { tag, (size_t)size };
    const zh_http_header headers[] = {
        { ZH_SV("Cache-Control"), ZH_SV("public, max-age=3600") },
        { ZH_SV("ETag"), etag },
        { ZH_SV("Vary"), ZH_SV("Accept-Encoding") },
        { ZH_SV("Cross-Origin-Resource-Policy"), ZH_SV("cross-origin") },
        { ZH_SV("Content-Encoding"), ZH_SV("gzip") },
    };
    call->any_page = true;
    const zh_sv known = zh_http_header_of(call->request, "If-None-Match");
    if (known.size > 0 && memmem(known.data, known.size, etag.data, etag.size) != NULL)
        zh_call_reply(call, 304, (zh_sv){ 0 }, (zh_sv){ 0 }, headers, 4);
    else
        zh_call_reply(call, 200, ZH_SV("text/javascript; charset=utf-8"), body, headers, gzip ? 5 : 4);
}

void zh_route_healthz(zh_call *call)
{
    zh_call_reply(call, 200, ZH_SV("application/json"), ZH_SV("{\"status\":\"ok\"}"), NULL, 0);
}

void zh_route_readyz(zh_call *call)
{
    const zh_intake intake = zh_engine_intake(call->engine);
    const bool ready = intake == ZH_INTAKE_OPEN;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_bool(&out, ZH_SV("ready"), ready);
    zh_json_out_key_int(&out, ZH_SV("viewLagMs"), zh_fold_lag_ms(zh_engine_fold(call->engine)));
    if (!ready) zh_json_out_key_text(&out, ZH_SV("code"), zh_sv_of(zh_intake_code(intake)));
    if (!ready) zh_json_out_key_text(&out, ZH_SV("reason"), zh_sv_of(zh_intake_text(intake)));
    zh_note why;
    uint32_t version;
    const zh_deploy_state model = zh_deployer_state(zh_engine_deployer(call->engine), &version, &why);
    zh_json_out_key_text(&out, ZH_SV("model"), zh_sv_of(zh_deploy_state_text(model))); /* lost or damaged: counts answer in its place */
    zh_json_out_end(&out);
    zh_call_json(call, ready ? 200 : 503, &out);
}

void zh_route_metrics(zh_call *call)
{
    zh_metrics *m = zh_engine_metrics(call->engine);
    zh_world *w = zh_engine_world(call->engine);
    (void)zh_fold_lag_ms(zh_engine_fold(call->engine)); /* sets its gauge */
    zh_world_lock_read(w);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_customers", "Customers known.", NULL, 0), (double)zh_customers_count(w->customers));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_items", "Items known.", NULL, 0), (double)zh_catalog_count(w->catalog));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_dead_letters", "Dead letters kept.", NULL, 0), (double)w->counts.dead_letters);
    zh_boundaries_gauge(call);
    zh_segments_gauges(call);
    zh_placements_gauges(call);
    zh_messages_gauges(call);
    zh_campaigns_gauges(call);
    zh_journeys_gauges(call);
    zh_offers_gauges(call);
    zh_tags_gauges(call);
    zh_feedback_gauges(call);
    zh_consents_gauges(call);
    zh_experiments_gauges(call);
    zh_variety_gauges(call);
    zh_world_unlock(w);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_log_bytes", "Bytes of the event log.", NULL, 0), (double)zh_log_bytes(zh_engine_log(call->engine)));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_log_reserve_bytes", "Bytes kept for choices and erasures on a full disk.", NULL, 0), (double)zh_log_reserve(zh_engine_log(call->engine)));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_writable", "1 while new work is taken, 0 while the intake is closed.", NULL, 0), zh_engine_is_ready(call->engine));
    const zh_log_packing packing = zh_log_packing_of(zh_engine_log(call->engine));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_log_packed_bytes", "Bytes of packed segments of the log.", NULL, 0), (double)packing.packed_bytes);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_log_packed_from_bytes", "Bytes the same segments had before.", NULL, 0), (double)packing.unpacked_bytes);
    zh_retention_gauges(call);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_policy_version", "Version of the deciding policy.", NULL, 0), ZH_POLICY_VERSION);
    zh_buf *out = &call->thread->out;
    zh_buf_reset(out);
    zh_metrics_write(m, out);
    zh_call_reply(call, 200, ZH_SV("text/plain; version=0.0.4; charset=utf-8"), zh_buf_view(out), NULL, 0);
}
