/* nobody_test.c
 * Goal    ids that stand for a missing variable identify nobody; real ids are left alone.
 * Method  two lists.
 */
#include "collect/nobody.h"
#include "check.h"

int main(void)
{
    static const char *const nobody[] = { "", " ", "0", "000", "-", "---", "0-0", "00000000-0000-0000-0000-000000000000",
        "-1", "null", "NULL", " Null ", "undefined", "anonymous", "Anonymous", "none", "nil", "NaN", "n/a", "(null)",
        "(not set)", "[object Object]", "guest", "unknown", "true", "false" };
    static const char *const somebody[] = { "1", "01", "-2", "u1", "nulla", "nullx", "0a", "anonymous1", "a", "guest-17",
        "00000000-0000-0000-0000-000000000001", "[object Object]x", "\xE5\xBC\xA0\xE4\xB8\x89", "13800000000" };
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++) CHECK_ROW(zh_nobody(zh_sv_of(nobody[i])), nobody[i]);
    for (size_t i = 0; i < sizeof somebody / sizeof *somebody; i++)
        CHECK_ROW(!zh_nobody(zh_sv_of(somebody[i])), somebody[i]);
    return 0;
}
