#include "app/confine.h"
#include "app/cmd_serve.h"
#include "app/door.h"
#include "sys/file.h"
#include "sys/sandbox.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define BACKUP_DIRS_MAX 16
#define PORTS_MAX 32
#define PATHS_MAX (32 + BACKUP_DIRS_MAX + PORTS_MAX)

/* A sanitizer starts a tracer and its symboliser when it has found something, and sets its own limits. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_WATCHED true
#else
#define IS_WATCHED false
#endif

/* What libraries read while an engine runs: time zones; tables of characters, found by gconv (recode.h); names of hosts to listen on;
 * how many processors and what disk there is. */
static const char *const readable[] = {
    "/usr/share/zoneinfo", "/etc/localtime", "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf",
    "/etc/resolv.conf", "/etc/gai.conf", "/proc/self", "/proc/sys/kernel/random/uuid", "/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu", "/sys/dev/block", "/dev/urandom", "/dev/null",
};

typedef struct list {
    zh_sandbox_path paths[PATHS_MAX];
    size_t count;
} list;

static void add(list *l, zh_sv path, zh_sandbox_use use)
{
    if (path.size > 0 && l->count < PATHS_MAX) l->paths[l->count++] = (zh_sandbox_path){ .path = path, .use = use };
}

static zh_sv folder_of(zh_sv path)
{
    size_t size = path.size;
    while (size > 0 && path.data[size - 1] != '/') size--;
    return size == 0 ? ZH_SV(".") : zh_sv_part(path, 0, size);
}

static bool add_backups(list *l, zh_sv dirs)
{
    if (zh_sv_equal(dirs, ZH_SV("none"))) return true;
    for (size_t count = 0; dirs.size > 0; count++) {
        const char *comma = memchr(dirs.data, ',', dirs.size);
        const zh_sv dir = zh_sv_trim(zh_sv_part(dirs, 0, comma == NULL ? dirs.size : (size_t)(comma - dirs.data)));
        dirs = zh_sv_part(dirs, comma == NULL ? dirs.size : (size_t)(comma - dirs.data) + 1, SIZE_MAX);
        if (count == BACKUP_DIRS_MAX || dir.size == 0 || !zh_file_exists(dir)) {
            zh_complain("--backup-dirs: must be at most %d folders that are there, with commas between, or none", BACKUP_DIRS_MAX);
            return false;
        }
        add(l, dir, ZH_SANDBOX_WRITE);
    }
    return true;
}

/* Where messages go out: gateways and mail servers, and their names, which are asked for over TCP, since no datagram leaves. */
static bool add_ports(list *l, zh_sv ports)
{
    if (zh_sv_equal(ports, ZH_SV("none"))) return true;
    if (zh_sv_equal(ports, ZH_SV("any"))) ports = ZH_SV("0");
    for (size_t count = 0; ports.size > 0; count++) {
        const char *comma = memchr(ports.data, ',', ports.size);
        const zh_sv text = zh_sv_trim(zh_sv_part(ports, 0, comma == NULL ? ports.size : (size_t)(comma - ports.data)));
        ports = zh_sv_part(ports, comma == NULL ? ports.size : (size_t)(comma - ports.data) + 1, SIZE_MAX);
        uint32_t port = 0;
        for (size_t i = 0; i < text.size && port <= 65535; i++) port = text.data[i] >= '0' && text.data[i] <= '9' ? port * 10 + (uint32_t)(text.data[i] - '0') : 65536;
        if (count == PORTS_MAX || text.size == 0 || port > 65535 || l->count == PATHS_MAX) {
            zh_complain("--send-ports: must be at most %d ports with commas between, none or any", PORTS_MAX);
            return false;
        }
        l->paths[l->count++] = (zh_sandbox_path){ .use = ZH_SANDBOX_CONNECT, .port = (uint16_t)port };
    }
    return true;
}

static void say(const zh_line_sink *sink, const zh_sandbox *got)
{
    const bool whole = got->landlock > 0 && got->calls;
    zh_log_line line = zh_line_open(sink, whole ? ZH_LINE_INFO : ZH_LINE_WARN, whole ? "serve.sandbox" : "serve.sandbox_incomplete");
    zh_line_int(&line, "landlock", got->landlock);
    zh_line_flag(&line, "seccomp", got->calls);
    zh_line_end(&line);
}

static int drop(const zh_options *given)
{
    const zh_sv user = zh_options_text(given, "user");
    const zh_err e = user.size == 0 ? ZH_OK : zh_sandbox_become(user);
    if (e == ZH_OK) return -1;
    zh_complain("--user %.*s: %s", ZH_SV_ARG(user), e == ZH_ABSENT ? "there is no such user" : "only root can become another user, and not root");
    return e == ZH_ABSENT ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

int zh_confine(const zh_options *given, const zh_line_sink *sink, zh_outside **outside)
{
    *outside = NULL;
    const int status = drop(given);
    if (status != -1) return status;
    if (zh_options_flag(given, "no-sandbox") || IS_WATCHED) {
        zh_log_line line = zh_line_open(sink, ZH_LINE_WARN, "serve.no_sandbox");
        zh_line_end(&line);
        return -1;
    }
    const zh_sv data = zh_options_text(given, "data");
    char socket[ZH_DOOR_PATH_BYTES];
    list l = { .count = 0 };
    const zh_sv backups = zh_options_text(given, "backup-dirs");
    if (!add_backups(&l, backups) || !add_ports(&l, zh_options_text(given, "send-ports"))) return ZH_EXIT_USAGE;
    (void)setenv("RES_OPTIONS", "use-vc", 0); /* names of hosts are asked for over TCP (resolv.conf(5)) */
    if (zh_file_make_dirs(data) != ZH_OK) return -1; /* opening the engine says it better */
    add(&l, data, ZH_SANDBOX_WRITE);
    const zh_sv key = zh_options_text(given, "key-file");
    if (key.size > 0) add(&l, folder_of(key), ZH_SANDBOX_WRITE); /* made where absent, and the list of erasures lies beside it */
    zh_door_socket(data, socket); /* of a folder whose name is too long it is elsewhere */
    add(&l, folder_of(zh_sv_of(socket)), ZH_SANDBOX_NAMES);
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++) add(&l, zh_sv_of(readable[i]), ZH_SANDBOX_READ);
    if (backups.size == 0 && zh_outside_open(outside) != ZH_OK) {
        zh_complain("no memory for the thread that writes backups outside the sandbox");
        return ZH_EXIT_COULD_NOT;
    }
    zh_sandbox got;
    zh_note why = { "" };
    const zh_err e = zh_sandbox_enter(l.paths, l.count, &got, &why);
    if (e == ZH_OK) say(sink, &got);
    else zh_complain("the sandbox cannot be entered: %s: --no-sandbox goes on without it", why.text[0] != '\0' ? why.text : zh_err_text(e));
    return e == ZH_OK ? -1 : ZH_EXIT_COULD_NOT;
}
