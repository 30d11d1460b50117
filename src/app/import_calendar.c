#include "app/import_calendar.h"
#include "app/cmd_ask.h"
#include "base/buf.h"

#include <string.h>

#define FILE_BYTES_MAX (256u << 10) /* a year of holiday-cn has 4 KB */

static bool read_file(const char *path, zh_buf *out)
{
    char piece[4096];
    size_t size;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (file == NULL) return false;
    while ((size = fread(piece, 1, sizeof piece, file)) > 0) zh_buf_put(out, (zh_sv){ piece, size });
    const bool read = ferror(file) == 0;
    if (file != stdin) fclose(file);
    return read && zh_buf_err(out) == ZH_OK;
}

int zh_import_calendar(const zh_options *given)
{
    int status = ZH_EXIT_DONE;
    zh_buf body = zh_buf_open(FILE_BYTES_MAX);
    for (size_t i = 0; status == ZH_EXIT_DONE && i < given->arguments_count; i++) {
        zh_buf_reset(&body);
        if (read_file(given->arguments[i], &body)) status = zh_ask_and_print(given, ZH_SV("PUT"), ZH_SV("/api/v1/calendar"), zh_buf_view(&body), false);
        else {
            zh_complain("%s cannot be read, or is larger than 256 KB: give a year as JSON, such as holiday-cn's 2026.json", given->arguments[i]);
            status = ZH_EXIT_COULD_NOT;
        }
    }
    zh_buf_close(&body);
    return status;
}
