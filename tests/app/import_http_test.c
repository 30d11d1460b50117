/* Goal: batches reach an engine over HTTP with key and name; overload is waited for, a broken engine asked
 * again, a refusal told apart from both.
 * Method: a server that answers from a list, one answer a request. */
#include "app/import_http.h"

#include "sys/clock.h"
#include "sys/http.h"

#include "check.h"

typedef struct answer { unsigned status; const char *body, *retry_after; } answer;

static struct { const answer *answers; size_t at, count; char path[64], key[64], name[64], body[64]; } now;

static void keep(char out[64], zh_sv text)
{
    (void)snprintf(out, 64, "%.*s", ZH_SV_ARG(text));
}

static void serve(void *ctx, zh_http_request *request)
{
    (void)ctx;
    keep(now.path, zh_http_path(request));
    keep(now.body, zh_http_body(request));
    keep(now.key, zh_http_header_of(request, "Authorization"));
    keep(now.name, zh_http_header_of(request, "X-Zhun-Import"));
    const answer *a = &now.answers[now.at < now.count ? now.at : now.count - 1];
    now.at++;
    const zh_http_header header = { ZH_SV("Retry-After"), zh_sv_of(a->retry_after) };
    zh_http_reply(request, &(zh_http_response){ .status = a->status, .content_type = ZH_SV("application/json"), .body = zh_sv_of(a->body),
                                                .headers = &header, .headers_count = 1 });
}

#define GOOD "{\"success\":true,\"accepted\":2,\"duplicate\":1,\"rejected\":0}"
static const struct { const char *name; answer answers[6]; size_t count, asked; zh_err e; const char *says; } rows[] = {
    { "taken", { { 200, GOOD, NULL } }, 1, 1, ZH_OK, "" },
    { "overloaded, then taken", { { 429, "{}", "0" }, { 503, "{}", NULL }, { 200, GOOD, NULL } }, 3, 3, ZH_OK, "" },
    { "broken, then taken", { { 500, "{}", NULL }, { 502, "", NULL }, { 200, GOOD, NULL } }, 3, 3, ZH_OK, "" },
    { "broken for good", { { 500, "{\"detail\":\"no disk\"}", NULL } }, 1, ZH_IMPORT_HTTP_TRIES, ZH_IO, "500: no disk" },
    { "refused", { { 400, "{\"title\":\"t\",\"detail\":\"line 3 is bad\"}", NULL } }, 1, 1, ZH_FORMAT, "line 3 is bad" },
    { "too large", { { 413, "", NULL } }, 1, 1, ZH_FORMAT, "413" },
    { "a wrong key", { { 401, "{\"detail\":\"the write key is unknown\"}", NULL } }, 1, 1, ZH_LOGIN, "check --key" },
    { "a key without the right", { { 403, "{}", NULL } }, 1, 1, ZH_DENIED, "403" },
    { "no engine", { { 404, "<html>", NULL } }, 1, 1, ZH_ABSENT, "is --url an engine" },
    { "something else answers", { { 200, "<html>", NULL } }, 1, 1, ZH_CORRUPT, "no engine" },
    { "a page that redirects", { { 301, "", NULL } }, 1, 1, ZH_CORRUPT, "check --url" },
    { "items with an error", { { 200, "{\"accepted\":1,\"rejected\":1,\"errors\":[{\"index\":1,\"field\":\"title\",\"detail\":\"too long\"}]}", NULL } },
      1, 1, ZH_OK, "title: too long" },
    { "an old note is forgotten", { { 500, "{\"detail\":\"old\"}", NULL }, { 200, GOOD, NULL } }, 2, 2, ZH_OK, "" },
};

int main(void)
{
    zh_http_server *server;
    CHECK(zh_http_open(&server, &(zh_http_desc){ .handler = serve, .threads = 1 }, NULL) == ZH_OK);
    char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", zh_http_port(server));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_import_sink sink;
        void *ctx;
        zh_note why = { "" };
        zh_import_counts counts = { 0 };
        now.answers = rows[i].answers;
        now.at = 0;
        now.count = rows[i].count;
        CHECK(zh_import_http_open(&(zh_import_http_desc){ .url = zh_sv_of(url), .key = ZH_SV("k1"), .source = ZH_SV("old shop"), .pause_ms = 1 },
                                  &sink, &ctx, &why) == ZH_OK);
        const zh_err e = sink(ctx, ZH_SV("/v1/import"), ZH_SV("{\"batch\":[]}"), &counts, &why);
        if (e != rows[i].e || strstr(why.text, rows[i].says) == NULL) fprintf(stderr, "%s: %s\n", zh_err_name(e), why.text);
        CHECK_ROW(e == rows[i].e && now.at == rows[i].asked, rows[i].name);
        CHECK_ROW(rows[i].says[0] == '\0' ? why.text[0] == '\0' : strstr(why.text, rows[i].says) != NULL, rows[i].name);
        CHECK_ROW(strcmp(now.path, "/v1/import") == 0 && strcmp(now.key, "Bearer k1") == 0 && strcmp(now.name, "old shop") == 0, rows[i].name);
        CHECK_ROW(strcmp(now.body, "{\"batch\":[]}") == 0, rows[i].name);
        if (e == ZH_OK && why.text[0] == '\0') CHECK_ROW(counts.accepted == 2 && counts.duplicate == 1 && counts.rejected == 0, rows[i].name);
        zh_import_http_close(ctx);
    }
    zh_http_close(server);

    zh_import_sink sink;
    void *ctx;
    zh_note why = { "" };
    zh_import_counts counts;
    CHECK(zh_import_http_open(&(zh_import_http_desc){ .url = zh_sv_of(url), .key = ZH_SV("k"), .pause_ms = 1 }, &sink, &ctx, &why) == ZH_OK);
    const int64_t began_us = zh_clock_mono_us(NULL);
    CHECK(sink(ctx, ZH_SV("/v1/import"), ZH_SV("{}"), &counts, &why) == ZH_BUSY && strstr(why.text, "cannot be reached") != NULL);
    CHECK(zh_clock_mono_us(NULL) - began_us < 5000000);
    zh_import_http_close(ctx);
    return 0;
}
