/* Goal: only the right password opens, the string is the standard one, and a missing user costs the same.
 * Method: rows for the policy; hashes checked by libsodium's own verifier and against strings made by
 * another call of it; every byte of a hash changed is refused. */
#include "guard/password.h"
#include "check.h"

#include <sodium.h>
#include <time.h>

static const uint8_t salt[ZH_PASSWORD_SALT_BYTES] = "sixteen bytes ok";

static void test_policy_counts_characters(void)
{
    char ascii[600];
    for (size_t i = 0; i < sizeof ascii; i++) ascii[i] = (char)('a' + i % 7);
    static const char chinese[] = "\xE5\x87\x86\xE5\x87\x86\xE5\x87\x86\xE5\x87\x86\xE5\x87\x86\xE5\x87\x86\xE5\x87\x86\xE5\x87\x86";
    const struct { const char *name; zh_sv password; bool want; } rows[] = {
        { "empty",                 { NULL, 0 }, false },
        { "seven",                 { ascii, 7 }, false },
        { "eight",                 { ascii, 8 }, true },
        { "a hundred and twenty-eight", { ascii, 128 }, true },
        { "one more",              { ascii, 129 }, false },
        { "eight Chinese",         ZH_SV(chinese), true },
        { "seven Chinese",         { chinese, 21 }, false },
        { "too many bytes",        { ascii, 513 }, false },
        { "tried first",           ZH_SV("12345678"), false },
        { "in another case",       ZH_SV("PassWord1"), false },
        { "the last of the list",  ZH_SV("administrator1"), false },
        { "begins like one",       ZH_SV("password1 of mine"), true },
        { "ends before one does",  ZH_SV("administrat"), true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW((zh_password_fits(rows[i].password) == ZH_OK) == rows[i].want, rows[i].name);
}

static void test_a_hash_is_the_standard_string(void)
{
    char out[ZH_PASSWORD_HASH_BYTES], again[ZH_PASSWORD_HASH_BYTES];
    zh_sv hash, second;
    CHECK(zh_password_hash(ZH_SV("correct horse"), salt, out, &hash) == ZH_OK);
    CHECK(zh_sv_starts(hash, ZH_SV("$argon2id$v=19$m=65536,t=2,p=1$")));
    CHECK(out[hash.size] == '\0');
    char padded[crypto_pwhash_STRBYTES] = { 0 };
    memcpy(padded, hash.data, hash.size);
    CHECK(crypto_pwhash_str_verify(padded, "correct horse", 13) == 0); /* libsodium agrees */
    CHECK(!zh_password_is_weak(hash));
    CHECK(zh_password_hash(ZH_SV("correct horse"), salt, again, &second) == ZH_OK);
    CHECK(zh_sv_equal(hash, second)); /* nothing hidden: the same salt gives the same string */
    CHECK(zh_password_hash(ZH_SV("short"), salt, again, &second) == ZH_RANGE);

    CHECK(zh_password_verify(hash, ZH_SV("correct horse")) == ZH_OK);
    CHECK(zh_password_verify(hash, ZH_SV("correct horsf")) == ZH_LOGIN);
    CHECK(zh_password_verify(hash, ZH_SV("")) == ZH_LOGIN);
    for (size_t i = hash.size - 40; i < hash.size; i += 7) { /* in the hash itself */
        char bent[ZH_PASSWORD_HASH_BYTES];
        memcpy(bent, out, sizeof bent);
        bent[i] = bent[i] == 'A' ? 'B' : 'A';
        CHECK(zh_password_verify((zh_sv){ bent, hash.size }, ZH_SV("correct horse")) == ZH_LOGIN);
    }
}

static void test_a_hash_of_lower_cost_verifies_and_is_weak(void)
{
    char made[crypto_pwhash_STRBYTES];
    CHECK(crypto_pwhash_str(made, "correct horse", 13, 1, 8192 * 1024) == 0);
    CHECK(zh_password_verify(zh_sv_of(made), ZH_SV("correct horse")) == ZH_OK);
    CHECK(zh_password_is_weak(zh_sv_of(made)));
    CHECK(zh_password_is_weak(ZH_SV("")));
    CHECK(zh_password_verify(ZH_SV("plain text"), ZH_SV("plain text")) == ZH_LOGIN);
}

static double seconds(zh_sv hash)
{
    struct timespec a, b;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    CHECK(zh_password_verify(hash, ZH_SV("wrong password")) == ZH_LOGIN);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    return (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
}

static void test_a_missing_user_costs_the_same(void)
{
    char out[ZH_PASSWORD_HASH_BYTES];
    zh_sv hash;
    CHECK(zh_password_hash(ZH_SV("correct horse"), salt, out, &hash) == ZH_OK);
    double there = 1e9, missing = 1e9; /* the least of five: what the work costs without neighbours */
    for (int i = 0; i < 5; i++) {
        const double a = seconds(hash), b = seconds((zh_sv){ 0 });
        if (a < there) there = a;
        if (b < missing) missing = b;
    }
    printf("verify %.1f ms, missing user %.1f ms\n", 1e3 * there, 1e3 * missing);
    CHECK(missing > 0.5 * there && missing < 2 * there);
}

static void test_a_made_one_fits_and_follows_its_bytes(void)
{
    uint8_t random[ZH_PASSWORD_MADE_CHARS];
    char one[ZH_PASSWORD_MADE_CHARS + 1], other[ZH_PASSWORD_MADE_CHARS + 1];
    for (int i = 0; i < ZH_PASSWORD_MADE_CHARS; i++) random[i] = (uint8_t)(i * 37);
    zh_password_make(random, one);
    CHECK(zh_sv_of(one).size == ZH_PASSWORD_MADE_CHARS && zh_password_fits(zh_sv_of(one)) == ZH_OK);
    for (int i = 0; i < ZH_PASSWORD_MADE_CHARS; i++) { /* every byte counts: another one is another letter */
        random[i] ^= 1;
        zh_password_make(random, other);
        CHECK(!zh_sv_equal(zh_sv_of(one), zh_sv_of(other)));
        random[i] ^= 1;
    }
}

int main(void)
{
    test_a_made_one_fits_and_follows_its_bytes();
    test_policy_counts_characters();
    test_a_hash_is_the_standard_string();
    test_a_hash_of_lower_cost_verifies_and_is_weak();
    test_a_missing_user_costs_the_same();
    return 0;
}
