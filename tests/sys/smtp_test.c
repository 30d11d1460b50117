/* smtp_test.c
 * Goal    what a mail server says is read; what cannot be said in SMTP never goes out. The conversation is proved against a server in tests/e2e/mail.py.
 * Method  tables.
 */
#include "check.h"
#include "sys/smtp.h"

static void an_answer_has_its_codes(void)
{
    static const struct { const char *line; unsigned code, a, b, c; } rows[] = {
        { "250 ok\r\n", 250, 0, 0, 0 }, { "550 5.1.1 no such user\r\n", 550, 5, 1, 1 }, { "550-5.7.26 more\r\n", 550, 5, 7, 26 }, { "421 4.7.0 later", 421, 4, 7, 0 }, { "250", 250, 0, 0, 0 },
        { "550 2.1.5 odd", 550, 0, 0, 0 }, { "550 5.1 short", 550, 0, 0, 0 }, { "", 0, 0, 0, 0 }, { "hello", 0, 0, 0, 0 }, { "99 5.1.1", 0, 0, 0, 0 }, { "600 5.1.1", 0, 0, 0, 0 }, { "5505.1.1", 0, 0, 0, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_smtp_answer a = { .stage = ZH_SMTP_ENDED, .code = 1, .enhanced = { 1, 1, 1 } };
        zh_smtp_read_line(zh_sv_of(rows[i].line), &a);
        CHECK_ROW(a.code == rows[i].code && a.enhanced[0] == rows[i].a && a.enhanced[1] == rows[i].b && a.enhanced[2] == rows[i].c && a.stage == ZH_SMTP_ENDED, rows[i].line);
    }
}

static void what_would_be_two_lines_is_not_said(void)
{
    const zh_smtp_letter good = { .host = ZH_SV("127.0.0.1"), .port = 1, .tls = ZH_SMTP_PLAIN, .from = ZH_SV("a@b.c"), .to = ZH_SV("d@e.f"), .bytes = ZH_SV("x"), .timeout_ms = 1000 };
    zh_smtp_answer answer;
    CHECK(zh_smtp_send(&good, &answer) == ZH_BUSY && answer.stage == ZH_SMTP_HELLO); /* nobody listens there */
    for (int i = 0; i < 5; i++) {
        zh_smtp_letter bad = good;
        zh_sv *const values[] = { &bad.host, &bad.from, &bad.to, &bad.user, &bad.password };
        *values[i] = ZH_SV("a@b.c\r\nRCPT TO:<x@y.z>");
        CHECK(zh_smtp_send(&bad, &answer) == ZH_FORMAT);
    }
    zh_smtp_letter private = good;
    private.public_only = true;
    CHECK(zh_smtp_send(&private, &answer) == ZH_DENIED);
}

int main(void)
{
    an_answer_has_its_codes();
    what_would_be_two_lines_is_not_said();
    return 0;
}
