#include "sys/smtp.h"
#include "sys/client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

#define TEXT_BYTES 1024 /* a host, an address, a user or a password */
#define GOODBYE 221     /* the answer to QUIT, which is about no letter */

typedef struct sending {
    const zh_smtp_letter *letter;
    zh_smtp_answer *answer;
    size_t at;
    bool denied;
    char url[TEXT_BYTES], from[TEXT_BYTES], to[TEXT_BYTES], user[TEXT_BYTES], password[TEXT_BYTES];
} sending;

/* ---- what the server says ---- */

static unsigned take_number(zh_sv *text)
{
    unsigned number = 0;
    while (text->size > 0 && text->data[0] >= '0' && text->data[0] <= '9' && number < 1000) {
        number = number * 10 + (unsigned)(text->data[0] - '0');
        *text = zh_sv_part(*text, 1, SIZE_MAX);
    }
    return number;
}

void zh_smtp_read_line(zh_sv line, zh_smtp_answer *answer)
{
    zh_sv rest = line;
    unsigned enhanced[3];
    memset(answer->enhanced, 0, sizeof answer->enhanced);
    answer->code = take_number(&rest);
    if (line.size - rest.size != 3 || answer->code < 200 || answer->code > 599) answer->code = 0;
    if (answer->code == 0 || rest.size == 0) return;
    rest = zh_sv_part(rest, 1, SIZE_MAX); /* a blank, or - where more lines come */
    for (int i = 0; i < 3; i++) {
        enhanced[i] = take_number(&rest);
        if (i < 2 && (rest.size == 0 || rest.data[0] != '.')) return;
        rest = zh_sv_part(rest, 1, SIZE_MAX);
    }
    if (enhanced[0] == answer->code / 100) memcpy(answer->enhanced, enhanced, sizeof enhanced);
}

static size_t hear(char *bytes, size_t each, size_t count, void *context)
{
    zh_smtp_answer *answer = ((sending *)context)->answer;
    zh_smtp_answer heard = *answer;
    zh_smtp_read_line((zh_sv){ bytes, each * count }, &heard);
    if (heard.code != 0 && heard.code != GOODBYE) *answer = heard;
    return each * count;
}

/* curl shows the commands that it writes: they say what the next answer is about, and the one before is over. */
static int note_command(CURL *curl, curl_infotype kind, char *bytes, size_t size, void *context)
{
    static const struct { const char *verb; zh_smtp_stage stage; } commands[] = { { "MAIL ", ZH_SMTP_SENDER }, { "RCPT ", ZH_SMTP_RECIPIENT }, { "DATA", ZH_SMTP_LETTER } };
    zh_smtp_answer *answer = ((sending *)context)->answer;
    (void)curl;
    for (size_t i = 0; kind == CURLINFO_HEADER_OUT && i < sizeof commands / sizeof *commands; i++)
        if (zh_sv_starts((zh_sv){ bytes, size }, zh_sv_of(commands[i].verb))) *answer = (zh_smtp_answer){ .stage = commands[i].stage };
    return 0;
}

/* The end mark follows what is given last: from the call on that has nothing more, the letter may have been taken. */
static size_t give(char *to, size_t each, size_t count, void *context)
{
    sending *s = context;
    const zh_sv part = zh_sv_part(s->letter->bytes, s->at, each * count);
    if (part.size > 0) memcpy(to, part.data, part.size);
    else *s->answer = (zh_smtp_answer){ .stage = ZH_SMTP_ENDED };
    s->at += part.size;
    return part.size;
}

/* ---- asking ---- */

static bool is_public(const struct sockaddr *at)
{
    char text[INET6_ADDRSTRLEN] = "";
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (at->sa_family == AF_INET) {
        memcpy(&v4, at, sizeof v4);
        (void)inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    } else if (at->sa_family == AF_INET6) {
        memcpy(&v6, at, sizeof v6);
        (void)inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    }
    return zh_client_is_public(zh_sv_of(text));
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    sending *s = context;
    (void)purpose;
    if (s->letter->public_only && !is_public(&address->addr)) {
        s->denied = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* False: too long, or it has what no line of SMTP may have. */
static bool put_text(const char *before, zh_sv text, const char *after, char out[TEXT_BYTES])
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 127) return false;
    const int size = snprintf(out, TEXT_BYTES, "%s%.*s%s", before, ZH_SV_ARG(text), after);
    return size >= 0 && size < TEXT_BYTES;
}

static bool put_texts(sending *s)
{
    const zh_smtp_letter *l = s->letter;
    char port[16];
    (void)snprintf(port, sizeof port, ":%u", l->port);
    return l->host.size > 0 && l->to.size > 0 && put_text(l->tls == ZH_SMTP_TLS ? "smtps://" : "smtp://", l->host, port, s->url) && put_text("<", l->from, ">", s->from) &&
           put_text("<", l->to, ">", s->to) && put_text("", l->user, "", s->user) && put_text("", l->password, "", s->password);
}

static zh_err set_texts(CURL *curl, sending *s, struct curl_slist **to)
{
    struct curl_blob certificate = { .data = (void *)(uintptr_t)s->letter->certificate.data, .len = s->letter->certificate.size, .flags = CURL_BLOB_NOCOPY };
    if (!put_texts(s)) return ZH_FORMAT;
    bool good = (*to = curl_slist_append(NULL, s->to)) != NULL && curl_easy_setopt(curl, CURLOPT_URL, s->url) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_MAIL_FROM, s->from) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, *to) == CURLE_OK;
    if (s->letter->user.size > 0) good = good && curl_easy_setopt(curl, CURLOPT_USERNAME, s->user) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_PASSWORD, s->password) == CURLE_OK;
    if (certificate.len > 0) good = good && curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &certificate) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK;
    return good ? ZH_OK : ZH_NOMEM;
}

static void set_rest(CURL *curl, sending *s)
{
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL, s->letter->tls == ZH_SMTP_STARTTLS ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* the environment does not say where letters go */
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)s->letter->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)(s->letter->timeout_ms / 1000 + 1)); /* of QUIT: it counts apart from the whole */
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, s);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, s);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L); /* to note_command alone, which keeps nothing */
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, note_command);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, s);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, s);
}

static zh_err err_of(const sending *s, CURLcode code)
{
    if (s->denied) return ZH_DENIED;
    if (code == CURLE_OK) return ZH_OK;
    if (s->answer->code >= 400) return ZH_RANGE;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return ZH_BUSY;
    case CURLE_OPERATION_TIMEDOUT: return ZH_TIMEOUT;
    case CURLE_OUT_OF_MEMORY: return ZH_NOMEM;
    default: return ZH_IO;
    }
}

static void start_curl(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

zh_err zh_smtp_send(const zh_smtp_letter *letter, zh_smtp_answer *answer)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    sending s = { .letter = letter, .answer = answer };
    struct curl_slist *to = NULL;
    *answer = (zh_smtp_answer){ .stage = ZH_SMTP_HELLO };
    CURL *curl = curl_easy_init();
    zh_err e = curl == NULL ? ZH_NOMEM : set_texts(curl, &s, &to);
    if (e == ZH_OK) {
        set_rest(curl, &s);
        e = err_of(&s, curl_easy_perform(curl));
    }
    explicit_bzero(s.password, sizeof s.password);
    curl_slist_free_all(to);
    if (curl != NULL) curl_easy_cleanup(curl);
    return e;
}
