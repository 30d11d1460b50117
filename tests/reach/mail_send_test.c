/* mail_send_test.c
 * Goal    what a mail server says means what mail_send.h's table says; a letter that cannot be written goes nowhere. The conversation is proved against a server in
 *         tests/e2e/mail.py.
 * Method  a row for each answer.
 */
#include "check.h"
#include "reach/mail_send.h"

static void an_answer_means_what_the_table_says(void)
{
    static const struct { const char *name; zh_err e; zh_smtp_stage stage; const char *line; zh_outcome want; } rows[] = {
        { "taken", ZH_OK, ZH_SMTP_ENDED, "250 2.0.0 queued", ZH_OUTCOME_TAKEN },
        { "private", ZH_DENIED, ZH_SMTP_HELLO, "", ZH_OUTCOME_REFUSED },
        { "nobody listens", ZH_BUSY, ZH_SMTP_HELLO, "", ZH_OUTCOME_UNREACHED },
        { "no TLS", ZH_IO, ZH_SMTP_HELLO, "", ZH_OUTCOME_UNREACHED },
        { "a wrong password", ZH_RANGE, ZH_SMTP_HELLO, "535 5.7.8 no", ZH_OUTCOME_UNREACHED },
        { "no service", ZH_RANGE, ZH_SMTP_HELLO, "554 no SMTP here", ZH_OUTCOME_UNREACHED },
        { "the sender is not allowed", ZH_RANGE, ZH_SMTP_SENDER, "550 no", ZH_OUTCOME_REFUSED },
        { "the sender's address", ZH_RANGE, ZH_SMTP_RECIPIENT, "550 5.1.8 no", ZH_OUTCOME_REFUSED },
        { "no such user", ZH_RANGE, ZH_SMTP_RECIPIENT, "550 5.1.1 no", ZH_OUTCOME_BOUNCED },
        { "no such user, without more", ZH_RANGE, ZH_SMTP_RECIPIENT, "550 no", ZH_OUTCOME_BOUNCED },
        { "another syntax", ZH_RANGE, ZH_SMTP_RECIPIENT, "553 no", ZH_OUTCOME_BOUNCED },
        { "a mailbox that is off", ZH_RANGE, ZH_SMTP_RECIPIENT, "550 5.2.1 no", ZH_OUTCOME_BOUNCED },
        { "the address is null", ZH_RANGE, ZH_SMTP_ENDED, "550 5.1.10 no", ZH_OUTCOME_BOUNCED },
        { "full", ZH_RANGE, ZH_SMTP_RECIPIENT, "552 5.2.2 no", ZH_OUTCOME_REFUSED },
        { "policy", ZH_RANGE, ZH_SMTP_RECIPIENT, "550 5.7.1 no", ZH_OUTCOME_REFUSED },
        { "no DMARC", ZH_RANGE, ZH_SMTP_ENDED, "550 5.7.515 no", ZH_OUTCOME_REFUSED },
        { "spam", ZH_RANGE, ZH_SMTP_ENDED, "550 no", ZH_OUTCOME_REFUSED },
        { "grey", ZH_RANGE, ZH_SMTP_RECIPIENT, "450 4.2.0 later", ZH_OUTCOME_LATER },
        { "too many", ZH_RANGE, ZH_SMTP_ENDED, "421 4.7.0 later", ZH_OUTCOME_LATER },
        { "broken off early", ZH_IO, ZH_SMTP_LETTER, "", ZH_OUTCOME_UNREACHED },
        { "slow early", ZH_TIMEOUT, ZH_SMTP_RECIPIENT, "", ZH_OUTCOME_UNREACHED },
        { "broken off late", ZH_IO, ZH_SMTP_ENDED, "", ZH_OUTCOME_UNKNOWN },
        { "slow late", ZH_TIMEOUT, ZH_SMTP_ENDED, "", ZH_OUTCOME_UNKNOWN },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_smtp_answer answer = { .stage = rows[i].stage };
        zh_delivered got;
        zh_smtp_read_line(zh_sv_of(rows[i].line), &answer);
        zh_mail_judge(rows[i].e, &answer, &got);
        CHECK_ROW(got.outcome == rows[i].want && (rows[i].e == ZH_OK) == (got.detail[0] == '\0'), rows[i].name);
    }
    zh_smtp_answer answer = { .stage = ZH_SMTP_RECIPIENT };
    zh_delivered got;
    zh_smtp_read_line(ZH_SV("550 5.1.1 ann@mail.example is unknown"), &answer);
    zh_mail_judge(ZH_RANGE, &answer, &got);
    CHECK_ROW(strcmp(got.detail, "status 550 5.1.1") == 0, got.detail); /* and no word of who */
}

static void what_cannot_be_written_goes_nowhere(void)
{
    const zh_adapter a = { .kind = ZH_ADAPTER_SMTP, .host = ZH_SV("127.0.0.1"), .port = 1, .tls = ZH_TLS_NONE, .from_address = ZH_SV("a@b.c"), .timeout_ms = 1000 };
    const zh_mail_ask good = { .adapter = &a, .to = ZH_SV("d@e.f"), .text = ZH_SV("x"), .id = { 1 }, .reaches_private = true };
    zh_delivered got;
    zh_mail_send(&good, &got);
    CHECK_ROW(got.outcome == ZH_OUTCOME_UNREACHED, got.detail);
    zh_mail_ask ask = good;
    ask.text = (zh_sv){ 0 };
    zh_mail_send(&ask, &got);
    CHECK_ROW(got.outcome == ZH_OUTCOME_BROKEN, got.detail);
    ask = good;
    ask.subject = ZH_SV("a\r\nBcc: x@y.z");
    zh_mail_send(&ask, &got);
    CHECK_ROW(got.outcome == ZH_OUTCOME_BROKEN, got.detail);
    ask = good;
    ask.reaches_private = false;
    zh_mail_send(&ask, &got);
    CHECK_ROW(got.outcome == ZH_OUTCOME_REFUSED && strstr(got.detail, "private") != NULL, got.detail);
}

int main(void)
{
    an_answer_means_what_the_table_says();
    what_cannot_be_written_goes_nowhere();
    return 0;
}
