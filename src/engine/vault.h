/* vault.h -- the workspace's keys, from the key file to a sealer.
 *
 *   key file (32 bytes as 64 hex digits, mode 0400)  ──unwraps──►  setting "workspace.key" of the registry  ──►  sealer
 *
 * On an empty folder both are made. The key file is the one thing a backup of the data folder must
 * not contain and an owner must not lose: without it sealed fields, look-ups and dedup are gone.
 *
 * Errors      ZH_ABSENT the key file is missing though the workspace has a key; ZH_CORRUPT it is another
 *             one; ZH_FORMAT no key; ZH_IO. *why names the file and what to do.
 */
#ifndef ZH_ENGINE_VAULT_H
#define ZH_ENGINE_VAULT_H
#include "base/note.h"
#include "guard/registry.h"
#include "guard/seal.h"

#define ZH_VAULT_SETTING ZH_SV("workspace.key")

/* Read the key file; where `make`, create it. */
ZH_MUST zh_err zh_vault_kek(zh_sv path, bool make, zh_kek *out, zh_note *why);

/* Open the sealer from the registry's setting. ZH_ABSENT: the workspace has no key yet. */
ZH_MUST zh_err zh_vault_open(const zh_kek *kek, zh_workspace_id workspace, const zh_registry *registry,
                             zh_sealer *sealer, uint32_t *key_id, zh_note *why);

/* Make a new workspace key: the JSON text of the setting, to be defined, into `json`. */
ZH_MUST zh_err zh_vault_make(const zh_kek *kek, zh_workspace_id workspace, zh_buf *json);

#endif
