#include "app/cmd_reach.h"
#include "app/ask_verbs.h"
#include "base/json_out.h"
#include "reach/definition.h"

#define SECRET_BYTES_MAX 4096

static const zh_option channel_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};
static const zh_option template_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "user", "ID", "of preview: a customer, as the shop names him; not said: nobody", NULL, true },
    { "channel", "NAME", "of preview: as it leaves by this channel", NULL, true },
    { "language", "CODE", "of preview: zh, en …; not said: the customer's", NULL, true },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};
static const zh_option message_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "channel", "NAME", "of send: by which; of list: only of this one", NULL, true },
    { "template", "NAME", "of send: in which words; of list: only of this one", NULL, true },
    { "entry", "TEXT", "of send: what makes it this message and no other, an order number; not said: a random one", NULL, true },
    { "values", "FILE", "of send: a JSON object for the template", NULL, true },
    { "state", "STATE", "of list: planned, skipped, sent, in_doubt …", NULL, true },
    { "reason", "WHY", "of list: opted_out, frequency_cap …", NULL, true },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

/* ---- definitions ---- */

static void print_counts(zh_json_value counts)
{
    for (zh_json_iter it = zh_json_walk(counts); zh_json_next(&it);) {
        int64_t count = 0;
        if (zh_json_int(it.value, &count)) printf("  %.*s %lld", ZH_SV_ARG(it.key), (long long)count);
    }
}

/* `first` and `second`: the members that the list shows of each. */
static zh_err list(zh_asking *a, zh_sv path, const char *first, const char *second, zh_note *why)
{
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), path, why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) {
        const zh_sv fault = zh_asked_text(it.value, "fault");
        printf("%-20.*s %-13.*s %-8.*s", ZH_SV_ARG(zh_asked_text(it.value, "name")), ZH_SV_ARG(zh_asked_text(it.value, first)), ZH_SV_ARG(zh_asked_text(it.value, second)));
        print_counts(zh_json_get(it.value, ZH_SV("messages")));
        printf("%s%.*s\n", fault.size > 0 ? "  NOT IN FORCE: " : "", ZH_SV_ARG(fault));
    }
    return ZH_OK;
}

static zh_err show(zh_asking *a, const char *kind, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), zh_asking_path(kind, a->given->arguments[1], "", path), why);
    if (e == ZH_OK && zh_asking_is_plain(a)) zh_asked_print(zh_json_get(a->root, ZH_SV("definition")));
    return e;
}

/* The engine's sentence says what must be; its field says of what. */
static void name_field(zh_asking *a, zh_note *why)
{
    zh_json_value root;
    zh_note said = *why;
    if (a->text.size == 0 || zh_json_parse(a->json, a->text, &root, NULL) != ZH_OK) return;
    const zh_sv field = zh_asked_text(root, "field");
    if (field.size > 0) zh_note_set(why, "%.*s: %s", ZH_SV_ARG(field), said.text);
}

static zh_err set(zh_asking *a, const char *kind, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    zh_err e = zh_asking_read_file(a->given->arguments[2], &a->body, why);
    if (e == ZH_OK && (e = zh_asking_send(a, ZH_SV("PUT"), zh_asking_path(kind, a->given->arguments[1], "", path), why)) != ZH_OK) name_field(a, why);
    if (e == ZH_OK && zh_asking_is_plain(a)) printf("%s holds from the next message on\n", a->given->arguments[1]);
    return e;
}

static zh_err drop(zh_asking *a, const char *kind, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    const zh_err e = zh_asking_send(a, ZH_SV("DELETE"), zh_asking_path(kind, a->given->arguments[1], "", path), why);
    if (e == ZH_OK && zh_asking_is_plain(a)) printf("%s: its definition is gone\n", a->given->arguments[1]);
    return e;
}

static zh_err channel_list(zh_asking *a, zh_note *why) { return list(a, ZH_SV("/api/v1/channels"), "kind", "via", why); }
static zh_err channel_show(zh_asking *a, zh_note *why) { return show(a, "channels", why); }
static zh_err channel_set(zh_asking *a, zh_note *why) { return set(a, "channels", why); }
static zh_err channel_drop(zh_asking *a, zh_note *why) { return drop(a, "channels", why); }
static zh_err template_list(zh_asking *a, zh_note *why) { return list(a, ZH_SV("/api/v1/templates"), "purpose", "language", why); }
static zh_err template_show(zh_asking *a, zh_note *why) { return show(a, "templates", why); }
static zh_err template_set(zh_asking *a, zh_note *why) { return set(a, "templates", why); }
static zh_err template_drop(zh_asking *a, zh_note *why) { return drop(a, "templates", why); }

/* From standard input, never from the command line, where every user of the machine could read it. An empty one takes away what was kept. */
static zh_err put_secret(zh_asking *a, zh_sv field, const char *what, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES], room[SECRET_BYTES_MAX + 1];
    const size_t size = fread(room, 1, sizeof room, stdin);
    const zh_sv secret = zh_sv_trim((zh_sv){ room, size });
    if (ferror(stdin) || size > SECRET_BYTES_MAX) {
        zh_note_set(why, "a secret has at most %d bytes, on standard input", SECRET_BYTES_MAX);
        return ZH_FORMAT;
    }
    zh_json_out out = zh_json_out_on(&a->body);
    zh_json_out_object(&out);
    zh_json_out_key(&out, field);
    if (secret.size > 0) zh_json_out_text(&out, secret);
    else zh_json_out_null(&out);
    zh_json_out_end(&out);
    const zh_err e = zh_asking_send(a, ZH_SV("PUT"), zh_asking_path("channels", a->given->arguments[1], "/secret", path), why);
    if (e == ZH_OK && zh_asking_is_plain(a)) printf("%s: its %s is %s\n", a->given->arguments[1], what, secret.size > 0 ? "kept, sealed" : "gone");
    explicit_bzero(room, sizeof room);
    return e;
}

static zh_err channel_secret(zh_asking *a, zh_note *why) { return put_secret(a, ZH_SV("secret"), "secret", why); }
static zh_err channel_dkim(zh_asking *a, zh_note *why) { return put_secret(a, ZH_SV("dkimKey"), "DKIM key", why); }

static void print_preview(zh_json_value root)
{
    static const char *const parts[] = { "to", "subject", "text", "html", "json" };
    const zh_json_value fault = zh_json_get(root, ZH_SV("fault"));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (zh_asked_text(root, parts[i]).size > 0) printf("%s: %.*s\n", parts[i], ZH_SV_ARG(zh_asked_text(root, parts[i])));
    if (zh_json_is(fault, ZH_JSON_OBJECT)) printf("FAULT in %.*s: %.*s\n", ZH_SV_ARG(zh_asked_text(fault, "field")), ZH_SV_ARG(zh_asked_text(fault, "detail")));
}

static zh_err template_preview(zh_asking *a, zh_note *why)
{
    static const struct { const char *option; zh_sv field; } names[] = { { "user", { "userId", 6 } }, { "channel", { "channel", 7 } }, { "language", { "language", 8 } } };
    zh_buf text = zh_buf_open(ZH_VERBS_DEFINITION_BYTES_MAX);
    zh_sv definition;
    zh_err e = zh_asking_read_json(a, a->given->arguments[1], &text, &definition, why);
    zh_json_out out = zh_json_out_on(&a->body);
    zh_json_out_object(&out);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (zh_options_text(a->given, names[i].option).size > 0) zh_json_out_key_text(&out, names[i].field, zh_options_text(a->given, names[i].option));
    zh_json_out_key(&out, ZH_SV("definition"));
    zh_json_out_raw(&out, definition);
    zh_json_out_end(&out);
    if (e == ZH_OK) e = zh_asking_send(a, ZH_SV("POST"), ZH_SV("/api/v1/templates/preview"), why);
    if (e == ZH_OK && zh_asking_is_plain(a)) print_preview(a->root);
    zh_buf_close(&text);
    return e;
}

/* ---- messages ---- */

static void print_message(zh_json_value m)
{
    const zh_sv why = zh_asked_text(m, "why"), detail = zh_asked_text(m, "detail"), state = zh_asked_text(m, "state");
    printf("%.*s  %-11.*s %-16.*s %-16.*s %-16.*s", ZH_SV_ARG(zh_asked_text(m, "messageId")), ZH_SV_ARG(state), ZH_SV_ARG(zh_asked_text(m, "channel")), ZH_SV_ARG(zh_asked_text(m, "template")), ZH_SV_ARG(zh_asked_text(m, "key")));
    if (!zh_sv_equal(why, ZH_SV("none"))) printf("  %.*s", ZH_SV_ARG(why));
    if (zh_sv_equal(state, ZH_SV("planned"))) printf("  not before %.*s", ZH_SV_ARG(zh_asked_text(m, "dueAt")));
    printf("%s%.*s\n", detail.size > 0 ? "  " : "", ZH_SV_ARG(detail));
}

static zh_err message_list(zh_asking *a, zh_note *why)
{
    static const struct { const char *option, *param; } filters[] = { { "channel", "channel" }, { "template", "template" }, { "state", "state" }, { "reason", "why" } };
    char path[ZH_VERBS_PATH_BYTES] = "/api/v1/messages?limit=500";
    size_t size = strlen(path);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        const zh_sv value = zh_options_text(a->given, filters[i].option);
        if (value.size > 0 && !zh_define_name_is_good(value)) {
            zh_note_set(why, "--%s: must be a name as the list shows it", filters[i].option);
            return ZH_FORMAT;
        }
        if (value.size > 0) size += (size_t)snprintf(path + size, sizeof path - size, "&%s=%.*s", filters[i].param, ZH_SV_ARG(value));
    }
    const zh_err e = zh_asking_send(a, ZH_SV("GET"), (zh_sv){ path, size }, why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    for (zh_json_iter it = zh_json_walk(zh_json_get(a->root, ZH_SV("items"))); zh_json_next(&it);) print_message(it.value);
    return ZH_OK;
}

static zh_err ask_message(zh_asking *a, zh_note *why)
{
    char path[ZH_VERBS_PATH_BYTES];
    return zh_asking_send(a, ZH_SV("GET"), zh_asking_path("messages", a->given->arguments[1], "", path), why);
}

static zh_err message_show(zh_asking *a, zh_note *why)
{
    const zh_err e = ask_message(a, why);
    if (e == ZH_OK && zh_asking_is_plain(a)) zh_asked_print(a->root);
    return e;
}

/* What became of it and for what reason; of one that waits what would be decided now. */
static zh_err message_why(zh_asking *a, zh_note *why)
{
    const zh_err e = ask_message(a, why);
    if (e != ZH_OK || !zh_asking_is_plain(a)) return e;
    const zh_sv reason = zh_asked_text(a->root, "why"), detail = zh_asked_text(a->root, "detail");
    const zh_json_value now = zh_json_get(a->root, ZH_SV("now"));
    printf("%.*s", ZH_SV_ARG(zh_asked_text(a->root, "state")));
    if (!zh_sv_equal(reason, ZH_SV("none"))) printf(": %.*s", ZH_SV_ARG(reason));
    if (detail.size > 0) printf(" (%.*s)", ZH_SV_ARG(detail));
    printf(", since %.*s, tries %lld\n", ZH_SV_ARG(zh_asked_text(a->root, "changedAt")), (long long)zh_asked_number(a->root, "tries"));
    if (!zh_json_is(now, ZH_JSON_OBJECT)) return ZH_OK;
    printf("due %.*s; decided now: %.*s", ZH_SV_ARG(zh_asked_text(a->root, "dueAt")), ZH_SV_ARG(zh_asked_text(now, "act")));
    if (!zh_sv_equal(zh_asked_text(now, "why"), ZH_SV("none"))) printf(", %.*s", ZH_SV_ARG(zh_asked_text(now, "why")));
    if (zh_asked_text(now, "until").size > 0) printf(", until %.*s", ZH_SV_ARG(zh_asked_text(now, "until")));
    putchar('\n');
    return ZH_OK;
}

static zh_err message_send(zh_asking *a, zh_note *why)
{
    static const struct { const char *option; zh_sv field; } names[] = { { "channel", { "channel", 7 } }, { "template", { "template", 8 } }, { "entry", { "key", 3 } } };
    const zh_sv from = zh_options_text(a->given, "values");
    char file[ZH_VERBS_PATH_BYTES];
    zh_buf text = zh_buf_open(ZH_VERBS_DEFINITION_BYTES_MAX);
    zh_sv values = { 0 };
    zh_err e = ZH_OK;
    (void)snprintf(file, sizeof file, "%.*s", ZH_SV_ARG(from));
    if (from.size > 0) e = zh_asking_read_json(a, file, &text, &values, why);
    zh_json_out out = zh_json_out_on(&a->body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("userId"), zh_sv_of(a->given->arguments[1]));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (zh_options_text(a->given, names[i].option).size > 0) zh_json_out_key_text(&out, names[i].field, zh_options_text(a->given, names[i].option));
    if (values.size > 0) {
        zh_json_out_key(&out, ZH_SV("data"));
        zh_json_out_raw(&out, values);
    }
    zh_json_out_end(&out);
    if (e == ZH_OK) e = zh_asking_send(a, ZH_SV("POST"), ZH_SV("/api/v1/messages"), why);
    if (e == ZH_OK && zh_asking_is_plain(a)) print_message(a->root);
    zh_buf_close(&text);
    return e;
}

/* Without a file it is shown. */
static zh_err message_policy(zh_asking *a, zh_note *why)
{
    const bool sets = a->given->arguments_count == 2;
    zh_err e = sets ? zh_asking_read_file(a->given->arguments[1], &a->body, why) : ZH_OK;
    if (e == ZH_OK) e = zh_asking_send(a, sets ? ZH_SV("PUT") : ZH_SV("GET"), ZH_SV("/api/v1/delivery"), why);
    if (e == ZH_OK && zh_asking_is_plain(a)) zh_asked_print(zh_json_get(a->root, ZH_SV("policy")));
    return e;
}

/* ---- the commands ---- */

static const zh_verb channel_verbs[] = { { "list", 1, channel_list }, { "show", 2, channel_show }, { "set", 3, channel_set }, { "delete", 2, channel_drop }, { "secret", 2, channel_secret }, { "dkim", 2, channel_dkim } };
static const zh_verb template_verbs[] = { { "list", 1, template_list }, { "show", 2, template_show }, { "set", 3, template_set }, { "delete", 2, template_drop }, { "preview", 2, template_preview } };
static const zh_verb message_verbs[] = { { "list", 1, message_list }, { "show", 2, message_show }, { "why", 2, message_why }, { "send", 2, message_send }, { "policy", 1, message_policy }, { "policy", 2, message_policy } };

static int run_channel(const zh_options *given)
{
    static const zh_verbs channel = { .command = "channel", .needs = "list, show NAME, set NAME FILE, delete NAME, secret NAME or dkim NAME", .verbs = channel_verbs, .count = sizeof channel_verbs / sizeof *channel_verbs };
    return zh_verbs_run(&channel, given);
}

static int run_template(const zh_options *given)
{
    static const zh_verbs template = { .command = "template", .needs = "list, show NAME, set NAME FILE, delete NAME or preview FILE", .verbs = template_verbs, .count = sizeof template_verbs / sizeof *template_verbs };
    return zh_verbs_run(&template, given);
}

static int run_message(const zh_options *given)
{
    static const zh_verbs message = { .command = "message", .needs = "list, show ID, why ID, send USER or policy [FILE]", .verbs = message_verbs, .count = sizeof message_verbs / sizeof *message_verbs };
    return zh_verbs_run(&message, given);
}

const zh_command zh_cmd_channel = {
    .name = "channel", .usage = "list | show NAME | set NAME FILE | delete NAME | secret NAME < FILE | dkim NAME < FILE",
    .summary = "How messages leave: gateways, mail servers and inboxes as tables (docs/REACH.md).\n"
               "list: all, with what became of each one's messages. show: a definition, as set takes it. delete: what waits for it is skipped.\n"
               "secret: what the gateway or the mail server wants, from standard input; kept sealed and never shown. An empty one takes it away.\n"
               "dkim: the private key that letters are signed with (PEM), in the same way.",
    .example = "  zhun channel set mail docs/channels/smtp.json\n  zhun channel secret mail < password.txt",
    .options = channel_options, .options_count = sizeof channel_options / sizeof *channel_options, .run = run_channel,
};
const zh_command zh_cmd_template = {
    .name = "template", .usage = "list | show NAME | set NAME FILE | delete NAME | preview FILE [--user ID] [--channel NAME] [--language CODE]",
    .summary = "What messages say, in each language, as Liquid (docs/REACH.md).\n"
               "list: all, with purpose and language. show: a definition, as set takes it. set: a fault has its line and column.\n"
               "preview: as a customer would get it, or with the template's sample; nothing is kept or sent.",
    .example = "  zhun template preview paid.json --user u1 --language en\n  zhun template set paid paid.json",
    .options = template_options, .options_count = sizeof template_options / sizeof *template_options, .run = run_template,
};
const zh_command zh_cmd_message = {
    .name = "message", .usage = "list | show ID | why ID | send USER --channel NAME --template NAME [--entry TEXT] [--values FILE] | policy [FILE]",
    .summary = "Messages: what became of each and why, one more, and when they may go (docs/REACH.md).\n"
               "list: the newest 500, by channel, template, state and reason. show: one, whole. why: what became of it, and what would be decided now.\n"
               "send: one message; the same entry is sent once. policy: quiet hours, caps and holdout, shown or set from a file.",
    .example = "  zhun message send u1 --channel mail --template paid --entry order-1001\n  zhun message list --state skipped --reason opted_out",
    .options = message_options, .options_count = sizeof message_options / sizeof *message_options, .run = run_message,
};
