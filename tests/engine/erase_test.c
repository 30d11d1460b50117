/* Goal: a letter names him where his id or address stands in it as a word of its own, and not where it is a part of another's.
 * Method: a table. Orders as a whole: tests/e2e/erase.py. */
#include "engine/erase.h"
#include "check.h"

static const struct { const char *text, *word; bool names; } rows[] = {
    { "{\"userId\":\"customer-1\"}", "customer-1", true },
    { "{\"userId\":\"customer-12\"}", "customer-1", false },
    { "{\"userId\":\"xcustomer-1\"}", "customer-1", false },
    { "customer-12 and customer-1", "customer-1", true },
    { "customer-1", "customer-1", true },
    { "a@example.org,b", "a@example.org", true },
    { "ba@example.org", "a@example.org", false },
    { "{\"userId\":\"17\",\"n\":17}", "17", true },
    { "{\"userId\":\"u2\",\"n\":17}", "17", false }, /* every number would be somebody's */
    { "{\"userId\":\"张三\"}", "张三", true }, /* six bytes */
    { "{\"userId\":\"张三丰\"}", "张三", false },
    { "", "17", false },
    { "17", "", false },
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) CHECK_ROW(zh_erase_names(zh_sv_of(rows[i].text), zh_sv_of(rows[i].word)) == rows[i].names, rows[i].text);
    return 0;
}
