/* Goal: who the customer is cannot be named by a rule, however it is written; what is bought can. Method: tables. */
#include "offer/fair.h"
#include "check.h"

int main(void)
{
    static const char *const refused[] = { "age", "Age", "AGE", "device", "device_type", "spending", "city", "tenure", "first-seen", "user.id", "gender", "ltv", "segments",
                                           "willingness", "年龄", "会员", "手机", "消费水平", "firstSeen", "last_order" };
    static const char *const fine[] = { "minimumCents", "items", "categories", "brands", "channels", "firstOrder", "currency", "", "a", "ages",
                                        "a very long word that nobody would ever have written into a rule of a price" };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        CHECK_ROW((zh_fair_refusal(zh_sv_of(refused[i])) != NULL) == (strcmp(refused[i], "device_type") != 0), refused[i]); /* a word no rule knows is refused as unknown */
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) CHECK_ROW(zh_fair_refusal(zh_sv_of(fine[i])) == NULL, fine[i]);
    return 0;
}
