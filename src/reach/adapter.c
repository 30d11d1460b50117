#include "reach/adapter.h"

#define NAME_BYTES_MAX 200
#define POINTER_BYTES_MAX 200

static const char *const kinds[] = { "webhook", "smtp", "inbox" };
static const char *const tls_words[] = { "starttls", "tls", "none" };

const char *zh_adapter_kind_text(zh_adapter_kind kind) { return (unsigned)kind < ZH_ADAPTER_KINDS ? kinds[kind] : "?"; }

/* ---- small parts ---- */

static zh_channel read_via(zh_define *d, zh_json_value root, zh_adapter_kind kind)
{
    zh_channel via = kind == ZH_ADAPTER_SMTP ? ZH_CHANNEL_EMAIL : ZH_CHANNEL_ONSITE;
    const zh_sv text = zh_json_text_or_empty(zh_json_get(root, ZH_SV("via")));
    if (text.size == 0 && kind != ZH_ADAPTER_WEBHOOK) return via;
    if (!zh_channel_of(text, &via)) zh_define_wrong(d, "", "via", "must be one of: email, sms, push, wechat, wecom, onsite, whatsapp, call, post");
    else if (via == ZH_CHANNEL_ADS) zh_define_wrong(d, "", "via", "advertising is no channel of messages");
    return via;
}

/* The trait that tells where, if nothing is said. */
static zh_sv usual_address(zh_channel via)
{
    switch (via) {
    case ZH_CHANNEL_EMAIL: return ZH_SV("email");
    case ZH_CHANNEL_SMS:
    case ZH_CHANNEL_WHATSAPP:
    case ZH_CHANNEL_CALL: return ZH_SV("phone");
    case ZH_CHANNEL_WECHAT: return ZH_SV("openid");
    case ZH_CHANNEL_WECOM: return ZH_SV("externalUserId");
    case ZH_CHANNEL_PUSH: return ZH_SV("pushToken");
    default: return ZH_SV("userId");
    }
}

static zh_liquid_template *read_liquid(zh_define *d, zh_sv source, const char *within, const char *field)
{
    zh_liquid_template *template = NULL;
    zh_cel_fault fault = { .text = "" };
    if (d->is_bad || source.size == 0) return NULL;
    const zh_err e = zh_liquid_parse_template(d->arena, source, &template, &fault);
    if (e == ZH_NOMEM) d->is_full = true;
    else if (e != ZH_OK) zh_define_wrong(d, within, field, "line %u, column %u: %s", fault.line, fault.column, fault.text);
    return template;
}

static bool is_token(zh_sv name) /* of a header, RFC 9110 */
{
    for (size_t i = 0; i < name.size; i++) {
        const unsigned char c = (unsigned char)name.data[i];
        if (c <= ' ' || c >= 127 || strchr("()<>@,;:\\\"/[]?={}", c) != NULL) return false;
    }
    return name.size > 0 && name.size <= 64;
}

static zh_sv read_header_name(zh_define *d, zh_json_value of, const char *within, const char *field)
{
    const zh_sv name = zh_define_text(d, of, within, field, 64, false);
    if (name.size > 0 && !is_token(name)) zh_define_wrong(d, within, field, "must be the name of a header");
    return name;
}

static zh_sv read_pointer(zh_define *d, zh_json_value of, const char *within, const char *field)
{
    const zh_sv pointer = zh_define_text(d, of, within, field, POINTER_BYTES_MAX, false);
    if (!zh_json_pointer_is_good(pointer)) zh_define_wrong(d, within, field, "must be a JSON pointer such as /data/id");
    return pointer;
}

static void read_headers(zh_define *d, zh_json_value root, zh_adapter *out)
{
    const zh_json_value headers = zh_json_get(root, ZH_SV("headers"));
    char field[80];
    if (zh_json_type_of(headers) > ZH_JSON_NULL && !zh_json_is(headers, ZH_JSON_OBJECT)) zh_define_wrong(d, "", "headers", "must be an object of texts");
    if (zh_json_count(headers) > ZH_ADAPTER_HEADERS_MAX) zh_define_wrong(d, "", "headers", "are at most %d", ZH_ADAPTER_HEADERS_MAX);
    for (zh_json_iter it = zh_json_walk(headers); !d->is_bad && zh_json_next(&it);) {
        zh_sv value = { 0 };
        (void)snprintf(field, sizeof field, "%.*s", ZH_SV_ARG(zh_sv_part(it.key, 0, 64)));
        if (!is_token(it.key)) zh_define_wrong(d, "headers", field, "is no name of a header");
        if (!zh_json_text(it.value, &value) || value.size > ZH_ADAPTER_URL_BYTES_MAX) zh_define_wrong(d, "headers", field, "must be a text of at most 2,048 bytes");
        if (d->is_bad) return;
        zh_adapter_header *header = &out->headers[out->headers_count++];
        header->name = zh_arena_copy(d->arena, it.key);
        header->value = read_liquid(d, value.size == 0 ? ZH_SV(" ") : value, "headers", field);
        d->is_full |= header->name.data == NULL;
    }
}

static void read_statuses(zh_define *d, zh_json_value of, const char *within, uint16_t *out, uint32_t *count)
{
    const zh_json_value list = zh_json_get(of, ZH_SV("statuses"));
    if (zh_json_type_of(list) <= ZH_JSON_NULL) return;
    *count = 0;
    if (!zh_json_is(list, ZH_JSON_ARRAY) || zh_json_count(list) == 0 || zh_json_count(list) > ZH_ADAPTER_STATUSES_MAX) zh_define_wrong(d, within, "statuses", "must be 1 to %d statuses", ZH_ADAPTER_STATUSES_MAX);
    for (zh_json_iter it = zh_json_walk(list); !d->is_bad && zh_json_next(&it);) {
        int64_t status = 0;
        if (!zh_json_int(it.value, &status) || status < 100 || status > 599) zh_define_wrong(d, within, "statuses", "must be numbers from 100 to 599");
        else out[(*count)++] = (uint16_t)status;
    }
}

static void read_values(zh_define *d, zh_json_value of, const char *within, zh_sv *out, uint32_t *count)
{
    const zh_json_value list = zh_json_get(of, ZH_SV("values"));
    char room[32];
    if (zh_json_type_of(list) <= ZH_JSON_NULL) return;
    if (!zh_json_is(list, ZH_JSON_ARRAY) || zh_json_count(list) > ZH_ADAPTER_VALUES_MAX) zh_define_wrong(d, within, "values", "must be a list of at most %d", ZH_ADAPTER_VALUES_MAX);
    for (zh_json_iter it = zh_json_walk(list); !d->is_bad && zh_json_next(&it);) {
        zh_sv plain;
        if (!zh_json_plain(it.value, room, &plain) || plain.size > NAME_BYTES_MAX) zh_define_wrong(d, within, "values", "must be texts, numbers, true or false");
        else {
            out[*count] = zh_arena_copy(d->arena, plain);
            d->is_full |= out[(*count)++].data == NULL;
        }
    }
}

/* ---- receipts ---- */

static void read_state(zh_define *d, zh_sv word, zh_sv means, zh_adapter *out)
{
    static const struct { const char *word; zh_message_word says; } own[] = { { "seen", ZH_MESSAGE_SAYS_SEEN }, { "clicked", ZH_MESSAGE_SAYS_CLICKED } };
    zh_message_state state = ZH_MESSAGE_PLANNED;
    zh_message_word says = (zh_message_word)0;
    for (size_t i = 0; i < 2; i++)
        if (zh_sv_equal(means, zh_sv_of(own[i].word))) says = own[i].says;
    const bool is_receipt = zh_message_state_of(means, &state) && (state == ZH_MESSAGE_SENT || state == ZH_MESSAGE_DELIVERED || state == ZH_MESSAGE_FAILED || state == ZH_MESSAGE_BOUNCED || state == ZH_MESSAGE_COMPLAINED);
    if (says == 0 && is_receipt) says = (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + state);
    if (says == 0) zh_define_wrong(d, "receipts", "states", "a word means one of: sent, delivered, failed, bounced, complained, seen, clicked");
    else if (word.size == 0 || word.size > NAME_BYTES_MAX) zh_define_wrong(d, "receipts", "states", "a word has 1 to %d bytes", NAME_BYTES_MAX);
    if (d->is_bad) return;
    out->states[out->states_count] = (zh_adapter_state){ zh_arena_copy(d->arena, word), says };
    d->is_full |= out->states[out->states_count++].word.data == NULL;
}

static void read_receipts(zh_define *d, zh_json_value root, zh_adapter *out)
{
    static const char *const known[] = { "list", "id", "provider", "state", "states", "answer", NULL };
    const zh_json_value of = zh_json_get(root, ZH_SV("receipts")), states = zh_json_get(of, ZH_SV("states"));
    out->has_receipts = zh_json_is(of, ZH_JSON_OBJECT);
    if (zh_json_type_of(of) <= ZH_JSON_NULL) return;
    if (!out->has_receipts) zh_define_wrong(d, "", "receipts", "must be an object");
    zh_define_only(d, of, "receipts", known);
    out->receipt_list = read_pointer(d, of, "receipts", "list");
    out->receipt_id = read_pointer(d, of, "receipts", "id");
    out->receipt_provider = read_pointer(d, of, "receipts", "provider");
    out->receipt_state = read_pointer(d, of, "receipts", "state");
    out->receipt_answer = zh_define_text(d, of, "receipts", "answer", NAME_BYTES_MAX, false);
    if (out->receipt_id.size == 0 && out->receipt_provider.size == 0) zh_define_wrong(d, "receipts", "id", "id or provider must say which message it is");
    if (out->receipt_state.size == 0) zh_define_wrong(d, "receipts", "state", "is missing");
    if (!zh_json_is(states, ZH_JSON_OBJECT) || zh_json_count(states) == 0 || zh_json_count(states) > ZH_ADAPTER_STATES_MAX) zh_define_wrong(d, "receipts", "states", "must map 1 to %d words", ZH_ADAPTER_STATES_MAX);
    for (zh_json_iter it = zh_json_walk(states); !d->is_bad && zh_json_next(&it);) read_state(d, it.key, zh_json_text_or_empty(it.value), out);
}

static void read_replies(zh_define *d, zh_json_value root, zh_adapter *out)
{
    static const char *const known[] = { "list", "from", "text", "answer", NULL };
    const zh_json_value of = zh_json_get(root, ZH_SV("replies"));
    out->has_replies = zh_json_is(of, ZH_JSON_OBJECT);
    if (zh_json_type_of(of) <= ZH_JSON_NULL) return;
    if (!out->has_replies) zh_define_wrong(d, "", "replies", "must be an object");
    zh_define_only(d, of, "replies", known);
    out->reply_list = read_pointer(d, of, "replies", "list");
    out->reply_from = read_pointer(d, of, "replies", "from");
    out->reply_text = read_pointer(d, of, "replies", "text");
    out->reply_answer = zh_define_text(d, of, "replies", "answer", NAME_BYTES_MAX, false);
    if (out->reply_from.size == 0) zh_define_wrong(d, "replies", "from", "is missing: where the address stands that the answer came from");
    if (out->reply_text.size == 0) zh_define_wrong(d, "replies", "text", "is missing: where the words of the answer stand");
}

/* ---- kinds ---- */

static const char *const webhook_fields[] = { "kind", "via", "title", "address", "ratePerSecond", "tries", "timeoutMs", "url", "method", "headers", "body", "sign", "success", "retry",
                                              "provider", "idempotency", "receipts", "replies", "link", "retryMs", NULL };

static void read_webhook(zh_define *d, zh_json_value root, zh_adapter *out)
{
    static const char *const methods[] = { "POST", "PUT", "GET" };
    static const char *const sign_fields[] = { "header", "timestamp", NULL }, *const success_fields[] = { "statuses", "path", "values", NULL }, *const retry_fields[] = { "statuses", "values", NULL };
    const zh_json_value sign = zh_json_get(root, ZH_SV("sign")), success = zh_json_get(root, ZH_SV("success")), retry = zh_json_get(root, ZH_SV("retry"));
    zh_define_only(d, root, "", webhook_fields);
    const zh_sv url = zh_define_text(d, root, "", "url", ZH_ADAPTER_URL_BYTES_MAX, true);
    if (url.size > 0 && !zh_sv_starts(url, ZH_SV("https://")) && !zh_sv_starts(url, ZH_SV("http://"))) zh_define_wrong(d, "", "url", "must begin with https:// or http://");
    out->url = read_liquid(d, url, "", "url");
    out->method = zh_sv_of(methods[zh_define_word(d, root, "", "method", methods, 3, 0)]);
    read_headers(d, root, out);
    out->body = read_liquid(d, zh_define_text(d, root, "", "body", ZH_ADAPTER_BODY_BYTES_MAX, false), "", "body");
    zh_define_only(d, sign, "sign", sign_fields);
    out->sign_header = read_header_name(d, sign, "sign", "header");
    out->sign_timestamp = read_header_name(d, sign, "sign", "timestamp");
    if (zh_json_type_of(sign) > ZH_JSON_NULL && (out->sign_header.size == 0 || out->sign_timestamp.size == 0)) zh_define_wrong(d, "sign", "header", "a signature needs a header, and one for its timestamp");
    zh_define_only(d, success, "success", success_fields);
    zh_define_only(d, retry, "retry", retry_fields);
    read_statuses(d, success, "success", out->success, &out->success_count);
    read_statuses(d, retry, "retry", out->retry, &out->retry_count);
    out->answer_path = read_pointer(d, success, "success", "path");
    read_values(d, success, "success", out->success_values, &out->success_values_count);
    read_values(d, retry, "retry", out->retry_values, &out->retry_values_count);
    out->provider_path = read_pointer(d, root, "", "provider");
    out->idempotency = read_header_name(d, root, "", "idempotency");
    read_receipts(d, root, out);
    read_replies(d, root, out);
}

bool zh_adapter_address_is_good(zh_sv a)
{
    size_t ats = 0;
    for (size_t i = 0; i < a.size; i++) {
        const unsigned char c = (unsigned char)a.data[i];
        if (c <= ' ' || c == 127 || c == '<' || c == '>' || c == ',' || c == ';' || c == '"' || c == '\\' || c == '(' || c == ')') return false;
        ats += c == '@';
    }
    return ats == 1 && a.size <= 254 && a.size >= 3 && a.data[0] != '@' && a.data[a.size - 1] != '@';
}

static zh_sv read_address(zh_define *d, zh_json_value of, const char *within, const char *field, bool needed)
{
    const zh_sv address = zh_define_text(d, of, within, field, 254, needed);
    if (address.size > 0 && !zh_adapter_address_is_good(address)) zh_define_wrong(d, within, field, "must be an e-mail address");
    return address;
}

/* Both are labels of a name in the DNS: selector._domainkey.domain */
static void read_dkim(zh_define *d, zh_json_value root, zh_adapter *out)
{
    static const char *const known[] = { "domain", "selector", NULL };
    const zh_json_value of = zh_json_get(root, ZH_SV("dkim"));
    if (zh_json_type_of(of) <= ZH_JSON_NULL) return;
    zh_define_only(d, of, "dkim", known);
    out->dkim_domain = zh_define_text(d, of, "dkim", "domain", 253, true);
    out->dkim_selector = zh_define_text(d, of, "dkim", "selector", 63, true);
    const struct { const char *name; zh_sv text; } fields[] = { { "domain", out->dkim_domain }, { "selector", out->dkim_selector } };
    for (size_t f = 0; f < 2; f++)
        for (size_t i = 0; i < fields[f].text.size; i++)
            if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.", fields[f].text.data[i]) == NULL || fields[f].text.data[i] == '\0') zh_define_wrong(d, "dkim", fields[f].name, "must be a name of the DNS in small letters");
}

static void read_smtp(zh_define *d, zh_json_value root, zh_adapter *out)
{
    static const char *const known[] = { "kind", "via", "title", "address", "ratePerSecond", "tries", "timeoutMs", "host", "port", "tls", "user", "from", "replyTo", "returnPath", "dkim", "certificate", "link", "retryMs", "receipts", NULL };
    static const char *const from_fields[] = { "name", "address", NULL };
    const zh_json_value from = zh_json_get(root, ZH_SV("from"));
    zh_define_only(d, root, "", known);
    zh_define_only(d, from, "from", from_fields);
    out->host = zh_define_text(d, root, "", "host", 253, true);
    for (size_t i = 0; i < out->host.size; i++)
        if (strchr("/?#@ \t\r\n", out->host.data[i]) != NULL) zh_define_wrong(d, "", "host", "must be the name of a host, no address of a page");
    out->tls = (zh_adapter_tls)zh_define_word(d, root, "", "tls", tls_words, 3, ZH_TLS_STARTTLS);
    out->port = (uint16_t)zh_define_int(d, root, "", "port", 1, 65535, out->tls == ZH_TLS_ALWAYS ? 465 : 587);
    out->user = zh_define_text(d, root, "", "user", NAME_BYTES_MAX, false);
    out->from_name = zh_define_text(d, from, "from", "name", NAME_BYTES_MAX, false);
    out->from_address = read_address(d, from, "from", "address", true);
    out->reply_to = read_address(d, root, "", "replyTo", false);
    read_dkim(d, root, out);
    out->return_path = read_address(d, root, "", "returnPath", false);
    out->certificate = zh_define_text(d, root, "", "certificate", ZH_ADAPTER_CERTIFICATE_BYTES_MAX, false);
    if (out->certificate.size > 0 && !zh_sv_starts(out->certificate, ZH_SV("-----BEGIN CERTIFICATE-----"))) zh_define_wrong(d, "", "certificate", "must be a certificate in PEM");
    read_receipts(d, root, out);
    out->has_receipts = true; /* bounces, as letters (bounce.h), whether a map says more or not */
}

static void read_inbox(zh_define *d, zh_json_value root, zh_adapter *out)
{
    static const char *const known[] = { "kind", "via", "title", "ratePerSecond", "tries", NULL };
    zh_define_only(d, root, "", known);
    if (out->via != ZH_CHANNEL_ONSITE) zh_define_wrong(d, "", "via", "an inbox is onsite");
    out->address = (zh_sv){ 0 };
}

static void read_link(zh_define *d, zh_json_value root, zh_adapter *out)
{
    out->link = zh_define_text(d, root, "", "link", ZH_ADAPTER_URL_BYTES_MAX, false);
    if (out->link.size > 0 && !zh_sv_starts(out->link, ZH_SV("https://")) && !zh_sv_starts(out->link, ZH_SV("http://"))) zh_define_wrong(d, "", "link", "must begin with https://: it is where this engine is reached, for one-click unsubscribing");
}

zh_err zh_adapter_read(zh_json_value root, zh_arena *arena, zh_adapter *out, zh_fault *fault)
{
    static const uint16_t success[] = { 200, 201, 202, 204 }, retry[] = { 408, 425, 429, 500, 502, 503, 504 };
    static const char *const title_fields[] = { "en", "zh", NULL };
    zh_define d = { .arena = arena, .fault = fault };
    const zh_json_value title = zh_json_get(root, ZH_SV("title"));
    *fault = (zh_fault){ .field = "" };
    *out = (zh_adapter){ .success_count = 4, .retry_count = 7 };
    memcpy(out->success, success, sizeof success);
    memcpy(out->retry, retry, sizeof retry);
    if (!zh_json_is(root, ZH_JSON_OBJECT)) zh_define_wrong(&d, "", "", "a channel is an object");
    out->kind = (zh_adapter_kind)zh_define_word(&d, root, "", "kind", kinds, ZH_ADAPTER_KINDS, ZH_ADAPTER_KINDS);
    out->via = read_via(&d, root, out->kind);
    zh_define_only(&d, title, "title", title_fields);
    out->title_en = zh_define_text(&d, title, "title", "en", NAME_BYTES_MAX, false);
    out->title_zh = zh_define_text(&d, title, "title", "zh", NAME_BYTES_MAX, false);
    out->address = zh_define_text(&d, root, "", "address", 64, false);
    if (out->address.size == 0) out->address = usual_address(out->via);
    out->rate_per_s = (uint32_t)zh_define_int(&d, root, "", "ratePerSecond", 0, ZH_ADAPTER_RATE_MAX, 0);
    out->tries_max = (uint32_t)zh_define_int(&d, root, "", "tries", 1, ZH_ADAPTER_TRIES_MAX, 6);
    out->timeout_ms = zh_define_int(&d, root, "", "timeoutMs", 100, ZH_ADAPTER_TIMEOUT_MS_MAX, 10000);
    out->retry_ms = zh_define_int(&d, root, "", "retryMs", 10, ZH_ADAPTER_RETRY_MS_MAX, 30000);
    read_link(&d, root, out);
    if (!d.is_bad && out->kind == ZH_ADAPTER_WEBHOOK) read_webhook(&d, root, out);
    if (!d.is_bad && out->kind == ZH_ADAPTER_SMTP) read_smtp(&d, root, out);
    if (!d.is_bad && out->kind == ZH_ADAPTER_INBOX) read_inbox(&d, root, out);
    return d.is_full ? ZH_NOMEM : d.is_bad ? ZH_FORMAT : ZH_OK;
}
