#include "app/options.h"
#include "sys/file.h"
#include "sys/yaml.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>

#define NAME_BYTES_MAX 64 /* of an option */

void zh_complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("zhun: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

static const zh_option *find(const zh_command *command, const char *name, size_t size, size_t *index)
{
    for (size_t i = 0; i < command->options_count; i++) {
        const zh_option *o = &command->options[i];
        if (strlen(o->name) != size || memcmp(o->name, name, size) != 0) continue;
        *index = i;
        return o;
    }
    return NULL;
}

static const char *from_environment(const zh_option *option)
{
    char name[64] = "ZHUN_";
    size_t at = 5;
    for (const char *c = option->name; *c != '\0' && at + 1 < sizeof name; c++)
        name[at++] = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    name[at] = '\0';
    return getenv(name);
}

void zh_options_help(const zh_command *command, FILE *to)
{
    fprintf(to, "usage: zhun %s %s\n\n%s\n", command->name, command->usage, command->summary);
    if (command->options_count > 0) fputs("\noptions:\n", to);
    for (size_t i = 0; i < command->options_count; i++) {
        const zh_option *o = &command->options[i];
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value == NULL ? "" : " ", o->value == NULL ? "" : o->value);
        fprintf(to, "  %-26s %s", left, o->help);
        if (o->initial != NULL) fprintf(to, " (default %s)", o->initial);
        fputc('\n', to);
    }
    if (command->example != NULL) fprintf(to, "\nexample:\n%s\n", command->example);
}

static int read_option(zh_options *out, bool *given, int argc, char **argv, int *at)
{
    const char *text = argv[*at] + 2, *equals = strchr(text, '=');
    const size_t size = equals == NULL ? strlen(text) : (size_t)(equals - text);
    size_t index;
    const zh_option *option = find(out->command, text, size, &index);
    if (option == NULL) {
        zh_complain("%s: no such option: see zhun %s --help", argv[*at], out->command->name);
        return ZH_EXIT_USAGE;
    }
    if (given[index]) {
        zh_complain("--%s is given twice: give it once", option->name);
        return ZH_EXIT_USAGE;
    }
    given[index] = true;
    if (option->value == NULL) {
        if (equals != NULL) {
            zh_complain("--%s takes no value", option->name);
            return ZH_EXIT_USAGE;
        }
        out->values[index] = "1";
        return -1;
    }
    if (equals == NULL && *at + 1 >= argc) {
        zh_complain("--%s needs a value: --%s %s", option->name, option->name, option->value);
        return ZH_EXIT_USAGE;
    }
    out->values[index] = equals != NULL ? equals + 1 : argv[++*at];
    return -1;
}

int zh_options_read(zh_options *out, const zh_command *command, int argc, char **argv)
{
    *out = (zh_options){ .command = command };
    bool given[ZH_OPTIONS_MAX] = { false }, open = true;
    for (int at = 0; at < argc; at++) {
        if (open && strcmp(argv[at], "--") == 0) open = false;
        else if (open && (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)) {
            zh_options_help(command, stdout);
            return ZH_EXIT_DONE;
        } else if (open && strncmp(argv[at], "--", 2) == 0) {
            const int status = read_option(out, given, argc, argv, &at);
            if (status != -1) return status;
        } else if (out->arguments_count == ZH_ARGUMENTS_MAX) {
            zh_complain("more than %d arguments: split the call", ZH_ARGUMENTS_MAX);
            return ZH_EXIT_USAGE;
        } else out->arguments[out->arguments_count++] = argv[at];
    }
    for (size_t i = 0; i < command->options_count; i++) {
        const zh_option *o = &command->options[i];
        if (out->values[i] == NULL && !o->no_environment && o->value != NULL) out->values[i] = from_environment(o);
        out->is_default[i] = out->values[i] == NULL;
        if (out->values[i] == NULL) out->values[i] = o->initial;
    }
    return -1;
}

static bool same_name(const char *option, zh_sv key)
{
    if (strlen(option) != key.size) return false;
    for (size_t i = 0; i < key.size; i++)
        if (option[i] != key.data[i] && !(option[i] == '-' && key.data[i] == '_')) return false;
    return true;
}

static int take_entry(zh_options *given, zh_sv path, zh_sv key, zh_yaml_node value, zh_arena *memory)
{
    size_t at = 0;
    while (at < given->command->options_count && !same_name(given->command->options[at].name, key)) at++;
    zh_sv text;
    if (at == given->command->options_count) {
        zh_complain("%.*s: no such key: %.*s: the keys are the options of zhun %s --help", ZH_SV_ARG(path), ZH_SV_ARG(key), given->command->name);
        return ZH_EXIT_USAGE;
    }
    if (!zh_yaml_text(value, &text)) {
        zh_complain("%.*s: %.*s must have one value", ZH_SV_ARG(path), ZH_SV_ARG(key));
        return ZH_EXIT_USAGE;
    }
    if (!given->is_default[at]) return -1;
    given->values[at] = zh_arena_copy(memory, text).data;
    given->is_default[at] = false;
    return given->values[at] == NULL ? ZH_EXIT_COULD_NOT : -1;
}

/* `retention: {events: 400d}` says retention-events. */
static int take_group(zh_options *given, zh_sv path, zh_sv group, zh_yaml_node map, zh_arena *memory)
{
    int status = -1;
    for (zh_yaml_iter it = zh_yaml_walk(map); status == -1 && zh_yaml_next(&it);) {
        char name[NAME_BYTES_MAX];
        const int size = snprintf(name, sizeof name, "%.*s-%.*s", ZH_SV_ARG(group), ZH_SV_ARG(it.key));
        status = take_entry(given, path, size < (int)sizeof name ? (zh_sv){ name, (size_t)size } : it.key, it.value, memory);
    }
    return status;
}

int zh_options_file(zh_options *given, zh_sv path, zh_arena *memory)
{
    zh_buf text = zh_buf_open(ZH_YAML_BYTES_MAX);
    zh_yaml *yaml = NULL;
    zh_note why = { "" };
    zh_err e = zh_file_read(path, &text);
    if (e != ZH_OK) zh_note_set(&why, "%s", zh_err_text(e));
    else e = zh_yaml_open(&yaml, zh_buf_view(&text), &why);
    zh_buf_close(&text);
    if (e != ZH_OK) {
        zh_complain("%.*s cannot be used: %s", ZH_SV_ARG(path), why.text);
        return e == ZH_FORMAT ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
    }
    int status = -1;
    for (zh_yaml_iter it = zh_yaml_walk(zh_yaml_root(yaml)); status == -1 && zh_yaml_next(&it);)
        status = zh_yaml_type_of(it.value) == ZH_YAML_MAP ? take_group(given, path, it.key, it.value, memory) : take_entry(given, path, it.key, it.value, memory);
    zh_yaml_close(yaml);
    return status;
}

typedef struct unit {
    const char *name;
    uint64_t factor;
} unit;

/* A whole number and one of the units; 0 needs none. */
static bool measure(zh_sv text, const unit *units, size_t count, uint64_t *out)
{
    uint64_t value = 0;
    size_t at = 0;
    for (; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
        if (value > INT64_MAX / 20) return false;
        value = value * 10 + (uint64_t)(text.data[at] - '0');
    }
    const zh_sv name = zh_sv_part(text, at, SIZE_MAX);
    *out = 0;
    if (at == 0) return text.size == 0;
    if (name.size == 0 && value == 0) return true;
    for (size_t i = 0; i < count; i++)
        if (zh_sv_equal(name, zh_sv_of(units[i].name)) && value <= INT64_MAX / units[i].factor) {
            *out = value * units[i].factor;
            return true;
        }
    return false;
}

bool zh_options_duration(zh_sv text, uint64_t *ms)
{
    static const unit units[] = { { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 } };
    return measure(text, units, sizeof units / sizeof *units, ms);
}

bool zh_options_size(zh_sv text, uint64_t *bytes)
{
    static const unit units[] = { { "KB", 1000 }, { "MB", 1000000 }, { "GB", 1000000000 }, { "TB", 1000000000000 },
                                  { "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 }, { "TiB", (uint64_t)1 << 40 } };
    return measure(text, units, sizeof units / sizeof *units, bytes);
}

zh_sv zh_options_text(const zh_options *given, const char *name)
{
    size_t index;
    return find(given->command, name, strlen(name), &index) == NULL ? (zh_sv){ 0 } : zh_sv_of(given->values[index]);
}

bool zh_options_flag(const zh_options *given, const char *name)
{
    return zh_options_text(given, name).size > 0;
}

bool zh_options_number(const zh_options *given, const char *name, int64_t least, int64_t most, int64_t *out)
{
    const zh_sv text = zh_options_text(given, name);
    if (text.size == 0) return true;
    char *end;
    const long long value = strtoll(text.data, &end, 10);
    if (*end == '\0' && value >= least && value <= most) {
        *out = value;
        return true;
    }
    zh_complain("--%s %.*s: must be a whole number from %lld to %lld", name, ZH_SV_ARG(text), (long long)least, (long long)most);
    return false;
}
