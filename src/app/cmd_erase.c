/* cmd_erase.c -- zhun erase: forget one customer, list erasures, fetch a receipt, and check one without an engine. */
#include "app/cmd_erase.h"
#include "app/cmd_ask.h"
#include "app/door.h"
#include "base/b64.h"
#include "base/json_out.h"
#include "guard/receipt.h"
#include "sys/file.h"

#include <stdlib.h>

#define TEXT_BYTES_MAX (4u << 20)

static const zh_option erase_options[] = {
    { "data", "DIR", "the data folder", "./zhun-data", false },
    { "url", "URL", "or an engine over HTTP, with --key", NULL, false },
    { "key", "KEY", "an admin token for --url", NULL, false },
    { "reason", "TEXT", "why, for the receipt; it must not name the customer", NULL, true },
    { "list", NULL, "list the erasures with their deadlines instead", NULL, true },
    { "receipt", "NUMBER", "print the receipt of an erasure instead, as JSON", NULL, true },
    { "verify", "FILE", "check a receipt, without an engine", NULL, true },
    { "public-key", "KEY", "with --verify: the workspace's public key as the list shows it, base64url; without it the receipt's own is taken", NULL, true },
    { "json", NULL, "print the engine's own JSON", NULL, true },
};

static zh_sv text_at(zh_json_value object, const char *key) { return zh_json_text_or_empty(zh_json_get(object, zh_sv_of(key))); }

/* ---- a receipt that is checked ---- */

static zh_sv member(zh_json_value root, const char *key)
{
    return text_at(root, key);
}

/* Says whether the signature is that of the key, and whether the part for people says what was signed. NULL: it does. */
static const char *fault_of(zh_json_value root, zh_sv given_key, zh_buf *payload)
{
    zh_buf bytes = zh_buf_open(TEXT_BYTES_MAX), input = zh_buf_open(TEXT_BYTES_MAX), shown = zh_buf_open(TEXT_BYTES_MAX);
    uint8_t key[ZH_RECEIPT_PUBLIC_BYTES], signature[ZH_RECEIPT_SIGNATURE_BYTES];
    const char *fault = "the file is no receipt";
    const zh_sv own_key = text_at(zh_json_get(root, ZH_SV("publicKey")), "x");
    bool is_sound = zh_b64_decode(given_key.size > 0 ? given_key : own_key, &bytes) == ZH_OK && bytes.size == sizeof key;
    if (is_sound) memcpy(key, bytes.data, sizeof key);
    zh_buf_reset(&bytes);
    is_sound = is_sound && zh_b64_decode(member(root, "signature"), &bytes) == ZH_OK && bytes.size == sizeof signature;
    if (is_sound) memcpy(signature, bytes.data, sizeof signature);
    is_sound = is_sound && member(root, "payload").size > 0 && zh_b64_decode(member(root, "payload"), payload) == ZH_OK;
    zh_buf_put(&input, member(root, "protected"));
    zh_buf_put(&input, ZH_SV("."));
    zh_buf_put(&input, member(root, "payload"));
    zh_json_out out = zh_json_out_on(&shown);
    zh_json_out_value(&out, zh_json_get(root, ZH_SV("receipt")));
    if (is_sound && zh_buf_err(&input) == ZH_OK && zh_json_out_done(&out) == ZH_OK) {
        if (zh_receipt_check(key, zh_buf_view(&input), signature) != ZH_OK) fault = "the signature is not that of this key over these bytes";
        else fault = zh_sv_equal(zh_buf_view(&shown), zh_buf_view(payload)) ? NULL : "what it shows is not what was signed";
    }
    zh_buf_close(&bytes);
    zh_buf_close(&input);
    zh_buf_close(&shown);
    return fault;
}

static int run_verify(const zh_options *given)
{
    const zh_sv path = zh_options_text(given, "verify");
    zh_buf text = zh_buf_open(TEXT_BYTES_MAX), payload = zh_buf_open(TEXT_BYTES_MAX);
    zh_json *json = NULL;
    zh_json_value root;
    zh_err e = zh_file_read(path, &text);
    if (e == ZH_OK) e = zh_json_open(&json, TEXT_BYTES_MAX);
    if (e == ZH_OK && zh_json_parse(json, zh_buf_view(&text), &root, NULL) != ZH_OK) e = ZH_FORMAT;
    int status = ZH_EXIT_COULD_NOT;
    if (e != ZH_OK) zh_complain("erase: %.*s: %s", ZH_SV_ARG(path), e == ZH_FORMAT ? "the file is no JSON" : zh_err_text(e));
    else {
        const char *fault = fault_of(root, zh_options_text(given, "public-key"), &payload);
        if (fault == NULL) printf("good: %.*s\n", ZH_SV_ARG(zh_buf_view(&payload)));
        else printf("NOT GOOD: %s\n", fault);
        status = fault == NULL ? ZH_EXIT_DONE : ZH_EXIT_FAILED;
    }
    zh_json_close(json);
    zh_buf_close(&text);
    zh_buf_close(&payload);
    return status;
}

/* ---- asking the engine ---- */

static void print_one(zh_json_value one)
{
    const zh_sv complete = text_at(one, "completeAt");
    printf("erasure %.*s: %.*s; asked %.*s, by %.*s at the latest%s%.*s\n", ZH_SV_ARG(text_at(one, "id")), ZH_SV_ARG(text_at(one, "state")), ZH_SV_ARG(text_at(one, "askedAt")),
           ZH_SV_ARG(text_at(one, "deadline")), complete.size > 0 ? ", complete " : "", ZH_SV_ARG(complete));
}

static void print_answer(zh_json_value root)
{
    if (!zh_json_is(zh_json_get(root, ZH_SV("items")), ZH_JSON_ARRAY)) {
        print_one(root);
        puts("His keys and ids are gone, nothing finds him any more. What is left in files goes while the engine runs: see zhun erase --list.");
        return;
    }
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("items"))); zh_json_next(&it);) print_one(it.value);
    printf("public key of receipts: %.*s\n", ZH_SV_ARG(text_at(zh_json_get(root, ZH_SV("publicKey")), "x")));
}

static zh_err order(zh_door *door, const char *member, zh_sv id, zh_sv reason, zh_client_answer *answer, zh_note *why)
{
    zh_buf body = zh_buf_open(TEXT_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&body);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, zh_sv_of(member), id);
    zh_json_out_key_text(&out, ZH_SV("reason"), reason);
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    if (e == ZH_OK) e = zh_door_ask(door, ZH_SV("POST"), ZH_SV("/api/v1/erasures"), zh_buf_view(&body), answer, why);
    zh_buf_close(&body);
    return e;
}

static zh_err ask(zh_door *door, const zh_options *given, zh_client_answer *answer, zh_note *why)
{
    const zh_sv receipt = zh_options_text(given, "receipt"), reason = zh_options_text(given, "reason");
    char path[64];
    if (zh_options_flag(given, "list")) return zh_door_ask(door, ZH_SV("GET"), ZH_SV("/api/v1/erasures?limit=500"), (zh_sv){ 0 }, answer, why);
    if (receipt.size > 0) {
        snprintf(path, sizeof path, "/api/v1/erasures/%.*s", ZH_SV_ARG(zh_sv_part(receipt, 0, 20)));
        return zh_door_ask(door, ZH_SV("GET"), zh_sv_of(path), (zh_sv){ 0 }, answer, why);
    }
    const zh_err e = order(door, "userId", zh_sv_of(given->arguments[0]), reason, answer, why);
    return e == ZH_ABSENT ? order(door, "anonymousId", zh_sv_of(given->arguments[0]), reason, answer, why) : e;
}

static int run_erase(const zh_options *given)
{
    const bool reads = zh_options_flag(given, "list") || zh_options_text(given, "receipt").size > 0;
    if (zh_options_text(given, "verify").size > 0) return run_verify(given);
    if (reads ? given->arguments_count != 0 : given->arguments_count != 1) {
        zh_complain("erase: name one customer: zhun erase --data DIR ID");
        return ZH_EXIT_USAGE;
    }
    int status;
    zh_door *door = zh_ask_door(given, true, &status);
    if (door == NULL) return status;
    zh_client_answer answer;
    zh_note why = { "" };
    zh_json *json = NULL;
    zh_json_value root;
    zh_err e = ask(door, given, &answer, &why);
    if (e == ZH_OK) e = zh_json_open(&json, TEXT_BYTES_MAX);
    if (e == ZH_OK && zh_json_parse(json, answer.body, &root, NULL) != ZH_OK) e = ZH_IO;
    if (e != ZH_OK) zh_complain("erase: %s", why.text[0] != '\0' ? why.text : zh_err_text(e));
    else if (zh_options_flag(given, "json") || zh_options_text(given, "receipt").size > 0) printf("%.*s\n", ZH_SV_ARG(answer.body));
    else print_answer(root);
    zh_json_close(json);
    zh_door_close(door);
    return e == ZH_OK ? ZH_EXIT_DONE : e == ZH_FORMAT || e == ZH_RANGE ? ZH_EXIT_USAGE : ZH_EXIT_COULD_NOT;
}

const zh_command zh_cmd_erase = {
    .name = "erase", .usage = "--data DIR [--reason TEXT] [--json] ID | --list | --receipt NUMBER | --verify FILE [--public-key KEY]",
    .summary = "Forget one customer everywhere, with a signed receipt.\nID is a user id, or an anonymous id where no user has it. Keys and ids go at once; files follow while the engine runs (docs/PRIVACY.md).",
    .example = "  zhun erase --data ./zhun-data 'user 17' --reason 'asked by letter'\n  zhun erase --data ./zhun-data --receipt 1 > receipt.json\n  zhun erase --verify receipt.json",
    .options = erase_options, .options_count = sizeof erase_options / sizeof *erase_options, .run = run_erase,
};
