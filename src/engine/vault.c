#include "engine/vault.h"
#include "sys/file.h"

#include <sys/mman.h>
#include <unistd.h>

#define HEX_BYTES(bytes) (2 * (bytes))
#define KEY_FILE_BYTES_MAX 256

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool from_hex(zh_sv text, uint8_t *out, size_t size)
{
    if (text.size != HEX_BYTES(size)) return false;
    for (size_t i = 0; i < size; i++) {
        const int high = hex_digit(text.data[2 * i]), low = hex_digit(text.data[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static void put_hex(zh_buf *out, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        zh_buf_put_u8(out, (uint8_t)digits[bytes[i] >> 4]);
        zh_buf_put_u8(out, (uint8_t)digits[bytes[i] & 15]);
    }
}

static zh_err make_kek(zh_sv path, zh_kek *out, zh_note *why)
{
    zh_err e = zh_file_random(out->bytes, sizeof out->bytes);
    zh_buf text = zh_buf_open(KEY_FILE_BYTES_MAX);
    put_hex(&text, out->bytes, sizeof out->bytes);
    zh_buf_put(&text, ZH_SV("\n"));
    if (e == ZH_OK) e = zh_buf_err(&text);
    if (e == ZH_OK) e = zh_file_write(path, zh_buf_view(&text), 0400);
    if (text.data != NULL) zh_wipe(text.data, text.size);
    zh_buf_close(&text);
    if (e != ZH_OK) zh_note_set(why, "the key file %.*s cannot be written: %s", ZH_SV_ARG(path), zh_err_text(e));
    return e;
}

zh_err zh_vault_kek(zh_sv path, bool make, zh_kek *out, zh_note *why)
{
    zh_buf text = zh_buf_open(KEY_FILE_BYTES_MAX);
    zh_err e = zh_file_read(path, &text);
    if (e == ZH_ABSENT && make) {
        zh_buf_close(&text);
        return make_kek(path, out, why);
    }
    if (e == ZH_ABSENT)
        zh_note_set(why, "the key file %.*s is missing: put it back from where you keep it, the sealed data needs it", ZH_SV_ARG(path));
    else if (e != ZH_OK)
        zh_note_set(why, "the key file %.*s cannot be read: %s", ZH_SV_ARG(path), zh_err_text(e));
    else if (!from_hex(zh_sv_trim(zh_buf_view(&text)), out->bytes, sizeof out->bytes)) {
        zh_note_set(why, "the key file %.*s must hold 64 hexadecimal digits", ZH_SV_ARG(path));
        e = ZH_FORMAT;
    }
    if (text.data != NULL) zh_wipe(text.data, text.size);
    zh_buf_close(&text);
    return e;
}

zh_err zh_vault_open(const zh_kek *kek, zh_workspace_id workspace, const zh_registry *registry,
                     zh_sealer *sealer, uint32_t *key_id, zh_note *why)
{
    zh_sv json;
    zh_err e = zh_registry_setting(registry, ZH_VAULT_SETTING, &json);
    if (e != ZH_OK) return e;
    zh_wrapped_workspace wrapped;
    zh_workspace_key key;
    /* A JSON text: hex digits between quotes. */
    if (json.size < 2 || !from_hex(zh_sv_part(json, 1, json.size - 2), wrapped.bytes, sizeof wrapped.bytes)) e = ZH_CORRUPT;
    if (e == ZH_OK) e = zh_workspace_unwrap(kek, workspace, &wrapped, &key);
    if (e == ZH_CORRUPT) zh_note_set(why, "the key file does not open this workspace: is it another folder's?");
    if (e != ZH_OK) return e;
    *key_id = key.id;
    (void)!mlock(sealer, sizeof *sealer); /* best effort: the limit may be small. Its pages are not written to a swap */
    e = zh_sealer_open(sealer, workspace, &key, 1);
    zh_wipe(&key, sizeof key);
    return e;
}

zh_err zh_vault_make(const zh_kek *kek, zh_workspace_id workspace, zh_buf *json)
{
    zh_workspace_key key = { .id = 1 };
    zh_wrapped_workspace wrapped;
    uint8_t nonce[24];
    zh_err e = zh_file_random(key.seal, sizeof key.seal);
    if (e == ZH_OK) e = zh_file_random(key.index, sizeof key.index);
    if (e == ZH_OK) e = zh_file_random(nonce, sizeof nonce);
    if (e == ZH_OK) e = zh_workspace_wrap(kek, workspace, &key, nonce, &wrapped);
    zh_wipe(&key, sizeof key);
    if (e != ZH_OK) return e;
    zh_buf_put(json, ZH_SV("\""));
    put_hex(json, wrapped.bytes, sizeof wrapped.bytes);
    zh_buf_put(json, ZH_SV("\""));
    return zh_buf_err(json);
}
