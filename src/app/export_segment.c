#include "app/export_segment.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/json_out.h"

#include <stdio.h>

#define PAGE 500
#define ANSWER_BYTES_MAX (16u << 20)
#define LINE_BYTES_MAX 4096
#define CURSOR_BYTES 32

static void put_member(zh_buf *line, zh_json_value item, bool is_csv)
{
    const zh_json_value customer = zh_json_get(item, ZH_SV("customer"));
    const zh_sv fields[] = { zh_json_text_or_empty(zh_json_get(customer, ZH_SV("id"))), zh_json_text_or_empty(zh_json_get(customer, ZH_SV("userId"))),
                             zh_json_text_or_empty(zh_json_get(item, ZH_SV("since"))) };
    zh_buf_reset(line);
    if (is_csv) {
        zh_csv_put_row(line, fields, 3, ',');
        return;
    }
    zh_json_out out = zh_json_out_on(line);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("customer"), fields[0]);
    zh_json_out_key_text(&out, ZH_SV("userId"), fields[1]);
    zh_json_out_key_text(&out, ZH_SV("since"), fields[2]);
    zh_json_out_end(&out);
    (void)!zh_json_out_done(&out);
    zh_buf_put_u8(line, '\n');
}

static zh_err print_page(zh_json_value root, bool is_csv, zh_buf *line)
{
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("items"))); zh_json_next(&it);) {
        put_member(line, it.value, is_csv);
        if (zh_buf_err(line) != ZH_OK) return zh_buf_err(line);
        if (fwrite(line->data, 1, line->size, stdout) != line->size) return ZH_IO;
    }
    return ZH_OK;
}

zh_err zh_export_segment(zh_door *door, zh_sv name, bool is_csv, zh_note *why)
{
    char path[256], cursor[CURSOR_BYTES] = "";
    zh_json *json;
    zh_err e = zh_json_open(&json, ANSWER_BYTES_MAX);
    if (e != ZH_OK) return e;
    zh_buf line = zh_buf_open(LINE_BYTES_MAX);
    bool first = true;
    do {
        zh_client_answer answer;
        zh_json_value root;
        (void)snprintf(path, sizeof path, "/api/v1/segments/%.*s/members?limit=%d&cursor=%s", ZH_SV_ARG(zh_sv_part(name, 0, 100)), PAGE, cursor);
        e = zh_door_ask(door, ZH_SV("GET"), zh_sv_of(path), (zh_sv){ 0 }, &answer, why);
        if (e == ZH_OK && (e = zh_json_parse(json, answer.body, &root, NULL)) != ZH_OK) zh_note_set(why, "the answer cannot be read");
        if (e != ZH_OK) break;
        if (first && is_csv) fputs("customer,user_id,since\r\n", stdout);
        first = false;
        if ((e = print_page(root, is_csv, &line)) != ZH_OK) zh_note_set(why, "standard output cannot be written: is the disk full?");
        const zh_sv next = zh_json_text_or_empty(zh_json_get(root, ZH_SV("next")));
        (void)snprintf(cursor, sizeof cursor, "%.*s", (int)zh_sv_part(next, 0, CURSOR_BYTES - 1).size, next.size > 0 ? next.data : "");
    } while (e == ZH_OK && cursor[0] != '\0');
    zh_buf_close(&line);
    zh_json_close(json);
    return e;
}
