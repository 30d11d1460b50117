/* guard_bench.c -- what guard costs on the hot path: sealing, ids, keys, permits. One JSON line each. */
#include "guard/permit.h"
#include "guard/registry.h"
#include "guard/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 300000

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static void say(const char *name, double from_ns, uint64_t sink)
{
    printf("{\"bench\":\"%s\",\"ns\":%.1f,\"sink\":%u}\n", name, (now_ns() - from_ns) / ROUNDS, (unsigned)(sink & 1));
}

static void must(zh_err e)
{
    if (e == ZH_OK) return;
    fprintf(stderr, "guard_bench: %s\n", zh_err_text(e));
    exit(1);
}

static void bench_seal(const zh_sealer *sealer, const zh_permit *permit, zh_customer_id customer)
{
    char plain[300];
    memset(plain, 'p', sizeof plain);
    const zh_dek dek = { { 1, 2, 3 } };
    const zh_wrapped_dek wrapped = zh_seal_wrap(sealer, customer, &dek);
    zh_buf sealed = zh_buf_open(1024);
    zh_arena arena = zh_arena_open(1 << 16);
    double from = now_ns();
    for (uint64_t i = 0; i < ROUNDS; i++) {
        zh_buf_reset(&sealed);
        must(zh_seal_personal(sealer, customer, &wrapped, (zh_event_key){ 7, 7 }, (zh_sv){ plain, sizeof plain }, &sealed));
    }
    say("seal_personal_300", from, sealed.size);
    from = now_ns();
    for (uint64_t i = 0; i < ROUNDS; i++) {
        zh_buf_reset(&sealed);
        must(zh_seal_personal_under(sealer, customer, &dek, (zh_event_key){ 7, 7 }, (zh_sv){ plain, sizeof plain }, &sealed));
    }
    say("seal_personal_under_300", from, sealed.size);
    from = now_ns();
    zh_sv out = { 0 };
    for (uint64_t i = 0; i < ROUNDS; i++) {
        zh_arena_reset(&arena);
        must(zh_unseal_personal(sealer, customer, &wrapped, (zh_event_key){ 7, 7 }, permit, zh_buf_view(&sealed), &arena, &out));
    }
    say("unseal_personal_300", from, out.size);
    zh_buf_close(&sealed);
    zh_arena_close(&arena);
}

static void bench_ids(const zh_sealer *sealer)
{
    char id[] = "ajs-next-1700000000000-5b1c2d3e4f";
    uint64_t sink = 0;
    double from = now_ns();
    for (uint64_t i = 0; i < ROUNDS; i++) {
        id[3] = (char)('0' + (i & 7));
        sink += zh_dedup_key(sealer, (zh_source_id){ 3 }, ZH_SV(id)).low;
    }
    say("dedup_key_33", from, sink);
    from = now_ns();
    for (uint64_t i = 0; i < ROUNDS; i++) {
        id[3] = (char)('0' + (i & 7));
        sink += zh_blind(sealer, ZH_BLIND_USER, ZH_SV(id)).low;
    }
    say("blind_33", from, sink);
}

static void bench_keys(void)
{
    enum { KEYS = 100 };
    zh_registry *registry;
    must(zh_registry_open(&registry, 1 << 20));
    char texts[KEYS][ZH_KEY_MADE_BYTES];
    zh_sv views[KEYS];
    for (uint32_t i = 0; i < KEYS; i++) {
        const uint8_t secret[ZH_KEY_SECRET_BYTES] = { (uint8_t)i, 9 };
        zh_definition d = { .thing = ZH_THING_KEY, .at_ms = 1, .actor = ZH_ACTOR_THE_ENGINE };
        views[i] = zh_key_make(i + 1, ZH_SCOPE_WRITE, secret, &d.key, texts[i]);
        zh_buf record = zh_buf_open(1024);
        zh_definition_put(&d, &record);
        must(zh_registry_fold(registry, zh_buf_view(&record)));
        zh_buf_close(&record);
    }
    static zh_key_memo memo;
    zh_key_memo_open(&memo, (const uint8_t[16]){ 5 });
    zh_key key = { 0 };
    uint64_t sink = 0;
    double from = now_ns();
    for (uint64_t i = 0; i < ROUNDS; i++) {
        must(zh_registry_key_find(registry, &memo, views[i & 15], 2, &key));
        sink += key.number;
    }
    say("key_find_memo", from, sink);
    from = now_ns();
    for (uint64_t i = 0; i < ROUNDS; i++) {
        must(zh_registry_key_find(registry, NULL, views[i % KEYS], 2, &key));
        sink += key.number;
    }
    say("key_find_cold", from, sink);
    zh_registry_close(registry);
}

int main(void)
{
    const zh_workspace_key key = { .id = 1, .seal = { 1 }, .index = { 2 } };
    const zh_customer_id customer = { 12345 };
    zh_sealer sealer;
    zh_consents *consents;
    zh_permit permit;
    must(zh_sealer_open(&sealer, ZH_WORKSPACE_DEFAULT, &key, 1));
    must(zh_consents_open(&consents, 64 << 20));
    for (uint64_t who = 1; who <= 100000; who++)
        must(zh_consents_change(consents, &(zh_consent_change){ .customer = { who }, .at_ms = 1, .said = 7, .yes = 7 }));
    uint64_t sink = 0;
    double from = now_ns();
    for (uint64_t i = 0; i < ROUNDS; i++) {
        must(zh_permit_ask(consents, (zh_customer_id){ 1 + i * 7919 % 100000 }, ZH_PURPOSE_PERSONALIZE, 0, 1,
            &ZH_ACTOR_THE_ENGINE, &permit));
        sink += permit.seal_;
    }
    say("permit_ask", from, sink);
    must(zh_permit_ask(consents, customer, ZH_PURPOSE_SERVE, 0, 1, &ZH_ACTOR_THE_ENGINE, &permit));
    bench_seal(&sealer, &permit, customer);
    bench_ids(&sealer);
    bench_keys();
    zh_sealer_close(&sealer);
    zh_consents_close(consents);
    return 0;
}
