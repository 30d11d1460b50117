/* Goal: stored kinds never change their numbers; unknown bytes are no kind. */
#include "core/record.h"
#include "check.h"

int main(void)
{
    static const struct { const char *text; int number; } rows[] = {
        { "event", 1 }, { "identity", 2 }, { "merge", 3 }, { "item", 4 }, { "consent", 5 },
        { "definition", 6 }, { "deadletter", 7 }, { "decision", 8 }, { "tick", 9 }, { "feedback", 10 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char bytes[2] = { (char)rows[i].number, 1 };
        const zh_record_kind kind = zh_record_kind_of((zh_sv){ bytes, 2 });
        CHECK_ROW((int)kind == rows[i].number, rows[i].text);
        CHECK_ROW(strcmp(zh_record_kind_text(kind), rows[i].text) == 0, rows[i].text);
    }
    CHECK(zh_record_kind_of(ZH_SV("\x01")) == 0);
    CHECK(zh_record_kind_of(ZH_SV("\xEE\x01")) == 0);
    CHECK(strcmp(zh_record_kind_text((zh_record_kind)99), "?") == 0);
    return 0;
}
