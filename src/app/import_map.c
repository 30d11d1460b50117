#include "app/import_map.h"

#include "sys/file.h"
#include "sys/yaml.h"

#include <stdio.h>

#define ZONES_DIR "/usr/share/zoneinfo"

/* One entry of the map file: a scalar, a list, or the mapping `columns`. */
static zh_err set_entry(zh_column_map *map, zh_sv key, zh_yaml_node value, zh_note *why)
{
    zh_sv text = { 0 };
    if (zh_yaml_text(value, &text) || zh_yaml_type_of(value) == ZH_YAML_NULL)
        return zh_column_map_set(map, key, text, true, why);
    const bool columns = zh_sv_equal(key, ZH_SV("columns"));
    if ((zh_yaml_type_of(value) == ZH_YAML_MAP) != columns) {
        zh_note_set(why, "%.*s has the wrong shape: see zhun import --help",
                    ZH_SV_ARG(zh_cell_shown(key)));
        return ZH_FORMAT;
    }
    bool first = true;
    for (zh_yaml_iter it = zh_yaml_walk(value); zh_yaml_next(&it); first = false) {
        char path[ZH_COLUMN_NAME_BYTES_MAX + 16];
        zh_sv name = key;
        if (columns) {
            const int size =
                snprintf(path, sizeof path, "columns.%.*s",
                         ZH_SV_ARG(zh_sv_part(it.key, 0, ZH_COLUMN_NAME_BYTES_MAX + 1)));
            name = (zh_sv){ path, (size_t)size };
        }
        text = (zh_sv){ 0 };
        if (!zh_yaml_text(it.value, &text)) {
            zh_note_set(why, "%.*s holds something that is no text", ZH_SV_ARG(zh_cell_shown(key)));
            return ZH_FORMAT;
        }
        const zh_err e = zh_column_map_set(map, name, text, first, why);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

static zh_err set_all(zh_column_map *map, zh_yaml_node root, zh_note *why)
{
    if (zh_yaml_type_of(root) == ZH_YAML_NULL) return ZH_OK;
    if (zh_yaml_type_of(root) != ZH_YAML_MAP) {
        zh_note_set(why, "it must be lines of `key: value`");
        return ZH_FORMAT;
    }
    for (zh_yaml_iter it = zh_yaml_walk(root); zh_yaml_next(&it);) {
        zh_note inner = { "" };
        const zh_err e = set_entry(map, it.key, it.value, &inner);
        if (e == ZH_OK) continue;
        zh_note_set(why, "line %u: %.200s", zh_yaml_line(it.value), inner.text);
        return e;
    }
    return ZH_OK;
}

zh_err zh_import_map_text(zh_column_map *map, zh_sv text, zh_note *why)
{
    zh_yaml *yaml = NULL;
    zh_err e = zh_yaml_open(&yaml, text, why);
    if (e == ZH_OK) e = set_all(map, zh_yaml_root(yaml), why);
    zh_yaml_close(yaml);
    return e;
}

zh_err zh_import_map_file(zh_column_map *map, zh_sv path, zh_note *why)
{
    zh_buf text = zh_buf_open(ZH_YAML_BYTES_MAX);
    zh_err e = zh_file_read(path, &text);
    if (e != ZH_OK) zh_note_set(why, "%s: check the path and the rights", zh_err_text(e));
    else e = zh_import_map_text(map, zh_buf_view(&text), why);
    zh_buf_close(&text);
    return e;
}

/* A name of the zone database, and nothing else: it becomes a path. */
static bool zone_name_is_plain(const char *name)
{
    if (name[0] == '/' || strstr(name, "..") != NULL) return false;
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == strlen(name);
}

zh_err zh_import_map_zone(const zh_column_map *map, zh_tz **out, zh_note *why)
{
    char path[sizeof ZONES_DIR + sizeof map->zone];
    *out = NULL;
    if (map->zone[0] == '\0' || strcmp(map->zone, "UTC") == 0) return ZH_OK;
    (void)snprintf(path, sizeof path, ZONES_DIR "/%s", map->zone);
    zh_buf bytes = zh_buf_open(ZH_TZ_BYTES_MAX);
    zh_err e = zone_name_is_plain(map->zone) ? zh_file_read(zh_sv_of(path), &bytes) : ZH_FORMAT;
    if (e == ZH_OK) e = zh_tz_open(out, zh_buf_view(&bytes));
    zh_buf_close(&bytes);
    if (e == ZH_OK) return ZH_OK;
    zh_note_set(why, "the time zone '%s' is not known here: write for example Asia/Shanghai, and see that the zone database (tzdata) is installed", map->zone);
    return ZH_ABSENT;
}

static void put_text(zh_json_out *out, const char *key, const char *text)
{
    if (text[0] != '\0') zh_json_out_key_text(out, zh_sv_of(key), zh_sv_of(text));
}

void zh_import_map_json(const zh_column_map *map, zh_json_out *out)
{
    static const char *const negatives[] = { "refund", "stock", "reject" };
    char currency[4];
    const char separator[2] = { map->separator, 0 };
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("columns"));
    zh_json_out_object(out);
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) put_text(out, zh_column_name((zh_column)c), map->names[c]);
    zh_json_out_end(out);
    zh_currency_text(map->currency, currency);
    put_text(out, "currency", currency);
    put_text(out, "zone", map->zone);
    if (map->dates_count > 0) {
        zh_json_out_key(out, ZH_SV("dates"));
        zh_json_out_array(out);
        for (uint32_t i = 0; i < map->dates_count; i++) zh_json_out_text(out, zh_sv_of(map->dates[i]));
        zh_json_out_end(out);
    }
    zh_json_out_key_text(out, ZH_SV("decimal"), (zh_sv){ &map->decimal, 1 });
    put_text(out, "separator", map->separator == '\t' ? "tab" : separator);
    put_text(out, "encoding", map->encoding == ZH_COLUMN_GB18030 ? "gb18030" : map->encoding == ZH_COLUMN_UTF8 ? "utf-8" : "");
    put_text(out, "cancel_prefix", map->cancel_prefix);
    put_text(out, "negative_quantity", map->negative == ZH_NEGATIVE_REFUND ? "" : negatives[map->negative]);
    put_text(out, "item_case", map->item_upper ? "upper" : "");
    put_text(out, "product_code", map->five_digits ? "five-digits" : "");
    if (map->non_products_count > 0) {
        zh_json_out_key(out, ZH_SV("non_products"));
        zh_json_out_array(out);
        for (uint32_t i = 0; i < map->non_products_count; i++) zh_json_out_text(out, zh_sv_of(map->non_products[i]));
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}
