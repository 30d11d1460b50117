/* Goal: the command says what the interface promises, refuses wrong words with a hint, and its numbers
 * are the listed ones on public data.
 * Method: calls with their exit status and the beginning of what they say; a shop worked out by hand;
 * golden values where the shared data is there (ZHUN_SHARED, else ../shared beside the sources). */
#include "app/cmd_eval.h"
#include "check.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define SAID_MAX 65536 /* bytes of one call's output */
#define WORDS_MAX 32   /* words of one call */

static char folder[] = "/tmp/zhun-eval-XXXXXX";

/* What the standard streams get between begin and end. */
typedef struct heard {
    int kept[2];
    char path[2][64], text[2][SAID_MAX];
} heard;

static void begin(heard *h)
{
    FILE *streams[2] = { stdout, stderr };
    for (int s = 0; s < 2; s++) {
        snprintf(h->path[s], sizeof h->path[s], "%s/said%d", folder, s);
        fflush(streams[s]);
        h->kept[s] = dup(s + 1);
        CHECK(freopen(h->path[s], "w", streams[s]) != NULL);
    }
}

static void end(heard *h)
{
    for (int s = 0; s < 2; s++) {
        fflush(s == 0 ? stdout : stderr);
        CHECK(dup2(h->kept[s], s + 1) == s + 1);
        close(h->kept[s]);
        FILE *file = fopen(h->path[s], "r");
        CHECK(file != NULL);
        h->text[s][fread(h->text[s], 1, SAID_MAX - 1, file)] = '\0';
        fclose(file);
        remove(h->path[s]);
    }
}

/* Run `zhun LINE`; words are parted by blanks, @ stands for the folder of the test. */
static int run(heard *h, const char *line)
{
    static char text[4096];
    char *words[WORDS_MAX + 1];
    size_t used = 0;
    int count = 0;
    for (const char *c = line; *c != '\0'; c++) {
        const char *add = *c == '@' ? folder : NULL;
        const size_t size = add != NULL ? strlen(add) : 1;
        CHECK(used + size < sizeof text);
        memcpy(text + used, add != NULL ? add : c, size);
        used += size;
    }
    text[used] = '\0';
    for (char *rest = text, *word; (word = strsep(&rest, " ")) != NULL;) {
        CHECK(count < WORDS_MAX);
        words[count++] = word;
    }
    words[count] = NULL;
    begin(h);
    const int status = zh_cmd_eval(count, words);
    end(h);
    return status;
}

static void write_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    fputs(text, file);
    fclose(file);
}

static void remove_file(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    remove(path);
}

static void test_wrong_words_exit_2_and_unreadable_files_3(void)
{
    static const struct { const char *line; int status; const char *says; } rows[] = {
        { "eval", 2, "zhun: eval what?" },
        { "eval banana", 2, "zhun: cannot eval 'banana'" },
        { "eval recommend", 2, "zhun: nothing to learn from: give --train" },
        { "eval recommend --train @/train", 2, "zhun: no model: give --model" },
        { "eval recommend --train @/train --model popular", 2, "zhun: nothing to ask: give --test" },
        { "eval recommend --train @/train --test @/test --model nosuch", 2, "zhun: no model is called 'nosuch': give one of popular" },
        { "eval recommend --train @/train --test @/test --model popular,", 2, "zhun: no model is called ''" },
        { "eval recommend --train @/train --test @/test --leave-one-out --model popular", 2, "zhun: --leave-one-out makes its own parts" },
        { "eval recommend --train @/train --test @/test --model popular --k 0", 2, "zhun: --k 0 is not a length: give 1 to" },
        { "eval recommend --train @/train --test @/test --model popular --k 10x", 2, "zhun: --k 10x is not a length" },
        { "eval recommend --train @/train --test @/test --model popular --k", 2, "zhun: --k has no value" },
        { "eval recommend --train @/train --test @/test --model popular --fast", 2, "zhun: '--fast' is not an option" },
        { "eval recommend --train @/train --test @/test --model popular --threads 0", 2, "zhun: --threads 0 is not possible" },
        { "eval recommend --train @/train --test @/test --model popular --budget 0", 2, "zhun: --budget 0 is not possible" },
        { "eval recommend --train @/train --test @/test --model popular --format xml", 2, "zhun: --format xml is not known" },
        { "eval recommend --train @/train --test @/test --model itemknn --param itemknn.top=0", 2, "zhun: --param 'itemknn.top=0' cannot be: give a whole number from 1" },
        { "eval recommend --train @/train --test @/test --model itemknn --param itemknn.tip=1", 2, "zhun: --param 'itemknn.tip=1' cannot be: the parameters of itemknn are weight" },
        { "eval recommend --train @/train --test @/test --model itemknn --param top=1", 2, "zhun: --param 'top=1' is not MODEL.KEY=VALUE" },
        { "eval session --train @/train --test @/test --model popular --format csv", 2, "zhun: --format is for lists" },
        { "eval session --train @/train --test @/test --model popular --refit", 2, "zhun: sessions have no valid part" },
        { "eval session --train @/train --test @/test --model popular --directed", 2, "zhun: --directed and --substitutes are for" },
        { "eval recommend --train @/train --test @/test --model popular --goods @/absent", 3, "zhun: cannot read " },
        { "eval complements --train @/train --test @/test --model popular --refit", 2, "zhun: sessions have no valid part" },
        { "eval complements --train @/train --test @/test --model popular --directed --substitutes", 2, "zhun: --directed asks for another kind" },
        { "eval recommend --train @/absent --test @/test --model popular", 3, "zhun: cannot read " },
        { "eval recommend --train @/bad --test @/test --model popular", 3, "zhun: cannot read " },
        { "eval session --train @/train --test @/test --model popular", 3, "zhun: cannot read " },
        { "eval recommend --train @/empty --test @/test --model popular", 3, "zhun: there is nothing to learn from" },
        { "eval recommend --train @/train --test @/empty --model popular", 3, "zhun: there is nothing to ask" },
    };
    static heard h;
    write_file("train", "1 1 2\n2 1\n3 1 2 3\n");
    write_file("test", "1 3\n2 2 9\n");
    write_file("bad", "1 2\n1 x\n");
    write_file("empty", "");
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        CHECK_ROW(run(&h, rows[r].line) == rows[r].status, rows[r].line);
        CHECK_ROW(strncmp(h.text[1], rows[r].says, strlen(rows[r].says)) == 0, rows[r].line);
        CHECK_ROW(h.text[0][0] == '\0', rows[r].line);
    }
    CHECK(run(&h, "eval recommend --train @/bad --test @/test --model popular") == 3 && strstr(h.text[1], "line 2:") != NULL);
    CHECK(run(&h, "eval --help") == 0 && strstr(h.text[0], "example: zhun eval recommend") != NULL && strstr(h.text[0], "itemknn") != NULL);
}

static void test_a_small_shop_by_hand(void)
{
    /* popular: 1 (3 users), 2 (2), 3 (1). User 1 gets 3, user 2 gets 2 3; 9 is unknown:
     * ndcg (1 + 1 / (1 + 1 / log2 3)) / 2; counts of items shown 0 1 2. User 2's list is 2 (by two) and 3 (by one of them): 1 - 1 / sqrt(2) apart. */
    static const char want[] =
        "{\"model\":\"popular\",\"k\":2,\"users\":2,\"items\":3,\"metrics\":{\"recall\":0.75,\"ndcg\":0.806573596,\"precision\":0.5,"
        "\"hit\":1,\"mrr\":1,\"coverage\":0.666666667,\"gini\":0.444444444,\"popularity\":1.33333333,\"novelty\":2.25162917,\"diversity\":0.292893219},\"intervals\":{\"recall\":[0.5,1],";
    static heard h;
    CHECK(run(&h, "eval recommend --train @/train --test @/test --model popular --k 2 --json") == 0);
    CHECK_ROW(strncmp(h.text[0], want, strlen(want)) == 0, h.text[0]);
    static const char *const fields[] = { "\"known\":[{\"least\":0,\"users\":0,\"recall\":0,\"ndcg\":0,\"hit\":0},{\"least\":1,\"users\":1,\"recall\":0.5,", "\"params\":{},\"trials\":0,", "\"tune_seconds\":", "\"train_seconds\":", "\"score_us_per_user\":", "\"peak_mib\":", "\"threads\":", "\"seed\":1}\n" };
    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) CHECK_ROW(strstr(h.text[0], fields[f]) != NULL, fields[f]);
    CHECK(run(&h, "eval recommend --train @/train --test @/test --model popular,itemknn --k 2 --threads 2") == 0);
    CHECK(strstr(h.text[0], "2 users, 3 items, lists of 2") != NULL && strstr(h.text[0], "\nitemknn ") != NULL);
    CHECK(strstr(h.text[0], "chosen in") != NULL);
    write_file("sessions", "SessionId,ItemId,Time\n1,1,1\n1,2,2\n2,1,5\n2,2,6\n");
    CHECK(run(&h, "eval session --train @/sessions --test @/sessions --model itemknn --no-tune --k 1 --json") == 0);
    CHECK(strstr(h.text[0], "\"users\":2") != NULL && strstr(h.text[0], "\"hit\":1,\"mrr\":1") != NULL);
    /* A basket of 1 and 2 that are of one kind asks nothing; of two kinds, each asks for the other and gets it first. */
    write_file("goods", "1\tx\tone\n2\tx\ttwo\n");
    CHECK(run(&h, "eval complements --train @/sessions --test @/sessions --goods @/goods --model conditional --k 1") == 3);
    CHECK(strstr(h.text[1], "no test basket has items of two kinds") != NULL);
    write_file("goods", "1\tx\n2\n");
    CHECK(run(&h, "eval complements --train @/sessions --test @/sessions --goods @/goods --model conditional --k 1") == 3);
    CHECK(strstr(h.text[1], "line 2 is not item, tab, kind") != NULL);
    write_file("goods", "1\tx\n2\ty\n");
    CHECK(run(&h, "eval complements --train @/sessions --test @/sessions --goods @/goods --model conditional --no-tune --k 1 --json") == 0);
    CHECK(strstr(h.text[0], "\"users\":4") != NULL && strstr(h.text[0], "\"recall\":1,") != NULL);
    CHECK(run(&h, "eval complements --directed --train @/sessions --test @/sessions --model complement --no-tune --k 1 --json") == 0);
    CHECK(strstr(h.text[0], "\"users\":2") != NULL && strstr(h.text[0], "\"hit\":1,") != NULL);
    /* Of lists, too: the first customer took one item of each kind, and of what is left the list has one kind. */
    write_file("train", "1 1 2\n2 1 2 3 4\n3 3 4\n");
    write_file("test", "1 3\n");
    write_file("goods", "1\tx\n2\ty\n3\tx\n4\tx\n");
    CHECK(run(&h, "eval recommend --train @/train --test @/test --model popular --k 2 --json") == 0);
    CHECK(strstr(h.text[0], "\"diversity\":0}") != NULL && strstr(h.text[0], "calibration") == NULL); /* 3 and 4 always together */
    CHECK(run(&h, "eval recommend --train @/train --test @/test --model popular --k 2 --goods @/goods --json") == 0);
    CHECK(strstr(h.text[0], "\"diversity\":0,\"calibration\":1.95851777") != NULL); /* .5 ln(.5 / .995) + .5 ln(.5 / .005) */
    remove_file("goods");
    remove_file("sessions");
}

static void test_threads_and_time_do_not_show_in_the_metrics(void)
{
    static heard one, two;
    FILE *file;
    char path[128];
    snprintf(path, sizeof path, "%s/many", folder);
    CHECK((file = fopen(path, "w")) != NULL);
    uint64_t seed = 3;
    for (int u = 0; u < 300; u++) {
        fprintf(file, "%d", u);
        for (uint64_t i = 0, n = 3 + test_random(&seed) % 9; i < n; i++) fprintf(file, " %d", (int)(test_random(&seed) % 20 * 5) + u % 5);
        fprintf(file, "\n");
    }
    fclose(file);
    CHECK(run(&one, "eval recommend --leave-one-out --train @/many --model itemknn --k 5 --threads 1 --json") == 0);
    CHECK(run(&two, "eval recommend --leave-one-out --train @/many --model itemknn --k 5 --threads 4 --json") == 0);
    const size_t same = (size_t)(strstr(one.text[0], "\"tune_seconds\"") - one.text[0]);
    CHECK(memcmp(one.text[0], two.text[0], same) == 0);
    remove_file("many");
}

/* ---- golden values ---- */

static double field(const char *json, const char *name)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\":", name);
    const char *at = strstr(json, quoted);
    return at == NULL ? NAN : strtod(at + strlen(quoted), NULL);
}

static const char *shared_root(void)
{
    static char root[1024];
    const char *given = getenv("ZHUN_SHARED");
    if (given != NULL) snprintf(root, sizeof root, "%s", given);
    else snprintf(root, sizeof root, "%.*s../shared", (int)(strlen(__FILE__) - strlen("tests/app/cmd_eval_test.c")), __FILE__);
    return root;
}

static bool golden_values(void)
{
#define KNN_200 "--param itemknn.weight=cosine --param itemknn.top=200 --param itemknn.user=0 --no-tune"
    static const struct { const char *name, *line; struct { const char *name; double value, abs; } want[2]; } rows[] = {
        { "gowalla, popular", "recommend --train @/gowalla/train.txt.gz --test @/gowalla/test.txt.gz --model popular",
          { { "recall", .0416309789299558, 1e-6 }, { "ndcg", .0316899292742165, 1e-6 } } },
        { "beauty, popular", "recommend --leave-one-out --train @/beauty/sequences.txt.gz --k 10 --model popular",
          { { "hit", .0115369136520145, 1e-6 }, { "ndcg", .00545613728709575, 1e-6 } } },
        { "yoochoose100k, popular", "session --train @/yoochoose100k/train.tsv.gz --test @/yoochoose100k/test.tsv.gz --model popular",
          { { "hit", .0894405043341214, 1e-6 }, { "mrr", .026350675101718, 1e-6 } } },
        { "gowalla, item-kNN with plain cosine and 200 neighbours",
          "recommend --train @/gowalla/train.txt.gz --test @/gowalla/test.txt.gz --model itemknn " KNN_200,
          { { "recall", .127824834715708, 2e-4 }, { "ndcg", .0943845002166524, 2e-4 } } },
        { "beauty, item-kNN of an untuned cosine", "recommend --leave-one-out --train @/beauty/sequences.txt.gz --k 10 --model itemknn "
          "--param itemknn.top=100000 --param itemknn.user=0 --no-tune", { { "hit", .056745517148862, 2e-4 }, { "ndcg", .0325665384019471, 2e-4 } } },
    };
    char probe[1200], line[8192];
    snprintf(probe, sizeof probe, "%s/data/recommend/gowalla/train.txt.gz", shared_root());
    if (access(probe, R_OK) != 0) return false;
    static heard h;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        size_t used = (size_t)snprintf(line, sizeof line, "eval ");
        for (const char *c = rows[r].line; *c != '\0'; c++) {
            if (*c == '@') used += (size_t)snprintf(line + used, sizeof line - used, "%s/data/recommend", shared_root());
            else line[used++] = *c;
        }
        line[used] = '\0';
        strcat(line, " --json");
        CHECK_ROW(run(&h, line) == 0, rows[r].name);
        for (int w = 0; w < 2; w++) CHECK_ROW(fabs(field(h.text[0], rows[r].want[w].name) - rows[r].want[w].value) <= rows[r].want[w].abs, rows[r].name);
    }
    return true;
}

int main(void)
{
    CHECK(mkdtemp(folder) != NULL);
    test_wrong_words_exit_2_and_unreadable_files_3();
    test_a_small_shop_by_hand();
    test_threads_and_time_do_not_show_in_the_metrics();
    const bool golden = golden_values();
    static const char *const made[] = { "train", "test", "bad", "empty" };
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) remove_file(made[i]);
    rmdir(folder);
    if (golden) return 0;
    printf("skipped: golden values, no shared data at %s\n", shared_root());
    return 77;
}
