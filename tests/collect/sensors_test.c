/* Goal    a request is unpacked in the order the dialect states; what cannot be unpacked is one reject; a
 *         bad record never touches its neighbours; limits hold at their edge.
 * Method  requests built from JSON (base64, percent signs, pluses); tables; every prefix of a request; and
 *         the checksums of ZHUN_SHARED/wire/crc.json, written out here.
 */
#include "collect/sensors.h"
#include "base/b64.h"
#include "base/time.h"
#include "check.h"

#include <string.h>

#define NOW ((int64_t)1795262400000) /* 2026-11-21T12:00:00Z */
#define E(id) "{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"" id "\",\"time\":1795262398000}"

static zh_json *json;
static zh_arena arena;
static zh_buf scratch, coded, form;
static zh_sensors_batch out;

static void read_form(zh_sv text, zh_sv query)
{
    const zh_sensors_ask ask = { .form = text, .query = query, .received_ms = NOW, .parser = json, .arena = &arena, .scratch = &scratch };
    zh_arena_reset(&arena);
    CHECK(zh_sensors_read(&ask, &out) == ZH_OK);
    CHECK(out.whole_rejected || out.events_count + out.items_count + out.rejects_count + out.tolerated_count == out.records_count);
}

/* "NAME=base64 of the JSON", pluses and equals signs escaped or not. */
static zh_sv make_form(const char *name, zh_sv text, bool escape)
{
    zh_buf_reset(&coded), zh_buf_reset(&form);
    zh_b64_encode(text, &coded);
    zh_buf_printf(&form, "%s=", name);
    for (size_t i = 0; i < coded.size; i++) {
        const char c = coded.data[i];
        if (escape && (c == '+' || c == '/' || c == '=')) zh_buf_printf(&form, "%%%02X", (unsigned)c);
        else zh_buf_put_u8(&form, (uint8_t)c);
    }
    return zh_buf_view(&form);
}

static void checksums_are_java_s(void)
{
    static const struct { const char *text; int32_t crc; } rows[] = {
        { "", 0 }, { "a", 97 }, { "ab", 3105 }, { "data", 3076010 }, { "eyJhIjoi5Lit5paHIn0=", -156276541 },
        { "eyJldmVudCI6IlByb2R1Y3QgVmlld2VkIn0=", -811370865 }, { "eyJldmVudCI6IuWKoOi0rSJ9", -992717247 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_sensors_crc(zh_sv_of(rows[i].text)) == rows[i].crc, rows[i].text);
}

static void requests_are_unpacked(void)
{
    static const struct { const char *name, *field, *json; uint32_t events, rejects; } rows[] = {
        { "one", "data", E("d"), 1, 0 },
        { "one as a list", "data", "[" E("d") "," E("e") "]", 2, 0 },
        { "a list", "data_list", "[" E("d") "," E("e") "]", 2, 0 },
        { "a list that is an object", "data_list", E("d"), 1, 0 },
        { "blanks around", "data", "\n " E("d") " ", 1, 0 },
        { "an empty list", "data_list", "[]", 0, 0 },
        { "a bad neighbour", "data_list", "[" E("d") ",{\"type\":\"track\",\"x\":nul}," E("e") "]", 2, 1 },
        { "neighbours that are no objects", "data_list", "[1,\"x\"," E("d") ",null]", 1, 3 },
        { "a list that is cut", "data_list", "[" E("d") ",", 0, 1 },
        { "no JSON", "data", "hello", 0, 1 },
        { "nothing inside", "data", "", 0, 1 },
        { "bytes that are no text", "data_list", "[" E("d") ",{\"type\":\"\xFF\"}]", 0, 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int escape = 0; escape < 2; escape++) {
            read_form(make_form(rows[i].field, zh_sv_of(rows[i].json), escape == 1), (zh_sv){ 0 });
            CHECK_ROW(out.events_count == rows[i].events && out.rejects_count == rows[i].rejects, rows[i].name);
        }
    /* "u>>>?" has a plus in its base64; a form decoder makes it a blank. */
    read_form(make_form("data", ZH_SV(E("u>>>?")), false), ZH_SV("project=p&token=t%20k"));
    CHECK(out.events_count == 1 && zh_sv_equal(out.events[0].anonymous_id, ZH_SV("u>>>?")));
    CHECK(zh_sv_equal(out.place.project, ZH_SV("p")) && zh_sv_equal(out.place.token, ZH_SV("t k")));
    CHECK(zh_sv_equal(out.events_place[0].project, ZH_SV("p")));
}

static void damage_is_one_letter(void)
{
    static const char packed[] = "H4sIAAAAAAACA4uuViqpLEhVslIqKUpMzlbSUUotS80rAfJdgeyUzOKSzLzkkvjMFKBIClCkJDMXqNjQ3NLUyMzI2NLCwMCgNhYAq0KlBkUAAAA%3D";
    static const struct { const char *name, *form; uint32_t events; zh_reject why; } rows[] = {
        { "gzip", "gzip=1&data_list=PACKED", 1, 0 },
        { "gzip that is not said", "data_list=PACKED", 1, 0 },
        { "gzip said, plain sent", "gzip=1&data=eyJ0eXBlIjoiZGV0YWlsX3NldCJ9", 0, 0 },
        { "gzip cut short", "gzip=1&data_list=H4sIAAAAAAACA4uu", 0, ZH_REJECT_UNREADABLE },
        { "encrypted", "gzip=9&data_list=PACKED", 0, ZH_REJECT_ENCRYPTED },
        { "encrypted with keys", "gzip=13&data_list=PACKED", 0, ZH_REJECT_ENCRYPTED },
        { "no base64", "data=%%%", 0, ZH_REJECT_UNREADABLE },
        { "no data", "gzip=1&project=p", 0, ZH_REJECT_UNREADABLE },
        { "nothing", "", 0, ZH_REJECT_UNREADABLE },
        { "a checksum that fits", "data=eyJ0eXBlIjoiZGV0YWlsX3NldCJ9&crc=CRC", 0, 0 },
        { "in ext", "data=eyJ0eXBlIjoiZGV0YWlsX3NldCJ9&ext=crc%3DCRC", 0, 0 },
        { "a checksum that does not", "data=eyJ0eXBlIjoiZGV0YWlsX3NldCJ9&crc=1", 0, ZH_REJECT_CRC_MISMATCH },
        { "a checksum that is none", "data=eyJ0eXBlIjoiZGV0YWlsX3NldCJ9&ext=crc%3Dx", 0, ZH_REJECT_CRC_MISMATCH },
        { "a checksum beyond 32 bits", "data=eyJ0eXBlIjoiZGV0YWlsX3NldCJ9&crc=99999999999999999999", 0, ZH_REJECT_CRC_MISMATCH },
        { "another ext", "data=eyJ0eXBlIjoiZGV0YWlsX3NldCJ9&ext=v%3D1", 0, 0 },
    };
    char crc[16];
    snprintf(crc, sizeof crc, "%d", zh_sensors_crc(ZH_SV("eyJ0eXBlIjoiZGV0YWlsX3NldCJ9")));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *p = strstr(rows[i].form, "PACKED"), *c = strstr(rows[i].form, "CRC");
        zh_buf_reset(&form);
        const char *cut = p != NULL ? p : c != NULL ? c : rows[i].form + strlen(rows[i].form);
        zh_buf_printf(&form, "%.*s%s", (int)(cut - rows[i].form), rows[i].form, p != NULL ? packed : c != NULL ? crc : "");
        read_form(zh_buf_view(&form), (zh_sv){ 0 });
        CHECK_ROW(out.events_count == rows[i].events && out.rejects_count == (rows[i].why != ZH_REJECT_NONE), rows[i].name);
        CHECK_ROW(rows[i].why == ZH_REJECT_NONE || out.rejects[0].why == rows[i].why, rows[i].name);
    }
}

static void limits_hold_at_their_edge(void)
{
    zh_buf list = zh_buf_open(1 << 20);
    for (int over = 0; over < 2; over++) {
        zh_buf_reset(&list);
        for (int i = 0; i < ZH_SENSORS_RECORDS_MAX + over; i++)
            zh_buf_printf(&list, "%c{\"type\":\"track\",\"event\":\"E\",\"distinct_id\":\"d%d\"}", i == 0 ? '[' : ',', i);
        zh_buf_put_u8(&list, ']');
        read_form(make_form("data_list", zh_buf_view(&list), true), (zh_sv){ 0 });
        CHECK(out.whole_rejected == (over == 1) && out.events_count == (over ? 0 : ZH_SENSORS_RECORDS_MAX));
        CHECK(out.records_count == (uint32_t)(ZH_SENSORS_RECORDS_MAX + over));
    }
    zh_buf_reset(&list);
    zh_buf_printf(&list, "[" E("a") ",{\"x\":\"%0*d\"}," E("b") "]", ZH_EVENT_BYTES_MAX, 0);
    read_form(make_form("data_list", zh_buf_view(&list), true), (zh_sv){ 0 });
    CHECK(out.events_count == 2 && out.rejects_count == 1 && out.rejects[0].why == ZH_REJECT_TOO_LARGE && out.rejects[0].index == 1);
    zh_buf_close(&list);
}

static void every_prefix_is_answered(void)
{
    const zh_sv whole = make_form("data_list", ZH_SV("[" E("d") ",{\"type\":\"item_set\",\"item_type\":\"product\",\"item_id\":\"p\"}]"), true);
    char text[512];
    CHECK(whole.size < sizeof text);
    memcpy(text, whole.data, whole.size);
    for (size_t size = 0; size <= whole.size; size++) {
        char *exact = malloc(size + 1); /* so that a read past the end is seen */
        CHECK(exact != NULL);
        memcpy(exact, text, size);
        read_form((zh_sv){ exact, size }, (zh_sv){ 0 });
        CHECK(size < whole.size || (out.events_count == 1 && out.items_count == 1));
        free(exact);
    }
}

static void a_full_arena_is_said(void)
{
    const zh_sv text = make_form("data_list", ZH_SV("[" E("d") "]"), true);
    int full = 0;
    for (size_t size = 1; size < 20000; size += 100) {
        zh_arena small = zh_arena_open(size);
        const zh_sensors_ask ask = { .form = text, .received_ms = NOW, .parser = json, .arena = &small, .scratch = &scratch };
        const zh_err e = zh_sensors_read(&ask, &out);
        CHECK(e == ZH_OK || e == ZH_FULL || e == ZH_NOMEM);
        full += e != ZH_OK;
        zh_arena_close(&small);
    }
    CHECK(full > 0);
}

int main(void)
{
    arena = zh_arena_open(64 << 20);
    scratch = zh_buf_open(2 * ZH_SENSORS_UNPACKED_BYTES_MAX), coded = zh_buf_open(4 << 20), form = zh_buf_open(8 << 20);
    CHECK(zh_json_open(&json, ZH_SENSORS_PARSER_BYTES) == ZH_OK);
    checksums_are_java_s();
    requests_are_unpacked();
    damage_is_one_letter();
    limits_hold_at_their_edge();
    every_prefix_is_answered();
    a_full_arena_is_said();
    zh_json_close(json);
    zh_arena_close(&arena);
    zh_buf_close(&scratch), zh_buf_close(&coded), zh_buf_close(&form);
    return 0;
}
