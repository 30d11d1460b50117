#include "app/import_rejects.h"

#include "base/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROW_BYTES_MAX ((size_t)4 << 20) /* a raw line of 1 MiB, quoted */

/* With `keep` bytes of an earlier run, the file goes on behind them; a shorter one is not ours, and begins anew. */
static FILE *open_private(const char *path, uint64_t keep)
{
    struct stat is;
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return NULL;
    if (fstat(fd, &is) != 0 || !S_ISREG(is.st_mode)) keep = 0;
    else if ((uint64_t)is.st_size < keep) keep = 0;
    if (fstat(fd, &is) == 0 && S_ISREG(is.st_mode) && ftruncate(fd, (off_t)keep) != 0) {
        (void)close(fd);
        return NULL;
    }
    (void)lseek(fd, (off_t)keep, SEEK_SET);
    FILE *file = fdopen(fd, "w");
    if (file == NULL) (void)close(fd);
    else if (keep == 0) (void)fputs("file,line,reason,raw\n", file);
    return file;
}

static zh_err open_file(zh_import_rejects *r, zh_sv source, zh_note *why)
{
    const bool given = r->given.size > 0, piped = zh_sv_equal(source, ZH_SV("-"));
    const zh_sv base = given ? r->given : piped ? ZH_SV("stdin") : source;
    const int size = snprintf(r->path, sizeof r->path, "%.*s%s", ZH_SV_ARG(base), given ? "" : ".rejects.csv");
    if (size < 0 || size >= ZH_IMPORT_PATH_BYTES_MAX) {
        r->path[0] = '\0';
        zh_note_set(why, "the name of the file for rejects is too long: give --rejects FILE");
        return ZH_RANGE;
    }
    r->file_ = open_private(r->path, r->keep_bytes);
    const char *slash = strrchr(r->path, '/');
    if (r->file_ == NULL && !given && slash != NULL) {
        memmove(r->path, slash + 1, strlen(slash));
        r->file_ = open_private(r->path, r->keep_bytes);
    }
    if (r->file_ != NULL) return ZH_OK;
    zh_note_set(why, "the file for rejects %.150s cannot be written (%s): give --rejects FILE", r->path, strerror(errno));
    r->path[0] = '\0';
    return ZH_IO;
}

zh_err zh_import_rejects_put(zh_import_rejects *r, zh_sv source, uint64_t line, const char *reason, zh_sv raw, zh_note *why)
{
    zh_err e = r->file_ != NULL ? ZH_OK : open_file(r, source, why);
    if (e != ZH_OK) return e;
    char number[24];
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)line);
    const zh_sv fields[] = { source, zh_sv_of(number), zh_sv_of(reason), raw };
    zh_buf text = zh_buf_open(ROW_BYTES_MAX);
    for (int i = 0; i < 4; i++) zh_csv_put_shown(&text, fields[i], ',', i == 0); /* people open it to see what is wrong */
    zh_buf_put_u8(&text, '\n');
    e = zh_buf_err(&text);
    if (e == ZH_OK && fwrite(text.data, 1, text.size, r->file_) != text.size) e = ZH_IO;
    zh_buf_close(&text);
    if (e != ZH_OK) zh_note_set(why, "the file for rejects cannot be written: %s", zh_err_text(e));
    return e;
}

zh_err zh_import_rejects_flush(zh_import_rejects *r, uint64_t *bytes)
{
    *bytes = r->keep_bytes;
    if (r->file_ == NULL) return ZH_OK;
    if (fflush(r->file_) != 0) return ZH_IO;
    const off_t at = lseek(fileno(r->file_), 0, SEEK_CUR);
    *bytes = at < 0 ? 0 : (uint64_t)at; /* a pipe has no place to go on from */
    return ZH_OK;
}

zh_err zh_import_rejects_end(zh_import_rejects *r)
{
    r->keep_bytes = 0;
    if (r->file_ == NULL) return ZH_OK;
    if (r->given.size > 0) return fflush(r->file_) == 0 ? ZH_OK : ZH_IO;
    FILE *file = r->file_;
    r->file_ = NULL;
    return fclose(file) == 0 ? ZH_OK : ZH_IO;
}

void zh_import_rejects_close(zh_import_rejects *r)
{
    if (r->file_ != NULL) (void)fclose(r->file_);
    r->file_ = NULL;
}
