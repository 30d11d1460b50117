#include "app/cmd_render.h"
#include "base/json_out.h"
#include "lang/liquid.h"
#include "sys/clock.h"
#include "sys/file.h"

#define ZONES_DIR "/usr/share/zoneinfo/"
#define BINDINGS_BYTES_MAX ((size_t)64 << 20) /* a file of bindings, or of partials */
#define MEMORY_BYTES_MAX ((size_t)1 << 30)    /* of bindings, templates and rendering together */

static const zh_option render_options[] = {
    { "bind", "FILE", "variables: a JSON object, each key a name", NULL, true },
    { "partials", "FILE", "templates that {% render %} and {% include %} may name: a JSON object of name and text", NULL, true },
    { "context", "NAME", "escape what {{ }} prints for: none, html, header, json, text", "none", true },
    { "now", "TIME", "the moment \"now\" means, as 2026-11-23T08:00:00Z; else the clock's", NULL, true },
    { "zone", "NAME", "time zone of dates, as Asia/Shanghai", "UTC", true },
    { "strict", NULL, "undefined variables and unknown filters are errors, too", NULL, true },
    { "json", NULL, "print one object: output and errors, or error with its place", NULL, true },
};

/* All that one rendering needs, read from the options. */
typedef struct job {
    const zh_options *given;
    zh_arena arena;
    zh_json *json;
    zh_buf source, text, out;
    zh_tz *zone;
    zh_liquid_render_desc desc;
} job;

/* ---- what is said ---- */

static void tell_object(const char *key, zh_sv output, const char *code, const zh_cel_fault *fault, const zh_liquid_report *report)
{
    zh_buf text = zh_buf_open(8 * ZH_LIQUID_OUT_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    if (report != NULL) zh_json_out_key_text(&out, ZH_SV("output"), output);
    if (report != NULL) zh_json_out_key_int(&out, ZH_SV("errors"), (int64_t)report->errors);
    if (fault != NULL) {
        zh_json_out_key(&out, zh_sv_of(key));
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("code"), zh_sv_of(code));
        zh_json_out_key_text(&out, ZH_SV("message"), zh_sv_of(fault->text));
        zh_json_out_key_int(&out, ZH_SV("line"), fault->line);
        zh_json_out_key_int(&out, ZH_SV("column"), fault->column);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    if (zh_json_out_done(&out) == ZH_OK) printf("%.*s\n", ZH_SV_ARG(zh_buf_view(&text)));
    zh_buf_close(&text);
}

/* Nothing was rendered, or nothing that may be used. */
static void tell_fault(const job *j, const char *code, const zh_cel_fault *fault)
{
    zh_buf shown = zh_buf_open(1 << 12);
    if (zh_options_flag(j->given, "json")) tell_object("error", (zh_sv){ 0 }, code, fault, NULL);
    zh_cel_fault_show(fault, zh_buf_view(&j->source), &shown);
    zh_complain("line %u, column %u: %s%.*s", fault->line, fault->column, fault->text, ZH_SV_ARG(zh_buf_view(&shown)));
    zh_buf_close(&shown);
}

/* ---- what is read ---- */

/* One JSON object of the file that an option names. */
static int read_object(job *j, const char *option, zh_json_value *root)
{
    zh_json_fault fault = { 0 };
    const zh_sv path = zh_options_text(j->given, option);
    zh_buf_reset(&j->text);
    zh_err e = zh_file_read(path, &j->text);
    if (e != ZH_OK) return zh_complain("--%s %.*s: %s: name a file that can be read", option, ZH_SV_ARG(path), zh_err_text(e)), ZH_EXIT_COULD_NOT;
    if (j->json == NULL && (e = zh_json_open(&j->json, BINDINGS_BYTES_MAX)) != ZH_OK) return zh_complain("out of memory"), ZH_EXIT_COULD_NOT;
    e = zh_json_parse(j->json, zh_buf_view(&j->text), root, &fault);
    if (e == ZH_OK && zh_json_is(*root, ZH_JSON_OBJECT)) return ZH_EXIT_DONE;
    zh_complain("--%s %.*s: %s: write one JSON object", option, ZH_SV_ARG(path), e == ZH_OK ? "no object" : zh_json_fault_text(fault.kind));
    return ZH_EXIT_USAGE;
}

static int read_bindings(job *j)
{
    zh_json_value root;
    zh_liquid_value data;
    const int status = read_object(j, "bind", &root);
    if (status != ZH_EXIT_DONE) return status;
    if (zh_liquid_of_json(&j->arena, root, &data) != ZH_OK) return zh_complain("--bind: out of memory"), ZH_EXIT_COULD_NOT;
    j->desc.data = data.map;
    return ZH_EXIT_DONE;
}

static int read_partials(job *j)
{
    zh_json_value root;
    const int status = read_object(j, "partials", &root);
    if (status != ZH_EXIT_DONE) return status;
    if (zh_json_count(root) > ZH_LIQUID_PARTIALS_MAX) return zh_complain("--partials: over %d templates: hand over those that are needed", ZH_LIQUID_PARTIALS_MAX), ZH_EXIT_USAGE;
    zh_liquid_partial *partials = ZH_TAKE(&j->arena, zh_liquid_partial, zh_json_count(root));
    if (partials == NULL) return zh_complain("out of memory"), ZH_EXIT_COULD_NOT;
    for (zh_json_iter it = zh_json_walk(root); zh_json_next(&it);) {
        zh_liquid_partial *p = &partials[j->desc.partials_count++];
        if (!zh_json_is(it.value, ZH_JSON_TEXT)) return zh_complain("--partials: '%.*s' is no text", ZH_SV_ARG(it.key)), ZH_EXIT_USAGE;
        p->name = zh_arena_copy(&j->arena, it.key);
        p->source = zh_arena_copy(&j->arena, zh_json_text_or_empty(it.value));
        if (p->name.data == NULL || p->source.data == NULL) return zh_complain("out of memory"), ZH_EXIT_COULD_NOT;
    }
    j->desc.partials = partials;
    return ZH_EXIT_DONE;
}

static int read_zone(job *j)
{
    char path[128];
    const zh_sv name = zh_options_text(j->given, "zone");
    if (zh_sv_equal(name, ZH_SV("UTC"))) return ZH_EXIT_DONE;
    const bool plain = name.size > 0 && name.size < 64 && memmem(name.data, name.size, "..", 2) == NULL && name.data[0] != '/';
    (void)snprintf(path, sizeof path, ZONES_DIR "%.*s", ZH_SV_ARG(zh_sv_part(name, 0, 64)));
    zh_buf bytes = zh_buf_open(ZH_TZ_BYTES_MAX);
    zh_err e = plain ? zh_file_read(zh_sv_of(path), &bytes) : ZH_ABSENT;
    if (e == ZH_OK) e = zh_tz_open(&j->zone, zh_buf_view(&bytes));
    zh_buf_close(&bytes);
    j->desc.zone = j->zone;
    if (e != ZH_OK) return zh_complain("--zone %.*s: no such zone: write one as Asia/Shanghai", ZH_SV_ARG(name)), ZH_EXIT_USAGE;
    return ZH_EXIT_DONE;
}

static int read_source(job *j)
{
    const zh_sv path = zh_sv_of(j->given->arguments[0]);
    const zh_err e = zh_file_read(zh_sv_equal(path, ZH_SV("-")) ? ZH_SV("/dev/stdin") : path, &j->source);
    if (e == ZH_OK) return ZH_EXIT_DONE;
    zh_complain("%.*s: %s", ZH_SV_ARG(path), e == ZH_FULL ? "longer than a template may be, 1 MiB: split it" : zh_err_text(e));
    return e == ZH_FULL ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

static int read_all(job *j)
{
    const zh_sv now = zh_options_text(j->given, "now");
    int status = read_source(j);
    if (status == ZH_EXIT_DONE && zh_options_text(j->given, "bind").size > 0) status = read_bindings(j);
    if (status == ZH_EXIT_DONE && zh_options_text(j->given, "partials").size > 0) status = read_partials(j);
    if (status == ZH_EXIT_DONE) status = read_zone(j);
    j->desc.now_ms = zh_clock_wall_ms(NULL);
    if (status == ZH_EXIT_DONE && now.size > 0 && zh_time_parse(now, &j->desc.now_ms) != ZH_OK) return zh_complain("--now %.*s: write a time as 2026-11-23T08:00:00Z", ZH_SV_ARG(now)), ZH_EXIT_USAGE;
    if (status == ZH_EXIT_DONE && !zh_liquid_context_of(zh_options_text(j->given, "context"), &j->desc.context)) return zh_complain("--context: one of none, html, header, json, text"), ZH_EXIT_USAGE;
    return status;
}

/* ---- the command ---- */

static int render(job *j)
{
    zh_cel_fault fault;
    zh_liquid_template *template;
    zh_liquid_report report;
    zh_err e = zh_liquid_parse_template(&j->arena, zh_buf_view(&j->source), &template, &fault);
    if (e != ZH_OK) {
        tell_fault(j, e == ZH_FULL ? "LIMIT" : "SYNTAX", &fault);
        return e == ZH_NOMEM ? ZH_EXIT_COULD_NOT : ZH_EXIT_USAGE;
    }
    j->desc.strict = zh_options_flag(j->given, "strict");
    e = zh_liquid_render(template, &j->desc, &j->out, &report);
    if (e != ZH_OK) {
        tell_fault(j, e == ZH_STOPPED ? "ABORTED" : e == ZH_FULL ? "LIMIT" : e == ZH_FORMAT ? "CONTEXT" : "MEMORY", &report.stopped);
        return e == ZH_STOPPED ? ZH_EXIT_FAILED : ZH_EXIT_COULD_NOT;
    }
    if (zh_options_flag(j->given, "json")) tell_object("first", zh_buf_view(&j->out), "RENDER", report.errors > 0 ? &report.first : NULL, &report);
    else if (j->out.size > 0) fwrite(j->out.data, 1, j->out.size, stdout);
    if (report.errors == 0) return ZH_EXIT_DONE;
    zh_complain("%llu error%s in the output, the first at line %u, column %u: %s", (unsigned long long)report.errors, report.errors == 1 ? "" : "s", report.first.line, report.first.column, report.first.text);
    return ZH_EXIT_COULD_NOT;
}

static int run(const zh_options *given)
{
    if (given->arguments_count != 1) return zh_complain("render: name one template; - is standard input"), ZH_EXIT_USAGE;
    job j = { .given = given, .arena = zh_arena_open(MEMORY_BYTES_MAX), .source = zh_buf_open(ZH_LIQUID_TEMPLATE_BYTES_MAX), .text = zh_buf_open(BINDINGS_BYTES_MAX), .out = zh_buf_open(ZH_LIQUID_OUT_BYTES_MAX) };
    j.desc.arena = &j.arena;
    int status = read_all(&j);
    if (status == ZH_EXIT_DONE) status = render(&j);
    zh_json_close(j.json);
    zh_tz_close(j.zone);
    zh_buf_close(&j.source), zh_buf_close(&j.text), zh_buf_close(&j.out);
    zh_arena_close(&j.arena);
    return status;
}

const zh_command zh_cmd_render = {
    "render", "[options] FILE",
    "Render one Liquid template against JSON bindings.\n"
    "A syntax error exits 2 with its line and column; an error while rendering is printed in its place and exits 3, {% abort %} exits 1. The language: docs/TEMPLATES.md.",
    "  echo 'Dear {{ name | default: \"customer\" }}, {{ items.size }} items wait.' > letter.liquid\n"
    "  echo '{\"name\": \"Li Lei\", \"items\": [\"tea\", \"cup\"]}' > bind.json\n"
    "  zhun render letter.liquid --bind bind.json\n"
    "  zhun render letter.liquid --bind bind.json --context html --zone Asia/Shanghai\n",
    render_options, sizeof render_options / sizeof *render_options, run,
};
