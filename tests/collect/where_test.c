/* Goal: an event's cell is found where SDKs write coordinates, never where consent forbids, and coordinates stay personal.
 * Method: a table of contexts and properties. */
#include "collect/where.h"
#include "check.h"

#include <string.h>

static const struct { const char *context, *properties, *cell; } rows[] = {
    { "{\"location\":{\"city\":\"x\",\"latitude\":31.2304,\"longitude\":121.4737}}", "{}", "wtw3sj" },
    { "{\"location\":{\"lat\":31.2304,\"lng\":121.4737}}", "{}", "wtw3sj" },
    { "{\"location\":{\"lat\":31.2304,\"lon\":121.4737}}", "{\"latitude\":1,\"longitude\":1}", "wtw3sj" },
    { "{}", "{\"$latitude\":31230400,\"$longitude\":121473700}", "wtw3sj" },
    { "5", "{\"latitude\":31.2304,\"longitude\":121.4737}", "wtw3sj" },
    { "{}", "{\"$latitude\":0,\"$longitude\":0}", "" },
    { "{}", "{\"latitude\":31.2304}", "" },
    { "{}", "{\"latitude\":\"31\",\"longitude\":\"121\"}", "" },
    { "{}", "{\"latitude\":31230400,\"longitude\":121473700}", "" },
    { "{\"location\":[31.2304,121.4737]}", "[]", "" },
    { "{\"location\":{\"latitude\":31.2304,\"longitude\":121.4737},\"consent\":{\"categoryPreferences\":{\"Analytics\":true,\"C0003\":true,\"Advertising\":false}}}", "{}", "wtw3sj" },
    { "{\"location\":{\"latitude\":31.2304,\"longitude\":121.4737},\"consent\":{\"categoryPreferences\":{\"Analytics\":false}}}", "{}", "" },
    { "{\"location\":{\"latitude\":31.2304,\"longitude\":121.4737},\"consent\":{\"categoryPreferences\":{\"Personalization\":false}}}", "{}", "" },
    { "{\"location\":{\"latitude\":31.2304,\"longitude\":121.4737},\"consent\":{\"categoryPreferences\":{}}}", "{}", "" },
};

int main(int argc, char **argv)
{
    (void)test_seed(argc, argv);
    zh_json *contexts, *properties;
    CHECK(zh_json_open(&contexts, 4096) == ZH_OK && zh_json_open(&properties, 4096) == ZH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_json_value context, property;
        char text[ZH_CELL_TEXT_BYTES];
        CHECK(zh_json_parse(contexts, zh_sv_of(rows[i].context), &context, NULL) == ZH_OK && zh_json_parse(properties, zh_sv_of(rows[i].properties), &property, NULL) == ZH_OK);
        zh_cell_print(zh_where(context, property), text);
        CHECK_ROW(strcmp(text, rows[i].cell) == 0, rows[i].context);
    }
    zh_json_close(contexts);
    zh_json_close(properties);
    return 0;
}
