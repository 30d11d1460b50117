#include "reach/dkim.h"
#include "base/b64.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#define HASH_BYTES 32
#define SIGNATURE_BYTES_MAX 512 /* RSA of 4,096 bits */
#define FOLD_BYTES 54           /* of a signature in one line: 72 characters */
#define LETTER_BYTES_MAX (8u << 20)

/* ---- relaxed ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* Runs of blanks become one; those at the end go, and so do the line ends of a folded header. */
static void put_reduced(zh_sv text, zh_buf *out)
{
    bool blank = false;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (is_blank(c)) blank = true;
        else if (c != '\r' && c != '\n') {
            if (blank) zh_buf_put_u8(out, ' ');
            blank = false;
            zh_buf_put_u8(out, (uint8_t)c);
        }
    }
}

/* Up to CR LF, which is taken too. */
static zh_sv take_line(zh_sv *rest)
{
    const char *end = rest->size == 0 ? NULL : memmem(rest->data, rest->size, "\r\n", 2);
    const zh_sv line = zh_sv_part(*rest, 0, end == NULL ? rest->size : (size_t)(end - rest->data));
    *rest = zh_sv_part(*rest, line.size + (end == NULL ? 0 : 2), SIZE_MAX);
    return line;
}

/* Empty lines at the end go, so they are written when another line follows. */
void zh_dkim_body(zh_sv body, zh_buf *out)
{
    size_t empty = 0;
    while (body.size > 0) {
        const zh_sv line = take_line(&body);
        size_t end = line.size;
        while (end > 0 && is_blank(line.data[end - 1])) end--;
        if (end == 0) {
            empty++;
            continue;
        }
        for (; empty > 0; empty--) zh_buf_put(out, ZH_SV("\r\n"));
        put_reduced(line, out);
        zh_buf_put(out, ZH_SV("\r\n"));
    }
}

/* "name:value" in small letters and without folds; no line end. */
void zh_dkim_header(zh_sv line, zh_buf *out)
{
    const char *colon = line.size == 0 ? NULL : memchr(line.data, ':', line.size);
    const size_t name = colon == NULL ? line.size : (size_t)(colon - line.data);
    for (size_t i = 0; i < name; i++) {
        const char c = line.data[i];
        if (!is_blank(c)) zh_buf_put_u8(out, (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    }
    zh_buf_put_u8(out, ':');
    zh_sv value = zh_sv_part(line, name + 1, SIZE_MAX);
    while (value.size > 0 && (is_blank(value.data[0]) || value.data[0] == '\r' || value.data[0] == '\n')) value = zh_sv_part(value, 1, SIZE_MAX);
    put_reduced(value, out);
}

/* One header with its folded lines, and its line end taken; empty: the headers are over. */
static zh_sv take_header(zh_sv *rest)
{
    const zh_sv whole = *rest;
    size_t size = take_line(rest).size;
    while (size > 0 && rest->size > 0 && is_blank(rest->data[0])) size += 2 + take_line(rest).size;
    return zh_sv_part(whole, 0, size);
}

/* ---- the key ---- */

static int no_password(char *out, int size, int rw, void *context)
{
    (void)out, (void)size, (void)rw, (void)context;
    return 0; /* else OpenSSL would ask on the terminal */
}

/* NULL: it is none that signs letters. */
static EVP_PKEY *read_key(zh_sv pem)
{
    BIO *from = pem.size == 0 || pem.size > INT32_MAX ? NULL : BIO_new_mem_buf(pem.data, (int)pem.size);
    EVP_PKEY *key = from == NULL ? NULL : PEM_read_bio_PrivateKey(from, NULL, no_password, NULL);
    BIO_free(from);
    const int kind = key == NULL ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key), bits = key == NULL ? 0 : EVP_PKEY_get_bits(key);
    if (kind == EVP_PKEY_ED25519 || (kind == EVP_PKEY_RSA && bits >= ZH_DKIM_RSA_BITS_MIN && bits <= ZH_DKIM_RSA_BITS_MAX)) return key;
    EVP_PKEY_free(key);
    return NULL;
}

bool zh_dkim_key_is_good(zh_sv pem)
{
    EVP_PKEY *key = read_key(pem);
    EVP_PKEY_free(key);
    return key != NULL;
}

static bool hash(zh_sv text, uint8_t out[HASH_BYTES])
{
    unsigned size = 0;
    return EVP_Digest(text.size == 0 ? "" : text.data, text.size, out, &size, EVP_sha256(), NULL) == 1;
}

static zh_err sign(EVP_PKEY *key, bool is_rsa, zh_sv text, uint8_t out[SIGNATURE_BYTES_MAX], size_t *size)
{
    uint8_t digest[HASH_BYTES];
    const uint8_t *bytes = (const uint8_t *)text.data;
    size_t count = text.size;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    *size = SIGNATURE_BYTES_MAX;
    bool good = context != NULL && EVP_DigestSignInit(context, NULL, is_rsa ? EVP_sha256() : NULL, NULL, key) == 1;
    if (good && !is_rsa) {
        good = hash(text, digest);
        bytes = digest;
        count = HASH_BYTES;
    }
    good = good && EVP_DigestSign(context, out, size, bytes, count) == 1;
    EVP_MD_CTX_free(context);
    return good ? ZH_OK : ZH_NOMEM; /* the key was read: nothing else is left to go wrong */
}

/* ---- the signature ---- */

/* The letter's headers, relaxed, one a line, to `text`; their names to `names`. *body is what follows them. */
static zh_err put_headers(zh_sv letter, zh_buf *text, zh_buf *names, zh_sv *body)
{
    *body = letter;
    for (zh_sv line; (line = take_header(body)).size > 0;) {
        const char *colon = memchr(line.data, ':', line.size);
        if (colon == NULL || line.size > ZH_DKIM_LINE_BYTES_MAX) return ZH_FORMAT;
        zh_dkim_header(line, text);
        zh_buf_put(text, ZH_SV("\r\n"));
        zh_buf_put(names, zh_sv_part(line, 0, (size_t)(colon - line.data)));
        zh_buf_put(names, ZH_SV(":\r\n "));
    }
    zh_buf_put(names, ZH_SV("From:Subject"));
    return zh_buf_err(text) != ZH_OK ? zh_buf_err(text) : zh_buf_err(names);
}

static zh_err body_hash(zh_sv body, uint8_t out[HASH_BYTES])
{
    zh_buf text = zh_buf_open(LETTER_BYTES_MAX);
    zh_dkim_body(body, &text);
    zh_err e = zh_buf_err(&text);
    if (e == ZH_OK && !hash(zh_buf_view(&text), out)) e = ZH_NOMEM;
    zh_buf_close(&text);
    return e;
}

/* The header up to its "b=". */
static void put_unsigned(const zh_dkim *how, bool is_rsa, const uint8_t bh[HASH_BYTES], zh_sv names, zh_buf *out)
{
    zh_buf_printf(out, "DKIM-Signature: v=1; a=%s; c=relaxed/relaxed; d=%.*s;\r\n s=%.*s; t=%lld;\r\n bh=", is_rsa ? "rsa-sha256" : "ed25519-sha256", ZH_SV_ARG(how->domain), ZH_SV_ARG(how->selector),
                  (long long)(how->at_ms / 1000));
    zh_b64_encode((zh_sv){ (const char *)bh, HASH_BYTES }, out);
    zh_buf_printf(out, ";\r\n h=%.*s;\r\n b=", ZH_SV_ARG(names));
}

static zh_err put_signature(EVP_PKEY *key, bool is_rsa, zh_buf *text, zh_buf *out)
{
    uint8_t signature[SIGNATURE_BYTES_MAX];
    size_t size;
    zh_dkim_header(zh_buf_view(out), text);
    zh_err e = zh_buf_err(text) != ZH_OK ? zh_buf_err(text) : zh_buf_err(out);
    if (e == ZH_OK) e = sign(key, is_rsa, zh_buf_view(text), signature, &size);
    for (size_t at = 0; e == ZH_OK && at < size; at += FOLD_BYTES) {
        if (at > 0) zh_buf_put(out, ZH_SV("\r\n "));
        zh_b64_encode(zh_sv_part((zh_sv){ (const char *)signature, size }, at, FOLD_BYTES), out);
    }
    zh_buf_put(out, ZH_SV("\r\n"));
    return e == ZH_OK ? zh_buf_err(out) : e;
}

zh_err zh_dkim_sign(const zh_dkim *how, zh_sv letter, zh_buf *out)
{
    uint8_t bh[HASH_BYTES];
    zh_sv body;
    EVP_PKEY *key = read_key(how->key);
    if (key == NULL) return ZH_FORMAT;
    const bool is_rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
    zh_buf text = zh_buf_open(LETTER_BYTES_MAX), names = zh_buf_open(ZH_DKIM_LINE_BYTES_MAX), header = zh_buf_open(4 * ZH_DKIM_LINE_BYTES_MAX);
    zh_err e = put_headers(letter, &text, &names, &body);
    if (e == ZH_OK) e = body_hash(body, bh);
    if (e == ZH_OK) {
        put_unsigned(how, is_rsa, bh, zh_buf_view(&names), &header);
        e = put_signature(key, is_rsa, &text, &header);
    }
    if (e == ZH_OK) {
        zh_buf_put(out, zh_buf_view(&header));
        e = zh_buf_err(out);
    }
    zh_buf_close(&text);
    zh_buf_close(&names);
    zh_buf_close(&header);
    EVP_PKEY_free(key);
    return e;
}
