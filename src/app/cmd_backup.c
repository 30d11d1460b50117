#include "app/cmd_backup.h"
#include "app/door.h"
#include "base/json_out.h"
#include "engine/backup.h"
#include "sys/progress.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ASK_EVERY_MS 200
#define ANSWER_BYTES_MAX (1u << 20)

/* ---- backup ---- */

/* A whole path, for the engine has a working folder of its own. */
static bool whole_path(const char *path, char out[PATH_MAX])
{
    char here[PATH_MAX];
    if (path[0] == '/') return snprintf(out, PATH_MAX, "%s", path) < PATH_MAX;
    return getcwd(here, sizeof here) != NULL && snprintf(out, PATH_MAX, "%s/%s", here, path) < PATH_MAX;
}

typedef struct answer {
    zh_json *json;
    zh_json_value root;
    zh_client_answer raw;
} answer;

static zh_err ask(zh_door *door, zh_sv method, zh_sv body, answer *a, zh_note *why)
{
    zh_json_close(a->json);
    a->json = NULL;
    zh_err e = zh_door_ask(door, method, ZH_SV("/api/v1/backups"), body, &a->raw, why);
    if (e == ZH_OK) e = zh_json_open(&a->json, ANSWER_BYTES_MAX);
    return e == ZH_OK ? zh_json_parse(a->json, a->raw.body, &a->root, NULL) : e;
}

static int64_t number_of(const answer *a, zh_sv name)
{
    int64_t value = 0;
    (void)zh_json_int(zh_json_get(a->root, name), &value);
    return value;
}

static bool is_phase(const answer *a, const char *phase)
{
    return zh_sv_equal(zh_json_text_or_empty(zh_json_get(a->root, ZH_SV("phase"))), zh_sv_of(phase));
}

static zh_err wait_for_end(zh_door *door, answer *a, bool quiet, zh_note *why)
{
    zh_progress progress = zh_progress_open(STDERR_FILENO, "backup", (uint64_t)number_of(a, ZH_SV("allBytes")) >> 20);
    zh_err e = ZH_OK;
    while (e == ZH_OK && !is_phase(a, "done") && !is_phase(a, "failed")) {
        nanosleep(&(struct timespec){ .tv_nsec = ASK_EVERY_MS * 1000000L }, NULL);
        e = ask(door, ZH_SV("GET"), (zh_sv){ 0 }, a, why);
        if (e == ZH_OK && !quiet) zh_progress_at(&progress, (uint64_t)number_of(a, ZH_SV("doneBytes")) >> 20);
    }
    if (!quiet) zh_progress_end(&progress, (uint64_t)number_of(a, ZH_SV("doneBytes")) >> 20);
    if (e != ZH_OK || !is_phase(a, "failed")) return e;
    zh_note_set(why, "%.*s", ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(a->root, ZH_SV("why")))));
    return ZH_IO;
}

static void print_backup(const answer *a)
{
    bool with_key = false;
    (void)zh_json_bool(zh_json_get(a->root, ZH_SV("withKey")), &with_key);
    printf("%.*s: %lld records; %.1f MB copied, %.1f MB were there, %.1f MB linked; views %.1f MB; every byte of the log checked\n",
           ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(a->root, ZH_SV("to")))), (long long)number_of(a, ZH_SV("records")),
           (double)number_of(a, ZH_SV("copiedBytes")) / 1e6, (double)number_of(a, ZH_SV("sameBytes")) / 1e6,
           (double)number_of(a, ZH_SV("linkedBytes")) / 1e6, (double)number_of(a, ZH_SV("stateBytes")) / 1e6);
    puts(with_key ? "The key file is in it: whoever has this folder can read everything." :
                    "The key file is not in it: keep it elsewhere. Without it nothing that is sealed can be read.");
}

static int back_up(zh_door *door, const zh_options *given, const char *to, const char *since)
{
    zh_buf body = zh_buf_open(ANSWER_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("to"), zh_sv_of(to));
    zh_json_out_key_text(&out, ZH_SV("since"), zh_sv_of(since));
    zh_json_out_key_bool(&out, ZH_SV("withKey"), zh_options_flag(given, "with-key"));
    zh_json_out_end(&out);
    answer a = { 0 };
    zh_note why = { "" };
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = ask(door, ZH_SV("POST"), zh_buf_view(&body), &a, &why);
    const bool began = e == ZH_OK;
    if (began) e = wait_for_end(door, &a, zh_options_flag(given, "json"), &why);
    if (e != ZH_OK) zh_complain("backup: %s", why.text[0] != '\0' ? why.text : zh_err_text(e));
    else if (zh_options_flag(given, "json")) printf("%.*s\n", ZH_SV_ARG(a.raw.body));
    else print_backup(&a);
    zh_json_close(a.json);
    zh_buf_close(&body);
    return e == ZH_OK ? ZH_EXIT_DONE : !began && (e == ZH_FORMAT || e == ZH_RANGE) ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

static int run_backup(const zh_options *given)
{
    char to[PATH_MAX], since[PATH_MAX] = "";
    char given_since[PATH_MAX];
    const zh_sv before = zh_options_text(given, "since");
    if (given->arguments_count != 1) {
        zh_complain("backup: name one folder for the backup: zhun backup --data DIR TO");
        return ZH_EXIT_USAGE;
    }
    snprintf(given_since, sizeof given_since, "%.*s", ZH_SV_ARG(before));
    if (!whole_path(given->arguments[0], to) || (before.size > 0 && !whole_path(given_since, since))) {
        zh_complain("backup: %s: the path is too long", given->arguments[0]);
        return ZH_EXIT_USAGE;
    }
    zh_door *door;
    zh_note why;
    const zh_err e = zh_door_open(&door, &(zh_door_desc){ .data = zh_options_text(given, "data"), .must_exist = true }, &why);
    if (e != ZH_OK) {
        zh_complain("%s", why.text);
        return ZH_EXIT_COULD_NOT;
    }
    const int status = back_up(door, given, to, since);
    zh_door_close(door);
    return status;
}

static const zh_option backup_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "since", "EARLIER", "an earlier backup on the same disk: files that did not change are linked", NULL, true },
    { "with-key", NULL, "put the key file into the backup too: whoever has it can then read everything", NULL, true },
    { "json", NULL, "print JSON", NULL, true },
};
const zh_command zh_cmd_backup = {
    .name = "backup", .usage = "--data DIR [--since EARLIER] [--with-key] [--json] TO",
    .summary = "Copy a data folder, also while the engine works.\nTO is an empty folder or an earlier backup, which is brought up to date.",
    .example = "  zhun backup --data ./zhun-data /mnt/backup/zhun",
    .options = backup_options, .options_count = sizeof backup_options / sizeof *backup_options, .run = run_backup,
};

/* ---- restore ---- */

static void draw(void *context, uint64_t done, uint64_t all)
{
    zh_progress *progress = context;
    progress->total = all >> 20;
    zh_progress_at(progress, done >> 20);
}

static void print_restored(const zh_options *given, const zh_restored *did)
{
    const zh_sv dir = zh_options_text(given, "data");
    if (zh_options_flag(given, "json")) {
        zh_buf text = zh_buf_open(ANSWER_BYTES_MAX);
        zh_json_out out = zh_json_out_on(&text);
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("data"), dir);
        zh_json_out_key_int(&out, ZH_SV("records"), (int64_t)did->records);
        zh_json_out_key_int(&out, ZH_SV("bytes"), (int64_t)did->bytes);
        zh_json_out_key_int(&out, ZH_SV("backupMs"), did->made_ms);
        zh_json_out_key_bool(&out, ZH_SV("withKey"), did->has_key);
        zh_json_out_key_bool(&out, ZH_SV("withErasures"), did->has_list);
        zh_json_out_end(&out);
        if (zh_json_out_done(&out) == ZH_OK) printf("%.*s\n", ZH_SV_ARG(zh_buf_view(&text)));
        zh_buf_close(&text);
        return;
    }
    const time_t made = (time_t)(did->made_ms / 1000);
    struct tm parts;
    char moment[64];
    strftime(moment, sizeof moment, "%Y-%m-%d %H:%M:%S UTC", gmtime_r(&made, &parts));
    printf("%.*s: %llu records of the backup of %s; every byte of the log checked\n", ZH_SV_ARG(dir), (unsigned long long)did->records, moment);
    if (!did->has_list) printf("No list of erasures was taken along (KEYFILE.erased, beside the key): whoever was erased after this backup is in it again. Put the list to %.*s/zhun.key.erased before the start, or the file that --key-file names with .erased behind it.\n", ZH_SV_ARG(dir));
    if (!did->has_key) printf("The backup holds no key: put the key file to %.*s/zhun.key, or start with --key-file.\n", ZH_SV_ARG(dir));
}

static int run_restore(const zh_options *given)
{
    if (given->arguments_count != 1) {
        zh_complain("restore: name the folder of one backup: zhun restore FROM --data DIR");
        return ZH_EXIT_USAGE;
    }
    zh_progress progress = zh_progress_open(STDERR_FILENO, "restore", 0);
    const zh_restore_desc desc = { .from = zh_sv_of(given->arguments[0]), .dir = zh_options_text(given, "data"), .key_file = zh_options_text(given, "key-file"),
                                   .progress = zh_options_flag(given, "json") ? NULL : draw, .context = &progress };
    zh_restored did;
    zh_note why;
    const zh_err e = zh_restore(&desc, &did, &why);
    if (e != ZH_OK) {
        zh_complain("restore: %s", why.text);
        return e == ZH_CORRUPT ? ZH_EXIT_FAILED : ZH_EXIT_COULD_NOT;
    }
    if (desc.progress != NULL) zh_progress_end(&progress, did.bytes >> 20);
    print_restored(given, &did);
    return ZH_EXIT_DONE;
}

static const zh_option restore_options[] = {
    { "data", "DIR", "the data folder to be made; must be empty or not there", "./zhun-data", false },
    { "key-file", "FILE", "the key that opens it, where the backup holds none", NULL, false },
    { "json", NULL, "print JSON", NULL, true },
};
const zh_command zh_cmd_restore = {
    .name = "restore", .usage = "FROM --data DIR [--key-file FILE] [--json]",
    .summary = "Make a data folder from a backup.\nEvery byte of the log is checked first. A folder that holds anything is refused.",
    .example = "  zhun restore /mnt/backup/zhun --data ./zhun-data --key-file /etc/zhun/zhun.key",
    .options = restore_options, .options_count = sizeof restore_options / sizeof *restore_options, .run = run_restore,
};
