/* kinds.h: one file a kind of backend. */
#pragma once

#include "pipectl/backend/backend.h"

extern const BackendKind backend_local; /* local.c */
extern const BackendKind backend_s3;    /* s3.c */
extern const BackendKind backend_http;  /* http.c */

/* The argument when it is known and not null, else [otherwise] or an empty text. */
Text config_text(Value config, const char *name);
bool config_flag(Value config, const char *name, bool otherwise);
int64_t config_integer(Value config, const char *name, int64_t otherwise);
