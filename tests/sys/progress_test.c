/* Goal: progress shows enough and not too much. Method: a fake clock, a pipe read back. */
#include "sys/progress.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static int ends[2];

static const char *caught(void)
{
    static char text[8192];
    const ssize_t n = read(ends[0], text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void a_file_gets_a_line_each_ten_seconds(void)
{
    zh_clock clock;
    zh_clock_fake(&clock, 0);
    zh_progress p = zh_progress_open(ends[1], "import", 2000);
    CHECK(!p.terminal);
    p.clock = &clock;
    for (uint64_t done = 0; done < 1000; done++) { /* 20 s */
        zh_progress_at(&p, done);
        zh_clock_advance(&clock, 20);
    }
    const char *text = caught();
    CHECK(strcmp(text, "import: 25 %, 500, 50/s, 30 s left\n") == 0); /* at 10 s; the next is due at 20 s */
    zh_progress_end(&p, 2000);
    CHECK(strcmp(caught(), "import: 100 %, 2.0 k, 100/s\n") == 0);
}

static void a_terminal_gets_one_line_drawn_over(void)
{
    zh_clock clock;
    zh_clock_fake(&clock, 0);
    zh_progress p = zh_progress_open(ends[1], "train", 10);
    p.terminal = true;
    p.clock = &clock;
    zh_progress_at(&p, 0);
    CHECK(caught()[0] == '\0');
    zh_clock_advance(&clock, 100);
    zh_progress_at(&p, 5);
    const char *text = caught();
    CHECK(text[0] == '\r' && strchr(text, '\n') == NULL && strstr(text, "[###############---------------]") != NULL);
    zh_progress_at(&p, 6); /* too soon */
    CHECK(caught()[0] == '\0');
    zh_progress_end(&p, 20); /* more than was announced */
    text = caught();
    CHECK(strstr(text, "100 %") != NULL && text[strlen(text) - 1] == '\n');
}

static void an_unknown_total_shows_counts(void)
{
    zh_clock clock;
    zh_clock_fake(&clock, 0);
    zh_progress p = zh_progress_open(ends[1], "read", 0);
    p.clock = &clock;
    zh_progress_at(&p, 0);
    zh_clock_advance(&clock, 2000);
    zh_progress_end(&p, UINT64_C(3000000));
    CHECK(strcmp(caught(), "read: 3.0 M, 1.5 M/s\n") == 0);
}

int main(void)
{
    CHECK(pipe2(ends, O_NONBLOCK) == 0);
    a_file_gets_a_line_each_ten_seconds();
    a_terminal_gets_one_line_drawn_over();
    an_unknown_total_shows_counts();
    return 0;
}
