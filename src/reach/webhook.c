#include "reach/webhook.h"

#include <sodium.h>

/* ---- judging ---- */

static bool has_status(const uint16_t *list, uint32_t count, unsigned status)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i] == status) return true;
    return false;
}

static bool has_word(const zh_sv *list, uint32_t count, zh_sv word)
{
    for (uint32_t i = 0; i < count; i++)
        if (zh_sv_equal(list[i], word)) return true;
    return false;
}

/* Seconds; a date is not read, and the adapter's own pause holds. */
static int64_t read_retry_after(zh_sv text)
{
    int64_t seconds = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return 0;
        if (seconds < ZH_WEBHOOK_RETRY_AFTER_S_MAX) seconds = seconds * 10 + (text.data[i] - '0');
    }
    return (seconds < ZH_WEBHOOK_RETRY_AFTER_S_MAX ? seconds : ZH_WEBHOOK_RETRY_AFTER_S_MAX) * 1000;
}

void zh_webhook_judge(const zh_adapter *a, unsigned status, zh_sv body, zh_sv retry_after, zh_delivered *out)
{
    zh_json *parser = NULL;
    zh_json_value root = { 0 };
    char room[32];
    zh_sv word = { 0 }, provider = { 0 };
    *out = (zh_delivered){ .outcome = ZH_OUTCOME_REFUSED };
    (void)snprintf(out->detail, sizeof out->detail, "status %u", status);
    if ((a->answer_path.size > 0 || a->provider_path.size > 0 || a->success_values_count > 0 || a->retry_values_count > 0) && zh_json_open(&parser, ZH_WEBHOOK_ANSWER_BYTES_MAX) == ZH_OK)
        (void)!zh_json_parse(parser, body, &root, NULL); /* absent where it is no JSON */
    (void)zh_json_plain(zh_json_pointed(root, a->answer_path), room, &word);
    if (word.size > 0 && word.size <= 64) (void)snprintf(out->detail, sizeof out->detail, "status %u, %.*s", status, ZH_SV_ARG(word));
    const bool is_word = a->success_values_count == 0 || has_word(a->success_values, a->success_values_count, word);
    if (has_status(a->retry, a->retry_count, status) || (word.size > 0 && has_word(a->retry_values, a->retry_values_count, word))) {
        out->outcome = ZH_OUTCOME_LATER;
        out->retry_after_ms = read_retry_after(retry_after);
    } else if (has_status(a->success, a->success_count, status) && is_word) out->outcome = ZH_OUTCOME_TAKEN;
    if (out->outcome == ZH_OUTCOME_TAKEN && a->provider_path.size > 0 && zh_json_plain(zh_json_pointed(root, a->provider_path), room, &provider) && provider.size <= ZH_MESSAGE_PROVIDER_BYTES_MAX)
        memcpy(out->provider, provider.data, provider.size);
    zh_json_close(parser);
}

void zh_webhook_sign(zh_sv secret, zh_sv timestamp, zh_sv body, char out[ZH_WEBHOOK_SIGNATURE_BYTES])
{
    crypto_auth_hmacsha256_state state;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret.data, secret.size);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)timestamp.data, timestamp.size);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)".", 1);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.data, body.size);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_memzero(&state, sizeof state);
    memcpy(out, "sha256=", 7);
    (void)sodium_bin2hex(out + 7, 65, mac, sizeof mac);
}

/* ---- asking ---- */

static zh_err render(const zh_webhook_ask *ask, const zh_liquid_template *template, zh_liquid_context context, size_t most, zh_sv *out)
{
    zh_buf text = zh_buf_open(most);
    const zh_liquid_render_desc desc = { .arena = ask->arena, .data = ask->data, .context = context, .now_ms = ask->now_ms };
    zh_liquid_report report = { 0 };
    zh_err e = zh_liquid_render(template, &desc, &text, &report);
    if (e == ZH_OK && report.errors > 0) e = ZH_FORMAT; /* "Liquid error" is nothing to send to a gateway */
    if (e == ZH_OK && (*out = zh_arena_copy(ask->arena, zh_buf_view(&text))).data == NULL) e = ZH_NOMEM;
    zh_buf_close(&text);
    return e;
}

typedef struct request {
    zh_client_header headers[ZH_ADAPTER_HEADERS_MAX + 3];
    size_t headers_count;
    zh_sv url, body, content_type;
    char timestamp[24], signature[ZH_WEBHOOK_SIGNATURE_BYTES];
} request;

static zh_err make(const zh_webhook_ask *ask, request *r)
{
    const zh_adapter *a = ask->adapter;
    zh_err e = render(ask, a->url, ZH_LIQUID_HEADER, ZH_ADAPTER_URL_BYTES_MAX, &r->url);
    if (e == ZH_OK && a->body != NULL) e = render(ask, a->body, ZH_LIQUID_JSON, ZH_WEBHOOK_BODY_BYTES_MAX, &r->body);
    for (uint32_t i = 0; e == ZH_OK && i < a->headers_count; i++) {
        zh_client_header *header = &r->headers[r->headers_count++];
        header->name = a->headers[i].name;
        e = render(ask, a->headers[i].value, ZH_LIQUID_HEADER, ZH_ADAPTER_URL_BYTES_MAX, &header->value);
        if (header->name.size == 12 && strncasecmp(header->name.data, "Content-Type", 12) == 0) r->content_type = header->value, r->headers_count--;
    }
    if (e != ZH_OK) return e;
    if (a->idempotency.size > 0) r->headers[r->headers_count++] = (zh_client_header){ a->idempotency, ask->key };
    if (a->sign_header.size > 0) {
        (void)snprintf(r->timestamp, sizeof r->timestamp, "%lld", (long long)(ask->now_ms / 1000));
        zh_webhook_sign(ask->secret, zh_sv_of(r->timestamp), r->body, r->signature);
        r->headers[r->headers_count++] = (zh_client_header){ a->sign_timestamp, zh_sv_of(r->timestamp) };
        r->headers[r->headers_count++] = (zh_client_header){ a->sign_header, zh_sv_of(r->signature) };
    }
    return ZH_OK;
}

void zh_webhook_send(zh_client *client, const zh_webhook_ask *ask, zh_delivered *out)
{
    request r = { .headers_count = 0 };
    zh_client_answer answer;
    *out = (zh_delivered){ .outcome = ZH_OUTCOME_BROKEN };
    zh_err e = make(ask, &r);
    if (e != ZH_OK) {
        (void)snprintf(out->detail, sizeof out->detail, "the request cannot be made: %s", zh_err_text(e));
        if (e == ZH_NOMEM) out->outcome = ZH_OUTCOME_UNREACHED;
        return;
    }
    e = zh_client_ask(client, &(zh_client_question){ .method = ask->adapter->method, .url = r.url, .content_type = r.content_type, .body = r.body, .headers = r.headers, .headers_count = r.headers_count }, &answer);
    if (e == ZH_OK) {
        zh_webhook_judge(ask->adapter, answer.status, answer.body, zh_client_header_of(&answer, ZH_SV("Retry-After")), out);
        return;
    }
    out->outcome = e == ZH_BUSY || e == ZH_NOMEM ? ZH_OUTCOME_UNREACHED : e == ZH_DENIED || e == ZH_FORMAT ? ZH_OUTCOME_REFUSED : ZH_OUTCOME_UNKNOWN;
    (void)snprintf(out->detail, sizeof out->detail, "%s", e == ZH_DENIED ? "the address is private: --send-private lets it be reached" : e == ZH_BUSY ? "no connection" : zh_err_text(e));
}
