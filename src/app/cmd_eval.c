#include "app/cmd_eval.h"
#include "model/basket.h"
#include "model/blend.h"
#include "model/breadth.h"
#include "model/trial.h"
#include "sys/input.h"
#include "sys/openblas.h"

#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MODELS_MAX 16                       /* models of one call */
#define GIVEN_MAX 64                        /* --param options of one call */
#define BUDGET_S_MAX 604800                 /* a week: a longer one is a slip of the keys */
#define FILE_BYTES_MAX ((size_t)16 << 30)   /* one file, decompressed; more does not fit the machine this is for */
#define BYTES_MAX ((size_t)64 << 30)        /* of an arena; memory ends before */

enum { DONE = 0, USAGE = 2, FAILED = 3 };

static const char help[] =
    "usage: zhun eval recommend --train FILE (--test FILE [--valid FILE] | --leave-one-out) --model NAME[,NAME...] [options]\n"
    "       zhun eval session   --train FILE --test FILE --model NAME[,NAME...] [options]\n"
    "       zhun eval complements --train FILE --test FILE [--goods FILE] [--directed|--substitutes] --model NAME[,NAME...] [options]\n"
    "\n"
    "Measure recommenders on plain files (also .gz and .zst): all items of the training data are ranked.\n"
    "\n"
    "  --format lists|csv         lists: `user item item ...` a line, in order of time (default);\n"
    "                             csv: user,item[,timestamp[,weight]], a header is optional\n"
    "                             (session files have the header SessionId,ItemId,Time; a basket is a session)\n"
    "  --goods FILE               `item TAB kind [TAB title]` a line: calibration by kind is told. complements: what is of the\n"
    "                             kind of the item asked about is neither an answer nor shown; titles are for the models\n"
    "  --directed                 complements: only the first item of a test basket is asked, for what came after it;\n"
    "                             else each for all others. Metrics are means over baskets of the mean over their items\n"
    "  --substitutes              complements: as --directed, but for what is of its kind; nothing of it is masked\n"
    "  --leave-one-out            the last item of a user is the test, the one before it valid\n"
    "  --model NAME[,NAME...]     see below; `all` is every one\n"
    "  --k N                      length of a list, 1 to 1000 (default 20)\n"
    "  --param MODEL.KEY=VALUE    fix a parameter; what is not fixed is chosen by ndcg@k on the valid items,\n"
    "                             or on a tenth of the training data (sessions: its last tenth)\n"
    "  --budget N                 seconds of choosing parameters of one model, then the best so far is taken: what is\n"
    "                             chosen then depends on the machine (default: as long as it takes)\n"
    "                             a blend's members are tuned by themselves first\n"
    "  --no-tune                  take the defaults for what is not fixed\n"
    "  --refit                    learn from the valid items too before the test\n"
    "  --seed N                   of all random draws (default 1)\n"
    "  --threads N                1 to 32 (default: the processors of this machine)\n"
    "  --json                     one JSON object a model, one a line\n"
    "\n"
    "example: zhun eval recommend --train train.txt.gz --test test.txt.gz --model popular,itemknn --k 10\n";

typedef struct given {
    zh_sv model, key, value;
} given;

typedef struct options {
    bool sessions, baskets, directed, substitutes, leave_one_out, refit, no_tune, json; /* baskets: sessions too */
    zh_dataset_format format;
    const char *train, *valid, *test, *goods_path;
    zh_goods goods; /* of baskets, and where a file says them */
    const zh_model_kind *kind[MODELS_MAX];
    uint32_t kinds, k, threads;
    uint64_t seed, budget_s; /* budget 0: none */
    double loaded_mib; /* peak while the files were read */
    given given[GIVEN_MAX];
    uint32_t given_count;
} options;

/* ---- the words of the call ---- */

__attribute__((format(printf, 1, 2)))
static int wrong(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("zhun: ", stderr);
    vfprintf(stderr, format, args);
    fputs("; see `zhun eval --help`\n", stderr);
    va_end(args);
    return USAGE;
}

static bool whole_number(const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
    char *end;
    if (*text < '0' || *text > '9') return false;
    *number = strtoull(text, &end, 10);
    return *end == '\0' && *number >= least && *number <= most;
}

static uint32_t processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    const int count = CPU_COUNT(&set);
    return count < 1 ? 1 : count > ZH_CREW_HANDS_MAX ? ZH_CREW_HANDS_MAX : (uint32_t)count;
}

static int add_model(options *o, zh_sv name)
{
    const zh_model_kind *kind = zh_model_kind_named(name);
    if (kind == NULL) {
        zh_note known = { "" };
        for (size_t i = 0, used = 0; i < zh_model_kinds() && used < sizeof known.text; i++)
            used += (size_t)snprintf(known.text + used, sizeof known.text - used, "%s%s", i == 0 ? "" : ", ", zh_model_kind_at(i)->name);
        return wrong("no model is called '%.*s': give one of %s", ZH_SV_ARG(name), known.text);
    }
    if (o->kinds == MODELS_MAX) return wrong("more than %d models: ask in several calls", MODELS_MAX);
    o->kind[o->kinds++] = kind;
    return DONE;
}

static int add_models(options *o, const char *names)
{
    if (strcmp(names, "all") == 0) {
        for (size_t i = 0; i < zh_model_kinds() && i < MODELS_MAX; i++) o->kind[o->kinds++] = zh_model_kind_at(i);
        return DONE;
    }
    for (zh_sv left = zh_sv_of(names);;) {
        const char *comma = left.size == 0 ? NULL : memchr(left.data, ',', left.size);
        const size_t size = comma == NULL ? left.size : (size_t)(comma - left.data);
        const int status = add_model(o, zh_sv_part(left, 0, size));
        if (status != DONE || comma == NULL) return status;
        left = zh_sv_part(left, size + 1, SIZE_MAX);
    }
}

static int add_param(options *o, const char *text)
{
    const char *dot = strchr(text, '.'), *equals = dot == NULL ? NULL : strchr(dot, '=');
    if (equals == NULL) return wrong("--param '%s' is not MODEL.KEY=VALUE: write for example itemknn.top=200", text);
    if (o->given_count == GIVEN_MAX) return wrong("more than %d parameters: leave some at their defaults", GIVEN_MAX);
    given *g = &o->given[o->given_count++];
    *g = (given){ { text, (size_t)(dot - text) }, { dot + 1, (size_t)(equals - dot) - 1 }, zh_sv_of(equals + 1) };
    const zh_model_kind *kind = zh_model_kind_named(g->model);
    if (kind == NULL) return wrong("--param '%s' names no model: write for example itemknn.top=200", text);
    double param[ZH_MODEL_PARAMS_MAX];
    uint32_t index;
    zh_note why;
    if (zh_model_param_set(kind, param, g->key, g->value, &index, &why) != ZH_OK) return wrong("--param '%s' cannot be: %s", text, why.text);
    return DONE;
}

/* An option with a value: DONE, USAGE, or -1 when it is none of these. */
static int take_value(options *o, const char *name, const char *value)
{
    uint64_t number = 0;
    static const char *const named[] = { "--train", "--test", "--valid", "--format", "--model", "--k", "--param", "--seed", "--threads", "--goods", "--budget" };
    size_t which = 0;
    while (which < sizeof named / sizeof *named && strcmp(name, named[which]) != 0) which++;
    if (which == sizeof named / sizeof *named) return -1;
    if (value == NULL) return wrong("%s has no value: write one after it", name);
    switch (which) {
    case 0: o->train = value; return DONE;
    case 1: o->test = value; return DONE;
    case 2: o->valid = value; return DONE;
    case 3:
        if (strcmp(value, "lists") == 0) o->format = ZH_DATASET_LISTS;
        else if (strcmp(value, "csv") == 0) o->format = ZH_DATASET_CSV;
        else return wrong("--format %s is not known: give lists or csv", value);
        return DONE;
    case 4: return add_models(o, value);
    case 5:
        if (!whole_number(value, 1, ZH_SCORES_K_MAX, &number)) return wrong("--k %s is not a length: give 1 to %d", value, ZH_SCORES_K_MAX);
        o->k = (uint32_t)number;
        return DONE;
    case 6: return add_param(o, value);
    case 7:
        if (!whole_number(value, 0, UINT64_MAX, &o->seed)) return wrong("--seed %s is not a whole number: give one", value);
        return DONE;
    case 9: o->goods_path = value; return DONE;
    case 10:
        if (!whole_number(value, 1, BUDGET_S_MAX, &o->budget_s)) return wrong("--budget %s is not possible: give 1 to %d seconds", value, BUDGET_S_MAX);
        return DONE;
    default:
        if (!whole_number(value, 1, ZH_CREW_HANDS_MAX, &number)) return wrong("--threads %s is not possible: give 1 to %d", value, ZH_CREW_HANDS_MAX);
        o->threads = (uint32_t)number;
        return DONE;
    }
}

static bool take_flag(options *o, const char *name)
{
    const struct { const char *name; bool *flag; } flags[] = {
        { "--leave-one-out", &o->leave_one_out }, { "--refit", &o->refit },
        { "--no-tune", &o->no_tune }, { "--json", &o->json }, { "--directed", &o->directed },
        { "--substitutes", &o->substitutes },
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(name, flags[i].name) == 0) return *flags[i].flag = true;
    return false;
}

static int check(const options *o)
{
    if (o->train == NULL) return wrong("nothing to learn from: give --train FILE");
    if (o->kinds == 0) return wrong("no model: give --model NAME");
    if (o->sessions && (o->leave_one_out || o->valid != NULL || o->refit)) return wrong("sessions have no valid part: give --train and --test alone");
    if (!o->baskets && (o->directed || o->substitutes)) return wrong("--directed and --substitutes are for complements: drop them");
    if (o->directed && o->substitutes) return wrong("--directed asks for another kind, --substitutes for the same: give one of them");
    if (o->leave_one_out && (o->test != NULL || o->valid != NULL)) return wrong("--leave-one-out makes its own parts: drop --test and --valid");
    if (!o->leave_one_out && o->test == NULL) return wrong("nothing to ask: give --test FILE%s", o->sessions ? "" : " or --leave-one-out");
    return DONE;
}

static int parse(options *o, int argc, char **argv)
{
    if (argc < 2) return wrong("eval what? write `zhun eval recommend`, `zhun eval session` or `zhun eval complements`");
    o->baskets = strcmp(argv[1], "complements") == 0;
    o->sessions = o->baskets || strcmp(argv[1], "session") == 0;
    if (!o->sessions && strcmp(argv[1], "recommend") != 0) return wrong("cannot eval '%s': write recommend, session or complements", argv[1]);
    bool format = false;
    for (int i = 2; i < argc; i++) {
        if (take_flag(o, argv[i])) continue;
        format |= strcmp(argv[i], "--format") == 0;
        const int status = take_value(o, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
        if (status == -1) return wrong("'%s' is not an option", argv[i]);
        if (status != DONE) return status;
        i++;
    }
    if (o->sessions && format) return wrong("--format is for lists of users: drop it, session files have one format");
    if (o->sessions) o->format = ZH_DATASET_SESSIONS;
    return check(o);
}

/* ---- hands ---- */

typedef struct team {
    uint32_t hands;
} team;

typedef struct shift {
    _Atomic uint32_t next;
    uint32_t parts;
    zh_crew_work *work;
    void *job;
} shift;

typedef struct member {
    shift *shift;
    uint32_t hand;
    pthread_t thread;
} member;

static void *labour(void *context)
{
    const member *m = context;
    for (uint32_t part; (part = atomic_fetch_add(&m->shift->next, 1)) < m->shift->parts;) m->shift->work(m->shift->job, part, m->hand);
    return NULL;
}

/* The calling thread is hand 0; where the system gives no more threads, those there are do it all. */
static void share(void *context, uint32_t parts, zh_crew_work *work, void *job)
{
    const team *t = context;
    shift s = { .parts = parts, .work = work, .job = job };
    member members[ZH_CREW_HANDS_MAX];
    uint32_t started = 1;
    for (; started < t->hands && started < parts; started++) {
        members[started] = (member){ .shift = &s, .hand = started };
        if (pthread_create(&members[started].thread, NULL, labour, &members[started]) != 0) break;
    }
    labour(&(member){ .shift = &s });
    for (uint32_t hand = 1; hand < started; hand++) pthread_join(members[hand].thread, NULL);
}

/* ---- clock and memory of this process ---- */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* High-water mark of resident memory since start or the last reset. */
static double peak_mib(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    double kib = 0;
    char line[256];
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0) kib = strtod(line + 6, NULL);
    if (status != NULL) fclose(status);
    return kib / 1024;
}

static void reset_peak(void)
{
    FILE *refs = fopen("/proc/self/clear_refs", "w");
    if (refs == NULL) return; /* then peaks of later models include those before them */
    fputs("5", refs);
    fclose(refs);
}

/* ---- files to problems ---- */

static int cannot(const char *path, const char *what, const char *hint)
{
    fprintf(stderr, "zhun: cannot read %s: %s: %s\n", path, what, hint);
    return FAILED;
}

/* All bytes of a file, decompressed; the caller closes the buffer. */
static int read_bytes(zh_buf *bytes, const char *path)
{
    zh_input *input;
    *bytes = zh_buf_open(FILE_BYTES_MAX);
    zh_err e = zh_input_open(&input, zh_sv_of(path));
    if (e != ZH_OK) return cannot(path, zh_err_text(e), "check the path and the rights");
    static char chunk[1 << 16];
    size_t got = 0;
    do {
        e = zh_input_read(input, chunk, sizeof chunk, &got);
        if (e == ZH_OK && got > 0) zh_buf_put(bytes, (zh_sv){ chunk, got });
    } while (e == ZH_OK && got > 0 && zh_buf_err(bytes) == ZH_OK);
    zh_input_close(input);
    if (e == ZH_OK) e = zh_buf_err(bytes);
    return e == ZH_OK ? DONE : cannot(path, zh_err_text(e), "the file may be cut or damaged");
}

static int read_file(zh_dataset *data, zh_dataset_part part, const options *o, const char *path)
{
    zh_buf bytes;
    zh_note why = { "" };
    int status = read_bytes(&bytes, path);
    if (status == DONE && zh_dataset_read(data, part, o->format, zh_buf_view(&bytes), &why) != ZH_OK)
        status = cannot(path, why.text, "correct the file, or check --format");
    zh_buf_close(&bytes);
    return status;
}

/* Kinds and titles of the items; without a file each item is a kind of its own. */
static int read_goods(options *o, zh_arena *arena, zh_dataset *data)
{
    zh_buf bytes = zh_buf_open(0);
    zh_note why = { "" };
    int status = o->goods_path == NULL ? DONE : read_bytes(&bytes, o->goods_path);
    const zh_err e = status == DONE ? zh_goods_read(&o->goods, arena, &data->items, zh_buf_view(&bytes), &why) : ZH_OK;
    if (e != ZH_OK) status = cannot(o->goods_path, why.text[0] != '\0' ? why.text : zh_err_text(e), "write item, tab, kind, tab, title");
    zh_buf_close(&bytes);
    return status;
}

static int load(zh_split *split, zh_arena *arena, options *o)
{
    zh_dataset data = zh_dataset_open();
    int status = read_file(&data, ZH_PART_TRAIN, o, o->train);
    if (status == DONE && o->valid != NULL) status = read_file(&data, ZH_PART_VALID, o, o->valid);
    if (status == DONE && o->test != NULL) status = read_file(&data, ZH_PART_TEST, o, o->test);
    if (status == DONE && (o->baskets || o->goods_path != NULL)) status = read_goods(o, arena, &data);
    if (status == DONE) {
        zh_split all;
        zh_err e = zh_split_make(&all, arena, &data);
        if (e == ZH_OK && o->leave_one_out) e = zh_split_leave_one_out(split, arena, &all);
        else *split = all;
        if (e != ZH_OK) status = cannot(o->train, zh_err_text(e), "give this machine more memory");
    }
    zh_dataset_close(&data);
    return status;
}

/* ---- one model ---- */

/* The questions of the command that was given. */
static zh_err make_problem(zh_problem *out, zh_arena *arena, const options *o, const zh_split *split, bool refit, zh_note *why)
{
    const zh_err e = zh_problem_make(out, arena, split, refit, why);
    const zh_basket_way way = o->substitutes ? ZH_BASKET_INSTEAD : o->directed ? ZH_BASKET_AFTER : ZH_BASKET_TOGETHER;
    return e != ZH_OK || !o->baskets ? e : zh_basket_ask(out, arena, split, &o->goods, way, why);
}

/* What was chosen for a kind in this call: once, for it alone and as a member of a blend. */
typedef struct chosen {
    zh_model_choice of[MODELS_MAX + ZH_BLEND_MEMBERS];
    uint32_t count;
} chosen;

typedef struct outcome {
    double param[ZH_MODEL_PARAMS_MAX];
    bool fixed[ZH_MODEL_PARAMS_MAX]; /* by the call: not tuned */
    zh_metrics metrics;
    zh_breadth breadth;
    zh_intervals sure;
    zh_band band[ZH_INTERVAL_BANDS];
    double tune_s, train_s, score_s, peak_mib;
    uint32_t trials;
    bool cut; /* the budget ended the choosing */
} outcome;

/* Who looks on while parameters are chosen. */
typedef struct watch {
    const char *name;
    double end_s; /* of the budget, by seconds() */
    bool cut;
} watch;

static void show_trial(void *context, uint32_t trial, const double *param, double ndcg)
{
    (void)param;
    const watch *w = context;
    fprintf(stderr, "\r%s: trial %u, ndcg %.4f ", w->name, trial + 1, ndcg);
}

static bool budget_spent(void *context)
{
    watch *w = context;
    w->cut = seconds() >= w->end_s;
    return w->cut;
}

/* The defaults, and over them what the call says. */
static zh_err take_given(outcome *out, const options *o, const zh_model_kind *kind, zh_note *why)
{
    zh_model_params_normal(kind, out->param);
    for (uint32_t g = 0; g < o->given_count; g++) {
        uint32_t index;
        if (zh_model_kind_named(o->given[g].model) != kind) continue;
        const zh_err e = zh_model_param_set(kind, out->param, o->given[g].key, o->given[g].value, &index, why);
        if (e != ZH_OK) return e;
        out->fixed[index] = true;
    }
    return ZH_OK;
}

static zh_err tune(outcome *out, const options *o, const zh_model_kind *kind, const chosen *with, const zh_split *split, const zh_crew *crew, zh_note *why)
{
    bool open = false;
    for (uint32_t i = 0; i < kind->params_count; i++) open |= !out->fixed[i] && kind->params[i].grid_size > 0;
    if (o->no_tune || !open) return ZH_OK;

    const double start = seconds();
    watch looks_on = { .name = kind->name, .end_s = start + (double)o->budget_s };
    zh_arena arena = zh_arena_open(BYTES_MAX);
    zh_split held;
    zh_problem problem;
    zh_err e = zh_split_hold_out(&held, &arena, split, o->seed);
    if (e == ZH_OK) e = make_problem(&problem, &arena, o, &held, false, why);
    if (e == ZH_OK) e = zh_problem_sample(&problem, &arena, ZH_TRIAL_QUERIES_MAX, o->seed);
    const bool terminal = isatty(STDERR_FILENO) == 1;
    if (e == ZH_OK)
        e = zh_trial_run(&(zh_trial_tune){ .kind = kind, .problem = &problem, .k = o->k, .seed = o->seed,
                                           .bytes_max = BYTES_MAX, .given = out->fixed, .choice = with->of, .choices = with->count, .context = &looks_on,
                                           .enough = o->budget_s > 0 ? budget_spent : NULL, .tried = terminal ? show_trial : NULL },
                         crew, out->param, &out->trials, why);
    if (terminal && out->trials > 0) fputs("\r\033[K", stderr);
    zh_arena_close(&arena);
    out->cut = looks_on.cut;
    out->tune_s = seconds() - start;
    return e;
}

/* What the file of goods says of a problem's items; without one nothing. */
static zh_err kinds_of(zh_breadth_kinds *out, zh_arena *arena, const options *o, const zh_problem *problem)
{
    *out = (zh_breadth_kinds){ 0 };
    if (o->goods_path == NULL) return ZH_OK;
    uint32_t *kind = ZH_TAKE(arena, uint32_t, problem->train.items);
    if (kind == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < problem->train.items; i++) kind[i] = o->goods.kind[problem->item_name[i]];
    *out = (zh_breadth_kinds){ kind, o->goods.kinds };
    return ZH_OK;
}

static zh_err measure(outcome *out, const options *o, const zh_model_kind *kind, const chosen *with, const zh_problem *problem, const zh_crew *crew, zh_note *why)
{
    zh_arena arena = zh_arena_open(BYTES_MAX);
    zh_model model = zh_model_open(kind, out->param, o->seed, BYTES_MAX);
    model.choice = with->of;
    model.choices = with->count;
    uint32_t *top = ZH_TAKE(&arena, uint32_t, (size_t)problem->queries * o->k);
    malloc_trim(0); /* what tuning gave back is not this model's memory */
    reset_peak();
    const double start = seconds();
    zh_err e = top == NULL ? ZH_NOMEM : zh_model_train(&model, &problem->train, crew, why);
    const double trained = seconds();
    if (e == ZH_OK) e = zh_trial_answer(&model, problem, o->k, crew, top);
    out->train_s = trained - start;
    out->score_s = seconds() - trained;
    if (e == ZH_OK) e = zh_trial_judge(&out->metrics, &arena, problem, o->k, top);
    if (e == ZH_OK) e = zh_trial_doubt(&out->sure, out->band, &arena, problem, o->k, top, o->seed);
    zh_breadth_kinds kinds;
    if (e == ZH_OK) e = kinds_of(&kinds, &arena, o, problem);
    if (e == ZH_OK) e = zh_breadth_of(&out->breadth, &arena, problem, o->k, top, kinds);
    out->peak_mib = fmax(o->loaded_mib, peak_mib()); /* reading the files counts, tuning does not */
    zh_model_close(&model);
    zh_arena_close(&arena);
    return e;
}

/* ---- printing ---- */

static void print_params(const zh_model_kind *kind, const double *param, bool json)
{
    for (uint32_t i = 0; i < kind->params_count; i++) {
        const zh_param_kind *p = &kind->params[i];
        if (i > 0) fputs(json ? "," : ", ", stdout);
        if (p->choices != NULL) printf(json ? "\"%s\":\"%s\"" : "%s %s", p->name, p->choices[(size_t)param[i]]);
        else printf(json ? "\"%s\":%.6g" : "%s %.6g", p->name, param[i]);
    }
}

static void print_doubt(const outcome *r)
{
    const zh_intervals *s = &r->sure;
    printf("\"intervals\":{\"recall\":[%.9g,%.9g],\"ndcg\":[%.9g,%.9g],\"hit\":[%.9g,%.9g],\"mrr\":[%.9g,%.9g]},\"known\":[", s->recall.low,
           s->recall.high, s->ndcg.low, s->ndcg.high, s->hit.low, s->hit.high, s->mrr.low, s->mrr.high);
    for (int b = 0; b < ZH_INTERVAL_BANDS; b++) {
        const zh_band *of = &r->band[b];
        printf("%s{\"least\":%u,\"users\":%u,\"recall\":%.9g,\"ndcg\":%.9g,\"hit\":%.9g}", b == 0 ? "" : ",", of->least, of->questions, of->recall, of->ndcg, of->hit);
    }
    fputs("],", stdout);
}

static void print_json(const options *o, const zh_model_kind *kind, const zh_problem *problem, const outcome *r)
{
    const zh_metrics *m = &r->metrics;
    printf("{\"model\":\"%s\",\"k\":%u,\"users\":%u,\"items\":%u,\"metrics\":{", kind->name, o->k, problem->queries, problem->train.items);
    printf("\"recall\":%.9g,\"ndcg\":%.9g,\"precision\":%.9g,\"hit\":%.9g,\"mrr\":%.9g,", m->recall, m->ndcg, m->precision, m->hit, m->mrr);
    printf("\"coverage\":%.9g,\"gini\":%.9g,\"popularity\":%.9g,\"novelty\":%.9g", m->coverage, m->gini, m->popularity, m->novelty);
    if (r->breadth.diverse > 0) printf(",\"diversity\":%.9g", r->breadth.diversity);
    if (r->breadth.calibrated > 0) printf(",\"calibration\":%.9g", r->breadth.calibration);
    fputs("},", stdout);
    print_doubt(r);
    fputs("\"params\":{", stdout);
    print_params(kind, r->param, true);
    printf("},\"trials\":%u,\"budget_spent\":%s,\"tune_seconds\":%.3f,\"train_seconds\":%.6f,\"score_us_per_user\":%.3f,\"peak_mib\":%.1f,\"threads\":%u,\"seed\":%llu}\n",
           r->trials, r->cut ? "true" : "false", r->tune_s, r->train_s, r->score_s / problem->queries * 1e6, r->peak_mib, o->threads, (unsigned long long)o->seed);
    fflush(stdout);
}

static void print_table(const options *o, const zh_model_kind *kind, const zh_problem *problem, const outcome *r, bool first)
{
    const zh_metrics *m = &r->metrics;
    if (first)
        printf("%u %s, %u items, lists of %u\n\n%-10s %8s %8s %8s %8s %8s %8s %8s %10s %9s %9s %8s  %s\n", problem->queries,
               o->sessions ? "questions" : "users", problem->train.items, o->k, "model", "recall", "ndcg", "precis.", "hit", "mrr",
               "coverage", "gini", "popularity", "train s", "us/user", "MiB", "parameters");
    printf("%-10s %8.4f %8.4f %8.4f %8.4f %8.4f %8.4f %8.4f %10.1f %9.3f %9.1f %8.1f  ", kind->name, m->recall, m->ndcg, m->precision,
           m->hit, m->mrr, m->coverage, m->gini, m->popularity, r->train_s, r->score_s / problem->queries * 1e6, r->peak_mib);
    print_params(kind, r->param, false);
    if (r->trials > 0) printf(" (the best of %u, chosen in %.1f s%s)", r->trials, r->tune_s, r->cut ? ", cut by the budget" : "");
    printf("\n           95 %%: ndcg %.4f to %.4f, hit %.4f to %.4f; novelty %.2f bits", r->sure.ndcg.low, r->sure.ndcg.high, r->sure.hit.low, r->sure.hit.high, m->novelty);
    if (r->breadth.diverse > 0) printf("; diversity %.3f", r->breadth.diversity);
    if (r->breadth.calibrated > 0) printf("; calibration %.3f", r->breadth.calibration);
    fputs("; ndcg by items known:", stdout);
    for (int b = 0; b < ZH_INTERVAL_BANDS; b++)
        if (r->band[b].questions > 0) printf(" from %u %.4f (%u)", r->band[b].least, r->band[b].ndcg, r->band[b].questions);
    putchar('\n');
    fflush(stdout);
}

/* ---- the command ---- */

static int could_not(const zh_model_kind *kind, zh_err e, const zh_note *why)
{
    const char *what = why->text[0] != '\0' ? why->text : zh_err_text(e);
    fprintf(stderr, "zhun: %s%s%s: %s\n", kind == NULL ? "" : kind->name, kind == NULL ? "" : " stopped: ", what,
            e == ZH_NOMEM ? "give this machine more memory, or take a smaller file" : "check the files and their format");
    return FAILED;
}

static int cannot_load(const zh_model_kind *kind, const zh_note *why)
{
    fprintf(stderr, "zhun: %s needs dense linear algebra: %s\n", kind->name, why->text);
    return FAILED;
}

static void remember(chosen *with, const zh_model_kind *kind, const double *param)
{
    zh_model_choice *c = &with->of[with->count++];
    c->kind = kind;
    memcpy(c->param, param, sizeof c->param);
}

static bool is_chosen(const chosen *with, const zh_model_kind *kind)
{
    for (uint32_t i = 0; i < with->count; i++)
        if (with->of[i].kind == kind) return true;
    return false;
}

/* The members of a blend are tuned for themselves first, as if they had been asked for. */
static zh_err tune_members(chosen *with, const double *param, const options *o, const zh_split *split, const zh_crew *crew, zh_note *why)
{
    const zh_model_kind *kinds[ZH_BLEND_MEMBERS];
    zh_err e = ZH_OK;
    zh_blend_kinds(param, kinds);
    for (int m = 0; e == ZH_OK && m < ZH_BLEND_MEMBERS; m++) {
        outcome alone = { 0 };
        if (is_chosen(with, kinds[m])) continue;
        e = take_given(&alone, o, kinds[m], why);
        if (e == ZH_OK) e = tune(&alone, o, kinds[m], with, split, crew, why);
        if (e == ZH_OK) remember(with, kinds[m], alone.param);
    }
    return e;
}

static int evaluate(const options *o, const zh_split *split, zh_arena *arena)
{
    team hands = { o->threads };
    zh_crew crew = { .hands = o->threads, .run = share, .context = &hands };
    zh_problem problem;
    zh_blas blas;
    chosen with = { .count = 0 };
    zh_note why = { "" };
    for (uint32_t i = 0; i < o->kinds && crew.blas == NULL; i++) {
        if (!o->kind[i]->dense) continue;
        if (zh_openblas_open(&blas, &why) != ZH_OK) return cannot_load(o->kind[i], &why);
        crew.blas = &blas;
    }
    zh_err e = make_problem(&problem, arena, o, split, o->refit, &why);
    if (e != ZH_OK) return could_not(NULL, e, &why);
    for (uint32_t i = 0; i < o->kinds; i++) {
        outcome result = { 0 };
        e = take_given(&result, o, o->kind[i], &why);
        if (e == ZH_OK && o->kind[i] == &zh_blend_kind) {
            zh_blend_resolve(result.param, problem.train.items, o->sessions);
            e = tune_members(&with, result.param, o, split, &crew, &why);
        }
        if (e == ZH_OK) e = tune(&result, o, o->kind[i], &with, split, &crew, &why);
        if (e == ZH_OK && !is_chosen(&with, o->kind[i])) remember(&with, o->kind[i], result.param);
        if (e == ZH_OK) e = measure(&result, o, o->kind[i], &with, &problem, &crew, &why);
        if (e != ZH_OK) return could_not(o->kind[i], e, &why);
        if (o->json) print_json(o, o->kind[i], &problem, &result);
        else print_table(o, o->kind[i], &problem, &result, i == 0);
    }
    return DONE;
}

int zh_cmd_eval(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, stdout);
            for (size_t m = 0; m < zh_model_kinds(); m++) {
                const zh_model_kind *kind = zh_model_kind_at(m);
                printf("\n%s: %s\n", kind->name, kind->meaning);
                for (uint32_t p = 0; p < kind->params_count; p++) printf("  %-10s %s\n", kind->params[p].name, kind->params[p].meaning);
            }
            return DONE;
        }
    options o = { .k = 20, .seed = 1, .threads = processors(), .format = ZH_DATASET_LISTS };
    int status = parse(&o, argc, argv);
    if (status != DONE) return status;
    zh_arena arena = zh_arena_open(BYTES_MAX);
    zh_split split;
    status = load(&split, &arena, &o);
    o.loaded_mib = peak_mib();
    if (status == DONE) status = evaluate(&o, &split, &arena);
    zh_arena_close(&arena);
    return status;
}
