#include "reach/mail.h"
#include "base/b64.h"
#include "base/time.h"

#define LINE_BYTES 57   /* of a body in one line: 76 characters of base64 */
#define WORD_BYTES 42   /* of an encoded word: 56 characters, 68 with its frame, under the 75 allowed */
#define PLAIN_BYTES 900 /* of a header as it is: a line has 998 at most */

static bool is_clean(zh_sv text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 127) return false;
    return true;
}

static bool is_ascii(zh_sv text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] >= 128) return false;
    return true;
}

/* At most `most` bytes that end between two characters. */
static size_t whole_characters(zh_sv text, size_t most)
{
    if (text.size <= most) return text.size;
    size_t size = most;
    while (size > 1 && ((unsigned char)text.data[size] & 0xC0) == 0x80) size--;
    return size;
}

/* Plain where it is ASCII and short, else encoded words, each on a line of its own. */
static void put_words(zh_sv text, zh_buf *out)
{
    if (is_ascii(text) && text.size <= PLAIN_BYTES && memmem(text.data == NULL ? "" : text.data, text.size, "=?", 2) == NULL) {
        zh_buf_put(out, text);
        return;
    }
    for (bool first = true; text.size > 0; first = false) {
        const size_t size = whole_characters(text, WORD_BYTES);
        zh_buf_put(out, first ? ZH_SV("=?UTF-8?B?") : ZH_SV("\r\n =?UTF-8?B?"));
        zh_b64_encode(zh_sv_part(text, 0, size), out);
        zh_buf_put(out, ZH_SV("?="));
        text = zh_sv_part(text, size, SIZE_MAX);
    }
}

/* "Sat, 21 Nov 2026 12:00:00 +0000" */
static void put_date(int64_t at_ms, zh_buf *out)
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    const zh_civil at = zh_civil_of(at_ms);
    const int weekday = zh_weekday(zh_days_of(at.year, at.month, at.day));
    zh_buf_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[weekday - 1], at.day, months[at.month - 1], at.year, at.hour, at.minute, at.second);
}

/* A name between quotes where it is ASCII; its own quotes and backslashes are escaped. */
static void put_from(const zh_mail *m, zh_buf *out)
{
    zh_buf_put(out, ZH_SV("From: "));
    if (m->from_name.size > 0 && is_ascii(m->from_name)) {
        zh_buf_put_u8(out, '"');
        for (size_t i = 0; i < m->from_name.size; i++) {
            if (m->from_name.data[i] == '"' || m->from_name.data[i] == '\\') zh_buf_put_u8(out, '\\');
            zh_buf_put_u8(out, (uint8_t)m->from_name.data[i]);
        }
        zh_buf_put(out, ZH_SV("\" "));
    } else if (m->from_name.size > 0) {
        put_words(m->from_name, out);
        zh_buf_put(out, ZH_SV("\r\n "));
    }
    zh_buf_printf(out, "<%.*s>\r\n", ZH_SV_ARG(m->from_address));
}

static void put_part(const char *type, zh_sv body, zh_buf *out)
{
    zh_buf_printf(out, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", type);
    for (size_t at = 0; at < body.size; at += LINE_BYTES) {
        zh_b64_encode(zh_sv_part(body, at, LINE_BYTES), out);
        zh_buf_put(out, ZH_SV("\r\n"));
    }
}

static void put_body(const zh_mail *m, const char *id, zh_buf *out)
{
    zh_buf_put(out, ZH_SV("MIME-Version: 1.0\r\n"));
    if (m->html.size == 0 || m->text.size == 0) {
        put_part(m->html.size > 0 ? "text/html" : "text/plain", m->html.size > 0 ? m->html : m->text, out);
        return;
    }
    zh_buf_printf(out, "Content-Type: multipart/alternative; boundary=\"=_%s\"\r\n\r\n--=_%s\r\n", id, id); /* base64 has no underscore, so no body holds it */
    put_part("text/plain", m->text, out);
    zh_buf_printf(out, "--=_%s\r\n", id);
    put_part("text/html", m->html, out);
    zh_buf_printf(out, "--=_%s--\r\n", id);
}

static zh_sv domain_of(zh_sv address)
{
    size_t at = address.size;
    while (at > 0 && address.data[at - 1] != '@') at--;
    return zh_sv_part(address, at, SIZE_MAX);
}

zh_err zh_mail_write(const zh_mail *m, zh_buf *out)
{
    const zh_sv values[] = { m->from_name, m->from_address, m->to, m->reply_to, m->subject, m->unsubscribe };
    char id[ZH_MESSAGE_ID_TEXT_BYTES];
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!is_clean(values[i])) return ZH_FORMAT;
    if (m->text.size == 0 && m->html.size == 0) return ZH_FORMAT;
    zh_message_id_print(m->id, id);
    put_from(m, out);
    zh_buf_printf(out, "To: <%.*s>\r\n", ZH_SV_ARG(m->to));
    if (m->reply_to.size > 0) zh_buf_printf(out, "Reply-To: <%.*s>\r\n", ZH_SV_ARG(m->reply_to));
    zh_buf_put(out, ZH_SV("Subject: "));
    put_words(m->subject, out);
    zh_buf_put(out, ZH_SV("\r\n"));
    put_date(m->at_ms, out);
    const zh_sv domain = domain_of(m->from_address);
    zh_buf_printf(out, "Message-ID: <%s@%.*s>\r\n", id, ZH_SV_ARG(domain));
    if (m->unsubscribe.size > 0) zh_buf_printf(out, "List-Unsubscribe: <%.*s>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", ZH_SV_ARG(m->unsubscribe));
    put_body(m, id, out);
    return zh_buf_err(out);
}
