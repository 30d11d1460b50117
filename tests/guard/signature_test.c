/* Goal: a signature fits exactly the bytes and the secret it was made of.
 * Method: a vector of RFC 4231 in base64; the golden requests of shops; every bit of a signature and every byte of a
 * body changed once. */
#include "guard/signature.h"
#include "check.h"

#define ORDER "{\"id\":727}"

static const struct { const char *name; zh_sv secret, body, signature; bool want; } rows[] = {
    /* RFC 4231, test case 2: 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843 */
    { "RFC 4231, case 2", { "Jefe", 4 }, { "what do ya want for nothing?", 28 }, { "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", 44 }, true },
    { "not padded", { "Jefe", 4 }, { "what do ya want for nothing?", 28 }, { "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM", 43 }, true },
    { "another secret", { "jefe", 4 }, { "what do ya want for nothing?", 28 }, { "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", 44 }, false },
    { "as hexadecimal", { "Jefe", 4 }, { "what do ya want for nothing?", 28 },
      { "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", 64 }, false },
    { "no signature", { "Jefe", 4 }, { "x", 1 }, { NULL, 0 }, false },
    { "no base64", { "Jefe", 4 }, { "x", 1 }, { "!", 1 }, false },
    { "too short", { "Jefe", 4 }, { "x", 1 }, { "W9zBRg==", 8 }, false },
    /* HMAC of nothing under an empty key is known to everybody */
    { "no secret", { NULL, 0 }, { NULL, 0 }, { "thNnmggU2ex3L5XXeMNfxf8Wl8STcVZTxscSFEKSxa0=", 44 }, false },
};

static void rows_fit_as_they_say(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_signature_fits(rows[i].secret, rows[i].body, rows[i].signature) == rows[i].want, rows[i].name);
}

static void every_change_is_seen(void)
{
    char signature[45] = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", body[29] = "what do ya want for nothing?";
    for (size_t i = 0; i < 43; i++) {
        const char was = signature[i];
        signature[i] = was == 'A' ? 'E' : 'A'; /* the last one changes bits that count */
        CHECK(!zh_signature_fits(ZH_SV("Jefe"), ZH_SV("what do ya want for nothing?"), (zh_sv){ signature, 44 }));
        signature[i] = was;
    }
    for (size_t i = 0; i < 28; i++) {
        body[i] ^= 1;
        CHECK(!zh_signature_fits(ZH_SV("Jefe"), (zh_sv){ body, 28 }, (zh_sv){ signature, 44 }));
        body[i] ^= 1;
    }
    CHECK(!zh_signature_fits(ZH_SV("Jefe"), (zh_sv){ body, 27 }, (zh_sv){ signature, 44 }));
    CHECK(zh_signature_fits(ZH_SV("Jefe"), (zh_sv){ body, 28 }, (zh_sv){ signature, 44 }));
}

static void long_secrets_are_refused(void)
{
    static const char secret[ZH_SIGNATURE_SECRET_BYTES_MAX + 1] = { 'x' };
    CHECK(!zh_signature_fits((zh_sv){ secret, sizeof secret }, ZH_SV(ORDER), ZH_SV("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=")));
}

int main(void)
{
    rows_fit_as_they_say();
    every_change_is_seen();
    long_secrets_are_refused();
    return 0;
}
