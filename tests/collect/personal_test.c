/* personal_test.c
 * Goal    personal members leave, the others stay, and joined again they are what was sent.
 * Method  a table by part; random objects of known and unknown keys, split and joined.
 */
#include "collect/personal.h"
#include "check.h"

static zh_json *json;
static zh_buf left, taken, scratch, joined, whole;

static zh_json_value parsed(zh_sv text)
{
    zh_json_value root;
    CHECK(zh_json_parse(json, text, &root, NULL) == ZH_OK);
    return root;
}

static void split(zh_personal_part part, zh_sv text)
{
    zh_buf_reset(&left), zh_buf_reset(&taken);
    const zh_json_value root = parsed(text);
    const size_t count = zh_personal_leave(part, root, &left);
    CHECK(zh_personal_take(part, root, &taken) == count);
    CHECK((count == 0) == zh_sv_equal(zh_buf_view(&taken), ZH_SV("{}")));
}

static void members_go_to_their_side(void)
{
    static const struct { zh_personal_part part; const char *text, *left, *taken; } rows[] = {
        { ZH_PERSONAL_CONTEXT, "{\"ip\":\"203.0.113.9\",\"locale\":\"zh-CN\",\"userAgent\":\"x\"}",
          "{\"locale\":\"zh-CN\"}", "{\"ip\":\"203.0.113.9\",\"userAgent\":\"x\"}" },
        { ZH_PERSONAL_CONTEXT, "{\"device\":{\"id\":\"d\",\"type\":\"ios\",\"token\":\"t\"},\"os\":{\"name\":\"iOS\"}}",
          "{\"device\":{\"type\":\"ios\"},\"os\":{\"name\":\"iOS\"}}", "{\"device\":{\"id\":\"d\",\"token\":\"t\"}}" },
        { ZH_PERSONAL_CONTEXT, "{\"location\":{\"city\":\"Leeds\",\"latitude\":53.8},\"network\":{\"carrier\":\"c\"}}",
          "{\"location\":{\"city\":\"Leeds\"},\"network\":{\"carrier\":\"c\"}}", "{\"location\":{\"latitude\":53.8}}" },
        { ZH_PERSONAL_CONTEXT, "{\"traits\":{\"email\":\"a@b.example\",\"age\":3},\"device\":{\"type\":\"x\"}}",
          "{\"traits\":{\"age\":3},\"device\":{\"type\":\"x\"}}", "{\"traits\":{\"email\":\"a@b.example\"}}" },
        { ZH_PERSONAL_CONTEXT, "{\"traits\":{},\"userAgentData\":{\"mobile\":false}}", "{\"traits\":{}}",
          "{\"userAgentData\":{\"mobile\":false}}" },
        { ZH_PERSONAL_TRAITS, "{\"first_name\":\"A\",\"Last-Name\":\"B\",\"city\":\"\",\"address\":{\"city\":\"c\",\"street\":\"s\"}}",
          "{\"city\":\"\",\"address\":{\"city\":\"c\"}}", "{\"first_name\":\"A\",\"Last-Name\":\"B\",\"address\":{\"street\":\"s\"}}" },
        { ZH_PERSONAL_TRAITS, "{\"address\":\"1 High Street\",\"gender\":\"f\",\"company\":{\"name\":\"x\"}}",
          "{\"gender\":\"f\",\"company\":{\"name\":\"x\"}}", "{\"address\":\"1 High Street\"}" },
        { ZH_PERSONAL_PROPERTIES, "{\"name\":\"Lamp\",\"price\":1,\"product_id\":\"p\",\"email\":\"a@b.example\"}",
          "{\"name\":\"Lamp\",\"price\":1,\"product_id\":\"p\"}", "{\"email\":\"a@b.example\"}" },
        { ZH_PERSONAL_PROPERTIES, "{\"share_via\":\"m\",\"share_message\":\"hi\",\"recipient\":\"x\"}", "{\"share_via\":\"m\"}",
          "{\"share_message\":\"hi\",\"recipient\":\"x\"}" },
        { ZH_PERSONAL_PROPERTIES, "{}", "{}", "{}" },
        { ZH_PERSONAL_PROPERTIES, "{\"$ip\":\"203.0.113.9\",\"$device_id\":\"d\",\"$os\":\"iOS\",\"mac\":\"m\",\"IMEI\":\"i\",\"$\":1,\"$$ip\":2}",
          "{\"$os\":\"iOS\",\"$\":1,\"$$ip\":2}", "{\"$ip\":\"203.0.113.9\",\"$device_id\":\"d\",\"mac\":\"m\",\"IMEI\":\"i\"}" },
        { ZH_PERSONAL_PROPERTIES, "{\"android_id\":1,\"$idfa\":2,\"idfv\":3,\"$identity_mobile\":4,\"$identity_email\":5}", "{}",
          "{\"android_id\":1,\"$idfa\":2,\"idfv\":3,\"$identity_mobile\":4,\"$identity_email\":5}" },
        { ZH_PERSONAL_TRAITS, "{\"$name\":\"n\",\"$city\":\"c\",\"$android_id\":1,\"$imei\":2,\"$mac\":3,\"$device_id\":4,\"idfa\":5,\"idfv\":6,\"$identity_mobile\":7,\"$identity_email\":8}",
          "{\"$city\":\"c\"}",
          "{\"$name\":\"n\",\"$android_id\":1,\"$imei\":2,\"$mac\":3,\"$device_id\":4,\"idfa\":5,\"idfv\":6,\"$identity_mobile\":7,\"$identity_email\":8}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        split(rows[i].part, zh_sv_of(rows[i].text));
        CHECK_ROW(zh_sv_equal(zh_buf_view(&left), zh_sv_of(rows[i].left)), rows[i].text);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&taken), zh_sv_of(rows[i].taken)), rows[i].text);
    }
}

/* The same members at the same places, in any order. */
static bool same(zh_json_value a, zh_json_value b)
{
    if (zh_json_type_of(a) != zh_json_type_of(b) || zh_json_count(a) != zh_json_count(b)) return false;
    if (!zh_json_is(a, ZH_JSON_OBJECT)) {
        zh_buf_reset(&left), zh_buf_reset(&taken);
        zh_json_write(a, &left), zh_json_write(b, &taken);
        return zh_sv_equal(zh_buf_view(&left), zh_buf_view(&taken));
    }
    for (zh_json_iter it = zh_json_walk(a); zh_json_next(&it);)
        if (!same(it.value, zh_json_get(b, it.key))) return false;
    return true;
}

static void put_object(uint64_t *seed, zh_buf *out, int depth)
{
    static const char *const keys[] = { "ip", "device", "traits", "address", "location", "email", "name", "id", "city", "price",
        "street", "zip", "currency", "product_id", "recipient", "E-Mail", "Post Code", "customer", "x", "" };
    uint32_t used = 0;
    bool first = true;
    zh_buf_put_u8(out, '{');
    for (int i = 0; i < 6; i++) {
        const unsigned key = (unsigned)(test_random(seed) % (sizeof keys / sizeof *keys));
        if (used >> key & 1) continue;
        used |= 1u << key;
        zh_buf_printf(out, "%s\"%s\":", first ? "" : ",", keys[key]);
        first = false;
        if (depth > 0 && test_random(seed) % 3 == 0) put_object(seed, out, depth - 1);
        else zh_buf_put(out, test_random(seed) % 2 ? ZH_SV("\"v\\n\"") : ZH_SV("[1,{\"email\":2}]"));
    }
    zh_buf_put_u8(out, '}');
}

static void joined_is_what_was_sent(uint64_t *seed)
{
    static const char *const names[] = { "context", "traits", "properties" };
    zh_json *other;
    CHECK(zh_json_open(&other, 1 << 16) == ZH_OK);
    for (int round = 0; round < 5000; round++) {
        const unsigned part = (unsigned)(test_random(seed) % 3);
        zh_buf_reset(&whole), zh_buf_reset(&joined);
        put_object(seed, &whole, 3);
        split(part, zh_buf_view(&whole));
        zh_buf wrapped = zh_buf_open(1 << 16);
        zh_buf_printf(&wrapped, "{\"userId\":\"u\",\"%s\":%.*s}", names[part], (int)taken.size, taken.data);
        CHECK(zh_personal_join(json, &scratch, part, zh_buf_view(&left), zh_buf_view(&wrapped), &joined) == ZH_OK);
        zh_json_value sent, again = parsed(zh_buf_view(&joined));
        CHECK(zh_json_parse(other, zh_buf_view(&whole), &sent, NULL) == ZH_OK);
        CHECK(same(sent, again));
        zh_buf_close(&wrapped);
    }
    zh_json_close(other);
}

static void what_is_gone_stays_gone(void)
{
    zh_buf_reset(&joined);
    CHECK(zh_personal_join(json, &scratch, ZH_PERSONAL_TRAITS, ZH_SV("{\"age\":3}"), (zh_sv){ 0 }, &joined) == ZH_OK);
    CHECK(zh_sv_equal(zh_buf_view(&joined), ZH_SV("{\"age\":3}")));
    zh_buf_reset(&joined);
    CHECK(zh_personal_join(json, &scratch, ZH_PERSONAL_TRAITS, (zh_sv){ 0 }, ZH_SV("{\"traits\":{\"email\":1}}"), &joined) == ZH_OK);
    CHECK(zh_sv_equal(zh_buf_view(&joined), ZH_SV("{\"email\":1}")));
    CHECK(zh_personal_join(json, &scratch, ZH_PERSONAL_TRAITS, ZH_SV("1"), (zh_sv){ 0 }, &joined) == ZH_FORMAT);
    CHECK(zh_personal_join(json, &scratch, ZH_PERSONAL_TRAITS, ZH_SV("{"), (zh_sv){ 0 }, &joined) == ZH_FORMAT);
}

static void a_mask_tells_who_knows_it_already(void)
{
    static const struct { const char *text, *masked; } rows[] = {
        { "", "" }, { "mei@example.com", "m***@example.com" }, { "@x", "***@x" }, { "Mei", "M***" }, { "张三", "张***" }, { "+86 138 0000 1234", "***34" },
        { "1990-05-01", "***01" }, { "12345", "1***" }, { "1234567@qq.com", "1***@qq.com" }, { "é", "é***" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_buf_reset(&joined);
        zh_personal_mask(zh_sv_of(rows[i].text), &joined);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&joined), zh_sv_of(rows[i].masked)), rows[i].text);
    }
}

static void a_masked_value_keeps_its_form(void)
{
    static const char *const from = "{\"email\":\"mei@example.com\",\"address\":{\"street\":\"Long Road 5\",\"floors\":[3,null,true,\"b\"],\"none\":{}},\"phone\":13800001234,\"lat\":31.2304}";
    static const char *const want = "{\"email\":\"m***@example.com\",\"address\":{\"street\":\"L***\",\"floors\":[\"***\",null,\"***\",\"b***\"],\"none\":{}},\"phone\":\"***\",\"lat\":\"***\"}";
    zh_json_value root;
    CHECK(zh_json_parse(json, zh_sv_of(from), &root, NULL) == ZH_OK);
    zh_buf_reset(&joined);
    zh_json_out out = zh_json_out_on(&joined);
    zh_personal_mask_value(root, &out);
    CHECK(zh_json_out_done(&out) == ZH_OK && zh_sv_equal(zh_buf_view(&joined), zh_sv_of(want)));
    zh_arena arena = zh_arena_open(1 << 16);
    zh_sv personal = zh_sv_of(from), none = { 0 }, broken = ZH_SV("{");
    CHECK(zh_personal_mask_json(json, &arena, &personal) == ZH_OK && zh_sv_equal(personal, zh_sv_of(want)));
    CHECK(zh_personal_mask_json(json, &arena, &none) == ZH_OK && none.size == 0);
    CHECK(zh_personal_mask_json(json, &arena, &broken) == ZH_FORMAT);
    zh_arena_close(&arena);
    zh_arena small = zh_arena_open(16);
    personal = zh_sv_of(from);
    CHECK(zh_personal_mask_json(json, &small, &personal) == ZH_NOMEM);
    zh_arena_close(&small);
    char text[512]; /* a domain longer than any: nothing of it is shown */
    const int size = snprintf(text, sizeof text, "\"a@%0400d\"", 0);
    CHECK(zh_json_parse(json, (zh_sv){ text, (size_t)size }, &root, NULL) == ZH_OK);
    zh_buf_reset(&joined);
    out = zh_json_out_on(&joined);
    zh_personal_mask_value(root, &out);
    CHECK(zh_json_out_done(&out) == ZH_OK && zh_sv_equal(zh_buf_view(&joined), ZH_SV("\"***\"")));
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    CHECK(zh_json_open(&json, 1 << 16) == ZH_OK);
    left = taken = scratch = joined = whole = zh_buf_open(1 << 16);
    members_go_to_their_side();
    joined_is_what_was_sent(&seed);
    what_is_gone_stays_gone();
    a_mask_tells_who_knows_it_already();
    a_masked_value_keeps_its_form();
    zh_buf_close(&left), zh_buf_close(&taken), zh_buf_close(&scratch), zh_buf_close(&joined), zh_buf_close(&whole);
    zh_json_close(json);
    return 0;
}
