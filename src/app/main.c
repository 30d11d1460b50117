/* main.c -- `zhun COMMAND`: finds the command, hands over the rest. */
#include "app/cmd_analyze.h"
#include "app/cmd_ask.h"
#include "app/cmd_audit.h"
#include "app/cmd_backup.h"
#include "app/cmd_consent.h"
#include "app/cmd_demo.h"
#include "app/cmd_erase.h"
#include "app/cmd_eval.h"
#include "app/cmd_experiment.h"
#include "app/cmd_expr.h"
#include "app/cmd_feedback.h"
#include "app/cmd_import.h"
#include "app/cmd_journey.h"
#include "app/cmd_letters.h"
#include "app/cmd_render.h"
#include "app/cmd_offer.h"
#include "app/cmd_campaign.h"
#include "app/cmd_placement.h"
#include "app/cmd_reach.h"
#include "app/cmd_replay.h"
#include "app/cmd_report.h"
#include "app/cmd_segment.h"
#include "app/cmd_tag.h"
#include "app/cmd_serve.h"
#include "app/cmd_train.h"
#include "app/import_door.h"
#include "app/version.h"

#include <stdio.h>

static const zh_command *const commands[] = {
    &zh_cmd_serve,
    &zh_cmd_demo,
    &zh_cmd_check,
    &zh_cmd_backup,
    &zh_cmd_restore,
    &zh_cmd_retention,
    &zh_cmd_erase,
    &zh_cmd_profile,
    &zh_cmd_export,
    &zh_cmd_key,
    &zh_cmd_user,
    &zh_cmd_audit,
    &zh_cmd_letters,
    &zh_cmd_expr,
    &zh_cmd_render,
    &zh_cmd_offer,
    &zh_cmd_campaign,
    &zh_cmd_journey,
    &zh_cmd_placement,
    &zh_cmd_channel,
    &zh_cmd_template,
    &zh_cmd_message,
    &zh_cmd_segment,
    &zh_cmd_experiment,
    &zh_cmd_report,
    &zh_cmd_replay,
    &zh_cmd_tag,
    &zh_cmd_feedback,
    &zh_cmd_consent,
    &zh_cmd_train,
};

static int run_import(int argc, char **argv)
{
    return zh_cmd_import(argc, argv, &zh_import_by_door);
}

/* Commands that read their own words. */
static const struct { const char *name; int (*run)(int argc, char **argv); const char *summary; } others[] = {
    { "import", run_import, "Bring files of events, orders and items in." },
    { "eval", zh_cmd_eval, "Measure recommenders on plain files." },
    { "analyze", zh_cmd_analyze, "Statistics on plain files or numbers: customers, experiments, baskets." },
};

static void help(FILE *to)
{
    fputs("zhun " ZH_VERSION ", a precision-marketing engine for e-commerce\n\nusage: zhun COMMAND [options]\n\ncommands:\n", to);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *end = strchr(commands[i]->summary, '\n');
        const size_t size = end == NULL ? strlen(commands[i]->summary) : (size_t)(end - commands[i]->summary);
        fprintf(to, "  %-11s %.*s\n", commands[i]->name, (int)size, commands[i]->summary);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) fprintf(to, "  %-11s %s\n", others[i].name, others[i].summary);
    fputs("\n`zhun COMMAND --help` tells more, with an example.\n", to);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return ZH_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("zhun " ZH_VERSION);
        return ZH_EXIT_DONE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        help(stdout);
        return ZH_EXIT_DONE;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(argv[1], others[i].name) == 0) return others[i].run(argc - 1, argv + 1);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i]->name) != 0) continue;
        static zh_options given; /* large, and main has no caller to bring it */
        const int status = zh_options_read(&given, commands[i], argc - 2, argv + 2);
        return status != -1 ? status : commands[i]->run(&given);
    }
    zh_complain("%s: no such command: see zhun --help", argv[1]);
    return ZH_EXIT_USAGE;
}
