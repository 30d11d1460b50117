#include "app/cmd_audit.h"
#include "app/cmd_ask.h"
#include "base/json.h"
#include "base/json_out.h"
#include "guard/digest.h"
#include "store/audit_log.h"
#include "sys/file.h"

#include <string.h>

#define HEAD_FILE_BYTES_MAX 4096
#define ANSWER_BYTES_MAX (4u << 20)

static const zh_option audit_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key (head, list)", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "head", "FILE", "verify: a head of an earlier day, kept elsewhere", NULL, true },
    { "json", NULL, "print JSON", NULL, true },
};

static void say_fault(void *context, const char *what)
{
    const bool *quiet = context;
    if (!*quiet) printf("%s\n", what);
}

static int verify(const zh_options *given)
{
    const zh_sv file = zh_options_text(given, "head"), data = zh_options_text(given, "data");
    zh_buf older = zh_buf_open(HEAD_FILE_BYTES_MAX);
    zh_note why = { "" };
    zh_audit_verdict verdict;
    bool quiet = zh_options_flag(given, "json");
    zh_err e = file.size > 0 ? zh_file_read(file, &older) : ZH_OK;
    if (e != ZH_OK) {
        zh_complain("audit: %.*s cannot be read: %s", ZH_SV_ARG(file), zh_err_text(e));
        zh_buf_close(&older);
        return ZH_EXIT_USAGE;
    }
    e = zh_audit_verify(data, zh_sv_trim(zh_buf_view(&older)), say_fault, &quiet, &verdict, &why);
    zh_buf_close(&older);
    if (e != ZH_OK) {
        zh_complain("audit: %.*s: %s", ZH_SV_ARG(data), why.text);
        return e == ZH_FORMAT ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
    }
    char root[ZH_DIGEST_TEXT_BYTES];
    zh_digest_print(verdict.root, root);
    if (quiet) printf("{\"lines\":%llu,\"heads\":%llu,\"faults\":%llu,\"root\":\"%s\"}\n", (unsigned long long)verdict.lines, (unsigned long long)verdict.heads, (unsigned long long)verdict.faults, root);
    else printf("%llu lines, %llu heads: %s\nroot %s\n", (unsigned long long)verdict.lines, (unsigned long long)verdict.heads, verdict.faults == 0 ? "all is as it was written" : "IT WAS CHANGED", root);
    if (!quiet && file.size == 0) puts("without --head FILE, of a day gone by, lines cut off the end with their heads are not found");
    return verdict.faults == 0 ? ZH_EXIT_DONE : ZH_EXIT_FAILED;
}

static void print_line(zh_json_value line)
{
    int64_t status = 0;
    (void)zh_json_int(zh_json_get(line, ZH_SV("status")), &status);
    const zh_sv what = zh_json_text_or_empty(zh_json_get(line, ZH_SV("what"))), why = zh_json_text_or_empty(zh_json_get(line, ZH_SV("why")));
    printf("%.*s  %-14.*s %3lld  %.*s%s%.*s%s%.*s\n", ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(line, ZH_SV("at")))), ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(line, ZH_SV("by")))),
           (long long)status, ZH_SV_ARG(zh_json_text_or_empty(zh_json_get(line, ZH_SV("did")))), what.size > 0 ? "  " : "", ZH_SV_ARG(what), why.size > 0 ? "  for: " : "", ZH_SV_ARG(why));
}

static int list(const zh_options *given)
{
    int status;
    zh_door *door = zh_ask_door(given, true, &status);
    if (door == NULL) return status;
    zh_client_answer answer;
    zh_note why;
    zh_json *json = NULL;
    zh_json_value root;
    zh_err e = zh_door_ask(door, ZH_SV("GET"), ZH_SV("/api/v1/audit?limit=500"), (zh_sv){ 0 }, &answer, &why);
    status = ZH_EXIT_COULD_NOT;
    if (e != ZH_OK) zh_complain("audit: %s", why.text);
    else if (zh_json_open(&json, ANSWER_BYTES_MAX) != ZH_OK || zh_json_parse(json, answer.body, &root, NULL) != ZH_OK) zh_complain("audit: the answer cannot be read");
    else {
        for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("items"))); zh_json_next(&it);) print_line(it.value);
        status = ZH_EXIT_DONE;
    }
    zh_json_close(json);
    zh_door_close(door);
    return status;
}

static int run_audit(const zh_options *given)
{
    const char *verb = given->arguments_count == 1 ? given->arguments[0] : "";
    if (strcmp(verb, "verify") == 0) return verify(given);
    if (strcmp(verb, "head") == 0) return zh_ask_and_print(given, ZH_SV("GET"), ZH_SV("/api/v1/audit/head"), (zh_sv){ 0 }, true);
    if (strcmp(verb, "list") == 0 && zh_options_flag(given, "json")) return zh_ask_and_print(given, ZH_SV("GET"), ZH_SV("/api/v1/audit?limit=500"), (zh_sv){ 0 }, true);
    if (strcmp(verb, "list") == 0) return list(given);
    zh_complain("audit needs one of verify, head, list: zhun audit verify --data DIR");
    return ZH_EXIT_USAGE;
}

const zh_command zh_cmd_audit = {
    .name = "audit", .usage = "verify|head|list --data DIR [--head FILE] [--json]",
    .summary = "Who looked at or changed what, and is that record whole.\n"
               "verify: every line and every signed head in the folder, beside a running engine too; 0: whole, 1: changed, and where.\n"
               "head: the signed head of now. Keep it elsewhere: with --head FILE a later verify finds what was cut off or written anew.\n"
               "list: the newest 500 lines.",
    .example = "  zhun audit head --data ./zhun-data > head-2026-11.json\n  zhun audit verify --data ./zhun-data --head head-2026-11.json",
    .options = audit_options, .options_count = sizeof audit_options / sizeof *audit_options, .run = run_audit,
};
