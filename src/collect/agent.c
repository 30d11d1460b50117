#include "collect/agent.h"

#define AGENT_BYTES_MAX 512 /* looked at; the longest of real browsers has 300 */

zh_sv zh_agent_of(zh_sv personal)
{
    static const char member[] = "\"userAgent\":\"";
    if (personal.size < sizeof member) return (zh_sv){ 0 };
    const char *at = memmem(personal.data, personal.size, member, sizeof member - 1);
    if (at == NULL) return (zh_sv){ 0 };
    const char *from = at + sizeof member - 1, *end = personal.data + personal.size;
    const char *quote = memchr(from, '"', (size_t)(end - from));
    return (zh_sv){ from, (size_t)((quote == NULL ? end : quote) - from) };
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c; }
static bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/* "bot" at the end of a word: Googlebot/2.1, AhrefsBot; but CUBOT makes phones. */
static bool is_bot_word(const char *text, size_t at, size_t size)
{
    if (at + 3 < size && is_letter(text[at + 3])) return false;
    return !(at >= 2 && memcmp(text + at - 2, "cu", 2) == 0);
}

bool zh_agent_is_robot(zh_sv agent)
{
    static const char *const words[] = { "spider", "crawler", "slurp", "facebookexternalhit", "bingpreview", "mediapartners-google", "python-requests",
                                         "python-urllib", "scrapy", "curl/", "wget/", "go-http-client", "libwww-perl", "phantomjs", "lighthouse" };
    char text[AGENT_BYTES_MAX];
    const size_t size = agent.size < sizeof text ? agent.size : sizeof text;
    for (size_t i = 0; i < size; i++) text[i] = lower(agent.data[i]);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (memmem(text, size, words[i], strlen(words[i])) != NULL) return true;
    for (size_t at = 0; at + 3 <= size; at++)
        if (memcmp(text + at, "bot", 3) == 0 && is_bot_word(text, at, size)) return true;
    return false;
}
