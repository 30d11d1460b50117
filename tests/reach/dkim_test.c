/* dkim_test.c
 * Goal    headers and bodies are relaxed as RFC 6376 says; a signature opens with the public key and with no other bytes; what is no key is refused. Another verifier proves it in
 *         tests/e2e/mail.py.
 * Method  the RFC's own example and body hash; letters signed with keys made here and verified by hand from the header's fields.
 */
#include "base/b64.h"
#include "check.h"
#include "reach/dkim.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

static void relaxed_is_what_the_rfc_shows(void) /* RFC 6376, 3.4.5; RFC 8463, A.2 */
{
    static const struct { const char *header, *want; } rows[] = { { "A: X", "a:X" }, { "B : Y\t\r\n\tZ  ", "b:Y Z" }, { "Subject:  a   b", "subject:a b" }, { "C:", "c:" }, { "D", "d:" } };
    static const struct { const char *body, *want; } bodies[] = {
        { " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n" }, { "", "" }, { "\r\n\r\n", "" }, { "a", "a\r\n" }, { "a\r\n\r\nb", "a\r\n\r\nb\r\n" }, { " \r\n\t\r\nx \r\n", "\r\n\r\nx\r\n" },
    };
    zh_buf out = zh_buf_open(4096);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_buf_reset(&out);
        zh_dkim_header(zh_sv_of(rows[i].header), &out);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&out), zh_sv_of(rows[i].want)), rows[i].header);
    }
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        zh_buf_reset(&out);
        zh_dkim_body(zh_sv_of(bodies[i].body), &out);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&out), zh_sv_of(bodies[i].want)), bodies[i].body);
    }
    zh_buf_close(&out);
}

static zh_sv make_key(const char *kind, int bits, zh_buf *pem)
{
    EVP_PKEY *key = bits > 0 ? EVP_PKEY_Q_keygen(NULL, NULL, kind, (size_t)bits) : EVP_PKEY_Q_keygen(NULL, NULL, kind, "P-256");
    BIO *to = BIO_new(BIO_s_mem());
    char *bytes;
    CHECK(key != NULL && PEM_write_bio_PrivateKey(to, key, NULL, NULL, 0, NULL, NULL) == 1);
    const long size = BIO_get_mem_data(to, &bytes);
    zh_buf_reset(pem);
    zh_buf_put(pem, (zh_sv){ bytes, (size_t)size });
    BIO_free(to);
    EVP_PKEY_free(key);
    return zh_buf_view(pem);
}

/* What follows "name=" up to ';' or the end, without blanks and line ends. */
static zh_sv tag(zh_sv header, const char *name, zh_buf *out)
{
    const char *at = memmem(header.data, header.size, name, strlen(name));
    zh_buf_reset(out);
    for (at += strlen(name); at < header.data + header.size && *at != ';'; at++)
        if (*at != ' ' && *at != '\r' && *at != '\n') zh_buf_put_u8(out, (uint8_t)*at);
    return zh_buf_view(out);
}

/* A verifier of its own for letters of the one shape below: its headers come in the order of h. */
static bool opens(zh_sv pem, zh_sv header, zh_sv headers, bool is_rsa)
{
    zh_buf text = zh_buf_open(1 << 16), raw = zh_buf_open(4096), signature = zh_buf_open(4096);
    BIO *from = BIO_new_mem_buf(pem.data, (int)pem.size);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(from, NULL, NULL, NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t digest[32];
    zh_buf_put(&text, headers);
    const char *b = memmem(header.data, header.size, "\r\n b=", 5);
    zh_dkim_header(zh_sv_part(header, 0, (size_t)(b - header.data) + 5), &text);
    CHECK(zh_b64_decode(tag(header, "\r\n b=", &raw), &signature) == ZH_OK && EVP_Digest(text.data, text.size, digest, NULL, EVP_sha256(), NULL) == 1);
    CHECK(EVP_DigestVerifyInit(context, NULL, is_rsa ? EVP_sha256() : NULL, NULL, key) == 1);
    const uint8_t *bytes = is_rsa ? (const uint8_t *)text.data : digest;
    const bool good = EVP_DigestVerify(context, (const uint8_t *)signature.data, signature.size, bytes, is_rsa ? text.size : sizeof digest) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    BIO_free(from);
    zh_buf_close(&text);
    zh_buf_close(&raw);
    zh_buf_close(&signature);
    return good;
}

static void a_signature_opens_and_another_letter_does_not(void)
{
    /* The body of RFC 8463, A.2, whose hash stands there. */
    static const char letter[] = "From: Joe <joe@football.example.com>\r\nSubject: Is dinner\r\n  ready?\r\n\r\nHi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
    const zh_sv headers = ZH_SV("from:Joe <joe@football.example.com>\r\nsubject:Is dinner ready?\r\n"), changed = ZH_SV("from:Joe <joe@football.example.com>\r\nsubject:Is dinner ready!\r\n");
    static const struct { const char *kind; int bits; bool is_rsa; } kinds[] = { { "RSA", 2048, true }, { "ED25519", 1, false } };
    zh_buf pem = zh_buf_open(8192), out = zh_buf_open(1 << 16), again = zh_buf_open(1 << 16), value = zh_buf_open(4096);
    for (size_t i = 0; i < 2; i++) {
        const zh_dkim how = { .domain = ZH_SV("football.example.com"), .selector = ZH_SV("test"), .key = make_key(kinds[i].kind, kinds[i].bits, &pem), .at_ms = 1528637909000 };
        zh_buf_reset(&out);
        zh_buf_reset(&again);
        CHECK(zh_dkim_key_is_good(how.key) && zh_dkim_sign(&how, ZH_SV(letter), &out) == ZH_OK && zh_dkim_sign(&how, ZH_SV(letter), &again) == ZH_OK);
        const zh_sv header = zh_buf_view(&out);
        CHECK(zh_sv_equal(header, zh_buf_view(&again)));
        CHECK(zh_sv_equal(tag(header, " bh=", &value), ZH_SV("2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=")));
        CHECK(zh_sv_equal(tag(header, " h=", &value), ZH_SV("From:Subject:From:Subject")) && zh_sv_equal(tag(header, " t=", &value), ZH_SV("1528637909")));
        CHECK(opens(how.key, header, headers, kinds[i].is_rsa) && !opens(how.key, header, changed, kinds[i].is_rsa));
        CHECK(header.size > 2 && memcmp(header.data + header.size - 2, "\r\n", 2) == 0 && memmem(header.data, header.size, "\r\n\r\n", 4) == NULL);
    }
    zh_buf_close(&pem);
    zh_buf_close(&out);
    zh_buf_close(&again);
    zh_buf_close(&value);
}

static void what_is_no_key_is_refused(void)
{
    static const char sealed[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    zh_buf pem = zh_buf_open(8192), out = zh_buf_open(4096);
    CHECK(!zh_dkim_key_is_good((zh_sv){ 0 }) && !zh_dkim_key_is_good(ZH_SV("secret")) && !zh_dkim_key_is_good(ZH_SV(sealed)));
    CHECK(!zh_dkim_key_is_good(make_key("RSA", 1024, &pem)) && !zh_dkim_key_is_good(make_key("EC", 0, &pem)));
    const zh_sv whole = make_key("RSA", 2048, &pem);
    for (size_t size = 0; size + 40 < whole.size; size += 97) CHECK(!zh_dkim_key_is_good(zh_sv_part(whole, 0, size)));
    CHECK(zh_dkim_sign(&(zh_dkim){ .domain = ZH_SV("a.b"), .selector = ZH_SV("c"), .key = ZH_SV("secret") }, ZH_SV("From: a@b.c\r\n\r\nx"), &out) == ZH_FORMAT && out.size == 0);
    CHECK(zh_dkim_sign(&(zh_dkim){ .domain = ZH_SV("a.b"), .selector = ZH_SV("c"), .key = whole }, ZH_SV("no header\r\n\r\nx"), &out) == ZH_FORMAT && out.size == 0);
    zh_buf_close(&pem);
    zh_buf_close(&out);
}

int main(void)
{
    relaxed_is_what_the_rfc_shows();
    a_signature_opens_and_another_letter_does_not();
    what_is_no_key_is_refused();
    return 0;
}
