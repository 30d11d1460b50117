/* Goal    names are judged as the dialect's own servers judge them; the tables of meanings are in order.
 * Method  tables. */
#include "collect/sensors_name.h"
#include "check.h"

static void names_are_judged(void)
{
    static const struct { const char *name; bool fits; } rows[] = {
        { "a", true }, { "_", true }, { "$pageview", true }, { "ViewProduct", true }, { "a1_b$", true }, { "times", true },
        { "identity", true }, { "user_grou", true }, { "my_user_group", true }, { "", false }, { "1a", false }, { "a b", false },
        { "a-b", false }, { "购买", false }, { "time", false }, { "TIME", false }, { "Distinct_Id", false }, { "properties", false },
        { "id", false }, { "first_id", false }, { "users", false }, { "event", false }, { "device_id", false }, { "$device_id", true },
        { "user_id", false }, { "date", false }, { "datetime", false }, { "user_group", false }, { "USER_GROUPX", false }, { "user_tag1", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_sensors_name_fits(zh_sv_of(rows[i].name)) == rows[i].fits, rows[i].name);
    char long_name[ZH_SENSORS_NAME_BYTES_MAX + 1];
    for (size_t i = 0; i < sizeof long_name; i++) long_name[i] = 'a';
    CHECK(zh_sensors_name_fits((zh_sv){ long_name, ZH_SENSORS_NAME_BYTES_MAX }));
    CHECK(!zh_sensors_name_fits((zh_sv){ long_name, ZH_SENSORS_NAME_BYTES_MAX + 1 }));
}

static void events_mean_something(void)
{
    static const struct { const char *name; zh_act act; } rows[] = {
        { "ViewProduct", ZH_ACT_VIEW }, { "view_product", ZH_ACT_VIEW }, { "commodityDetail", ZH_ACT_VIEW }, { "AddToCart", ZH_ACT_ADD },
        { "addToShoppingCart", ZH_ACT_ADD }, { "BuyProduct", ZH_ACT_ORDER }, { "PayOrder", ZH_ACT_ORDER }, { "SubmitOrder", ZH_ACT_CHECKOUT },
        { "SearchRequest", ZH_ACT_SEARCH }, { "Search", ZH_ACT_SEARCH }, { "cancel_order", ZH_ACT_CANCEL }, { "Product Viewed", ZH_ACT_VIEW },
        { "Order Completed", ZH_ACT_ORDER }, { "$SignUp", ZH_ACT_OTHER }, { "", ZH_ACT_OTHER },
        { "a_name_that_is_much_longer_than_all_of_the_names_in_the_table", ZH_ACT_OTHER },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_sensors_name_act(zh_sv_of(rows[i].name)) == rows[i].act, rows[i].name);
}

static bool is_folded(zh_sv name)
{
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] < 'a' || name.data[i] > 'z') return false;
    return name.size > 0;
}

static void tables_are_sound(void)
{
    zh_sv name, other;
    zh_act act, other_act;
    zh_sensors_field field, other_field;
    uint32_t rank;
    for (size_t i = 0; zh_sensors_name_act_row(i, &name, &act); i++) {
        CHECK(is_folded(name) && act != ZH_ACT_OTHER && zh_sensors_name_act(name) == act);
        for (size_t k = 0; k < i && zh_sensors_name_act_row(k, &other, &other_act); k++) CHECK(!zh_sv_equal(name, other));
    }
    for (size_t i = 0; zh_sensors_name_field_row(i, &name, &field); i++) {
        CHECK(is_folded(name) && zh_sensors_name_field(name, &rank) == field && rank == i);
        for (size_t k = 0; k < i && zh_sensors_name_field_row(k, &other, &other_field); k++) CHECK(!zh_sv_equal(name, other));
    }
    CHECK(zh_sensors_name_field(ZH_SV("Product_ID"), &rank) == ZH_SENSORS_ITEM);
    CHECK(zh_sensors_name_field(ZH_SV("$url"), &rank) == ZH_SENSORS_NONE);
    CHECK(zh_sensors_name_sold(ZH_SV("Product")) && zh_sensors_name_sold(ZH_SV("sku")) && !zh_sensors_name_sold(ZH_SV("store")));
}

int main(void)
{
    names_are_judged();
    events_mean_something();
    tables_are_sound();
    return 0;
}
