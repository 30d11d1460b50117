#include "reach/bounce.h"
#include "reach/mail_send.h"

#include <strings.h>

#define SAYS(state) ((zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + (state)))

typedef struct value { char text[ZH_BOUNCE_LINE_BYTES_MAX]; size_t size; } value;

static zh_sv view(const value *v) { return (zh_sv){ v->text, v->size }; }

/* ---- lines, headers, parts ---- */

/* Without its CR LF or LF. False: there is none left. */
static bool next_line(zh_sv *rest, zh_sv *line)
{
    if (rest->size == 0) return false;
    const char *end = memchr(rest->data, '\n', rest->size);
    const size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
    *line = zh_sv_part(*rest, 0, size > 0 && rest->data[size - 1] == '\r' ? size - 1 : size);
    *rest = zh_sv_part(*rest, size + (end != NULL), SIZE_MAX);
    return true;
}

/* Up to the first empty line; *rest is what follows it. */
static zh_sv take_block(zh_sv *rest)
{
    const zh_sv whole = *rest;
    zh_sv line;
    while (next_line(rest, &line))
        if (line.size == 0) break;
    return zh_sv_part(whole, 0, whole.size - rest->size);
}

static bool is_word(zh_sv text, const char *word) { return text.size == strlen(word) && strncasecmp(text.data, word, text.size) == 0; }

static void add(value *v, zh_sv text)
{
    const size_t size = text.size < sizeof v->text - v->size ? text.size : sizeof v->text - v->size;
    if (size > 0) memcpy(v->text + v->size, text.data, size);
    v->size += size;
}

/* The first header of this name, unfolded, in a block of them. */
static bool header(zh_sv block, const char *name, value *out)
{
    const size_t size = strlen(name);
    bool found = false;
    zh_sv line;
    out->size = 0;
    while (next_line(&block, &line) && line.size > 0) {
        const bool folded = line.data[0] == ' ' || line.data[0] == '\t';
        if (found && !folded) break;
        if (found) add(out, line);
        else if (!folded && line.size > size && line.data[size] == ':' && strncasecmp(line.data, name, size) == 0) {
            add(out, zh_sv_trim(zh_sv_part(line, size + 1, SIZE_MAX)));
            found = true;
        }
    }
    return found;
}

/* What stands before the first ';', and a parameter after it, without its quotes; empty: there is none. */
static zh_sv plain_of(const value *v)
{
    const char *end = memchr(v->text, ';', v->size);
    return zh_sv_trim(zh_sv_part(view(v), 0, end == NULL ? v->size : (size_t)(end - v->text)));
}

static zh_sv param_of(const value *v, const char *name)
{
    const size_t size = strlen(name);
    size_t at = 0;
    bool quoted = false;
    for (; at < v->size; at++) {
        if (v->text[at] == '"') quoted = !quoted;
        if (v->text[at] != ';' || quoted) continue;
        zh_sv rest = zh_sv_trim(zh_sv_part(view(v), at + 1, SIZE_MAX));
        if (rest.size <= size || rest.data[size] != '=' || strncasecmp(rest.data, name, size) != 0) continue;
        rest = zh_sv_part(rest, size + 1, SIZE_MAX);
        const bool in_quotes = rest.size > 0 && rest.data[0] == '"';
        if (in_quotes) rest = zh_sv_part(rest, 1, SIZE_MAX);
        size_t end = 0;
        while (end < rest.size && (in_quotes ? rest.data[end] != '"' : rest.data[end] != ';' && rest.data[end] != ' ')) end++;
        return zh_sv_part(rest, 0, end);
    }
    return (zh_sv){ 0 };
}

/* "--boundary", or "--boundary--" at the end; blanks may follow. */
static bool is_mark(zh_sv line, zh_sv boundary, bool *is_last)
{
    if (line.size < boundary.size + 2 || memcmp(line.data, "--", 2) != 0 || memcmp(line.data + 2, boundary.data, boundary.size) != 0) return false;
    const zh_sv more = zh_sv_trim(zh_sv_part(line, boundary.size + 2, SIZE_MAX));
    *is_last = zh_sv_equal(more, ZH_SV("--"));
    return more.size == 0 || *is_last;
}

/* Between two such lines; the last may be missing. False: there is none left. */
static bool next_part(zh_sv *rest, zh_sv boundary, zh_sv *part)
{
    zh_sv line, from = { 0 };
    bool begun = false, is_last = false;
    for (zh_sv before = *rest; next_line(rest, &line); before = *rest) {
        if (!is_mark(line, boundary, &is_last)) continue;
        if (begun) {
            *part = zh_sv_part(from, 0, from.size - before.size);
            *rest = before; /* it is the next one's beginning */
            return true;
        }
        if (is_last) return false;
        begun = true;
        from = *rest;
    }
    *part = from;
    return begun;
}

/* ---- what it says ---- */

/* "smtp; 550 5.1.1 no such user", or the status alone. */
static bool is_no_such(zh_sv status, zh_sv diagnostic)
{
    zh_smtp_answer answer = { .stage = ZH_SMTP_RECIPIENT }, told = answer;
    char line[64];
    if (status.size < 3 || status.data[0] != '5') return false;
    const int size = snprintf(line, sizeof line, "500 %.*s", (int)(status.size < 12 ? status.size : 12), status.data);
    zh_smtp_read_line((zh_sv){ line, (size_t)size }, &answer);
    const char *end = memchr(diagnostic.data == NULL ? "" : diagnostic.data, ';', diagnostic.size);
    if (end != NULL) zh_smtp_read_line(zh_sv_trim(zh_sv_part(diagnostic, (size_t)(end - diagnostic.data) + 1, SIZE_MAX)), &told);
    const bool is_vague = answer.enhanced[1] == 0 && answer.enhanced[2] == 0; /* 5.0.0: the words of the other server know more */
    return zh_mail_is_no_mailbox(is_vague && told.code >= 500 ? &told : &answer);
}

/* The gravest of all recipients. */
static zh_message_word delivery_status(zh_sv text)
{
    zh_message_word says = (zh_message_word)0;
    value action, status, diagnostic;
    (void)take_block(&text); /* of the whole report: who tells, when it came */
    for (int i = 0; i < ZH_BOUNCE_RECIPIENTS_MAX && text.size > 0; i++) {
        const zh_sv block = take_block(&text);
        zh_message_word one = (zh_message_word)0;
        if (!header(block, "Action", &action)) continue;
        (void)header(block, "Status", &status);
        (void)header(block, "Diagnostic-Code", &diagnostic);
        if (is_word(view(&action), "failed")) one = is_no_such(view(&status), view(&diagnostic)) ? SAYS(ZH_MESSAGE_BOUNCED) : SAYS(ZH_MESSAGE_FAILED);
        else if (is_word(view(&action), "delivered")) one = SAYS(ZH_MESSAGE_DELIVERED);
        if (one > says) says = one; /* as states stand: delivered, failed, bounced */
    }
    return says;
}

static zh_message_word feedback(zh_sv text)
{
    static const char *const complaints[] = { "abuse", "fraud", "opt-out" };
    value type;
    if (!header(text, "Feedback-Type", &type)) return (zh_message_word)0;
    for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++)
        if (is_word(plain_of(&type), complaints[i])) return SAYS(ZH_MESSAGE_COMPLAINED);
    return (zh_message_word)0;
}

/* ---- of which letter ---- */

/* "<00000000000000ff@shop.example>" */
static bool read_message_id(const zh_adapter *a, zh_sv text, zh_message_id *id)
{
    const char *at = memchr(a->from_address.data, '@', a->from_address.size);
    const zh_sv domain = zh_sv_part(a->from_address, (size_t)(at - a->from_address.data), SIZE_MAX);
    const size_t number = ZH_MESSAGE_ID_TEXT_BYTES - 1;
    if (text.size != number + domain.size + 2 || text.data[0] != '<' || text.data[text.size - 1] != '>') return false;
    return zh_message_id_parse(zh_sv_part(text, 1, number), id) == ZH_OK && strncasecmp(text.data + 1 + number, domain.data, domain.size) == 0;
}

/* "bounces+00000000000000ff@shop.example" somewhere in the headers that say whom the report is for. */
static bool read_return_path(const zh_adapter *a, zh_sv head, zh_message_id *id)
{
    static const char *const names[] = { "To", "Delivered-To", "X-Original-To" };
    const zh_sv mark = ZH_SV("{id}");
    const char *at = a->return_path.size == 0 ? NULL : memmem(a->return_path.data, a->return_path.size, mark.data, mark.size);
    value to;
    if (at == NULL) return false;
    const zh_sv before = zh_sv_part(a->return_path, 0, (size_t)(at - a->return_path.data)), after = zh_sv_part(a->return_path, before.size + mark.size, SIZE_MAX);
    const size_t number = ZH_MESSAGE_ID_TEXT_BYTES - 1, size = before.size + number + after.size;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        if (!header(head, names[n], &to)) continue;
        for (size_t i = 0; i + size <= to.size; i++)
            if (strncasecmp(to.text + i, before.data, before.size) == 0 && strncasecmp(to.text + i + before.size + number, after.data, after.size) == 0 &&
                zh_message_id_parse((zh_sv){ to.text + i + before.size, number }, id) == ZH_OK) return true;
    }
    return false;
}

static bool is_ours(const zh_adapter *a, zh_sv part, zh_message_id *id)
{
    value found;
    return header(part, "Message-ID", &found) && read_message_id(a, zh_sv_trim(view(&found)), id);
}

bool zh_bounce_read(const zh_adapter *a, zh_sv mail, zh_message_id *id, zh_message_word *says)
{
    value type, kind;
    zh_sv rest = mail, part;
    bool known = false;
    *says = (zh_message_word)0;
    const zh_sv head = take_block(&rest);
    if (!header(head, "Content-Type", &type) || !is_word(plain_of(&type), "multipart/report")) return false;
    const zh_sv boundary = param_of(&type, "boundary");
    if (boundary.size == 0) return false;
    for (int i = 0; i < ZH_BOUNCE_PARTS_MAX && next_part(&rest, boundary, &part); i++) {
        const zh_sv own = take_block(&part);
        if (!header(own, "Content-Type", &kind)) continue;
        if (is_word(plain_of(&kind), "message/delivery-status")) *says = delivery_status(part);
        else if (is_word(plain_of(&kind), "message/feedback-report")) *says = feedback(part);
        else if (is_word(plain_of(&kind), "message/rfc822") || is_word(plain_of(&kind), "text/rfc822-headers")) known = known || is_ours(a, part, id);
    }
    return *says != 0 && (known || read_return_path(a, head, id));
}
