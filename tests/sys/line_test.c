/* Goal: every line is one JSON object, whatever comes in. Method: lines through a pipe, a small JSON checker. */
#include "sys/line.h"

#include <math.h>
#include <unistd.h>

#include "check.h"

static zh_clock clock_fake;
static int ends[2];

static zh_line_sink sink(zh_line_level level)
{
    return (zh_line_sink){ .fd = ends[1], .level = (int)level, .clock = &clock_fake };
}

static char *caught(void)
{
    static char text[ZH_LINE_BYTES_MAX * 2];
    const ssize_t n = read(ends[0], text, sizeof text - 1);
    CHECK(n > 0);
    text[n] = '\0';
    return text;
}

static void a_line_says_when_how_grave_and_what(void)
{
    zh_line_sink to = sink(ZH_LINE_INFO);
    zh_clock_fake(&clock_fake, INT64_C(1762070400123));
    zh_log_line line = zh_line_open(&to, ZH_LINE_WARN, "serve.ready");
    zh_line_text(&line, "address", ZH_SV("127.0.0.1"));
    zh_line_int(&line, "port", -8700);
    zh_line_real(&line, "load", 0.5);
    zh_line_real(&line, "none", (double)NAN);
    zh_line_flag(&line, "fresh", true);
    zh_line_err(&line, ZH_IO);
    zh_line_end(&line);
    const char *want = "{\"time\":\"2025-11-02T08:00:00.123Z\",\"level\":\"warn\",\"event\":\"serve.ready\","
                       "\"address\":\"127.0.0.1\",\"port\":-8700,\"load\":0.5,\"none\":null,\"fresh\":true,"
                       "\"error\":\"IO\",\"errorText\":\"the disk or the network failed\"}\n";
    CHECK(strcmp(caught(), want) == 0);
    zh_clock_fake(&clock_fake, -1);
    line = zh_line_open(&to, ZH_LINE_ERROR, "x");
    zh_line_end(&line);
    CHECK(strstr(caught(), "1969-12-31T23:59:59.999Z") != NULL);
}

static void lines_below_the_level_are_not_written(void)
{
    zh_line_sink to = sink(ZH_LINE_WARN);
    zh_log_line line = zh_line_open(&to, ZH_LINE_INFO, "quiet");
    zh_line_text(&line, "a", ZH_SV("b"));
    zh_line_end(&line);
    to.level = ZH_LINE_OFF;
    line = zh_line_open(&to, ZH_LINE_ERROR, "quiet");
    zh_line_end(&line);
    to.level = ZH_LINE_DEBUG;
    line = zh_line_open(&to, ZH_LINE_DEBUG, "loud");
    zh_line_end(&line);
    const char *text = caught();
    CHECK(strstr(text, "loud") != NULL && strstr(text, "quiet") == NULL);
    zh_line_level level;
    CHECK(zh_line_level_parse(ZH_SV("error"), &level) == ZH_OK && level == ZH_LINE_ERROR);
    CHECK(zh_line_level_parse(ZH_SV("Error"), &level) == ZH_FORMAT);
}

static void odd_bytes_are_escaped(void)
{
    static const struct { const char *name, *text, *want; } rows[] = {
        { "quotes", "a\"b\\c", "\"a\\\"b\\\\c\"" },
        { "controls", "a\n\t\x01\x7F", "\"a\\u000a\\u0009\\u0001\\u007f\"" },
        { "chinese", "\xE5\x87\x86", "\"\xE5\x87\x86\"" },
        { "a cut character", "x\xE5\x87", "\"x\xEF\xBF\xBD\xEF\xBF\xBD\"" },
        { "overlong", "\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"" },
        { "a surrogate", "\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },
        { "too high", "\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },
        { "an emoji", "\xF0\x9F\x98\x80", "\"\xF0\x9F\x98\x80\"" },
    };
    zh_line_sink to = sink(ZH_LINE_INFO);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_log_line line = zh_line_open(&to, ZH_LINE_INFO, "x");
        zh_line_text(&line, "t", zh_sv_of(rows[i].text));
        zh_line_end(&line);
        const char *at = strstr(caught(), "\"t\":");
        CHECK_ROW(at != NULL && strncmp(at + 4, rows[i].want, strlen(rows[i].want)) == 0, rows[i].name);
    }
}

/* Balanced quotes and one object: enough for a builder that writes only flat objects. */
static bool is_flat_object(const char *text)
{
    bool quoted = false;
    if (*text != '{') return false;
    for (text++; *text != '\0'; text++) {
        if (quoted && *text == '\\') {
            text++;
            continue;
        }
        if (*text == '"') quoted = !quoted;
        if (!quoted && *text == '}') return strcmp(text, "}\n") == 0;
    }
    return false;
}

static void a_line_too_long_is_cut_between_keys(uint64_t seed)
{
    static char bytes[ZH_LINE_BYTES_MAX];
    zh_line_sink to = sink(ZH_LINE_INFO);
    for (int round = 0; round < 500; round++) {
        zh_log_line line = zh_line_open(&to, ZH_LINE_INFO, "long");
        size_t sum = 0;
        for (int k = 0; k < 6; k++) {
            const size_t size = test_random(&seed) % 1500;
            for (size_t i = 0; i < size; i++) bytes[i] = (char)(unsigned char)test_random(&seed);
            zh_line_text(&line, "key", (zh_sv){ bytes, size });
            sum += size;
        }
        zh_line_end(&line);
        const char *text = caught();
        CHECK(strlen(text) <= ZH_LINE_BYTES_MAX && is_flat_object(text));
        CHECK(sum < ZH_LINE_BYTES_MAX || strstr(text, ",\"cut\":true}\n") != NULL);
    }
}

int main(int argc, char **argv)
{
    CHECK(pipe(ends) == 0);
    a_line_says_when_how_grave_and_what();
    lines_below_the_level_are_not_written();
    odd_bytes_are_escaped();
    a_line_too_long_is_cut_between_keys(test_seed(argc, argv));
    return 0;
}
