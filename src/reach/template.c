#include "reach/template.h"

static const char *const parts[] = { "subject", "text", "html", "json" };
static const zh_liquid_context contexts[] = { ZH_LIQUID_HEADER, ZH_LIQUID_PLAIN, ZH_LIQUID_HTML, ZH_LIQUID_JSON };

const char *zh_template_part_text(zh_template_part part) { return (unsigned)part < ZH_TEMPLATE_PARTS ? parts[part] : "?"; }

static void read_language(zh_define *d, zh_sv name, zh_json_value of, zh_template *out)
{
    static const char *const known[] = { "subject", "text", "html", "json", NULL };
    char within[48];
    (void)snprintf(within, sizeof within, "languages.%.*s", ZH_SV_ARG(zh_sv_part(name, 0, 16)));
    if (name.size < 2 || name.size > 16 || !zh_define_name_is_good(name)) zh_define_wrong(d, "", within, "a language is written as zh, en or zh-TW");
    if (!zh_json_is(of, ZH_JSON_OBJECT)) zh_define_wrong(d, "", within, "must be an object of subject, text, html, json");
    zh_define_only(d, of, within, known);
    zh_template_language *language = &out->languages[out->languages_count];
    bool any = false;
    for (int p = 0; p < ZH_TEMPLATE_PARTS && !d->is_bad; p++) {
        zh_cel_fault fault = { .text = "" };
        const zh_sv source = zh_define_text(d, of, within, parts[p], ZH_TEMPLATE_BYTES_MAX, false);
        if (source.size == 0) continue;
        const zh_err e = zh_liquid_parse_template(d->arena, source, &language->part[p], &fault);
        if (e == ZH_NOMEM) d->is_full = true;
        else if (e != ZH_OK) zh_define_wrong(d, within, parts[p], "line %u, column %u: %s", fault.line, fault.column, fault.text);
        any = true;
    }
    if (!any) zh_define_wrong(d, "", within, "says nothing: write a text");
    language->name = zh_arena_copy(d->arena, name);
    d->is_full |= language->name.data == NULL;
    out->languages_count++;
}

static bool has_language(const zh_template *t, zh_sv name)
{
    for (uint32_t i = 0; i < t->languages_count; i++)
        if (zh_sv_equal(t->languages[i].name, name)) return true;
    return false;
}

zh_err zh_template_read(zh_json_value root, zh_arena *arena, zh_template *out, zh_fault *fault)
{
    static const char *const purposes[] = { "marketing", "transactional" }, *const known[] = { "title", "purpose", "language", "languages", "sample", NULL };
    zh_define d = { .arena = arena, .fault = fault };
    const zh_json_value languages = zh_json_get(root, ZH_SV("languages")), sample = zh_json_get(root, ZH_SV("sample"));
    *fault = (zh_fault){ .field = "" };
    *out = (zh_template){ .languages_count = 0 };
    if (!zh_json_is(root, ZH_JSON_OBJECT)) zh_define_wrong(&d, "", "", "a template is an object");
    zh_define_only(&d, root, "", known);
    out->title = zh_define_text(&d, root, "", "title", 200, false);
    out->is_marketing = zh_define_word(&d, root, "", "purpose", purposes, 2, 0) == 0;
    if (zh_json_type_of(sample) > ZH_JSON_NULL && !zh_json_is(sample, ZH_JSON_OBJECT)) zh_define_wrong(&d, "", "sample", "must be an object");
    if (!zh_json_is(languages, ZH_JSON_OBJECT) || zh_json_count(languages) == 0 || zh_json_count(languages) > ZH_TEMPLATE_LANGUAGES_MAX) zh_define_wrong(&d, "", "languages", "must have 1 to %d languages", ZH_TEMPLATE_LANGUAGES_MAX);
    for (zh_json_iter it = zh_json_walk(languages); !d.is_bad && zh_json_next(&it);) read_language(&d, it.key, it.value, out);
    out->language = zh_define_text(&d, root, "", "language", 16, false);
    if (!d.is_bad && out->language.size == 0) out->language = out->languages[0].name;
    if (!d.is_bad && !has_language(out, out->language)) zh_define_wrong(&d, "", "language", "is not among the languages");
    return d.is_full ? ZH_NOMEM : d.is_bad ? ZH_FORMAT : ZH_OK;
}

static const zh_template_language *named(const zh_template *t, zh_sv name)
{
    for (uint32_t i = 0; name.size > 0 && i < t->languages_count; i++)
        if (zh_sv_equal(t->languages[i].name, name)) return &t->languages[i];
    return NULL;
}

static const zh_template_language *named_or_its_first_part(const zh_template *t, zh_sv name)
{
    size_t size = 0;
    const zh_template_language *found = named(t, name);
    while (size < name.size && name.data[size] != '-' && name.data[size] != '_') size++;
    return found != NULL ? found : named(t, zh_sv_part(name, 0, size));
}

const zh_template_language *zh_template_for(const zh_template *t, zh_sv asked, zh_sv customer)
{
    const zh_template_language *found = named_or_its_first_part(t, asked);
    if (found == NULL) found = named_or_its_first_part(t, customer);
    if (found == NULL) found = named(t, t->language);
    return found != NULL ? found : &t->languages[0];
}

static void tell(zh_rendered *out, int part, const zh_cel_fault *fault)
{
    if (out->fault.why.text[0] != '\0') return;
    (void)snprintf(out->fault.field, sizeof out->fault.field, "%s", parts[part]);
    zh_note_set(&out->fault.why, "line %u, column %u: %s", fault->line, fault->column, fault->text);
}

static zh_err check_json(zh_sv text, zh_rendered *out)
{
    zh_json *parser;
    zh_json_value root;
    zh_json_fault fault = { 0 };
    zh_err e = zh_json_open(&parser, ZH_TEMPLATE_OUT_BYTES_MAX);
    if (e != ZH_OK) return e;
    e = zh_json_parse(parser, text, &root, &fault);
    zh_json_close(parser);
    if (e == ZH_OK || e == ZH_NOMEM) return e;
    (void)snprintf(out->fault.field, sizeof out->fault.field, "json");
    zh_note_set(&out->fault.why, "rendered, it is no JSON: %s", zh_json_fault_text(fault.kind));
    return ZH_FORMAT;
}

zh_err zh_template_render(const zh_template_language *language, const zh_liquid_map *data, int64_t now_ms, const zh_tz *zone, zh_arena *arena, zh_rendered *out)
{
    zh_buf text = zh_buf_open(ZH_TEMPLATE_OUT_BYTES_MAX);
    zh_err e = ZH_OK;
    *out = (zh_rendered){ .errors = 0 };
    for (int p = 0; e == ZH_OK && p < ZH_TEMPLATE_PARTS; p++) {
        zh_liquid_report report = { 0 };
        const zh_liquid_render_desc desc = { .arena = arena, .data = data, .context = contexts[p], .now_ms = now_ms, .zone = zone };
        if (language->part[p] == NULL) continue;
        zh_buf_reset(&text);
        e = zh_liquid_render(language->part[p], &desc, &text, &report);
        if (e != ZH_OK) tell(out, p, &report.stopped);
        else if (report.errors > 0) tell(out, p, &report.first);
        out->errors += report.errors;
        if (e == ZH_OK && p == ZH_TEMPLATE_JSON) e = check_json(zh_buf_view(&text), out);
        if (e == ZH_OK && (out->part[p] = zh_arena_copy(arena, zh_buf_view(&text))).data == NULL) e = ZH_NOMEM;
    }
    zh_buf_close(&text);
    return e;
}
