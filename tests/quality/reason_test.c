/* Goal: reasons keep their numbers and names; what is apart is said once. */
#include "quality/reason.h"
#include "check.h"

int main(void)
{
    static const struct { const char *code; int number; bool apart; } rows[] = {
        { "type_violation", 0, true }, { "type_conflict", 1, false }, { "bad_amount", 2, true }, { "outlier", 3, true }, { "missing_value", 4, false },
        { "imputed", 5, false }, { "clock", 6, true }, { "bot_agent", 7, true }, { "bot_rate", 8, true }, { "bot_sweep", 9, true },
        { "fake_customer", 10, true }, { "fake_review", 11, true }, { "plan_violation", 12, true },
        { "id_limit", 13, false }, { "shared_device", 14, false }, { "id_apart", 15, false },
    };
    CHECK(sizeof rows / sizeof *rows == ZH_QUALITY_REASONS);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_ROW((int)zh_quality_reason_of(zh_sv_of(rows[i].code)) == rows[i].number, rows[i].code);
        CHECK_ROW(zh_sv_equal(zh_sv_of(zh_quality_code((zh_quality_reason)rows[i].number)), zh_sv_of(rows[i].code)), rows[i].code);
        CHECK_ROW(((zh_quality_apart() >> rows[i].number & 1) != 0) == rows[i].apart, rows[i].code);
        CHECK_ROW(zh_quality_text((zh_quality_reason)rows[i].number)[0] != '\0', rows[i].code);
    }
    CHECK(zh_quality_reason_of(ZH_SV("none")) == ZH_QUALITY_REASONS);
    return 0;
}
