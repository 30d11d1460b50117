#include "collect/personal.h"

#define NAME_BYTES_MAX 15 /* the longest name below */
#define KEY_BYTES_MAX 32  /* a longer key is in no table, whatever is folded away */
#define ZH_TEXT(literal) { (literal), sizeof(literal) - 1 }

/* A name, folded: lower case without '_', '-', blanks and a '$' in front. With a table of its own the member is
 * personal where that table says so; a member that should be an object and is none is personal. */
typedef struct table table;
typedef struct row {
    zh_sv name;
    const table *inside;
} row;

struct table {
    const row *rows; /* with the reason why each is personal */
    size_t count;
    uint32_t sieve[26]; /* by first letter: a bit for each second letter; most keys stop here */
};

static const row device_rows[] = {
    { ZH_TEXT("advertisingid"), NULL }, /* made for that purpose */
    { ZH_TEXT("id"), NULL }, /* follows one person through all shops */
    { ZH_TEXT("idfa"), NULL }, /* advertising id */
    { ZH_TEXT("idfv"), NULL }, /* vendor id */
    { ZH_TEXT("imei"), NULL }, /* hardware id */
    { ZH_TEXT("mac"), NULL }, /* hardware id */
    { ZH_TEXT("name"), NULL }, /* "Li Lei's phone" */
    { ZH_TEXT("serial"), NULL }, /* hardware id */
    { ZH_TEXT("token"), NULL }, /* reaches the device */
};
static const table device_table = { device_rows, sizeof device_rows / sizeof *device_rows, {
    ['a' - 'a'] = 0x8, ['i' - 'a'] = 0x1008, ['m' - 'a'] = 0x1, ['n' - 'a'] = 0x1,
    ['s' - 'a'] = 0x10, ['t' - 'a'] = 0x4000,
} };

static const row place_rows[] = {
    { ZH_TEXT("address"), NULL }, /* finds the door */
    { ZH_TEXT("address1"), NULL }, /* finds the door */
    { ZH_TEXT("address2"), NULL }, /* finds the door */
    { ZH_TEXT("email"), NULL }, /* contact */
    { ZH_TEXT("firstname"), NULL }, /* who lives there */
    { ZH_TEXT("lastname"), NULL }, /* who lives there */
    { ZH_TEXT("lat"), NULL }, /* to the metre */
    { ZH_TEXT("latitude"), NULL }, /* to the metre */
    { ZH_TEXT("line1"), NULL }, /* finds the door */
    { ZH_TEXT("line2"), NULL }, /* finds the door */
    { ZH_TEXT("lng"), NULL }, /* to the metre */
    { ZH_TEXT("lon"), NULL }, /* to the metre */
    { ZH_TEXT("longitude"), NULL }, /* to the metre */
    { ZH_TEXT("name"), NULL }, /* who lives there */
    { ZH_TEXT("phone"), NULL }, /* contact */
    { ZH_TEXT("postalcode"), NULL }, /* a few houses in some countries */
    { ZH_TEXT("postcode"), NULL }, /* a few houses */
    { ZH_TEXT("recipient"), NULL }, /* who lives there */
    { ZH_TEXT("street"), NULL }, /* finds the door */
    { ZH_TEXT("zip"), NULL }, /* a few houses */
    { ZH_TEXT("zipcode"), NULL }, /* a few houses */
};
static const table place_table = { place_rows, sizeof place_rows / sizeof *place_rows, {
    ['a' - 'a'] = 0x8, ['e' - 'a'] = 0x1000, ['f' - 'a'] = 0x100, ['l' - 'a'] = 0x6101,
    ['n' - 'a'] = 0x1, ['p' - 'a'] = 0x4080, ['r' - 'a'] = 0x10, ['s' - 'a'] = 0x80000,
    ['z' - 'a'] = 0x100,
} };

static const row traits_rows[] = {
    { ZH_TEXT("address"), &place_table }, /* city, state and country stay */
    { ZH_TEXT("addresses"), NULL }, /* finds several doors */
    { ZH_TEXT("androidid"), NULL }, /* hardware id */
    { ZH_TEXT("anonymousid"), NULL }, /* an id */
    { ZH_TEXT("avatar"), NULL }, /* a face */
    { ZH_TEXT("birthdate"), NULL }, /* the same */
    { ZH_TEXT("birthday"), NULL }, /* with the city it names one person; age stays */
    { ZH_TEXT("dateofbirth"), NULL }, /* the same */
    { ZH_TEXT("description"), NULL }, /* free text about a person */
    { ZH_TEXT("deviceid"), NULL }, /* ids of one device */
    { ZH_TEXT("displayname"), NULL }, /* who it is */
    { ZH_TEXT("email"), NULL }, /* contact */
    { ZH_TEXT("externalid"), NULL }, /* an id */
    { ZH_TEXT("firstname"), NULL }, /* who it is */
    { ZH_TEXT("fullname"), NULL }, /* who it is */
    { ZH_TEXT("id"), NULL }, /* an id */
    { ZH_TEXT("idcard"), NULL }, /* a state's id */
    { ZH_TEXT("identityemail"), NULL }, /* contact */
    { ZH_TEXT("identitymobile"), NULL }, /* contact */
    { ZH_TEXT("idfa"), NULL }, /* advertising id */
    { ZH_TEXT("idfv"), NULL }, /* vendor id */
    { ZH_TEXT("imei"), NULL }, /* hardware id */
    { ZH_TEXT("ip"), NULL }, /* as in context */
    { ZH_TEXT("lastname"), NULL }, /* who it is */
    { ZH_TEXT("lat"), NULL }, /* to the metre */
    { ZH_TEXT("latitude"), NULL }, /* to the metre */
    { ZH_TEXT("lng"), NULL }, /* to the metre */
    { ZH_TEXT("location"), &place_table }, /* city and country stay */
    { ZH_TEXT("lon"), NULL }, /* to the metre */
    { ZH_TEXT("longitude"), NULL }, /* to the metre */
    { ZH_TEXT("mac"), NULL }, /* hardware id */
    { ZH_TEXT("middlename"), NULL }, /* who it is */
    { ZH_TEXT("mobile"), NULL }, /* contact */
    { ZH_TEXT("name"), NULL }, /* who it is */
    { ZH_TEXT("nickname"), NULL }, /* who it is */
    { ZH_TEXT("openid"), NULL }, /* contact */
    { ZH_TEXT("passport"), NULL }, /* a state's id */
    { ZH_TEXT("phone"), NULL }, /* contact */
    { ZH_TEXT("postalcode"), NULL }, /* a few houses */
    { ZH_TEXT("postcode"), NULL }, /* a few houses */
    { ZH_TEXT("qq"), NULL }, /* contact */
    { ZH_TEXT("street"), NULL }, /* finds the door */
    { ZH_TEXT("unionid"), NULL }, /* contact */
    { ZH_TEXT("userid"), NULL }, /* an id */
    { ZH_TEXT("username"), NULL }, /* an id */
    { ZH_TEXT("website"), NULL }, /* often names its owner */
    { ZH_TEXT("wechat"), NULL }, /* contact */
    { ZH_TEXT("weibo"), NULL }, /* contact */
    { ZH_TEXT("whatsapp"), NULL }, /* contact */
    { ZH_TEXT("zip"), NULL }, /* a few houses */
    { ZH_TEXT("zipcode"), NULL }, /* a few houses */
};
static const table traits_table = { traits_rows, sizeof traits_rows / sizeof *traits_rows, {
    ['a' - 'a'] = 0x202008, ['b' - 'a'] = 0x100, ['d' - 'a'] = 0x111, ['e' - 'a'] = 0x801000,
    ['f' - 'a'] = 0x100100, ['i' - 'a'] = 0x9008, ['l' - 'a'] = 0x6001, ['m' - 'a'] = 0x4101,
    ['n' - 'a'] = 0x101, ['o' - 'a'] = 0x8000, ['p' - 'a'] = 0x4081, ['q' - 'a'] = 0x10000,
    ['s' - 'a'] = 0x80000, ['u' - 'a'] = 0x42000, ['w' - 'a'] = 0x90, ['z' - 'a'] = 0x100,
} };

static const row context_rows[] = {
    { ZH_TEXT("address"), &place_table }, /* street and number */
    { ZH_TEXT("anonymousid"), NULL }, /* an id */
    { ZH_TEXT("cell"), NULL }, /* a phone; and nobody but the collector says "$cell" (core/place.h) */
    { ZH_TEXT("device"), &device_table }, /* ids of one device */
    { ZH_TEXT("email"), NULL }, /* contact */
    { ZH_TEXT("externalids"), NULL }, /* ids of other systems */
    { ZH_TEXT("groupid"), NULL }, /* an id */
    { ZH_TEXT("ip"), NULL }, /* where the customer is, to the house */
    { ZH_TEXT("location"), &place_table }, /* to the metre */
    { ZH_TEXT("phone"), NULL }, /* contact */
    { ZH_TEXT("traits"), &traits_table }, /* contact data of the customer */
    { ZH_TEXT("useragent"), NULL }, /* with the IP it tells one person from all others */
    { ZH_TEXT("useragentdata"), NULL }, /* the same in parts */
    { ZH_TEXT("userid"), NULL }, /* an id */
};
static const table context_table = { context_rows, sizeof context_rows / sizeof *context_rows, {
    ['a' - 'a'] = 0x2008, ['c' - 'a'] = 0x10, ['d' - 'a'] = 0x10, ['e' - 'a'] = 0x801000, ['g' - 'a'] = 0x20000,
    ['i' - 'a'] = 0x8000, ['l' - 'a'] = 0x4000, ['p' - 'a'] = 0x80, ['t' - 'a'] = 0x20000,
    ['u' - 'a'] = 0x40000,
} };

static const row properties_rows[] = {
    { ZH_TEXT("address"), &place_table }, /* city, state and country stay */
    { ZH_TEXT("androidid"), NULL }, /* hardware id */
    { ZH_TEXT("anonymousid"), NULL }, /* an id */
    { ZH_TEXT("billingaddress"), &place_table }, /* the same */
    { ZH_TEXT("birthday"), NULL }, /* with the city it names one person */
    { ZH_TEXT("customer"), &traits_table }, /* traits under another name */
    { ZH_TEXT("customeremail"), NULL }, /* contact */
    { ZH_TEXT("customername"), NULL }, /* who it is */
    { ZH_TEXT("customerphone"), NULL }, /* contact */
    { ZH_TEXT("deviceid"), NULL }, /* ids of one device */
    { ZH_TEXT("email"), NULL }, /* contact */
    { ZH_TEXT("firstname"), NULL }, /* who it is */
    { ZH_TEXT("fullname"), NULL }, /* who it is */
    { ZH_TEXT("idcard"), NULL }, /* a state's id */
    { ZH_TEXT("identityemail"), NULL }, /* contact */
    { ZH_TEXT("identitymobile"), NULL }, /* contact */
    { ZH_TEXT("idfa"), NULL }, /* advertising id */
    { ZH_TEXT("idfv"), NULL }, /* vendor id */
    { ZH_TEXT("imei"), NULL }, /* hardware id */
    { ZH_TEXT("ip"), NULL }, /* as in context */
    { ZH_TEXT("lastname"), NULL }, /* who it is */
    { ZH_TEXT("lat"), NULL }, /* to the metre */
    { ZH_TEXT("latitude"), NULL }, /* to the metre */
    { ZH_TEXT("lng"), NULL }, /* to the metre */
    { ZH_TEXT("lon"), NULL }, /* to the metre */
    { ZH_TEXT("longitude"), NULL }, /* to the metre */
    { ZH_TEXT("mac"), NULL }, /* hardware id */
    { ZH_TEXT("mobile"), NULL }, /* contact */
    { ZH_TEXT("openid"), NULL }, /* contact */
    { ZH_TEXT("passport"), NULL }, /* a state's id */
    { ZH_TEXT("password"), NULL }, /* sent by mistake */
    { ZH_TEXT("phone"), NULL }, /* contact */
    { ZH_TEXT("postalcode"), NULL }, /* a few houses */
    { ZH_TEXT("postcode"), NULL }, /* a few houses */
    { ZH_TEXT("receiver"), NULL }, /* another person */
    { ZH_TEXT("recipient"), NULL }, /* another person's contact */
    { ZH_TEXT("sharemessage"), NULL }, /* a private message */
    { ZH_TEXT("shippingaddress"), &place_table }, /* the same */
    { ZH_TEXT("street"), NULL }, /* finds the door */
    { ZH_TEXT("traits"), &traits_table }, /* traits in the wrong place */
    { ZH_TEXT("unionid"), NULL }, /* contact */
    { ZH_TEXT("useragent"), NULL }, /* as in context */
    { ZH_TEXT("userid"), NULL }, /* an id */
    { ZH_TEXT("username"), NULL }, /* an id */
    { ZH_TEXT("wechat"), NULL }, /* contact */
    { ZH_TEXT("zip"), NULL }, /* a few houses */
    { ZH_TEXT("zipcode"), NULL }, /* a few houses */
};
static const table properties_table = { properties_rows,
                                        sizeof properties_rows / sizeof *properties_rows,
                                        {
                                            ['a' - 'a'] = 0x2008,
                                            ['b' - 'a'] = 0x100,
                                            ['c' - 'a'] = 0x100000,
                                            ['d' - 'a'] = 0x10,
                                            ['e' - 'a'] = 0x1000,
                                            ['f' - 'a'] = 0x100100,
                                            ['i' - 'a'] = 0x9008,
                                            ['l' - 'a'] = 0x6001,
                                            ['m' - 'a'] = 0x4001,
                                            ['o' - 'a'] = 0x8000,
                                            ['p' - 'a'] = 0x4081,
                                            ['r' - 'a'] = 0x10,
                                            ['s' - 'a'] = 0x80080,
                                            ['t' - 'a'] = 0x20000,
                                            ['u' - 'a'] = 0x42000,
                                            ['w' - 'a'] = 0x10,
                                            ['z' - 'a'] = 0x100,
                                        } };

static const table *const tables[] = {
    [ZH_PERSONAL_CONTEXT] = &context_table,
    [ZH_PERSONAL_TRAITS] = &traits_table,
    [ZH_PERSONAL_PROPERTIES] = &properties_table,
};

static const zh_sv part_names[] = {
    [ZH_PERSONAL_CONTEXT] = ZH_TEXT("context"),
    [ZH_PERSONAL_TRAITS] = ZH_TEXT("traits"),
    [ZH_PERSONAL_PROPERTIES] = ZH_TEXT("properties"),
};

static unsigned letter_number(char c) /* 0 .. 25; anything else is more */
{
    return ((unsigned)(unsigned char)c | 0x20u) - 'a';
}

static const row *find(const table *in, zh_sv key)
{
    if (key.size > 0 && key.data[0] == '$') key = zh_sv_part(key, 1, SIZE_MAX); /* how Sensors marks its own names */
    if (key.size < 2 || key.size > KEY_BYTES_MAX) return NULL;
    const unsigned first = letter_number(key.data[0]), second = letter_number(key.data[1]);
    if (first > 25 || second > 25 || (in->sieve[first] >> second & 1) == 0) return NULL;
    char folded[NAME_BYTES_MAX];
    size_t size = 0;
    for (size_t i = 0; i < key.size; i++) {
        const char c = key.data[i];
        if (c == '_' || c == '-' || c == ' ') continue;
        if (size == NAME_BYTES_MAX) return NULL;
        folded[size++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    for (size_t i = 0; i < in->count; i++)
        if (zh_sv_equal(in->rows[i].name, (zh_sv){ folded, size })) return &in->rows[i];
    return NULL;
}

static size_t leave(const table *in, zh_json_value object, zh_buf *out)
{
    size_t personal = 0;
    bool first = true;
    zh_buf_put_u8(out, '{');
    for (zh_json_iter it = zh_json_walk(object); zh_json_next(&it);) {
        const row *hit = find(in, it.key);
        if (hit != NULL && (hit->inside == NULL || !zh_json_is(it.value, ZH_JSON_OBJECT))) {
            personal++;
            continue;
        }
        zh_json_put_member(out, first, it.key, hit == NULL ? it.value : (zh_json_value){ 0 });
        first = false;
        if (hit != NULL)
            personal += leave(hit->inside, it.value, out); /* tables nest twice at most */
    }
    zh_buf_put_u8(out, '}');
    return personal;
}

static size_t take(const table *in, zh_json_value object, zh_buf *out)
{
    size_t personal = 0;
    bool first = true;
    zh_buf_put_u8(out, '{');
    for (zh_json_iter it = zh_json_walk(object); zh_json_next(&it);) {
        const row *hit = find(in, it.key);
        if (hit == NULL) continue;
        const size_t before = out->size;
        const bool whole = hit->inside == NULL || !zh_json_is(it.value, ZH_JSON_OBJECT);
        zh_json_put_member(out, first, it.key, whole ? it.value : (zh_json_value){ 0 });
        const size_t inside = whole ? 1 : take(hit->inside, it.value, out);
        if (inside == 0) out->size = before; /* nothing personal in there: as if not begun */
        else first = false;
        personal += inside;
    }
    zh_buf_put_u8(out, '}');
    return personal;
}

size_t zh_personal_leave(zh_personal_part part, zh_json_value object, zh_buf *out)
{
    return leave(tables[part], object, out);
}

size_t zh_personal_take(zh_personal_part part, zh_json_value object, zh_buf *out)
{
    return take(tables[part], object, out);
}

static void merge(zh_json_value left, zh_json_value personal, zh_buf *out)
{
    bool first = true;
    zh_buf_put_u8(out, '{');
    for (zh_json_iter it = zh_json_walk(left); zh_json_next(&it);) {
        const zh_json_value other = zh_json_get(personal, it.key);
        const bool both = zh_json_is(it.value, ZH_JSON_OBJECT) && zh_json_is(other, ZH_JSON_OBJECT);
        zh_json_put_member(out, first, it.key, both ? (zh_json_value){ 0 } : it.value);
        first = false;
        if (both) merge(it.value, other, out); /* as deep as the parser allows */
    }
    for (zh_json_iter it = zh_json_walk(personal); zh_json_next(&it);) {
        if (!zh_json_is(zh_json_get(left, it.key), ZH_JSON_ABSENT)) continue;
        zh_json_put_member(out, first, it.key, it.value);
        first = false;
    }
    zh_buf_put_u8(out, '}');
}

zh_err zh_personal_join(zh_json *parser, zh_buf *scratch, zh_personal_part part, zh_sv left,
                        zh_sv personal, zh_buf *out)
{
    zh_json_value both;
    zh_buf_reset(scratch);
    zh_buf_put_u8(scratch, '[');
    zh_buf_put(scratch, left.size == 0 ? ZH_SV("{}") : left);
    zh_buf_put_u8(scratch, ',');
    zh_buf_put(scratch, personal.size == 0 ? ZH_SV("{}") : personal);
    zh_buf_put_u8(scratch, ']');
    zh_err e = zh_buf_err(scratch);
    if (e == ZH_OK) e = zh_json_parse(parser, zh_buf_view(scratch), &both, NULL);
    if (e == ZH_RANGE) e = ZH_FORMAT;
    if (e != ZH_OK) return e;
    zh_json_iter it = zh_json_walk(both);
    zh_json_value objects[2] = { 0 };
    for (int i = 0; i < 2 && zh_json_next(&it); i++) objects[i] = it.value;
    if (!zh_json_is(objects[0], ZH_JSON_OBJECT) || !zh_json_is(objects[1], ZH_JSON_OBJECT))
        return ZH_FORMAT;
    merge(objects[0], zh_json_get(objects[1], part_names[part]), out);
    return zh_buf_err(out);
}

static size_t first_character(zh_sv text)
{
    size_t size = 1;
    while (size < text.size && ((unsigned char)text.data[size] & 0xC0) == 0x80) size++;
    return size;
}

void zh_personal_mask(zh_sv text, zh_buf *out)
{
    char last[2] = { 0 };
    size_t digits = 0;
    if (text.size == 0) return;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') continue;
        last[0] = last[1], last[1] = text.data[i];
        digits++;
    }
    const char *at = memchr(text.data, '@', text.size);
    if (digits < 7 || at != NULL) zh_buf_put(out, zh_sv_part(text, 0, at == text.data ? 0 : first_character(text)));
    zh_buf_put(out, ZH_SV("***"));
    if (at != NULL) zh_buf_put(out, zh_sv_part(text, (size_t)(at - text.data), SIZE_MAX));
    else if (digits >= 7) zh_buf_put(out, (zh_sv){ last, sizeof last });
}

#define MASKED_BYTES_MAX 320 /* a character, three stars and a domain; what is longer is three stars */

static void mask_text(zh_sv text, zh_json_out *out)
{
    zh_buf masked = zh_buf_open(MASKED_BYTES_MAX);
    zh_personal_mask(text, &masked);
    zh_json_out_text(out, zh_buf_err(&masked) == ZH_OK ? zh_buf_view(&masked) : ZH_SV("***"));
    zh_buf_close(&masked);
}

void zh_personal_mask_value(zh_json_value value, zh_json_out *out)
{
    zh_sv text;
    const bool is_object = zh_json_is(value, ZH_JSON_OBJECT);
    if (zh_json_text(value, &text)) mask_text(text, out);
    else if (zh_json_type_of(value) <= ZH_JSON_NULL) zh_json_out_null(out);
    else if (!is_object && !zh_json_is(value, ZH_JSON_ARRAY)) zh_json_out_text(out, ZH_SV("***"));
    else {
        if (is_object) zh_json_out_object(out);
        else zh_json_out_array(out);
        for (zh_json_iter it = zh_json_walk(value); zh_json_next(&it);) { /* as deep as the parser takes it */
            if (is_object) zh_json_out_key(out, it.key);
            zh_personal_mask_value(it.value, out);
        }
        zh_json_out_end(out);
    }
}

zh_err zh_personal_mask_json(zh_json *parser, zh_arena *arena, zh_sv *personal)
{
    zh_json_value root;
    if (personal->size == 0) return ZH_OK;
    if (zh_json_parse(parser, *personal, &root, NULL) != ZH_OK) return ZH_FORMAT;
    zh_buf masked = zh_buf_open(8 * personal->size + 64); /* a digit becomes three stars in quotes; escapes of what is shown of a text */
    zh_json_out out = zh_json_out_on(&masked);
    zh_personal_mask_value(root, &out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) *personal = zh_arena_copy(arena, zh_buf_view(&masked));
    if (e == ZH_OK && personal->data == NULL) e = ZH_NOMEM;
    zh_buf_close(&masked);
    return e;
}
