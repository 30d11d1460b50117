#include "guard/password.h"

#include <sodium.h>
#include <stdio.h>
#include <strings.h>

#define PASSES crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE
#define MEMORY_BYTES crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE

_Static_assert(PASSES >= 2, "the floor of RFC 9106's smaller setting as OWASP states it");
_Static_assert(MEMORY_BYTES >= 19456 * 1024, "likewise");
_Static_assert(crypto_pwhash_argon2id_STRBYTES <= ZH_PASSWORD_HASH_BYTES, "the string fits");
_Static_assert(crypto_pwhash_argon2id_SALTBYTES == ZH_PASSWORD_SALT_BYTES, "of libsodium");

/* Made once with today's costs from a text nobody can type (it is refused below in any case): verifying
 * against it takes what verifying against a real one takes. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$SE83znqXwWrP9g0D6YhQ9w$VZ1mMtZP/75pGG90SUE6B/2X3eNZCPZqdIqHevlKmZs";

/* What is tried first, as far as it is long enough: rows of keys, dates of films, words with a number behind. Small on purpose: it
 * stops the careless; waits after failed tries stop who guesses (throttle.h). */
static const char *const common[] = {
    "00000000", "01234567", "0123456789", "11111111", "112233445566", "11223344", "12121212", "123123123", "12341234", "12344321", "12345678", "123456789", "1234567890",
    "123456abc", "12345qwert", "123qweasd", "1314520520", "13145200", "147258369", "1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx", "1qaz2wsx3edc", "22222222", "3.1415926", "31415926",
    "33333333", "44444444", "5201314520", "52013140", "55555555", "66666666", "66668888", "77777777", "789456123", "87654321", "88888888", "987654321", "9876543210", "99999999",
    "a1234567", "a12345678", "aa123456", "aa12345678", "aaaaaaaa", "abc12345", "abc123456", "abcd1234", "abcdefgh", "admin123", "admin888", "adminadmin", "administrator",
    "asd123456", "asdasdasd", "asdf1234", "asdfasdf", "asdfghjk", "asdfghjkl", "baseball", "changeme", "computer", "football", "iloveyou", "internet", "letmein1", "letmein123",
    "liverpool", "passw0rd", "password", "password1", "password12", "password123", "p@ssw0rd", "p@ssword", "princess", "q1w2e3r4", "qazwsxedc", "qq123456", "qwe123456", "qwer1234",
    "qwerasdf", "qwerty12", "qwerty123", "qwertyui", "qwertyuiop", "root1234", "starwars", "sunshine", "superman", "trustno1", "welcome1", "welcome123", "whatever",
    "woaini123", "woaini1314", "woaini520", "woaiwojia", "xiaoming", "zaq12wsx", "zhun1234", "zxcvbnm1", "zxcvbnm123", "zxcvbnmm", "administrator1",
};

static bool is_common(zh_sv password)
{
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (strlen(common[i]) == password.size && strncasecmp(common[i], password.data, password.size) == 0) return true;
    return false;
}

zh_err zh_password_fits(zh_sv password)
{
    if (password.size > ZH_PASSWORD_BYTES_MAX) return ZH_RANGE;
    size_t chars = 0; /* of UTF-8: bytes that begin one */
    for (size_t i = 0; i < password.size; i++) chars += ((unsigned char)password.data[i] & 0xC0) != 0x80;
    return chars >= ZH_PASSWORD_CHARS_MIN && chars <= ZH_PASSWORD_CHARS_MAX && !is_common(password) ? ZH_OK : ZH_RANGE;
}

zh_err zh_password_hash(zh_sv password, const uint8_t salt[ZH_PASSWORD_SALT_BYTES],
    char out[ZH_PASSWORD_HASH_BYTES], zh_sv *hash)
{
    enum { VARIANT = sodium_base64_VARIANT_ORIGINAL_NO_PADDING };
    unsigned char raw[32];
    char salt_text[sodium_base64_ENCODED_LEN(ZH_PASSWORD_SALT_BYTES, VARIANT)];
    char raw_text[sodium_base64_ENCODED_LEN(sizeof raw, VARIANT)];
    if (zh_password_fits(password) != ZH_OK) return ZH_RANGE;
    if (sodium_init() < 0) return ZH_IO;
    if (crypto_pwhash_argon2id(raw, sizeof raw, password.data, password.size, salt, PASSES, MEMORY_BYTES,
            crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
        return ZH_NOMEM; /* the only cause: costs and sizes are constant */
    sodium_bin2base64(salt_text, sizeof salt_text, salt, ZH_PASSWORD_SALT_BYTES, VARIANT);
    sodium_bin2base64(raw_text, sizeof raw_text, raw, sizeof raw, VARIANT);
    const int size = snprintf(out, ZH_PASSWORD_HASH_BYTES, "$argon2id$v=19$m=%u,t=%u,p=1$%s$%s",
        (unsigned)(MEMORY_BYTES / 1024), (unsigned)PASSES, salt_text, raw_text);
    sodium_memzero(raw, sizeof raw);
    sodium_memzero(raw_text, sizeof raw_text);
    if (size < 0 || size >= ZH_PASSWORD_HASH_BYTES) return ZH_FULL;
    *hash = (zh_sv){ out, (size_t)size };
    return ZH_OK;
}

void zh_password_make(const uint8_t random[ZH_PASSWORD_MADE_CHARS], char out[ZH_PASSWORD_MADE_CHARS + 1])
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    _Static_assert(sizeof letters - 1 == 32, "each as likely as the others");
    for (int i = 0; i < ZH_PASSWORD_MADE_CHARS; i++) out[i] = letters[random[i] % 32];
    out[ZH_PASSWORD_MADE_CHARS] = '\0';
}

/* libsodium wants a NUL-ended string of its own size. */
static bool copy_hash(zh_sv hash, char out[ZH_PASSWORD_HASH_BYTES])
{
    if (hash.size == 0 || hash.size >= ZH_PASSWORD_HASH_BYTES) return false;
    memset(out, 0, ZH_PASSWORD_HASH_BYTES);
    memcpy(out, hash.data, hash.size);
    return true;
}

zh_err zh_password_verify(zh_sv hash, zh_sv password)
{
    char stored[ZH_PASSWORD_HASH_BYTES];
    if (sodium_init() < 0) return ZH_IO;
    if (password.size > ZH_PASSWORD_BYTES_MAX) return ZH_LOGIN; /* its length is no secret of ours */
    const bool somebody = copy_hash(hash, stored);
    if (!somebody && !copy_hash(ZH_SV(nobody), stored)) return ZH_LOGIN;
    const int wrong = crypto_pwhash_argon2id_str_verify(stored, password.data == NULL ? "" : password.data,
        password.size);
    return somebody && wrong == 0 ? ZH_OK : ZH_LOGIN;
}

bool zh_password_is_weak(zh_sv hash)
{
    char stored[ZH_PASSWORD_HASH_BYTES];
    if (!copy_hash(hash, stored)) return true;
    return crypto_pwhash_argon2id_str_needs_rehash(stored, PASSES, MEMORY_BYTES) != 0;
}
