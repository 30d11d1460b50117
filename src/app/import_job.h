/* import_job.h -- an uploaded file is previewed and imported, for the console (server/uploads.h).
 *
 * One import at a time, in a thread of its own, which asks the engine through its own door like the command does: one way in.
 */
#ifndef ZH_APP_IMPORT_JOB_H
#define ZH_APP_IMPORT_JOB_H
#include "server/uploads.h"

typedef struct zh_import_job zh_import_job;

ZH_MUST zh_err zh_import_job_open(zh_import_job **out, zh_sv data_dir); /* ZH_NOMEM */
void zh_import_job_close(zh_import_job *job); /* what is under way ends after its batch */
zh_server_importer zh_import_job_importer(zh_import_job *job);
bool zh_import_job_is_running(zh_import_job *job);

#endif
