#include "sys/client.h"

#include <arpa/inet.h>
#include <assert.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER_LINE_MAX 8192 /* one header of ours, name and value */
#define URL_MAX         8192

struct zh_client {
    CURL *curl;
    struct curl_slist *headers; /* of the question under way */
    zh_buf head, body;
    char *base_url, *unix_path, *bearer, *user, *password; /* NULL: none */
    int64_t timeout_ms;
    bool fresh, public_only, denied;
    char why[CURL_ERROR_SIZE];
};

/* ---- addresses ---- */

/* Special ranges of IPv4 (RFC 6890 and its registry): first address and prefix length. */
static const struct {
    uint32_t first;
    unsigned bits;
} special_v4[] = {
    { 0x00000000, 8 },  { 0x0A000000, 8 },  { 0x64400000, 10 }, { 0x7F000000, 8 },
    { 0xA9FE0000, 16 }, { 0xAC100000, 12 }, { 0xC0000000, 24 }, { 0xC0000200, 24 },
    { 0xC0586300, 24 }, { 0xC0A80000, 16 }, { 0xC6120000, 15 }, { 0xC6336400, 24 },
    { 0xCB007100, 24 }, { 0xE0000000, 3 },
};

static bool is_public_v4(uint32_t address)
{
    for (size_t i = 0; i < sizeof special_v4 / sizeof *special_v4; i++)
        if ((address ^ special_v4[i].first) >> (32 - special_v4[i].bits) == 0) return false;
    return true;
}

static uint32_t word_of(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Only 2000::/3 is global unicast; inside it what carries an IPv4 address is judged by that. */
static bool is_public_v6(const unsigned char *at)
{
    static const unsigned char mapped[12] = { [10] = 0xFF, [11] = 0xFF };
    static const unsigned char nat64[12] = { 0x00, 0x64, 0xFF, 0x9B };
    if (memcmp(at, mapped, 12) == 0 || memcmp(at, nat64, 12) == 0)
        return is_public_v4(word_of(at + 12));
    if ((at[0] & 0xE0) != 0x20) return false;
    const uint32_t first = word_of(at);
    if (first >> 16 == 0x2002) return is_public_v4(word_of(at + 2)); /* 6to4 */
    /* 2001::/23, documentation twice */
    if (first >> 9 == 0x20010000u >> 9 || first == 0x20010DB8 || first >> 12 == 0x3FFF0000u >> 12) return false;
    return true;
}

bool zh_client_is_public(zh_sv address)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    if (address.size == 0 || address.size >= sizeof text) return false;
    memcpy(text, address.data, address.size);
    text[address.size] = '\0';
    if (inet_pton(AF_INET, text, bytes) == 1) return is_public_v4(word_of(bytes));
    return inet_pton(AF_INET6, text, bytes) == 1 && is_public_v6(bytes);
}

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    zh_client *client = ctx;
    (void)purpose;
    bool allowed = !client->public_only;
    const struct sockaddr *at = &address->addr;
    if (at->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, at, sizeof v4);
        allowed = allowed || is_public_v4(ntohl(v4.sin_addr.s_addr));
    } else if (at->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, at, sizeof v6);
        allowed = allowed || is_public_v6(v6.sin6_addr.s6_addr);
    }
    if (!allowed) {
        client->denied = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- life ---- */

/* A NUL inside would end the text early for curl: such a text is refused. */
static bool keep_text(char **out, zh_sv text)
{
    if (text.size == 0) return true;
    if (memchr(text.data, '\0', text.size) != NULL) return false;
    *out = strndup(text.data, text.size);
    return *out != NULL;
}

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

zh_err zh_client_open(zh_client **out, const zh_client_desc *desc)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    *out = NULL;
    zh_client *client = calloc(1, sizeof *client);
    if (client == NULL) return ZH_NOMEM;
    client->curl = curl_easy_init();
    client->head = zh_buf_open(ZH_CLIENT_HEAD_MAX);
    client->body = zh_buf_open(desc->body_bytes_max == 0 ? ZH_CLIENT_BODY_MAX
                                                         : desc->body_bytes_max);
    client->timeout_ms = desc->timeout_ms <= 0 ? ZH_CLIENT_TIMEOUT_MS : desc->timeout_ms;
    client->fresh = desc->fresh;
    client->public_only = desc->public_only;
    if (client->curl == NULL || !keep_text(&client->base_url, desc->base_url) ||
        !keep_text(&client->unix_path, desc->unix_path) ||
        !keep_text(&client->bearer, desc->bearer) || !keep_text(&client->user, desc->user) ||
        !keep_text(&client->password, desc->password)) {
        zh_client_close(client);
        return ZH_NOMEM;
    }
    *out = client;
    return ZH_OK;
}

void zh_client_close(zh_client *client)
{
    if (client == NULL) return;
    if (client->curl != NULL) curl_easy_cleanup(client->curl);
    curl_slist_free_all(client->headers);
    zh_buf_close(&client->head);
    zh_buf_close(&client->body);
    free(client->base_url);
    free(client->unix_path);
    free(client->bearer);
    free(client->user);
    free(client->password);
    free(client);
}

void zh_client_set_timeout(zh_client *client, int64_t timeout_ms) { client->timeout_ms = timeout_ms <= 0 ? ZH_CLIENT_TIMEOUT_MS : timeout_ms; }

/* ---- one question ---- */

static size_t take_bytes(char *bytes, size_t each, size_t count, void *buf)
{
    zh_buf_put(buf, (zh_sv){ bytes, each * count });
    return zh_buf_err(buf) == ZH_OK ? each * count : 0; /* less stops the transfer */
}

/* A status line begins a new head: what came before belonged to "100 Continue". */
static size_t take_head(char *bytes, size_t each, size_t count, void *buf)
{
    if (zh_sv_starts((zh_sv){ bytes, each * count }, ZH_SV("HTTP/"))) zh_buf_reset(buf);
    return take_bytes(bytes, each, count, buf);
}

static bool breaks_line(zh_sv text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == '\r' || text.data[i] == '\n' || text.data[i] == '\0') return true;
    return false;
}

static zh_err add_header(zh_client *client, zh_sv name, zh_sv value)
{
    char line[HEADER_LINE_MAX];
    if (name.size == 0 || breaks_line(name) || breaks_line(value)) return ZH_FORMAT;
    if (name.size + value.size + 3 > sizeof line) return ZH_FULL;
    memcpy(line, name.data, name.size);
    /* curl reads "name:" as "leave it out" and "name;" as "with an empty value". */
    memcpy(line + name.size, value.size == 0 ? ";" : ": ", 2);
    if (value.size > 0) memcpy(line + name.size + 2, value.data, value.size);
    line[name.size + (value.size == 0 ? 1 : 2 + value.size)] = '\0';
    struct curl_slist *longer = curl_slist_append(client->headers, line);
    if (longer == NULL) return ZH_NOMEM;
    client->headers = longer;
    return ZH_OK;
}

static zh_err set_url(zh_client *client, zh_sv url)
{
    char text[URL_MAX];
    const bool path = url.size > 0 && url.data[0] == '/';
    const zh_sv base = path ? zh_sv_of(client->base_url != NULL    ? client->base_url
                                       : client->unix_path != NULL ? "http://localhost"
                                                                   : "")
                            : ZH_SV("");
    if (breaks_line(url) || base.size + url.size == 0) return ZH_FORMAT;
    if (base.size + url.size >= sizeof text) return ZH_FORMAT;
    if (base.size > 0) memcpy(text, base.data, base.size);
    if (url.size > 0) memcpy(text + base.size, url.data, url.size);
    text[base.size + url.size] = '\0';
    return curl_easy_setopt(client->curl, CURLOPT_URL, text) == CURLE_OK ? ZH_OK : ZH_NOMEM;
}

static zh_err set_method(zh_client *client, const zh_client_question *q)
{
    char method[16];
    CURL *curl = client->curl;
    if (q->method.size >= sizeof method || breaks_line(q->method)) return ZH_FORMAT;
    if (q->method.size > 0) memcpy(method, q->method.data, q->method.size);
    method[q->method.size] = '\0';
    const bool head = strcmp(method, "HEAD") == 0;
    if (head) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    } else if (q->body.size > 0 || strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, q->body.size > 0 ? q->body.data : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.size);
    }
    if (!head && method[0] != '\0') curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    return ZH_OK;
}

static zh_err set_headers(zh_client *client, const zh_client_question *q)
{
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < q->headers_count; i++)
        e = add_header(client, q->headers[i].name, q->headers[i].value);
    if (e == ZH_OK && q->body.size > 0)
        e = add_header(client, ZH_SV("Content-Type"),
                       q->content_type.size > 0 ? q->content_type : ZH_SV("application/json"));
    if (e != ZH_OK) return e;
    /* Waiting for "100 Continue" costs a round trip, with a server that never says it a second. */
    struct curl_slist *longer = curl_slist_append(client->headers, "Expect:");
    if (longer == NULL) return ZH_NOMEM;
    client->headers = longer;
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, client->headers);
    return ZH_OK;
}

static zh_err set_up(zh_client *client, const zh_client_question *q)
{
    CURL *curl = client->curl;
    curl_easy_reset(curl); /* keeps the open connection */
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    /* the environment does not say where our data goes */
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)client->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->why);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &client->body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &client->head);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, client);
    if (client->fresh) curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    if (client->unix_path != NULL)
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->unix_path);
    if (client->bearer != NULL) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, client->bearer);
    } else if (client->user != NULL) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, client->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, client->password != NULL ? client->password : "");
    }
    zh_err e = set_url(client, q->url);
    if (e == ZH_OK) e = set_method(client, q);
    return e == ZH_OK ? set_headers(client, q) : e;
}

static zh_err err_of_curl(const zh_client *client, CURLcode code)
{
    if (client->denied) return ZH_DENIED;
    switch (code) {
    case CURLE_OK: return ZH_OK;
    case CURLE_OUT_OF_MEMORY: return ZH_NOMEM;
    case CURLE_OPERATION_TIMEDOUT: return ZH_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST: /* nothing went out, as with the next one */
    case CURLE_COULDNT_CONNECT: return ZH_BUSY;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return ZH_FORMAT;
    case CURLE_WRITE_ERROR:
        if (zh_buf_err(&client->head) != ZH_OK) return zh_buf_err(&client->head);
        return zh_buf_err(&client->body) != ZH_OK ? zh_buf_err(&client->body) : ZH_IO;
    default: return ZH_IO;
    }
}

zh_err zh_client_ask(zh_client *client, const zh_client_question *question,
                     zh_client_answer *answer)
{
    *answer = (zh_client_answer){ 0 };
    zh_buf_reset(&client->head);
    zh_buf_reset(&client->body);
    client->why[0] = '\0';
    client->denied = false;
    curl_slist_free_all(client->headers);
    client->headers = NULL;
    zh_err e = set_up(client, question);
    if (e != ZH_OK) return e;
    e = err_of_curl(client, curl_easy_perform(client->curl));
    if (e != ZH_OK) return e;
    long status = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    *answer = (zh_client_answer){ .status = (unsigned)status,
                                  .body = zh_buf_view(&client->body),
                                  .head = zh_buf_view(&client->head) };
    return ZH_OK;
}

zh_sv zh_client_header_of(const zh_client_answer *answer, zh_sv name)
{
    zh_sv rest = answer->head;
    while (rest.size > 0) {
        const char *end = memchr(rest.data, '\n', rest.size);
        const size_t size = end == NULL ? rest.size : (size_t)(end - rest.data) + 1;
        const zh_sv line = zh_sv_part(rest, 0, size);
        if (line.size > name.size && line.data[name.size] == ':' &&
            strncasecmp(line.data, name.data, name.size) == 0)
            return zh_sv_trim(zh_sv_part(line, name.size + 1, line.size));
        rest = zh_sv_part(rest, size, rest.size);
    }
    return (zh_sv){ 0 };
}

zh_sv zh_client_why(const zh_client *client)
{
    return client->denied ? ZH_SV("the address is private or special and may not be reached")
                          : zh_sv_of(client->why);
}
