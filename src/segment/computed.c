#include "segment/computed.h"
#include "base/buf.h"

static const char *const kinds[] = {
#define X(name, text) text,
    ZH_COMPUTED_KINDS(X)
#undef X
};
static const char *const fields[] = {
#define X(name, text) text,
    ZH_COMPUTED_FIELDS(X)
#undef X
};

bool zh_computed_name_fits(zh_sv name)
{
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.data[i];
        if (!(c >= 'a' && c <= 'z') && !(i > 0 && ((c >= '0' && c <= '9') || c == '_'))) return false;
    }
    return name.size > 0 && name.size <= ZH_COMPUTED_NAME_BYTES_MAX;
}

static bool is_text_or_absent(zh_json_value value) { return zh_json_is(value, ZH_JSON_TEXT) || zh_json_type_of(value) <= ZH_JSON_NULL; }

static bool find(const char *const *texts, size_t count, zh_json_value value, unsigned *out)
{
    const zh_sv text = zh_json_text_or_empty(value);
    for (*out = 0; *out < count && is_text_or_absent(value); (*out)++)
        if (zh_sv_equal(text, zh_sv_of(texts[*out]))) return true;
    return false;
}

/* What each kind can be of. */
static bool fits(zh_computed_kind kind, zh_computed_field field)
{
    switch (kind) {
    case ZH_COMPUTED_COUNT: return field == ZH_COMPUTED_OF_NONE;
    case ZH_COMPUTED_SUM:
    case ZH_COMPUTED_AVERAGE:
    case ZH_COMPUTED_MIN:
    case ZH_COMPUTED_MAX: return field >= ZH_COMPUTED_OF_VALUE && field <= ZH_COMPUTED_OF_QUANTITY;
    case ZH_COMPUTED_FIRST:
    case ZH_COMPUTED_LAST: return field != ZH_COMPUTED_OF_NONE;
    default: return field >= ZH_COMPUTED_OF_ITEM;
    }
}

/* An event's name stands in the program between quotes. */
static bool is_event_name(zh_sv name)
{
    for (size_t i = 0; i < name.size; i++)
        if ((unsigned char)name.data[i] < 0x20) return false;
    return name.size <= ZH_EVENT_NAME_BYTES_MAX;
}

const char *zh_computed_read(zh_json_value root, zh_computed *out)
{
    const zh_json_value event = zh_json_get(root, ZH_SV("event")), where = zh_json_get(root, ZH_SV("where")), window = zh_json_get(root, ZH_SV("windowDays"));
    unsigned kind, field;
    int64_t days = 0;
    *out = (zh_computed){ 0 };
    if (!find(kinds, ZH_COMPUTED_KIND_COUNT, zh_json_get(root, ZH_SV("kind")), &kind)) return "kind";
    if (!find(fields, ZH_COMPUTED_FIELD_COUNT, zh_json_get(root, ZH_SV("field")), &field) || !fits((zh_computed_kind)kind, (zh_computed_field)field)) return "field";
    out->kind = (zh_computed_kind)kind;
    out->field = (zh_computed_field)field;
    out->event = zh_json_text_or_empty(event);
    if (!is_text_or_absent(event) || !is_event_name(out->event)) return "event";
    out->where = zh_json_text_or_empty(where);
    if (!is_text_or_absent(where) || out->where.size > ZH_COMPUTED_WHERE_BYTES_MAX) return "where";
    if (zh_json_type_of(window) > ZH_JSON_NULL && (!zh_json_int(window, &days) || days < 0 || days > ZH_COMPUTED_WINDOW_DAYS_MAX)) return "windowDays";
    out->window_days = (uint32_t)days;
    return NULL;
}

void zh_computed_put(const zh_computed *c, zh_json_out *out)
{
    zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(kinds[c->kind]));
    if (c->field != ZH_COMPUTED_OF_NONE) zh_json_out_key_text(out, ZH_SV("field"), zh_sv_of(fields[c->field]));
    zh_json_out_key_text(out, ZH_SV("event"), c->event);
    zh_json_out_key_text(out, ZH_SV("where"), c->where);
    zh_json_out_key_int(out, ZH_SV("windowDays"), c->window_days);
}

/* customer.events("name").where(e,\n WHERE \n): the condition has lines of its own, so faults keep their columns. */
static void write_program(const zh_computed *c, zh_buf *out)
{
    zh_buf_put(out, ZH_SV("customer.events("));
    if (c->event.size > 0) {
        zh_buf_put_u8(out, '"');
        for (size_t i = 0; i < c->event.size; i++) {
            if (c->event.data[i] == '"' || c->event.data[i] == '\\') zh_buf_put_u8(out, '\\');
            zh_buf_put_u8(out, (uint8_t)c->event.data[i]);
        }
        zh_buf_put_u8(out, '"');
    }
    zh_buf_put(out, ZH_SV(").where(e,\n"));
    zh_buf_put(out, c->where.size > 0 ? c->where : ZH_SV("true"));
    zh_buf_put(out, ZH_SV("\n)"));
}

zh_err zh_computed_compile(const zh_computed *c, zh_arena *arena, const zh_cel_env *env, const zh_cel_program **out, zh_cel_fault *why)
{
    zh_buf text = zh_buf_open(ZH_COMPUTED_WHERE_BYTES_MAX + 4096);
    write_program(c, &text);
    zh_cel_program *program = NULL;
    zh_err e = zh_buf_err(&text);
    if (e == ZH_OK) e = zh_cel_compile(&program, arena, env, zh_buf_view(&text), &(zh_cel_limits){ .wanted = "Events" }, why);
    if (e != ZH_OK && why != NULL && why->line > 1) why->line--;
    zh_buf_close(&text);
    *out = program;
    return e;
}
