#include "app/cmd_letters.h"
#include "app/cmd_ask.h"
#include "base/json_out.h"
#include "sys/file.h"

#define BODY_BYTES_MAX (1u << 20)

static const zh_option letter_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "reason", "REASON", "only letters of this reason, such as no_customer", "", true },
    { "source", "NUMBER", "only letters of this source", "", true },
    { "outcome", "OUTCOME", "only letters that are open, replayed or discarded (list)", "", true },
    { "cursor", "CURSOR", "go on where `next` of a list says", "", true },
    { "event", "FILE", "send this event instead: a file with one JSON object (replay ID)", "", true },
    { "dry-run", NULL, "only say what would become of them (replay)", NULL, true },
    { "all", NULL, "replay every open letter of --reason and --source, at most 500", NULL, true },
};

static bool is_plain(zh_sv text)
{
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
    }
    return true;
}

static int list(const zh_options *given)
{
    char path[512];
    const zh_sv reason = zh_options_text(given, "reason"), source = zh_options_text(given, "source");
    const zh_sv outcome = zh_options_text(given, "outcome"), cursor = zh_options_text(given, "cursor");
    if (!is_plain(reason) || !is_plain(source) || !is_plain(outcome) || !is_plain(cursor)) {
        zh_complain("deadletters: a reason, source, outcome or cursor is letters, digits and '_'");
        return ZH_EXIT_USAGE;
    }
    snprintf(path, sizeof path, "/api/v1/deadletters?limit=500&reason=%.*s&source=%.*s&outcome=%.*s&cursor=%.*s", (int)zh_sv_part(reason, 0, 64).size, reason.data,
             (int)zh_sv_part(source, 0, 20).size, source.data, (int)zh_sv_part(outcome, 0, 20).size, outcome.data, (int)zh_sv_part(cursor, 0, 20).size, cursor.data);
    return zh_ask_and_print(given, ZH_SV("GET"), zh_sv_of(path), (zh_sv){ 0 }, true);
}

/* `event` goes in as it stands: the engine says where it is wrong. */
static int send(const zh_options *given, const char *path, zh_sv event)
{
    zh_buf body = zh_buf_open(BODY_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    zh_json_out_key_bool(&out, ZH_SV("dryRun"), zh_options_flag(given, "dry-run"));
    zh_json_out_key_text(&out, ZH_SV("reason"), zh_options_text(given, "reason"));
    zh_json_out_key_text(&out, ZH_SV("source"), zh_options_text(given, "source"));
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK && event.size > 0) {
        body.size--; /* the closing brace */
        zh_buf_put(&body, ZH_SV(",\"event\":"));
        zh_buf_put(&body, event);
        zh_buf_put_u8(&body, '}');
        e = zh_buf_err(&body);
    }
    const int status = e == ZH_OK ? zh_ask_and_print(given, ZH_SV("POST"), zh_sv_of(path), zh_buf_view(&body), true) : ZH_EXIT_USAGE;
    zh_buf_close(&body);
    return status;
}

static int replay_one(const zh_options *given)
{
    char path[128];
    const zh_sv file = zh_options_text(given, "event");
    zh_buf event = zh_buf_open(BODY_BYTES_MAX / 2);
    int status = ZH_EXIT_USAGE;
    snprintf(path, sizeof path, "/api/v1/deadletters/%.20s/replay", given->arguments[1]);
    if (file.size > 0 && zh_file_read(file, &event) != ZH_OK) zh_complain("deadletters: %.*s cannot be read", ZH_SV_ARG(file));
    else status = send(given, path, zh_buf_view(&event));
    zh_buf_close(&event);
    return status;
}

static int run_letters(const zh_options *given)
{
    const char *verb = given->arguments_count > 0 ? given->arguments[0] : "list";
    const bool one = given->arguments_count == 2 && is_plain(zh_sv_of(given->arguments[1]));
    char path[128];
    if (strcmp(verb, "list") == 0 && given->arguments_count <= 1) return list(given);
    if (strcmp(verb, "replay") == 0 && one) return replay_one(given);
    if (strcmp(verb, "replay") == 0 && given->arguments_count == 1 && zh_options_flag(given, "all")) return send(given, "/api/v1/deadletters/replay", (zh_sv){ 0 });
    if (strcmp(verb, "show") == 0 && one) {
        snprintf(path, sizeof path, "/api/v1/deadletters/%.20s", given->arguments[1]);
        return zh_ask_and_print(given, ZH_SV("GET"), zh_sv_of(path), (zh_sv){ 0 }, true);
    }
    if (strcmp(verb, "discard") == 0 && one) {
        snprintf(path, sizeof path, "/api/v1/deadletters/%.20s/discard", given->arguments[1]);
        return zh_ask_and_print(given, ZH_SV("POST"), zh_sv_of(path), ZH_SV("{}"), true);
    }
    zh_complain("deadletters knows list, show ID, replay ID, replay --all and discard ID: see zhun deadletters --help");
    return ZH_EXIT_USAGE;
}

const zh_command zh_cmd_letters = {
    .name = "deadletters", .usage = "list|show ID|replay ID|replay --all|discard ID --data DIR",
    .summary = "List what could not be taken, mend it and send it again.\n"
               "A replay keeps the message id, so a letter sent twice is one event.",
    .example = "  zhun deadletters list --reason no_customer --data ./zhun-data\n"
               "  zhun deadletters replay 17 --event mended.json --data ./zhun-data\n"
               "  zhun deadletters replay --all --reason bad_field --dry-run --data ./zhun-data",
    .options = letter_options, .options_count = sizeof letter_options / sizeof *letter_options, .run = run_letters,
};
