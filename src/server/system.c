/* system.c -- for those who run the engine: its state and sizes, and the proof that views follow from the log. */
#include "engine/deploy.h"
#include "engine/rebuild.h"
#include "server/answer.h"
#include "server/call.h"
#include "store/log_transcode.h"
#include "sys/file.h"

#include <curl/curl.h>
#include <lz4.h>
#include <microhttpd.h>
#include <sodium.h>
#include <unistd.h>
#include <yaml.h>
#include <zlib.h>
#include <zstd.h>

static int64_t resident_bytes(void)
{
    zh_buf text = zh_buf_open(4096);
    long long pages = 0, all = 0;
    if (zh_file_read(ZH_SV("/proc/self/statm"), &text) == ZH_OK) {
        zh_buf_put_u8(&text, 0);
        if (text.data == NULL || sscanf(text.data, "%lld %lld", &all, &pages) != 2) pages = 0;
    }
    zh_buf_close(&text);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

/* What the views hold, and the memory they take. */
static void put_views(zh_call *call, zh_json_out *out)
{
    zh_world *w = zh_engine_world(call->engine);
    const char *name;
    size_t bytes;
    zh_world_lock_read(w);
    int64_t orders = 0;
    zh_sales_total totals[ZH_SALES_CURRENCIES_MAX];
    const size_t currencies = zh_sales_currencies(w->sales, totals, ZH_SALES_CURRENCIES_MAX);
    for (size_t i = 0; i < currencies; i++) orders += totals[i].orders;
    zh_json_out_key(out, ZH_SV("counts"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("events"), (int64_t)w->counts.events);
    zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)zh_customers_count(w->customers));
    zh_json_out_key_int(out, ZH_SV("items"), (int64_t)zh_catalog_count(w->catalog));
    zh_json_out_key_int(out, ZH_SV("orders"), orders);
    zh_json_out_key_int(out, ZH_SV("decisions"), (int64_t)w->counts.decisions);
    zh_json_out_key_int(out, ZH_SV("deadLetters"), (int64_t)w->counts.dead_letters);
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("memory"));
    zh_json_out_array(out);
    for (size_t i = 0; zh_world_view_bytes(w, i, &name, &bytes); i++) {
        if (bytes == 0) continue;
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("view"), zh_sv_of(name));
        zh_json_out_key_int(out, ZH_SV("bytes"), (int64_t)bytes);
        zh_json_out_end(out);
    }
    zh_world_unlock(w);
    zh_json_out_end(out);
}

/* How much of the log is packed, and from what. */
static void put_storage(zh_call *call, zh_log *log, zh_json_out *out)
{
    const zh_log_packing packing = zh_log_packing_of(log);
    zh_json_out_key(out, ZH_SV("storage"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("segments"), packing.segments);
    zh_json_out_key_int(out, ZH_SV("packedSegments"), packing.packed_segments);
    zh_json_out_key_int(out, ZH_SV("packedBytes"), (int64_t)packing.packed_bytes);
    zh_json_out_key_int(out, ZH_SV("packedFromBytes"), (int64_t)packing.unpacked_bytes);
    zh_json_out_key(out, ZH_SV("backup"));
    zh_backup_json(call, out);
    zh_json_out_key(out, ZH_SV("retention"));
    zh_retention_json(call, out);
    zh_json_out_end(out);
}

/* Of those that say their version when asked. */
static void put_libraries(zh_json_out *out)
{
    const struct { const char *name, *version; } libraries[] = {
        { "libmicrohttpd", MHD_get_version() }, { "libsodium", sodium_version_string() }, { "LZ4", LZ4_versionString() },
        { "zlib", zlibVersion() }, { "Zstandard", ZSTD_versionString() }, { "libyaml", yaml_get_version_string() }, { "libcurl", curl_version_info(CURLVERSION_NOW)->version },
    };
    zh_json_out_key(out, ZH_SV("libraries"));
    zh_json_out_array(out);
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("name"), zh_sv_of(libraries[i].name));
        zh_json_out_key_text(out, ZH_SV("version"), zh_sv_of(libraries[i].version));
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

void zh_route_system(zh_call *call)
{
    uint64_t free_bytes = 0, disk_bytes = 0;
    (void)!zh_file_disk(zh_engine_dir(call->engine), &free_bytes, &disk_bytes);
    zh_log *log = zh_engine_log(call->engine);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("version"), call->server->d.version);
    zh_json_out_key_int(&out, ZH_SV("uptimeSeconds"), (call->now_ms - call->server->started_ms) / 1000);
    zh_json_out_key(&out, ZH_SV("positions"));
    zh_json_out_array(&out);
    for (uint32_t p = 0; p < zh_log_partitions(log); p++) {
        zh_json_out_object(&out);
        zh_json_out_key_int(&out, ZH_SV("partition"), p);
        zh_json_out_key_int(&out, ZH_SV("logEnd"), (int64_t)zh_log_end(log, p));
        zh_json_out_key_int(&out, ZH_SV("folded"), (int64_t)zh_fold_position(zh_engine_fold(call->engine), p));
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_key_int(&out, ZH_SV("logBytes"), (int64_t)zh_log_bytes(log));
    zh_json_out_key_int(&out, ZH_SV("stateBytes"), (int64_t)zh_state_bytes(zh_engine_state(call->engine)));
    zh_json_out_key_int(&out, ZH_SV("residentBytes"), resident_bytes());
    zh_json_out_key_int(&out, ZH_SV("diskFreeBytes"), (int64_t)free_bytes);
    zh_json_out_key_int(&out, ZH_SV("diskBytes"), (int64_t)disk_bytes);
    zh_json_out_key_int(&out, ZH_SV("viewLagMs"), zh_fold_lag_ms(zh_engine_fold(call->engine)));
    const zh_intake intake = zh_engine_intake(call->engine);
    zh_json_out_key_bool(&out, ZH_SV("ready"), intake == ZH_INTAKE_OPEN);
    zh_json_out_key_text(&out, ZH_SV("intake"), zh_sv_of(zh_intake_code(intake)));
    zh_json_out_key_int(&out, ZH_SV("reserveBytes"), (int64_t)zh_log_reserve(log));
    zh_json_out_key_text(&out, ZH_SV("timeZone"), zh_engine_time_zone(call->engine));
    zh_call_time(&out, ZH_SV("startedAt"), call->server->started_ms);
    zh_json_out_key_int(&out, ZH_SV("partitions"), zh_log_partitions(log));
    zh_json_out_key(&out, ZH_SV("model"));
    zh_json_out_object(&out);
    zh_note why;
    uint32_t version;
    const zh_deploy_state state = zh_deployer_state(zh_engine_deployer(call->engine), &version, &why);
    zh_json_out_key_text(&out, ZH_SV("name"), ZH_SV("cocount"));
    zh_json_out_key_int(&out, ZH_SV("version"), ZH_POLICY_VERSION);
    zh_json_out_key_text(&out, ZH_SV("learnt"), zh_sv_of(zh_deploy_state_text(state)));
    zh_json_out_key_int(&out, ZH_SV("learntVersion"), version);
    zh_json_out_end(&out);
    put_storage(call, log, &out);
    put_views(call, &out);
    put_libraries(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

static void say_view(void *context, const char *view, uint64_t entries, uint64_t different, const char *first)
{
    zh_json_out *out = context;
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("view"), zh_sv_of(view));
    zh_json_out_key_int(out, ZH_SV("entries"), (int64_t)entries);
    zh_json_out_key_int(out, ZH_SV("different"), (int64_t)different);
    if (different > 0) zh_json_out_key_text(out, ZH_SV("first"), zh_sv_of(first));
    zh_json_out_end(out);
}

/* Rebuild every view from the log and compare: what `zhun check` asks of a running engine. */
void zh_route_check(zh_call *call)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("views"));
    zh_json_out_array(&out);
    bool equal;
    zh_note why;
    const zh_rebuild_report report = { .say = say_view, .context = &out };
    const zh_err e = zh_rebuild_check(call->engine, &report, &equal, &why);
    if (e != ZH_OK && e != ZH_CORRUPT) {
        zh_call_failed(call, e, why.text);
        return;
    }
    zh_json_out_end(&out);
    zh_json_out_key_bool(&out, ZH_SV("equal"), e == ZH_OK && equal);
    if (why.text[0] != '\0') zh_json_out_key_text(&out, ZH_SV("why"), zh_sv_of(why.text));
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}
