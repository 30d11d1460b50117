#include "reach/mail_send.h"
#include "reach/dkim.h"
#include "reach/mail.h"

#define RETURN_PATH_BYTES 320 /* an address, and a number in it */

/* No such mailbox (RFC 3463): 5.1.x but for the sender's own faults (7, 8) and what the server cannot know, and a mailbox that is switched off. */
bool zh_mail_is_no_mailbox(const zh_smtp_answer *a)
{
    static const unsigned addresses[] = { 0, 1, 2, 3, 6, 10 };
    if (a->enhanced[0] == 0) return a->stage == ZH_SMTP_RECIPIENT && (a->code == 550 || a->code == 551 || a->code == 553);
    for (size_t i = 0; a->enhanced[1] == 1 && i < sizeof addresses / sizeof *addresses; i++)
        if (a->enhanced[2] == addresses[i]) return true;
    return a->enhanced[1] == 2 && a->enhanced[2] == 1;
}

static void say_codes(const zh_smtp_answer *a, const char *before, zh_delivered *out)
{
    if (a->enhanced[0] > 0) (void)snprintf(out->detail, sizeof out->detail, "%s%u %u.%u.%u", before, a->code, a->enhanced[0], a->enhanced[1], a->enhanced[2]);
    else (void)snprintf(out->detail, sizeof out->detail, "%s%u", before, a->code);
}

static void say(zh_outcome outcome, const char *detail, zh_delivered *out)
{
    out->outcome = outcome;
    (void)snprintf(out->detail, sizeof out->detail, "%s", detail);
}

void zh_mail_judge(zh_err e, const zh_smtp_answer *a, zh_delivered *out)
{
    *out = (zh_delivered){ .outcome = ZH_OUTCOME_TAKEN };
    if (e == ZH_OK) return;
    if (e == ZH_DENIED) say(ZH_OUTCOME_REFUSED, "the address is private: --send-private lets it be reached", out);
    else if (e == ZH_FORMAT) say(ZH_OUTCOME_BROKEN, "it cannot be said in SMTP", out);
    else if (e == ZH_BUSY || e == ZH_NOMEM) say(ZH_OUTCOME_UNREACHED, e == ZH_BUSY ? "no connection" : zh_err_text(e), out);
    else if (e == ZH_RANGE && a->stage == ZH_SMTP_HELLO) {
        out->outcome = ZH_OUTCOME_UNREACHED;
        say_codes(a, "before the letter: status ", out);
    } else if (e == ZH_RANGE) {
        out->outcome = a->code < 500 ? ZH_OUTCOME_LATER : zh_mail_is_no_mailbox(a) ? ZH_OUTCOME_BOUNCED : ZH_OUTCOME_REFUSED;
        say_codes(a, "status ", out);
    } else if (a->stage == ZH_SMTP_ENDED) say(ZH_OUTCOME_UNKNOWN, "no answer after the letter", out);
    else say(ZH_OUTCOME_UNREACHED, a->stage == ZH_SMTP_HELLO ? "no conversation: TLS, certificate or sign-in" : "broken off before the letter's end", out);
}

/* Where it goes back to if it cannot go on: the channel's returnPath with the message's number, else the sender. */
static zh_sv return_path(const zh_mail_ask *ask, char out[RETURN_PATH_BYTES])
{
    const zh_sv path = ask->adapter->return_path, mark = ZH_SV("{id}");
    char id[ZH_MESSAGE_ID_TEXT_BYTES];
    if (path.size == 0) return ask->adapter->from_address;
    const char *at = memmem(path.data, path.size, mark.data, mark.size);
    if (at == NULL) return path;
    const size_t before = (size_t)(at - path.data);
    zh_message_id_print(ask->id, id);
    const int size = snprintf(out, RETURN_PATH_BYTES, "%.*s%s%.*s", (int)before, path.data, id, (int)(path.size - before - mark.size), at + mark.size);
    return (zh_sv){ out, (size_t)size };
}

static zh_err write_unsigned(const zh_mail_ask *ask, zh_buf *out)
{
    const zh_adapter *a = ask->adapter;
    return zh_mail_write(&(zh_mail){ .from_name = a->from_name, .from_address = a->from_address, .to = ask->to, .reply_to = a->reply_to, .subject = ask->subject, .text = ask->text, .html = ask->html,
                                     .unsubscribe = ask->unsubscribe, .id = ask->id, .at_ms = ask->now_ms }, out);
}

/* Errors: ZH_LOGIN it is to be signed, and there is no key that can. */
static zh_err write_letter(const zh_mail_ask *ask, zh_buf *out)
{
    const zh_adapter *a = ask->adapter;
    if (a->dkim_domain.size == 0) return write_unsigned(ask, out);
    zh_buf letter = zh_buf_open(ZH_MAIL_BYTES_MAX);
    zh_err e = !zh_dkim_key_is_good(ask->dkim_key) ? ZH_LOGIN : write_unsigned(ask, &letter);
    if (e == ZH_OK) e = zh_dkim_sign(&(zh_dkim){ .domain = a->dkim_domain, .selector = a->dkim_selector, .key = ask->dkim_key, .at_ms = ask->now_ms }, zh_buf_view(&letter), out);
    zh_buf_put(out, zh_buf_view(&letter));
    zh_buf_close(&letter);
    return e == ZH_OK ? zh_buf_err(out) : e;
}

void zh_mail_send(const zh_mail_ask *ask, zh_delivered *out)
{
    static const zh_smtp_tls tls[] = { [ZH_TLS_STARTTLS] = ZH_SMTP_STARTTLS, [ZH_TLS_ALWAYS] = ZH_SMTP_TLS, [ZH_TLS_NONE] = ZH_SMTP_PLAIN };
    const zh_adapter *a = ask->adapter;
    zh_smtp_answer answer = { .stage = ZH_SMTP_HELLO };
    char path[RETURN_PATH_BYTES];
    *out = (zh_delivered){ .outcome = ZH_OUTCOME_TAKEN };
    zh_buf letter = zh_buf_open(ZH_MAIL_BYTES_MAX);
    const zh_err e = write_letter(ask, &letter);
    if (e == ZH_LOGIN) say(ZH_OUTCOME_UNREACHED, "the channel signs with DKIM, and has no key", out);
    else if (e == ZH_NOMEM) say(ZH_OUTCOME_UNREACHED, zh_err_text(e), out);
    else if (e != ZH_OK) say(ZH_OUTCOME_BROKEN, e == ZH_FORMAT ? "the letter has no words, or a header with a control character" : "the letter is too large", out);
    else {
        const zh_smtp_letter handed = { .host = a->host, .port = a->port, .tls = tls[a->tls], .certificate = a->certificate, .user = a->user, .password = ask->secret, .from = return_path(ask, path), .to = ask->to,
                                        .bytes = zh_buf_view(&letter), .timeout_ms = a->timeout_ms, .public_only = !ask->reaches_private };
        zh_mail_judge(zh_smtp_send(&handed, &answer), &answer, out);
    }
    zh_buf_close(&letter);
}
