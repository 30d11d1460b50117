/* bounce_test.c
 * Goal    reports of mail servers and mailbox providers are read by their parts; nothing else is, whatever it quotes; any bytes end.
 * Method  a table of whole letters; every truncation of one; the same with LF alone; random cuts and changes.
 */
#include "check.h"
#include "reach/bounce.h"

#include <stdlib.h>

#define HEAD "From: MAILER-DAEMON@mx.example\r\nTo: hi@shop.example\r\nSubject: Undelivered\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"9B0/mx.example\"\r\n\r\nThis is MIME.\r\n"
#define WORDS "--9B0/mx.example\r\nContent-Type: text/plain\r\n\r\nMessage-ID: <0000000000000001@shop.example>\r\nAction: delivered\r\n\r\n"
#define STATUS "--9B0/mx.example\r\nContent-Description: report\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\nX-Action: none\r\n\r\nFinal-Recipient: rfc822; ann@mail.example\r\n"
#define BACK "\r\n--9B0/mx.example\r\nContent-Type: message/rfc822\r\n\r\nFrom: hi@shop.example\r\nSubject: a\r\n b\r\nMessage-ID:\r\n <00000000000000ff@Shop.Example>\r\n\r\nAction: delivered\r\n--9B0/mx.example--\r\n"
#define ARF(type) "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=\"feedback-report\"; boundary=part\r\n\r\n--part\r\n\r\ntext\r\n--part\r\nContent-Type: message/feedback-report\r\n\r\n" type "Version: 1\r\n" \
                  "--part\r\nContent-Type: text/rfc822-headers; charset=us-ascii\r\n\r\nMessage-Id: <00000000000000ff@shop.example>\r\n--part--\r\n"
#define SAYS(state) ((zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + (state)))

static const zh_adapter shop = { .kind = ZH_ADAPTER_SMTP, .from_address = ZH_SV("hi@shop.example") };
static const zh_adapter with_path = { .kind = ZH_ADAPTER_SMTP, .from_address = ZH_SV("hi@shop.example"), .return_path = ZH_SV("bounces+{id}@shop.example") };

static const struct { const char *name, *mail; const zh_adapter *adapter; zh_message_state says; /* PLANNED: nothing */ } rows[] = {
    { "no such user", HEAD WORDS STATUS "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n" BACK, &shop, ZH_MESSAGE_BOUNCED },
    { "in capitals", HEAD STATUS "action: FAILED\r\nSTATUS: 5.1.10 (null)\r\n" BACK, &shop, ZH_MESSAGE_BOUNCED },
    { "vague, but the other server knows", HEAD STATUS "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.1.1 no\r\n" BACK, &shop, ZH_MESSAGE_BOUNCED },
    { "vague, and it does not", HEAD STATUS "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 554 5.7.1 no\r\n" BACK, &shop, ZH_MESSAGE_FAILED },
    { "vague, and nothing more", HEAD STATUS "Action: failed\r\nStatus: 5.0.0\r\n" BACK, &shop, ZH_MESSAGE_FAILED },
    { "full", HEAD STATUS "Action: failed\r\nStatus: 5.2.2\r\n" BACK, &shop, ZH_MESSAGE_FAILED },
    { "too long in the queue", HEAD STATUS "Action: failed\r\nStatus: 4.4.7\r\nDiagnostic-Code: smtp; 550 5.1.1 stale\r\n" BACK, &shop, ZH_MESSAGE_FAILED },
    { "no status", HEAD STATUS "Action: failed\r\n" BACK, &shop, ZH_MESSAGE_FAILED },
    { "delayed", HEAD STATUS "Action: delayed\r\nStatus: 4.4.1\r\n" BACK, &shop, ZH_MESSAGE_PLANNED },
    { "relayed", HEAD STATUS "Action: relayed\r\nStatus: 2.0.0\r\n" BACK, &shop, ZH_MESSAGE_PLANNED },
    { "delivered", HEAD STATUS "Action: delivered\r\nStatus: 2.0.0\r\n" BACK, &shop, ZH_MESSAGE_DELIVERED },
    { "two recipients, the graver counts", HEAD STATUS "Action: failed\r\nStatus: 5.1.1\r\n\r\nFinal-Recipient: rfc822; b@c.d\r\nAction: delivered\r\nStatus: 2.0.0\r\n" BACK, &shop, ZH_MESSAGE_BOUNCED },
    { "a letter that is not ours", HEAD STATUS "Action: failed\r\nStatus: 5.1.1\r\n\r\n--9B0/mx.example\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <00000000000000ff@other.example>\r\n", &shop, ZH_MESSAGE_PLANNED },
    { "a number that is none", HEAD STATUS "Action: failed\r\nStatus: 5.1.1\r\n\r\n--9B0/mx.example\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <00000000000000fg@shop.example>\r\n", &shop, ZH_MESSAGE_PLANNED },
    { "nothing came back", HEAD STATUS "Action: failed\r\nStatus: 5.1.1\r\n", &shop, ZH_MESSAGE_PLANNED },
    { "nothing came back, but its address has the number", "Delivered-To: <BOUNCES+00000000000000ff@shop.example>\r\n" HEAD STATUS "Action: failed\r\nStatus: 5.1.1\r\n", &with_path, ZH_MESSAGE_BOUNCED },
    { "an address without a number", HEAD STATUS "Action: failed\r\nStatus: 5.1.1\r\n", &with_path, ZH_MESSAGE_PLANNED },
    { "a longer boundary is another one", HEAD "--9B0/mx.example2\r\nContent-Type: message/delivery-status\r\n\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n" BACK, &shop, ZH_MESSAGE_PLANNED },
    { "a person who answers and quotes", "From: ann@mail.example\r\nContent-Type: text/plain\r\n\r\n" WORDS STATUS "Action: failed\r\nStatus: 5.1.1\r\n" BACK, &shop, ZH_MESSAGE_PLANNED },
    { "no boundary", "Content-Type: multipart/report\r\n\r\n" STATUS "Action: failed\r\nStatus: 5.1.1\r\n" BACK, &shop, ZH_MESSAGE_PLANNED },
    { "spam", ARF("Feedback-Type: abuse\r\nUser-Agent: x\r\n"), &shop, ZH_MESSAGE_COMPLAINED },
    { "fraud", ARF("User-Agent: x\r\nFeedback-Type: Fraud\r\n"), &shop, ZH_MESSAGE_COMPLAINED },
    { "taken back", ARF("Feedback-Type: not-spam\r\n"), &shop, ZH_MESSAGE_PLANNED },
    { "no type", ARF(""), &shop, ZH_MESSAGE_PLANNED },
    { "empty", "", &shop, ZH_MESSAGE_PLANNED },
};

static void a_report_says_what_the_table_says(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_message_id id = { 0 };
        zh_message_word says;
        const bool is = zh_bounce_read(rows[i].adapter, zh_sv_of(rows[i].mail), &id, &says);
        CHECK_ROW(is == (rows[i].says != ZH_MESSAGE_PLANNED), rows[i].name);
        CHECK_ROW(!is || (id.number == 255 && says == SAYS(rows[i].says)), rows[i].name);
        char lf[4096];
        size_t size = 0;
        for (const char *at = rows[i].mail; *at != '\0'; at++)
            if (*at != '\r') lf[size++] = *at;
        CHECK_ROW(zh_bounce_read(rows[i].adapter, (zh_sv){ lf, size }, &id, &says) == is, rows[i].name); /* as a mail program on Unix hands it over */
    }
}

static void any_bytes_end(uint64_t seed)
{
    zh_message_id id;
    zh_message_word says;
    for (size_t size = 0; size < strlen(rows[0].mail); size++) { /* each in room of its own, so that a sanitizer sees what reads beyond */
        char *own = malloc(size + 1);
        CHECK(own != NULL);
        memcpy(own, rows[0].mail, size);
        (void)zh_bounce_read(&with_path, (zh_sv){ own, size }, &id, &says);
        free(own);
    }
    for (int n = 0; n < 20000; n++) {
        char mail[2048];
        const char *from = rows[test_random(&seed) % (sizeof rows / sizeof *rows)].mail;
        const size_t size = strlen(from);
        memcpy(mail, from, size);
        for (int i = 0; size > 0 && i < 4; i++) mail[test_random(&seed) % size] = (char)test_random(&seed);
        const bool is = zh_bounce_read(&with_path, (zh_sv){ mail, size }, &id, &says);
        CHECK(!is || (says >= SAYS(ZH_MESSAGE_DELIVERED) && says <= SAYS(ZH_MESSAGE_COMPLAINED)));
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    a_report_says_what_the_table_says();
    any_bytes_end(seed);
    return 0;
}
